"""An engine for tests that draws the product anew; apart from the others, for it loads what pixels are made with."""

from __future__ import annotations

from collections.abc import Sequence

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
        return model("painter-1", "once", keeps_product=False, seed=True)

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        note(key, "submit")
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


def mean_colour(reference: Reference) -> np.ndarray:
    """The mean of the product's pixels (3,), 0..255."""
    pixels = opened(reference.data)[..., :3]
    if reference.alpha is None:
        return pixels.reshape(-1, 3).mean(0)
    alpha = opened(reference.alpha)[..., 0]
    return pixels[alpha > np.iinfo(alpha.dtype).max * 0.95].mean(0)
