"""Plane geometry of where the product is: 3 × 3 transforms, whether they are plausible, and warping by them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float

Matrix = NDArray[np.float64]
"""(3, 3): takes homogeneous x, y of one picture to another's, pixel centres at whole numbers."""

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def square(affine: NDArray[np.floating]) -> Matrix:
    """A 2 × 3 transform as 3 × 3."""
    return np.vstack([np.asarray(affine, np.float64), [0.0, 0.0, 1.0]])


def scaling(x: float, y: float | None = None) -> Matrix:
    """The transform between a picture and its copy of `x` times the width and `y` times the height.

    Centres of pixels do not stay where they are: the centre of the first is half a pixel in at both sizes.
    """
    y = x if y is None else y
    return np.array([[x, 0, 0.5 * x - 0.5], [0, y, 0.5 * y - 0.5], [0, 0, 1.0]])


def shift(x: float, y: float) -> Matrix:
    return np.array([[1.0, 0, x], [0, 1.0, y], [0, 0, 1.0]])


def jacobian(H: Matrix, x: float, y: float) -> Matrix:
    """(2, 2): how a step at x, y is mapped."""
    w = H[2, 0] * x + H[2, 1] * y + H[2, 2]
    u, v = (H[0, 0] * x + H[0, 1] * y + H[0, 2]) / w, (H[1, 0] * x + H[1, 1] * y + H[1, 2]) / w
    return (
        np.array([[H[0, 0] - u * H[2, 0], H[0, 1] - u * H[2, 1]], [H[1, 0] - v * H[2, 0], H[1, 1] - v * H[2, 1]]]) / w
    )


def stretches(H: Matrix, shape: tuple[int, ...]) -> tuple[float, float]:
    """The largest and the smallest scale at the middle of a picture of `shape` (H, W, …)."""
    larger, smaller = np.linalg.svd(jacobian(H, shape[1] / 2, shape[0] / 2), compute_uv=False)
    return float(larger), float(smaller)


def scale_of(H: Matrix, shape: tuple[int, ...]) -> float:
    """Target pixels for a pixel at the middle of a picture of `shape`."""
    larger, smaller = stretches(H, shape)
    return float(np.sqrt(larger * smaller))


def plausible(H: Matrix, shape: tuple[int, ...]) -> bool:
    """Whether a camera could see a picture of `shape` so: not folded, not flipped, not extremely far or oblique."""
    height, width = shape[:2]
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    seen = np.asarray(cv2.perspectiveTransform(corners, H), np.float32)[0]
    if not np.isfinite(seen).all() or np.abs(seen).max() > 1e5 or not cv2.isContourConvex(seen):
        return False
    areas = [float(np.linalg.det(jacobian(H, x, y))) for x, y in corners[0].tolist()]
    if min(areas) <= 0 or max(areas) / min(areas) > 3:
        return False
    larger, smaller = stretches(H, shape)
    return smaller > 0.06 and larger < 6 and larger / smaller < 1.9


def warp(picture: Image, H: Matrix, shape: tuple[int, ...]) -> tuple[Image, Mask]:
    """`picture` (h, w, 3) pulled back through `H` into a frame of `shape`, antialiased; and where it lies within."""
    scale = scale_of(H, shape)
    smooth = cv2.GaussianBlur(picture, (0, 0), 0.42 * scale) if scale > 1.3 else picture
    size = shape[1], shape[0]
    pulled = cv2.warpPerspective(
        smooth, H, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    inside = cv2.warpPerspective(
        np.full(picture.shape[:2], 255, np.uint8), H, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    return np.asarray(pulled, np.uint8), np.asarray(inside, np.uint8) > 0


def fitted(picture: Image, longest: int) -> Image:
    """`picture` with no side above `longest` px."""
    height, width = picture.shape[:2]
    factor = longest / max(height, width)
    if factor >= 1:
        return picture
    size = max(round(width * factor), 8), max(round(height * factor), 8)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def between(small: Image, large: Image) -> Matrix:
    """From pixels of `small` to those of `large`, a copy of it in another size."""
    return scaling(large.shape[1] / small.shape[1], large.shape[0] / small.shape[0])


def grey(picture: Image) -> Image:
    """(H, W) uint8 of sRGB (H, W, 3)."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def apply(H: Matrix, points: Float) -> Float:
    """`points` (n, 2) taken through `H`."""
    return np.asarray(cv2.perspectiveTransform(points[None], H), np.float32)[0]


def correlation(a: Float, b: Float) -> float:
    """Pearson's correlation of two arrays of a shape; 0 where one of them is flat."""
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-6))
