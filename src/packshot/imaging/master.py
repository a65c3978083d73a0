"""The copy of a photo that is kept: lossless, in the photo's own depth, without metadata."""

from __future__ import annotations

from pyvips.enums import ForeignKeep, ForeignPngFilter

from packshot.imaging._vips import image_of
from packshot.imaging.finish import Format
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
    return image.pngsave_buffer(bitdepth=16, compression=4, filter=ForeignPngFilter.SUB, keep=ForeignKeep.NONE), "png"
