"""Taking out what light does and no product should be judged by: exposure, contrast, a tint, shading, shadows."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.colour import within
from packshot.locks.product.geometry import Mask

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_FLOOR = 0.004  # linear light: keeps the ratios of the darkest pixels within bounds
_CLIPPED = 0.97  # what is brighter has lost its contrast and says nothing about gamma
_GAMMA = (0.72, 1.4)
_TINT = (0.93, 1.075)  # ± 7 %: more is another colour
_SHADING = 0.10  # of the product's longer side: what varies more slowly is light
_GAIN = (0.35, 3.2)


def normalised(own: Float, theirs: Float, inner: Mask) -> Float:
    """`theirs` (H, W, 3), linear light, as lit as `own` is, judged by `inner` (H, W): one gamma, a small tint, and gain
    that changes slowly from place to place.
    """
    y_own, y_theirs = own @ _LUMINANCE + _FLOOR, theirs @ _LUMINANCE + _FLOOR
    even = np.maximum(theirs, 1e-5) ** _gamma(y_own, y_theirs, inner)
    y_even = even @ _LUMINANCE + _FLOOR
    gain = float(np.median(y_own[inner] / y_even[inner]))
    tint = np.median(own[inner] + 0.01, axis=0) / np.median(even[inner] * gain + 0.01, axis=0)
    tint = np.clip(tint / np.exp(np.log(tint).mean()), *_TINT)
    even = even * tint.astype(np.float32)
    weight = inner.astype(np.float32)
    sigma = _SHADING * max(inner.shape)
    shading = np.clip(within(y_own, weight, sigma) / within(y_even, weight, sigma), *_GAIN)
    return np.asarray(even * shading[..., None], np.float32)


def _gamma(y_own: Float, y_theirs: Float, inner: Mask) -> float:
    """The exponent that gives their brightness the spread of ours, 1 where it cannot be told."""
    usable = inner & (y_theirs < _CLIPPED) & (y_own < _CLIPPED)
    a, b = np.log(y_theirs[usable]), np.log(y_own[usable])
    if len(a) < 100 or a.std() < 0.12:
        return 1.0
    spread = np.cov(a, b)
    if spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1] + 1e-9) < 0.75:
        return 1.0
    return float(np.clip(np.sqrt(spread[1, 1] / spread[0, 0]), *_GAMMA))
