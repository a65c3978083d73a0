"""Engines for tests, found like those of any other package: through their entry points.

Every call is written into the folder PACKSHOT_VENDOR_FOLDER, a file per key and a line per call, as a vendor's own
books would: what was bought twice shows there, whatever our side believes.
"""

from __future__ import annotations

import asyncio
import os
import zlib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from packshot.engines.base import (
    Artefact,
    Capabilities,
    Cost,
    Done,
    Engine,
    Failed,
    FailureKind,
    GenerationRequest,
    Model,
    Operation,
    Pending,
    Reference,
    Submits,
)
from packshot.imaging.finish import finish
from packshot.imaging.own import opened
from packshot.imaging.photo import Photo

PRICE = 40_000
KINDS = (
    "refused",
    "undecided",
    "moderated",
    "invalid",
    "auth",
    "quota",
    "rate_limited",
    "transient",
    "outcome_unknown",
)


def books() -> Path:
    return _folder(os.environ["PACKSHOT_VENDOR_FOLDER"])


@cache
def _folder(name: str) -> Path:
    Path(name).mkdir(parents=True, exist_ok=True)
    return Path(name)


def note(key: str, what: str) -> int:
    """Writes down a call and returns how many of the same kind there were with this key."""
    with (books() / key).open("a+") as book:
        book.write(f"{what}\n")
        book.seek(0)
        return book.read().split().count(what)


def picture(request: GenerationRequest, key: str) -> Photo:
    """Stripes in a colour of the key's: equal for equal keys."""
    colour = zlib.crc32(key.encode())
    pixels = np.empty((request.height, request.width, 3), np.uint8)
    pixels[:] = (colour & 255, colour >> 8 & 255, colour >> 16 & 255)
    pixels[:, ::2] //= 2
    return Photo(pixels)


def model(name: str, submits: Submits, **can: object) -> Sequence[Model]:
    can = {"references": 1, "sides": (8, 4096), "pixels": (64, 16_777_216), "keeps_product": True} | can
    capabilities = Capabilities(submits=submits, **can)
    return [Model(name, name, capabilities, Cost(PRICE), "MIT", True, date(2026, 11, 24), "this file")]


class Instant(Engine):
    id = "instant"
    title = "Instant"
    words = "Answers at once."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return model("instant-1", "once", seed=True)

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        note(key, "submit")
        return Done((Artefact(picture(request, key), seed=request.seed),), cost=Cost(PRICE))


class Slow(Instant):
    id = "slow"
    title = "Slow"
    words = "Takes a vendor's time and nobody's processor."

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        await asyncio.sleep(float(os.environ.get("PACKSHOT_SLOW_S", "5")))
        return await super().submit(request, key=key)


class Later(Engine):
    """Accepts, and has the picture at the second poll, as an encoded file, or at the PACKSHOT_LATER_POLLS-th."""

    id = "later"
    title = "Later"
    words = "Gives an operation first."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return model("later-1", "once")

    async def submit(self, request: GenerationRequest, *, key: str) -> Operation:
        note(key, "submit")
        (books() / f"{key}.webp").write_bytes(finish(picture(request, key).pixels, [_size(request)], "webp")[0].data)
        wait = float(os.environ.get("PACKSHOT_LATER_S", "0"))
        return Operation(f"op-{key}", {"key": key}, poll_after_s=wait)

    async def poll(self, operation: Operation) -> Pending | Done:
        key = operation.state["key"]
        if note(key, "poll") < int(os.environ.get("PACKSHOT_LATER_POLLS", "2")):
            return Pending(poll_after_s=float(os.environ.get("PACKSHOT_LATER_POLL_S", "0")), progress=0.5)
        return Done((Artefact((books() / f"{key}.webp").read_bytes()),), cost=Cost(PRICE))

    async def cancel(self, operation: Operation) -> None:
        note(operation.state["key"], "cancel")


class Mishap(Engine):
    """Does what the style's name says."""

    id = "mishap"
    title = "Mishap"
    words = "Has the accident that is asked for."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return model("mishap-1", "once")

    async def submit(self, request: GenerationRequest, *, key: str) -> Done | Failed:
        note(key, "submit")
        style = request.style
        if style in KINDS:
            kind: FailureKind = style  # type: ignore[assignment]
            return Failed(kind, f"It is {style}.", retry_after_s=0.0)
        if style == "raises":
            raise RuntimeError("as asked")
        if style == "garbage":
            return Done((Artefact(b"<html>not a picture</html>"),), cost=Cost(PRICE))
        if style == "smaller":
            return Done((Artefact(Photo(picture(request, key).pixels[::2, ::2].copy())),))
        raise ValueError(f"unknown mishap {style!r}")


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
        data = finish(pixels, [_size(request)], "png")[0].data
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


def _size(request: GenerationRequest) -> tuple[int, int]:
    return request.width, request.height
