"""A product's main colours in words, for engines that gave it others."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.engines.base import Reference
from packshot.imaging.colour import Pixels
from packshot.imaging.own import opened

_LOOK = 128  # px of the longer side that colours are counted at
_PARTS = 3  # colours of a product at most
_LEAST = 0.15  # of the product: less is no colour of it
_OPAQUE = 0.98
# Names that everybody and every engine knows, with their place in CIE L*a*b* (of the CSS colours of that name).
_NAMES = {
    "black": (0, 0, 0),
    "dark grey": (34, 0, 0),
    "grey": (54, 0, 0),
    "light grey": (84, 0, 0),
    "white": (100, 0, 0),
    "red": (45, 68, 45),
    "dark red": (28, 51, 41),
    "orange": (72, 32, 75),
    "brown": (37, 26, 41),
    "beige": (88, 2, 14),
    "yellow": (90, -8, 85),
    "olive green": (52, -13, 57),
    "green": (46, -52, 50),
    "dark green": (30, -32, 30),
    "turquoise": (78, -40, -5),
    "light blue": (78, -10, -20),
    "blue": (36, 30, -75),
    "navy blue": (15, 30, -45),
    "purple": (35, 55, -40),
    "pink": (78, 28, 4),
}


def colours_of(reference: Reference) -> str:
    """The product's main colours in words, the largest first: "navy blue (#1b2a4f) and white (#f1efe9)"."""
    pixels = _eight(opened(reference.data)[..., :3])
    scale = min(1.0, _LOOK / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    fitted = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)
    inside = np.ones(fitted.shape[:2], bool)
    if reference.alpha is not None:
        alpha = _eight(opened(reference.alpha)[..., 0])
        inside = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)) > 255 * _OPAQUE
    found = fitted[inside]
    if len(found) < _PARTS:
        return ""
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    cv2.setRNGSeed(1)
    empty = np.empty(0, np.int32)
    _, labels, centres = cv2.kmeans(found, _PARTS, empty, rule, 2, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(np.asarray(labels).ravel(), minlength=_PARTS) / len(found)
    named: dict[str, str] = {}
    for index in np.argsort(-shares):
        if shares[index] >= _LEAST:
            named.setdefault(_name(np.asarray(centres)[index]), _hex(np.asarray(centres)[index]))
    return " and ".join(f"{name} ({code})" for name, code in named.items())


def _name(colour: np.ndarray) -> str:
    lab = cv2.cvtColor((colour / 255).astype(np.float32).reshape(1, 1, 3), cv2.COLOR_RGB2LAB).reshape(3)
    return min(_NAMES, key=lambda name: float(np.sum((np.asarray(_NAMES[name]) - lab) ** 2)))


def _hex(colour: np.ndarray) -> str:
    red, green, blue = (round(float(level)) for level in colour)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _eight(pixels: Pixels) -> Pixels:
    return (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
