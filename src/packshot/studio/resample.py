"""Resampling a picture to another size with an antialiased cubic."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float

_REACH = 2.0  # of the cubic, in pixels of the coarser of both pictures


def resample(picture: Float, width: int, height: int) -> Float:
    """(H, W, C ≤ 4) float32 as (height, width, C): the Catmull-Rom cubic, as wide as a pixel of the coarser picture.

    It is sharper than averaging areas, and unlike Lanczos and its kin it leaves no visible ring around dark print in
    linear light. It overshoots, so what has to stay within bounds must be clipped. Edges go on as they are.
    (R. Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981, with a = -1/2.)
    """
    rows, columns, channels = picture.shape
    down = _rows(picture.reshape(rows, columns * channels), height)
    turned = _turned(down.reshape(height, columns, channels)).reshape(columns, height * channels)
    across = _rows(turned, width)
    return _turned(across.reshape(width, height, channels))


def _turned(picture: Float) -> Float:
    """(a, b, C) as (b, a, C)."""
    return np.asarray(cv2.transpose(picture), np.float32).reshape(picture.shape[1], picture.shape[0], picture.shape[2])


def _rows(picture: Float, target: int) -> Float:
    """`picture` (rows, n) with `target` rows.

    Row by row on OpenCV's scaleAdd: nearly as fast as a sparse matrix, and SciPy takes half a second to import.
    """
    first, weights = _weights(len(picture), target)
    result = np.zeros((target, picture.shape[1]), np.float32)
    last = len(picture) - 1
    for row, start, shares in zip(result, first.tolist(), weights.tolist(), strict=True):
        for tap, share in enumerate(shares, start):
            if share:
                cv2.scaleAdd(picture[min(max(tap, 0), last)], share, row, dst=row)
    return result


@lru_cache(16)
def _weights(length: int, target: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """(target,) the first old pixel that each new one takes from, and (target, taps) how much of it and the next."""
    stretch = max(length / target, 1.0)
    centres = (np.arange(target) + 0.5) * length / target - 0.5
    first = np.floor(centres - _REACH * stretch).astype(np.intp) + 1
    taps = first[:, None] + np.arange(int(2 * _REACH * stretch) + 1)
    weights = _cubic((taps - centres[:, None]) / stretch)
    return first, weights / weights.sum(axis=1, keepdims=True)


def _cubic(x: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x < _REACH, far, 0.0))
