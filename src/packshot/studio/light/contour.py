"""Small tools for lines of numbers. SciPy has them too, but importing its signal package takes a second."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float

Line = NDArray[np.floating[Any]]


def softened(line: Line, sigma: float) -> Float:
    """`line` (n,) under a Gaussian of `sigma` samples; the ends go on as they are."""
    row = np.asarray(line, np.float32)[None]
    return np.asarray(cv2.GaussianBlur(row, (0, 1), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)[0]


def averaged(line: Line, width: int) -> Float:
    """`line` (n,) averaged over `width` samples around each; it is mirrored at its ends."""
    row = np.asarray(line, np.float32)[None]
    return np.asarray(cv2.blur(row, (width, 1), borderType=cv2.BORDER_REFLECT), np.float32)[0]


def hilltops(line: Line, least: float) -> list[tuple[int, float]]:
    """The local maxima of `line` (n,) that stand out by `least` or more: (index, prominence), from left to right.

    Prominence: the height above the higher of the two lowest points passed before higher ground is met on either side.
    A flat top counts once, at its middle.
    """
    tops: list[tuple[int, float]] = []
    edges = np.flatnonzero(np.diff(line)) + 1
    for start, end in zip(np.r_[0, edges], np.r_[edges, line.size], strict=True):
        top = float(line[start])
        if start == 0 or end == line.size or line[start - 1] >= top or line[end] >= top:
            continue
        left, right = line[:start][::-1], line[end:]
        col = max(_lowest_before_rise(left, top), _lowest_before_rise(right, top))
        if top - col >= least:
            tops.append((int(start + end - 1) // 2, float(top - col)))
    return tops


def _lowest_before_rise(side: Line, top: float) -> float:
    """The lowest of `side`, read away from the top, up to the first point higher than it."""
    higher = np.flatnonzero(side > top)
    return float(side[: higher[0]].min() if higher.size else side.min())
