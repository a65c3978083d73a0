"""Files that Packshot wrote itself, seen again: smaller, or in another format.

They need no sandbox, unlike what people upload: every byte of them comes from `finish` or `master`.
"""

from __future__ import annotations

import numpy as np
import pyvips
from pyvips.enums import ForeignKeep

from packshot.errors import BadInputError
from packshot.imaging._vips import at_depth, image_of
from packshot.imaging.colour import Pixels
from packshot.imaging.finish import finish
from packshot.imaging.formats import FORMATS, Format

SMALL = 480  # px of the longest side: a picture of a list, on a screen of two pixels a point


def small(pixels: Pixels, longest: int = SMALL) -> bytes:
    """`pixels` (H, W, 3 or 4), sRGB uint8 or uint16, as a WebP no longer than `longest` px, for looking at only."""
    image = image_of(pixels)
    if pixels.dtype == np.uint16:
        image = at_depth(image, 8, of=16)
    fitted = image.thumbnail_image(longest, height=longest, size="down", no_rotate=True)
    data: bytes = fitted.webpsave_buffer(keep=ForeignKeep.NONE, Q=82, effort=2)
    return data


def copy(data: bytes, format: Format) -> bytes:
    """Our own file `data` in `format`, as deep as it was where that format can. BadInputError if it cannot be had."""
    pixels = opened(data)
    deep = 16 if pixels.dtype == np.uint16 and 16 in FORMATS[format].depths else 8
    return finish(pixels, [(pixels.shape[1], pixels.shape[0])], format, depth=deep)[0].data


def opened(data: bytes) -> Pixels:
    """The pixels (H, W, 3 or 4) of our own file `data`, uint8 or uint16, sRGB."""
    try:
        image: pyvips.Image = pyvips.Image.new_from_buffer(data, "")
        pixels: Pixels = image.numpy()
    except pyvips.Error as error:
        raise BadInputError("This file of ours cannot be read.", remedy="Shoot the picture again.") from error
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[2] >= 3:
        return pixels
    three: Pixels = np.repeat(pixels[..., :1], 3, axis=2)  # type: ignore[assignment] -- the depth stays
    return three
