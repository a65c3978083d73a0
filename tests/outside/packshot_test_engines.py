"""Engines for tests, found like those of any other package: through their entry points.

Every call is written into the folder PACKSHOT_VENDOR_FOLDER, a file per key and a line per call, as a vendor's own
books would: what was bought twice shows there, whatever our side believes.
"""

from __future__ import annotations

import asyncio
import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

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
    Submits,
)

if TYPE_CHECKING:  # a worker that only waits for vendors never loads what pixels are made with
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
    import numpy as np

    from packshot.imaging.photo import Photo

    colour = zlib.crc32(key.encode())
    pixels = np.empty((request.height, request.width, 3), np.uint8)
    pixels[:] = (colour & 255, colour >> 8 & 255, colour >> 16 & 255)
    pixels[:, ::2] //= 2
    return Photo(pixels)


def flat_png(request: GenerationRequest, key: str) -> bytes:
    """One colour of the key's, as a file, written without anything that would have to be loaded for it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", request.width, request.height, 8, 2, 0, 0, 0)
    row = b"\0" + zlib.crc32(key.encode()).to_bytes(4, "big")[1:] * request.width
    rows = zlib.compress(row * request.height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


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
    """Takes a vendor's time and nobody's processor, and gives a file as vendors do."""

    id = "slow"
    title = "Slow"
    words = "Takes its time."

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        await asyncio.sleep(float(os.environ.get("PACKSHOT_SLOW_S", "5")))
        note(key, "submit")
        return Done((Artefact(flat_png(request, key), seed=request.seed),), cost=Cost(PRICE))


class Later(Engine):
    """Accepts, and has the picture at the second poll, as an encoded file, or at the PACKSHOT_LATER_POLLS-th.

    In the style "fails" it fails at everything that it accepted.
    """

    id = "later"
    title = "Later"
    words = "Gives an operation first."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return model("later-1", "once")

    async def submit(self, request: GenerationRequest, *, key: str) -> Operation:
        note(key, "submit")
        (books() / f"{key}.png").write_bytes(flat_png(request, key))
        wait = float(os.environ.get("PACKSHOT_LATER_S", "0"))
        return Operation(f"op-{key}", {"key": key, "style": request.style}, poll_after_s=wait)

    @property
    def patience_s(self) -> float | None:
        given = os.environ.get("PACKSHOT_LATER_PATIENCE_S")
        return float(given) if given else None

    async def poll(self, operation: Operation) -> Pending | Done | Failed:
        key = operation.state["key"]
        if operation.state["style"] == "fails":
            return Failed("transient", "It did not work.", cost=Cost(PRICE))
        if note(key, "poll") < int(os.environ.get("PACKSHOT_LATER_POLLS", "2")):
            return Pending(poll_after_s=float(os.environ.get("PACKSHOT_LATER_POLL_S", "0")), progress=0.5)
        return Done((Artefact((books() / f"{key}.png").read_bytes()),), cost=Cost(PRICE))

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
            half = replace(request, width=request.width // 2, height=request.height // 2)
            return Done((Artefact(picture(half, key)),))
        raise ValueError(f"unknown mishap {style!r}")
