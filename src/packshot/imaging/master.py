"""The copy of a photo that is kept, and its outline: lossless, in the photo's own depth, without metadata."""

from __future__ import annotations

import pyvips
from pyvips.enums import ForeignKeep, ForeignPngFilter

from packshot.imaging._vips import image_of
from packshot.imaging.colour import Pixels
from packshot.imaging.formats import Format
from packshot.imaging.photo import Photo


def master(photo: Photo) -> tuple[bytes, Format]:
    """`photo` in a file and that file's format: lossless WebP for 8 bits a channel, PNG for 16; sRGB, straight alpha.

    Effort 0 costs one seventy-fifth of WebP's best for 19 % more bytes. Colours under transparent alpha are kept too.
    """
    image = image_of(photo.pixels)
    if photo.alpha is not None:
        image = image.bandjoin(image_of(photo.alpha))
    if photo.depth == 8:
        return image.webpsave_buffer(lossless=True, effort=0, exact=True, keep=ForeignKeep.NONE), "webp"
    return _png(image, 16), "png"


def grey_png(levels: Pixels) -> bytes:
    """`levels` (H, W), uint8 or uint16, as a grey PNG of that depth: a mask, an outline."""
    return _png(image_of(levels), levels.dtype.itemsize * 8)


def _png(image: pyvips.Image, bits: int) -> bytes:
    data: bytes = image.pngsave_buffer(bitdepth=bits, compression=4, filter=ForeignPngFilter.SUB, keep=ForeignKeep.NONE)
    return data
