"""The guided filter: smooths one picture along the edges of another."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float


def guided_filter(guide: Float, wanted: Float, radius: int, smoothness: float) -> Float:
    """`wanted` (h, w) as a locally linear function of `guide` (h, w), over windows of `radius` pixels.

    `smoothness`: the guide's variance below which it counts as flat (He, Sun, Tang: Guided image filtering, PAMI 2013).
    """
    mean_guide, mean_wanted = _mean(guide, radius), _mean(wanted, radius)
    covariance = _mean(guide * wanted, radius) - mean_guide * mean_wanted
    variance = _mean(guide * guide, radius) - mean_guide * mean_guide
    slope = (covariance / (variance + smoothness)).astype(np.float32)
    offset = (mean_wanted - slope * mean_guide).astype(np.float32)
    return _mean(slope, radius) * guide + _mean(offset, radius)


def _mean(values: Float, radius: int) -> Float:
    return np.asarray(cv2.blur(values, (2 * radius + 1, 2 * radius + 1)), np.float32)
