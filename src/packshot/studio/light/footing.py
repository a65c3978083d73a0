"""Where the product touches the ground: its feet, found in the lower contour of its silhouette."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from packshot.imaging.colour import Float
from packshot.studio.place import Placed

_LEAST_PROMINENCE = 0.04  # of the product's height: how far the contour rises between two feet
_DEEPEST_BASE = 0.8  # of the product's width: how far back one unbroken base may run
_DEEPEST_STAND = 1.1  # of the product's width: how far behind the front feet the rear ones may stand
_STEEPEST_TOUCH = 3.0  # slope on the floor (about 72°) at which a base's contour stops touching it
_STEEPEST_BASE = 8.0  # slope on the floor (about 83°) at which it has become the product's side
_LEVEL = 0.03  # of the product's height: feet this little above the lowest need no proof of being feet
_TIP = 0.05  # of the product's height above a raised foot's tip, where it must still be narrow
_NARROW = 0.14  # of the product's larger side


@dataclass(frozen=True)
class Foot:
    """A stretch of the contour that stands on the floor: columns `left` to `right` (inclusive) of the product's box."""

    left: int
    right: int


@dataclass(frozen=True, eq=False)
class Footing:
    """How the product stands.

    Per column of the product's box: `low` (w,) the frame height (pixels) of its lower contour, NaN where there is none;
    `touch` (w,) 0..1 how surely it touches the floor there; `support` (w,) the frame height of the floor under what is
    seen in that column, about which the floor mirrors it. `feet` from left to right, one for a plain base.
    """

    low: Float
    touch: Float
    support: Float
    feet: tuple[Foot, ...]

    @property
    def ground(self) -> float:
        """Frame height (pixels) of the lowest point."""
        return float(np.nanmax(self.low))


def find_footing(placed: Placed, elevation: float) -> Footing:
    """The footing of a standing product seen from `elevation` degrees above."""
    height, width = placed.alpha.shape
    low = _lower_contour(placed.alpha)
    filled = np.where(np.isnan(low), -height, low)
    lean = sin(radians(elevation))
    feet = [_foot(filled, peak, width, lean) for peak in _peaks(filled, width, height, lean)]
    feet = _merged(feet)
    touch = _touch(filled, feet, width, lean)
    low = (low + placed.box[1]).astype(np.float32)
    return Footing(low, touch, _support(low, feet), tuple(feet))


def _lower_contour(alpha: Float) -> Float:
    """(w,) height of the lowest crossing of alpha 0.5 in every column, to a fraction of a pixel; NaN without one."""
    height = alpha.shape[0]
    solid = alpha >= 0.5
    lowest = height - 1 - np.argmax(solid[::-1], axis=0)
    columns = np.arange(alpha.shape[1])
    here = alpha[lowest, columns]
    below = np.where(lowest + 1 < height, alpha[np.minimum(lowest + 1, height - 1), columns], 0)
    crossing = lowest + 0.5 + (here - 0.5) / np.maximum(here - below, 1e-6)
    return np.where(solid.any(axis=0), crossing, np.nan).astype(np.float32)


def _peaks(low: Float, width: int, height: int, lean: float) -> list[int]:
    """The columns where feet stand: the lowest point, and the others that can stand on the same floor behind it."""
    prominence = max(_LEAST_PROMINENCE * height, 3)
    found, _ = find_peaks(np.pad(low, 1, constant_values=-2 * height), prominence=prominence)
    lowest = float(low.max())
    reach = _DEEPEST_STAND * width * lean
    columns: list[int] = []
    for column in (int(at) - 1 for at in found):
        rise = lowest - low[column]
        if rise <= _LEVEL * height or (rise <= reach and _is_narrow(low, column, width, height)):
            columns.append(column)
    return columns or [int(np.argmax(low))]


def _is_narrow(low: Float, column: int, width: int, height: int) -> bool:
    """Whether the contour around `column` is a leg's end, not the round underside of a handle."""
    above = low < low[column] - _TIP * height
    left = column - int(np.argmax(above[column::-1])) if above[: column + 1].any() else 0
    right = column + int(np.argmax(above[column:])) if above[column:].any() else width - 1
    return right - left <= _NARROW * max(width, height)


def _foot(low: Float, peak: int, width: int, lean: float) -> Foot:
    """The base around `peak`: outwards until the contour turns up into the product's side."""
    left, right = _walk(low, peak, width, lean, _STEEPEST_BASE)
    return Foot(left, right)


def _walk(low: Float, peak: int, width: int, lean: float, steepest: float) -> tuple[int, int]:
    step = max(2, round(0.008 * width))
    limit = (steepest * lean + 0.1) * step
    risen = low[peak] - low > _DEEPEST_BASE * width * lean + 2
    ends: list[int] = []
    for direction in (-1, 1):
        ahead = np.roll(low, -direction * step)
        steep = low - ahead > limit
        steep[: step if direction < 0 else 0] = True
        steep[low.size - step if direction > 0 else low.size :] = True
        stops = np.flatnonzero((steep | risen)[peak::direction])
        ends.append(peak + direction * int(stops[0] if stops.size else 0))
    return ends[0], ends[1]


def _merged(feet: list[Foot]) -> list[Foot]:
    merged: list[Foot] = []
    for foot in sorted(feet, key=lambda foot: foot.left):
        if merged and foot.left <= merged[-1].right + 1:
            merged[-1] = Foot(merged[-1].left, max(foot.right, merged[-1].right))
        else:
            merged.append(foot)
    return merged


def _touch(low: Float, feet: list[Foot], width: int, lean: float) -> Float:
    touch = np.zeros(width, np.float32)
    for foot in feet:
        peak = foot.left + int(np.argmax(low[foot.left : foot.right + 1]))
        left, right = _walk(low, peak, width, lean, _STEEPEST_TOUCH)
        touch[left : right + 1] = 1
    return gaussian_filter1d(touch, max(0.004 * width, 0.7)).astype(np.float32)


def _support(low: Float, feet: list[Foot]) -> Float:
    columns = np.concatenate([np.arange(foot.left, foot.right + 1) for foot in feet])
    line = np.interp(np.arange(low.size), columns, low[columns])
    return gaussian_filter1d(line, max(0.006 * low.size, 0.7), mode="nearest").astype(np.float32)
