"""Alpha by projecting a pixel's colour between those of its nearest product and its nearest backdrop."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask


def spread_from(image: Float, known: Mask, sigma: float) -> Float:
    """(h, w, 3): at every pixel the colour of the nearest `known` pixel, averaged over known neighbours within `sigma`.

    Zero everywhere where nothing is known.
    """
    if not known.any():
        return np.zeros_like(image)
    weight = known.astype(np.float32)
    total = cv2.GaussianBlur(image * weight[..., None], (0, 0), sigma)
    share = cv2.GaussianBlur(weight, (0, 0), sigma)
    _, nearest = cv2.distanceTransformWithLabels(
        (~known).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    position = np.zeros(int(nearest.max()) + 1, np.intp)
    at = np.flatnonzero(known.ravel())
    position[nearest.ravel()[at]] = at
    source = position[nearest]
    return total.reshape(-1, 3)[source] / np.maximum(share.ravel()[source], 1e-6)[..., None]


def project(image: Float, trimap: Float) -> Float:
    """Alpha (h, w) float32 of `image` (h, w, 3) for `trimap` (0, 1, between: unknown)."""
    product = spread_from(image, trimap == 1, 2.0)
    backdrop = spread_from(image, trimap == 0, 4.0)
    across = product - backdrop
    length = np.maximum((across**2).sum(-1), 1e-4)
    alpha = np.clip(((image - backdrop) * across).sum(-1) / length, 0, 1)
    alpha = cv2.GaussianBlur(np.where((trimap == 0) | (trimap == 1), trimap, alpha), (0, 0), 0.6)
    return np.where((trimap == 0) | (trimap == 1), trimap, alpha).astype(np.float32)
