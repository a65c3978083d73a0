"""Taking out what light does and no product should be judged by: exposure, contrast, a tint, shading, shadows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.colour import lab_of, within
from packshot.locks.product.geometry import Mask

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_FLOOR = 0.004  # linear light: keeps the ratios of the darkest pixels within bounds
_CLIPPED = 0.97  # what is brighter has been driven to white, and it cannot be told what it was
_LEAST_WHOLE = 0.15  # part of the product below which clipped pixels count like others
_GAMMAS = np.geomspace(0.72, 1.4, 15)
_TINT = (0.9, 1.11)  # what 5 % in encoded values are in linear light: more is another colour
_SHADING = 0.10  # of the product's longer side: what varies more slowly is light
_GAIN = (0.35, 3.2)
_NOT_LIGHT = 8.0  # ΔE76 beyond which a place says nothing about the light
_COARSE = 4  # the exponent is chosen on a copy smaller by so much


@dataclass(frozen=True, eq=False)
class Light:
    """What makes a picture's linear light the photo's: an exponent, then a factor for every channel (3,)."""

    gamma: float
    tint: Float


def light_of(own: Float, theirs: Float, inner: Mask) -> Light:
    """The light of `theirs` beside `own`, both (H, W, 3) linear and lying on each other, judged by `inner` (H, W).

    The exponent is the one under which most of the product has its own colour; what differs by more than light could
    make it counts no more for that. Contrast alone says little of a product of one brightness, and shadows have one of
    their own.
    """
    size = max(inner.shape[1] // _COARSE, 8), max(inner.shape[0] // _COARSE, 8)
    a, b = (np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32) for light in (own, theirs))
    where = np.asarray(cv2.resize(inner.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA), np.uint8) > 200
    if where.sum() < 32:
        return Light(1.0, np.ones(3, np.float32))
    best = Light(1.0, _tint(a, b, where))
    least = np.inf
    for gamma in _GAMMAS:
        light = Light(float(gamma), _tint(a, np.maximum(b, 1e-5) ** np.float32(gamma), where))
        first, second = (lab_of(part)[where] for part in normalised(a, b, where, light))
        apart = np.minimum(np.linalg.norm(first - second, axis=1), _NOT_LIGHT)
        error = float(apart.mean()) + 0.3 * abs(float(np.log(gamma)))
        if error < least:
            best, least = light, error
    return best


def normalised(own: Float, theirs: Float, inner: Mask, light: Light) -> tuple[Float, Float]:
    """Both (H, W, 3), linear light, as if equally lit: `theirs` in `light`, and with gain that changes slowly.

    Where light has driven it to white, `own` is cut off at the same height.
    """
    even = np.maximum(theirs, 1e-5) ** np.float32(light.gamma) * light.tint
    weight = inner.astype(np.float32) * np.where(_whole(theirs, inner), np.float32(1), np.float32(0.02))
    sigma = _SHADING * max(inner.shape)
    y_own, y_even = (np.asarray(part @ _LUMINANCE + _FLOOR, np.float32) for part in (own, even))
    even_light = np.maximum(within(y_even, weight, sigma), _FLOOR)  # far from the product there is none
    shading = np.clip(within(y_own, weight, sigma) / even_light, *_GAIN)[..., None]
    highest = np.asarray(_CLIPPED * light.tint * shading, np.float32)
    return np.minimum(own, highest), np.minimum(np.asarray(even * shading, np.float32), highest)


def _whole(theirs: Float, inner: Mask) -> Mask:
    """Where nothing is clipped, unless nearly everything is."""
    whole = inner & (theirs.max(axis=2) < _CLIPPED)
    return whole if whole.sum() >= _LEAST_WHOLE * inner.sum() else inner


def _tint(own: Float, even: Float, inner: Mask) -> Float:
    """A factor for every channel that gives the median colour, as far as that is light's doing."""
    whole = _whole(even, inner)
    gain = float(np.median((own[whole] @ _LUMINANCE + _FLOOR) / (even[whole] @ _LUMINANCE + _FLOOR)))
    tint = np.median(own[whole] + 0.01, axis=0) / np.median(even[whole] * gain + 0.01, axis=0)
    return np.asarray(gain * np.clip(tint / np.exp(np.log(tint).mean()), *_TINT), np.float32)
