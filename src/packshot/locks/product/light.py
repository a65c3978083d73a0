"""Taking out what light does and no product should be judged by: exposure, contrast, a tint, shading, shadows."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.colour import within
from packshot.locks.product.geometry import Mask

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_FLOOR = 0.004  # linear light: keeps the ratios of the darkest pixels within bounds
_CLIPPED = 0.97  # what is brighter has lost its contrast and says nothing about gamma
_LEAST_WHOLE = 0.15  # part of the product below which clipped pixels count like others
_GAMMA = (0.72, 1.4)
_TINT = (0.9, 1.11)  # what 5 % in encoded values are in linear light: more is another colour
_SHADING = 0.10  # of the product's longer side: what varies more slowly is light
_GAIN = (0.35, 3.2)


def normalised(own: Float, theirs: Float, inner: Mask) -> tuple[Float, Float]:
    """Both (H, W, 3), linear light, as if equally lit, judged by `inner` (H, W).

    `theirs` gets one gamma, a small tint, and gain that changes slowly from place to place. Where light has driven it
    to white, it cannot be told what it was; `own` is cut off at the same height.
    """
    whole = inner & (theirs.max(axis=2) < _CLIPPED)
    if whole.sum() < _LEAST_WHOLE * inner.sum():
        whole = inner
    y_own, y_theirs = own @ _LUMINANCE + _FLOOR, theirs @ _LUMINANCE + _FLOOR
    even = np.maximum(theirs, 1e-5) ** _gamma(y_own, y_theirs, inner)
    y_even = even @ _LUMINANCE + _FLOOR
    gain = float(np.median(y_own[whole] / y_even[whole]))
    tint = np.median(own[whole] + 0.01, axis=0) / np.median(even[whole] * gain + 0.01, axis=0)
    tint = np.clip(tint / np.exp(np.log(tint).mean()), *_TINT).astype(np.float32)
    weight = inner.astype(np.float32) * np.where(whole, np.float32(1), np.float32(0.02))
    sigma = _SHADING * max(inner.shape)
    shading = np.clip(within(y_own, weight, sigma) / within(y_even * tint.mean(), weight, sigma), *_GAIN)[..., None]
    highest = np.asarray(_CLIPPED * tint * shading, np.float32)
    return np.minimum(own, highest), np.minimum(np.asarray(even * tint * shading, np.float32), highest)


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
