"""Faces set upright: a similarity puts their landmarks where the embedder was trained to have them."""

from __future__ import annotations

from math import hypot
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Matrix = NDArray[np.float64]

LONGEST = 1600  # px of a picture's longest side while faces are looked for: bounds time and memory


def working_copy(pixels: NDArray[Any]) -> tuple[Rgb, float]:
    """`pixels` (H, W, 3 or 4), sRGB uint8 or uint16, as (H, W, 3) uint8 of at most LONGEST px, and its scale ≤ 1."""
    height, width = pixels.shape[:2]
    scale = min(1.0, LONGEST / max(height, width))
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        source = np.ascontiguousarray(pixels[..., :3])
        pixels = cv2.resize(source, size, interpolation=cv2.INTER_AREA)
    if pixels.dtype == np.uint16:
        pixels = np.rint(pixels[..., :3].astype(np.float32) / 257)
    return np.ascontiguousarray(pixels[..., :3], np.uint8), scale


def similarity(source: NDArray[Any], target: NDArray[Any]) -> Matrix:
    """The rotation, scale and shift (2, 3) that bring `source` (N, 2) nearest to `target` (N, 2) in least squares.

    S. Umeyama, Least-squares estimation of transformation parameters between two point patterns, IEEE PAMI 13 (1991).
    """
    one, other = source.mean(axis=0), target.mean(axis=0)
    a, b = source - one, target - other
    left, singular, right = np.linalg.svd(b.T @ a / len(source))
    sign = np.diag([1, np.sign(np.linalg.det(left @ right))])
    rotation = left @ sign @ right
    spread = (a**2).sum() / len(source)
    scale = float((singular * np.diag(sign)).sum() / spread) if spread > 0 else 1.0
    return np.hstack([scale * rotation, (other - scale * rotation @ one)[:, None]])


def chip(picture: Rgb, points: NDArray[np.float64], template: NDArray[np.float64], size: int) -> Rgb:
    """The face with landmarks at `points` (N, 2) of `picture`, upright, `size` × `size` px; black outside of it."""
    matrix = similarity(points, template)
    scale = hypot(matrix[0, 0], matrix[1, 0])
    if scale < 0.5:  # a large face would alias
        picture, matrix = _near(picture, points, matrix)
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.45 / scale), np.uint8)
    return np.asarray(cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=0), np.uint8)


def _near(picture: Rgb, points: NDArray[np.float64], matrix: Matrix) -> tuple[Rgb, Matrix]:
    """The part of `picture` around a face, so that no more than that is blurred."""
    reach = 3 * np.ptp(points, axis=0).max()
    x0, y0 = np.maximum(np.floor(points.min(axis=0) - reach), 0).astype(int)
    x1, y1 = np.ceil(points.max(axis=0) + reach).astype(int)
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ (x0, y0)
    return picture[y0:y1, x0:x1], moved
