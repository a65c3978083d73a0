"""Cutouts of simple bodies, drawn from formulas, for the tests of placing, light and composing."""

from __future__ import annotations

from math import radians, sin
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float, srgb_to_linear
from packshot.studio.cutout.result import Cutout, View

SIDE = 240
Inside = NDArray[np.bool_]
Shape = Literal["can", "stool", "mug", "bowl", "radio", "shirt"]


def cutout(shape: Shape, *, elevation: float | None = 14.0, view: View = "standing", side: int = SIDE) -> Cutout:
    """A patterned `shape`, its alpha softened by 3 × 3 samples a pixel."""
    fine = 3 * side
    y, x = (np.mgrid[:fine, :fine].astype(np.float32) + 0.5) / fine
    inside = _SHAPES[shape](x, y, sin(radians(elevation or 14.0)))
    alpha = inside.reshape(side, 3, side, 3).mean(axis=(1, 3), dtype=np.float32)
    rng = np.random.default_rng(7)
    pattern = 40 + 150 * np.linspace(0, 1, side)[:, None, None] + rng.integers(0, 60, (side, side, 3))
    return Cutout(
        colour=srgb_to_linear(pattern.astype(np.uint8)),
        alpha=alpha,
        confidence=1.0,
        verdict="accept",
        reasons=(),
        view=view,
        elevation=elevation,
    )


def _can(x: Float, y: Float, lean: float, left: float = 0.3, right: float = 0.7) -> Inside:
    """An upright cylinder: 0.15 to 0.85 down the picture, its ends ellipses."""
    half = (right - left) / 2
    across = np.abs(x - (left + right) / 2)
    bulge = lean * np.sqrt(np.clip(half * half - across * across, 0, None))
    return (across <= half) & (y <= 0.85 - half * lean + bulge) & (y >= 0.15)


def _stool(x: Float, y: Float, lean: float) -> Inside:
    """A seat on four legs: two in front, two further in and behind, higher up the picture."""
    seat = (np.abs(x - 0.5) < 0.32) & (y > 0.3) & (y < 0.4)
    front = ((np.abs(x - 0.22) < 0.02) | (np.abs(x - 0.78) < 0.02)) & (y > 0.35) & (y < 0.85)
    rear = ((np.abs(x - 0.36) < 0.02) | (np.abs(x - 0.64) < 0.02)) & (y > 0.35) & (y < 0.85 - 0.45 * lean)
    return seat | front | rear


def _mug(x: Float, y: Float, lean: float) -> Inside:
    """A can with a ring of a handle on its right, its underside round and well above the floor."""
    ring = np.hypot(x - 0.7, y - 0.5)
    return _can(x, y, lean) | ((ring < 0.2) & (ring > 0.14))


def _bowl(x: Float, y: Float, lean: float) -> Inside:
    """The lower half of a ball."""
    return (np.hypot(x - 0.5, y - 0.45) < 0.36) & (y > 0.45)


def _radio(x: Float, y: Float, lean: float) -> Inside:
    """A wide box on two low feet."""
    box = (np.abs(x - 0.5) < 0.4) & (y > 0.4) & (y < 0.8)
    return box | ((np.abs(np.abs(x - 0.5) - 0.32) < 0.03) & (y > 0.7) & (y < 0.815))


def _shirt(x: Float, y: Float, lean: float) -> Inside:
    return ((np.abs(x - 0.5) < 0.2) & (np.abs(y - 0.5) < 0.32)) | ((np.abs(x - 0.5) < 0.36) & (np.abs(y - 0.28) < 0.09))


_SHAPES = {"can": _can, "stool": _stool, "mug": _mug, "bowl": _bowl, "radio": _radio, "shirt": _shirt}
