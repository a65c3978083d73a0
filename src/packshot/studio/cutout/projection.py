"""Alpha by projecting a pixel's colour between those of its nearest product and its nearest backdrop."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask


def spread_from(image: Float, known: Mask, sigma: float, wanted: Mask) -> Float:
    """(n, 3): for every pixel in `wanted` the colour of the nearest `known` one of `image` (h, w, 3).

    That is averaged over the known pixels within `sigma`; zero where nothing is known.
    """
    if not known.any():
        return np.zeros((np.count_nonzero(wanted), 3), np.float32)
    weight = known.astype(np.float32)
    total = np.asarray(cv2.GaussianBlur(image * weight[..., None], (0, 0), sigma), np.float32)
    share = np.asarray(cv2.GaussianBlur(weight, (0, 0), sigma), np.float32)
    away = (~known).view(np.uint8)
    _, labels = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    nearest = np.asarray(labels, np.intp)
    position = np.zeros(int(nearest.max()) + 1, np.intp)
    at = np.flatnonzero(known.ravel())
    position[nearest.ravel()[at]] = at
    source = position[nearest[wanted]]
    weighed = total.reshape(-1, 3)[source] / np.maximum(share.ravel()[source], 1e-6)[..., None]
    return weighed.astype(np.float32)


def project(image: Float, trimap: Float) -> Float:
    """Alpha (h, w) float32 of `image` (h, w, 3) for `trimap` (0, 1, between: unknown)."""
    unknown = (trimap > 0) & (trimap < 1)
    product = spread_from(image, trimap == 1, 2.0, unknown)
    backdrop = spread_from(image, trimap == 0, 4.0, unknown)
    across = product - backdrop
    length = np.maximum(np.einsum("ij,ij->i", across, across), 1e-4)
    alpha = trimap.copy()
    alpha[unknown] = np.clip(np.einsum("ij,ij->i", image[unknown] - backdrop, across) / length, 0, 1)
    return np.where(unknown, cv2.GaussianBlur(alpha, (0, 0), 0.6), trimap).astype(np.float32)
