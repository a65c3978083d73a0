"""Pictures as vendors take them, and what comes back held against what was promised."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from packshot.engines.base import Reference
from packshot.errors import BadInputError
from packshot.imaging.colour import Pixels
from packshot.imaging.decode import LIMITS, OWN_LIMITS, decode
from packshot.imaging.finish import finish
from packshot.imaging.master import grey_png, master
from packshot.imaging.photo import Photo
from packshot.imaging.sniff import kind_of

MOST_BYTES = 20 << 20  # of one picture that is sent


@dataclass(frozen=True)
class Sent:
    """A picture to send: sRGB with 8 bits a channel, upright, without metadata."""

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """A file name: the customer's own is nobody's business."""
        return f"picture.{self.mime.removeprefix('image/')}"

    @property
    def data_url(self) -> str:
        return f"data:{self.mime};base64,{base64.b64encode(self.data).decode('ascii')}"


async def sent(reference: Reference, most_bytes: int = MOST_BYTES) -> Sent:
    """`reference` as it is sent. Whatever it was, its place, camera and profile stay here. BadInputError if unreadable.

    Lossless where that fits into `most_bytes`; else as well as fits, smaller only if it has to be.
    """
    return await asyncio.to_thread(_sent, reference, most_bytes)


def _sent(reference: Reference, most_bytes: int) -> Sent:
    # Whose outline is known was opened before: it is a master of ours.
    limits = LIMITS if reference.alpha is None else OWN_LIMITS
    photo = decode(reference.data, name=reference.name, limits=limits)
    pixels = _eight_bits(photo.pixels)
    alpha = None if photo.alpha is None else _eight_bits(photo.alpha)
    data, format = master(Photo(pixels, alpha))
    if len(data) <= most_bytes:
        return Sent(data, f"image/{format}", photo.width, photo.height)
    whole = pixels if alpha is None else np.dstack([pixels, alpha])
    for scale in (1, 0.7, 0.5, 0.35, 0.25):
        width, height = round(photo.width * scale), round(photo.height * scale)
        data = finish(whole, [(width, height)], "webp")[0].data
        if len(data) <= most_bytes:
            return Sent(data, "image/webp", width, height)
    raise BadInputError(f"{reference.name} is too large to send.", remedy="Use a smaller picture.")


async def white_changes(mask: bytes, of: Sent) -> bytes:
    """`mask` as vendors take it who change what is white: a grey PNG. BadInputError unless it has the size of `of`."""
    return await asyncio.to_thread(lambda: grey_png(_levels(mask, of)))


async def clear_changes(mask: bytes, of: Sent) -> bytes:
    """`mask` as vendors take it who change what is transparent: a PNG with alpha 0 there. BadInputError as above."""

    def convert() -> bytes:
        levels = _levels(mask, of)
        size = (of.width, of.height)
        return finish(np.dstack([levels, levels, levels, 255 - levels]), [size], "png")[0].data

    return await asyncio.to_thread(convert)


def _levels(mask: bytes, of: Sent) -> NDArray[np.uint8]:
    photo = decode(mask, name="The mask", limits=OWN_LIMITS)
    if (photo.width, photo.height) != (of.width, of.height):
        raise BadInputError(
            f"The mask is {photo.width}×{photo.height}, its picture {of.width}×{of.height}.",
            remedy="Make them the same size.",
        )
    return np.ascontiguousarray(_eight_bits(photo.pixels)[..., 0])


def _eight_bits(pixels: Pixels) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return cast("NDArray[np.uint8]", pixels)
    return ((pixels.astype(np.uint32) * 255 + 32_767) // 65_535).astype(np.uint8)


def from_base64(text: object) -> bytes | None:
    """The bytes of a vendor's base64, with or without a data URL's head; None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text, validate=True)
    except ValueError:
        return None


def is_picture(data: bytes) -> bool:
    """`data` begins like a picture that Packshot opens; whether it is one is found out with care, elsewhere."""
    return kind_of(data) is not None


def is_video(data: bytes) -> bool:
    return data[4:8] == b"ftyp"
