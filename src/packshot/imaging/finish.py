"""Turn one picture into delivered files: every size and format a shop asks for, 300 DPI, sRGB, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyvips
from pyvips.enums import ForeignKeep

from packshot.errors import BadInputError
from packshot.imaging._vips import at_depth, image_of
from packshot.imaging.colour import Pixels
from packshot.imaging.formats import FORMATS, Format
from packshot.imaging.resize import scale, unweigh, weigh

Depth = Literal[8, 10, 12, 16]
Size = tuple[int, int]

DOTS_PER_MM = 300 / 25.4


@dataclass(frozen=True)
class Finished:
    """One delivered file."""

    width: int
    height: int
    format: Format
    data: bytes


def finish(pixels: Pixels, sizes: Sequence[Size], format: Format, *, depth: Depth = 8) -> list[Finished]:
    """`pixels`, sRGB (H, W, 3) or (H, W, 4 with straight alpha), uint8 or uint16, as one file for each of `sizes`.

    Sizes are (width, height), no larger than the picture and of its shape; files come in their order. Each is filtered
    (Lanczos-3, floats) from the smallest picture made so far that is at least twice as large: as exact as from the
    original and much cheaper. `depth` is bits a channel: WebP and JPEG have 8, PNG and TIFF 8 or 16, AVIF 8, 10 or 12
    (16 gives its most, 12). Files carry 300 DPI and an sRGB profile, no other metadata.

    Raises BadInputError naming everything that cannot be had.
    """
    original = image_of(pixels)
    _refuse_impossible(original, sizes, format, depth)
    bits: Literal[8, 16] = 8 if pixels.dtype == np.uint8 else 16
    made: list[pyvips.Image] = []
    files: dict[Size, bytes] = {}
    for width, height in sorted(set(sizes), reverse=True):
        if (width, height) == (original.width, original.height):
            picture = original
        else:
            source = next((larger for larger in reversed(made) if larger.width >= 2 * width), weigh(original))
            made.append(scale(source, width, height).copy_memory())
            picture = unweigh(made[-1])
        files[width, height] = _encode(picture, bits, format, depth)
    return [Finished(width, height, format, files[width, height]) for width, height in sizes]


def _encode(picture: pyvips.Image, bits: Literal[8, 16], format: Format, depth: Depth) -> bytes:
    encoding = FORMATS[format]
    stored = encoding.depths[depth]
    image = at_depth(picture, 8 if stored == 8 else 16, of=bits).copy(xres=DOTS_PER_MM, yres=DOTS_PER_MM)
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd2-ColorSpace", "1")  # else libvips writes "uncalibrated"
    options = dict(encoding.options)
    if format in ("png", "avif"):
        options["bitdepth"] = stored
    data: bytes = getattr(image, encoding.saver)(keep=ForeignKeep.EXIF, profile="srgb", **options)
    return data


def _refuse_impossible(original: pyvips.Image, sizes: Sequence[Size], format: Format, depth: Depth) -> None:
    encoding = FORMATS[format]
    full = f"{original.width} × {original.height} px"
    problems: dict[str, str] = {}  # what is wrong, and what to do
    if depth not in encoding.depths:
        problems[f"{format} cannot hold {depth} bits a channel."] = "Use PNG or TIFF for 16."
    if original.bands == 4 and not encoding.alpha:
        problems[f"{format} has no transparency, and this picture has."] = "Use WebP or PNG."
    for width, height in sizes:
        size = f"{width} × {height} px"
        if width < 1 or height < 1:
            problems[f"{size} is not a size."] = "Sizes are 1 px or more."
        elif width > original.width or height > original.height:
            problems[f"{size} is larger than the picture, {full}."] = "Ask for its own size or smaller."
        elif (
            abs(width - height * original.width / original.height)
            >= 1
            <= abs(height - width * original.height / original.width)
        ):
            problems[f"{size} has another shape than the picture, {full}."] = "Compose the picture in that shape."
    if problems:
        raise BadInputError(" ".join(problems), remedy=" ".join(dict.fromkeys(problems.values())))
