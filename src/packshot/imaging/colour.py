"""Between sRGB as files store it and the linear light that pictures are composed in."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@cache
def _to_linear_table(levels: int) -> Float:
    encoded = np.arange(levels) / (levels - 1)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def srgb_to_linear(pixels: Pixels) -> Float:
    """Linear light, float32, 0..1, of sRGB uint8 or uint16 `pixels` of any shape (IEC 61966-2-1)."""
    return _to_linear_table(256 if pixels.dtype == np.uint8 else 65536)[pixels]


def linear_to_srgb(light: NDArray[np.floating[Any]]) -> Float:
    """sRGB-encoded float32, 0..1, of linear `light` of any shape; light outside 0..1 is clipped (IEC 61966-2-1)."""
    x = np.clip(light, 0, 1).astype(np.float32)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.power(np.maximum(x, 1e-8), 1 / 2.4) - 0.055).astype(
        np.float32
    )


def hex_to_linear(code: str) -> Float:
    """Linear light, float32 (3,), of a colour written `#rrggbb`."""
    return srgb_to_linear(np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.uint8))
