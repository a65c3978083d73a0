"""Transforms that most of a set of matched points agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.geometry import Mask, Matrix, square

_ROUNDS, _CONFIDENCE = 3000, 0.999


@dataclass(frozen=True, eq=False)
class Agreed:
    """`transform` from the first points to the second, and which of them (n,) agree."""

    transform: Matrix
    kept: Mask

    @property
    def support(self) -> int:
        return int(self.kept.sum())


def similarity(a: Float, b: Float, reach: float) -> Agreed | None:
    """Moved, turned and scaled; `reach`: px within which a point agrees."""
    found: Any = cv2.estimateAffinePartial2D(
        a, b, method=cv2.RANSAC, ransacReprojThreshold=reach, maxIters=_ROUNDS, confidence=_CONFIDENCE
    )
    return None if found[0] is None else Agreed(square(found[0]), np.asarray(found[1]).ravel() > 0)


def affine(a: Float, b: Float, reach: float) -> Agreed | None:
    """Sheared too."""
    found: Any = cv2.estimateAffine2D(
        a, b, method=cv2.RANSAC, ransacReprojThreshold=reach, maxIters=_ROUNDS, confidence=_CONFIDENCE
    )
    return None if found[0] is None else Agreed(square(found[0]), np.asarray(found[1]).ravel() > 0)


def homography(a: Float, b: Float, reach: float) -> Agreed | None:
    """Tilted too. Barath and others, MAGSAC++, a Fast, Reliable and Accurate Robust Estimator, 2020."""
    found: Any = cv2.findHomography(a, b, cv2.USAC_MAGSAC, reach, maxIters=_ROUNDS, confidence=_CONFIDENCE)
    if found[0] is None:
        return None
    transform = np.asarray(found[0], np.float64)
    return Agreed(transform / transform[2, 2], np.asarray(found[1]).ravel() > 0)
