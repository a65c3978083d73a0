"""Engines for tests that draw the product anew; apart from the others, for they load what pixels are made with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from packshot_test_engines import PRICE, model, note

from packshot.engines.base import Artefact, Cost, Done, Engine, GenerationRequest, Model, Reference
from packshot.imaging.finish import finish
from packshot.imaging.own import opened


class Painter(Engine):
    """Draws the product anew: one flat surface in its colour, or as wrong as the style's name says."""

    id = "painter"
    title = "Painter"
    words = "Paints what it was shown, well or badly."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return model("painter-1", "once", references=4, keeps_product=False, seed=True)

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        note(key, "submit")
        note(key, f"shown-{len(request.references)}")
        colour = mean_colour(request.references[0])
        told = "own colours" in request.words
        wrong = {"off": not told, "always-off": True, "close": False, "faithful": False}[request.style]
        if wrong:
            colour = colour[[2, 0, 1]] * 0.6
        if request.style == "close":
            colour = colour + 7
        pixels = np.empty((request.height, request.width, 3), np.uint8)
        pixels[:] = np.clip(np.rint(colour), 0, 255)
        data = finish(pixels, [(request.width, request.height)], "png")[0].data
        return Done((Artefact(data, seed=request.seed),), cost=Cost(PRICE))


class Copyist(Painter):
    """Gives the file that PACKSHOT_COPY names, whatever it was asked for."""

    id = "copyist"
    title = "Copyist"
    words = "Copies a picture that somebody else made."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return model("copyist-1", "once", keeps_product=False, needs_product=True, seed=True)

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        note(key, "submit")
        return Done((Artefact(Path(os.environ["PACKSHOT_COPY"]).read_bytes(), seed=request.seed),), cost=Cost(PRICE))


class Portraitist(Painter):
    """Paints a product as Painter does, before the photo of the person that it was shown."""

    id = "portraitist"
    title = "Portraitist"
    words = "Paints a person with a product, the latter well or badly."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return model("portraitist-1", "once", references=4, keeps_product=False, seed=True)

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        done = await super().submit(request, key=key)
        person = next(opened(one.data) for one in request.references if one.role == "person")
        pixels, (height, width) = person[..., :3].copy(), person.shape[:2]
        product = done.artefacts[0].content
        assert isinstance(product, bytes)
        inner = slice(height // 4, -height // 4), slice(width // 4, -width // 4)
        pixels[inner] = opened(product)[..., :3][inner]
        data = finish(pixels, [(width, height)], "png")[0].data
        return Done((Artefact(data, seed=request.seed),), cost=done.cost)


def mean_colour(reference: Reference) -> np.ndarray:
    """The mean of the product's pixels (3,), 0..255."""
    pixels = opened(reference.data)[..., :3]
    if reference.alpha is None:
        return pixels.reshape(-1, 3).mean(0)
    alpha = opened(reference.alpha)[..., 0]
    return pixels[alpha > np.iinfo(alpha.dtype).max * 0.95].mean(0)
