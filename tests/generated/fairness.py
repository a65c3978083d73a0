"""Whether a person can tell the product from its backdrop all along its contour."""

from __future__ import annotations

import cv2
import numpy as np

from .shapes import Float

REACH = 1 / 400  # how far from the contour, in parts of the frame, each side is averaged
NOTICEABLE = 8.0  # CIE Lab distance that is plain to see between two neighbouring areas


def hidden_share(product: Float, alpha: Float, backdrop: Float) -> float:
    """The part 0..1 of the contour where product and backdrop differ by less than NOTICEABLE.

    `product` (H, W, 3) linear, multiplied by `alpha` (H, W); `backdrop` (H, W, 3) linear.
    """
    size = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    half: list[Float] = [cv2.resize(layer, size, interpolation=cv2.INTER_AREA) for layer in (product, alpha, backdrop)]
    inside, cover, outside = half
    inside = _mean_colour(inside, cover)
    outside = _mean_colour(outside * (1 - cover[..., None]), 1 - cover)
    contour = (cover > 0.2) & (cover < 0.8)
    distance = np.linalg.norm(_lab(inside[contour]) - _lab(outside[contour]), axis=1)
    return float(np.mean(distance < NOTICEABLE))


def _mean_colour(weighted: Float, weight: Float) -> Float:
    sigma = REACH * max(weight.shape)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    return cv2.GaussianBlur(weighted, (0, 0), sigma) / np.maximum(total, 1e-4)[..., None]


def _lab(linear: Float) -> Float:
    return cv2.cvtColor(linear.clip(0, 1)[None], cv2.COLOR_LRGB2Lab)[0]
