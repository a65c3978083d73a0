"""Pictures for looking at that nobody could take for the finished ones: small, with stripes across them."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Pixels
from packshot.imaging.own import small

LONGEST = 720  # px: enough to see what is wrong, too few to sell with
_APART = 72  # px between two stripes
_WIDE = 3  # px of a stripe


def marked(pixels: Pixels, longest: int = LONGEST) -> bytes:
    """`pixels` (H, W, 3), sRGB uint8 or uint16, as a WebP no longer than `longest` px with diagonal stripes.

    A stripe lightens what is dark and darkens what is light, so that it shows on any ground and hides nothing.
    """
    eight = (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels[..., :3]
    scale = min(1.0, longest / max(eight.shape[:2]))
    size = max(1, round(eight.shape[1] * scale)), max(1, round(eight.shape[0] * scale))
    fitted = np.asarray(cv2.resize(np.ascontiguousarray(eight[..., :3]), size, interpolation=cv2.INTER_AREA), np.int16)
    rows, columns = np.ogrid[: size[1], : size[0]]
    stripe = (rows + columns) % _APART < _WIDE
    shift = np.where(fitted.mean(axis=2, keepdims=True) < 128, 48, -48)
    fitted = np.where(stripe[..., None], fitted + shift, fitted)
    return small(np.clip(fitted, 0, 255).astype(np.uint8), longest)
