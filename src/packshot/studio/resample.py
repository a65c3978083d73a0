"""Resampling a picture to another size with an antialiased cubic, a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float

_REACH = 2.0  # of the cubic, in pixels of the coarser of both pictures
_ROWS, _COLUMNS = 32, 16  # new ones made at once: few enough that all they are made of stays in the processor's cache
_CHANNELS = 4  # at most
_ALONE = 2**18  # multiplications of a matrix product up to which OpenBLAS takes one thread, however many there are

Planes = Callable[[slice], Float]
"""The given rows of a picture, (rows, channels, columns) float32."""


def resampled(planes: Planes, old: tuple[int, int], new: tuple[int, int]) -> Iterator[tuple[slice, Float]]:
    """The picture of `old` (rows, columns) that `planes` gives, at the size `new`: some rows, and what they show.

    That is (rows, channels ≤ 4, columns) float32, and the next one overwrites it. It is the Catmull-Rom cubic, as wide
    as a pixel of the coarser picture: sharper than averaging areas, and unlike Lanczos and its kin it leaves no visible
    ring around dark print in linear light. It overshoots, so what has to stay within bounds must be clipped. Edges go
    on as they are. The same to the bit on any number of threads.
    (R. Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981, with a = -1/2.)
    """
    first, weights = _weights(old[0], new[0])
    blocks = _blocks(old[1], new[1])
    step = max(1, min(_ROWS, _ALONE // (_CHANNELS * max(shares.size for _, _, shares in blocks))))
    across = np.empty(0, np.float32)
    for start in range(0, new[0], step):
        rows = slice(start, min(start + step, new[0]))
        top, bottom = max(int(first[rows][0]), 0), min(int(first[rows][-1]) + weights.shape[1], old[0])
        source = planes(slice(min(top, old[0] - 1), max(bottom, 1)))
        down = np.zeros((rows.stop - rows.start, source[0].size), np.float32)
        add_rows(down, source.reshape(len(source), -1), first[rows] - top, weights[rows])
        down = down.reshape(-1, old[1])
        if across.shape[0] != down.shape[0]:
            across = np.empty((down.shape[0], new[1]), np.float32)
        for taken, made, shares in blocks:
            np.matmul(down[:, taken], shares, out=across[:, made])
        yield rows, across.reshape(rows.stop - rows.start, -1, new[1])


def add_rows(result: Float, source: Float, first: NDArray[np.intp], weights: NDArray[np.floating[Any]]) -> None:
    """Adds to each row of `result` (n, length) the rows of `source` (m, length) from `first` (n,) on by `weights`.

    These are (n, taps); beyond its edges `source` goes on as they are.
    """
    last = len(source) - 1
    for row, start, shares in zip(result, first.tolist(), weights.tolist(), strict=True):
        for tap, share in enumerate(shares, start):
            if share:
                cv2.scaleAdd(source[min(max(tap, 0), last)], share, row, dst=row)


@lru_cache(16)
def _blocks(length: int, target: int) -> list[tuple[slice, slice, Float]]:
    """For a few new columns at a time: the old ones they take from, which they are, and (old, new) how much of each.

    A full product over so narrow a band of a matrix is faster than leaving its zeros out.
    """
    first, weights = _weights(length, target)
    blocks: list[tuple[slice, slice, Float]] = []
    for start in range(0, target, _COLUMNS):
        made = slice(start, min(start + _COLUMNS, target))
        taps = np.clip(first[made, None] + np.arange(weights.shape[1]), 0, length - 1)
        left, right = int(taps.min()), int(taps.max()) + 1
        shares = np.zeros((right - left, len(taps)), np.float32)
        np.add.at(shares, (taps - left, np.arange(len(taps))[:, None]), weights[made])
        blocks.append((slice(left, right), made, shares))
    return blocks


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
