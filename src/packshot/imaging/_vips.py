"""The one door to libvips in this process: arrays become images, images become arrays; no file is ever read here."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyvips
from pyvips.voperation import concurrency_set

from packshot.imaging.colour import Pixels

concurrency_set(1)  # processes fill the cores; a thread pool for each picture costs more than it gains
pyvips.cache_set_max(0)  # nothing is computed twice, so remembered operations would only hold memory

_INTERPRETATIONS = {8: {1: "b-w", 3: "srgb", 4: "srgb"}, 16: {1: "grey16", 3: "rgb16", 4: "rgb16"}}


def image_of(pixels: Pixels) -> pyvips.Image:
    """A libvips image over the memory of sRGB `pixels` (H, W), (H, W, 3) or (H, W, 4), uint8 or uint16."""
    if pixels.dtype.itemsize > 2 or pixels.dtype.kind != "u":
        raise TypeError(f"pixels are uint8 or uint16, not {pixels.dtype}")
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    try:
        interpretation = _INTERPRETATIONS[pixels.dtype.itemsize * 8][bands]
    except KeyError:
        raise ValueError(f"pixels have 1, 3 or 4 channels, not {bands}") from None
    return pyvips.Image.new_from_array(np.ascontiguousarray(pixels)).copy(interpretation=interpretation)


def at_depth(image: pyvips.Image, depth: Literal[8, 16], *, of: Literal[8, 16]) -> pyvips.Image:
    """`image`, whose white is that of `of` bits, as whole numbers of `depth` bits, rounded and clipped."""
    if of != depth:
        image = image.linear([(2**depth - 1) / (2**of - 1)], [0])
    if image.format in ("float", "double"):
        image = image.rint()
    return image.cast("uchar" if depth == 8 else "ushort").copy(interpretation=_INTERPRETATIONS[depth][image.bands])
