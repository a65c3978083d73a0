"""Points that are found again in another picture: RootSIFT, matched both ways."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.locks.product.geometry import Image, Mask, grey

MOST = 2000  # of one picture: a repeated pattern has many times more, which match each other and cost seconds
_RATIO = 0.86


@dataclass(frozen=True, eq=False)
class Keypoints:
    """`at` (n, 2) x, y; `descriptors` (n, 128) RootSIFT, of length 1."""

    at: Float
    descriptors: Float


@cache
def _sift() -> cv2.SIFT:
    return cv2.SIFT.create(nfeatures=MOST, contrastThreshold=0.012, edgeThreshold=14)


def keypoints(pixels: Image, mask: Mask | None = None) -> Keypoints:
    """The strongest points of sRGB `pixels` (H, W, 3), only those on or right beside `mask`.

    Arandjelović, Zisserman, Three things everyone should know to improve object retrieval, 2012.
    """
    where = None
    if mask is not None:
        where = cv2.dilate(mask.astype(np.uint8) * 255, np.ones((5, 5), np.uint8))
    sift: Any = _sift()  # whose types know neither a missing mask nor that nothing may be found
    found, described = sift.detectAndCompute(grey(pixels), where)
    if described is None or len(found) < 4:
        return Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    rooted = np.sqrt(described / (described.sum(axis=1, keepdims=True) + 1e-7))
    at = np.array([point.pt for point in found], np.float32)
    return Keypoints(at[:MOST], np.asarray(rooted[:MOST], np.float32))


def matches(a: Keypoints, b: Keypoints) -> NDArray[np.intp]:
    """(m, 2) indices into both: pairs that are each other's nearest, and clearly nearer than the second."""
    if len(a.at) < 4 or len(b.at) < 4:
        return np.zeros((0, 2), np.intp)
    alike = a.descriptors @ b.descriptors.T
    rows = np.arange(len(alike))
    best = alike.argmax(axis=1)
    first = alike[rows, best]
    back = alike.argmax(axis=0)
    alike[rows, best] = -1
    second = alike.max(axis=1)
    nearer = np.sqrt(np.maximum(2 - 2 * first, 0)) < _RATIO * np.sqrt(np.maximum(2 - 2 * second, 1e-9))
    kept = nearer & (back[best] == rows)
    return np.stack([rows[kept], best[kept]], axis=1)
