"""What the contract suite asks engines for, and how an operation is followed to its end."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from uuid import uuid4

import numpy as np
from PIL import Image

from packshot.engines.base import Done, Engine, Failed, GenerationRequest, Operation, Pending, Reference

AT_ONCE = ("openai", "stability", "bedrock")
LATER = ("replicate", "fashn", "runway", "http_video")
ENGINES = AT_ONCE + LATER
MOST_POLLS = 6


@cache
def photo(width: int = 320, height: int = 240) -> bytes:
    """A red product with a white label on grey, as a PNG."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[height // 6 : -height // 6, width // 4 : -width // 4] = (200, 30, 30)
    pixels[height // 3 : height // 2, width // 3 : -width // 3] = (250, 250, 250)
    pixels[height // 3 : height // 2, width // 3 : width // 2] = (20, 20, 20)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


@cache
def mask(width: int = 320, height: int = 240) -> bytes:
    """The upper half may change."""
    picture = Image.new("L", (width, height), 0)
    picture.paste(255, (0, 0, width, height // 2))
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def request_to(engine: Engine, words: str, *, model: str | None = None) -> GenerationRequest:
    """A request that the engine's model can honour, with `words` where they can be said."""
    chosen = next(one for one in engine.models() if one.id == (model or engine.models()[0].id))
    can = chosen.capabilities
    width, height = map(int, next(iter(can.sizes)).split("x")) if can.sizes else (1024, 1024)
    if can.size_of_reference:
        width, height = 320, 240
    if engine.id == "http_video":
        width, height = 320, 240
    roles = [role for role, needed in (("product", can.needs_product), ("person", can.needs_person)) if needed]
    return GenerationRequest(
        model=chosen.id,
        width=width,
        height=height,
        kind=min(can.kinds),
        words=words if can.words else "",
        references=tuple(Reference(photo(), role=role) for role in roles),  # type: ignore[arg-type]
        seconds=2 if can.seconds else None,
    )


async def play(engine: Engine, request: GenerationRequest) -> tuple[Done | Failed | Pending, Sequence[Pending]]:
    """How a request ends, and what was said on the way; the last word is Pending if it has not ended."""
    assert engine.check(request) == []
    outcome = await engine.submit(request, key=str(uuid4()))
    if not isinstance(outcome, Operation):
        return outcome, ()
    waited: list[Pending] = []
    stored = Operation(outcome.id, dict(outcome.state))
    for _ in range(MOST_POLLS):
        told = await engine.poll(stored)
        if not isinstance(told, Pending):
            return told, waited
        waited.append(told)
    return waited[-1], waited
