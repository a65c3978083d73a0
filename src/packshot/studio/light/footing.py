"""Where the product touches the ground: its feet, found in the lower contour of its silhouette."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import find_peaks

from packshot.imaging.colour import Float
from packshot.studio.place import Placed

_LEAST_PROMINENCE = 0.04  # of the product's height: how far the contour rises between two feet
_DEEPEST_STAND = 1.1  # of the product's width: how far behind the front feet the rear ones may stand
_DEEPEST_BASE = 1.15  # of its half width: how far behind a base's nearest point its ends may lie; a circle's do by 1
_STEEPEST_TOUCH = 3.0  # slope on the floor (about 72°) at which a base's contour stops touching it
_STEEPEST_BASE = 8.0  # slope on the floor (about 83°) at which it has become the product's side
_LEVEL = 0.03  # of the product's height: feet this little above the lowest need no proof of being feet
_TIP = 0.05  # of the product's height above a foot's tip, where its width is taken
_NARROW = 0.14  # of the product's larger side: so slim is a leg, and no handle's round underside
_ALIKE = 0.6  # of the lowest foot's width: a foot of its own kind
_LEVEL_SLOPE = 1.2  # pixels a column: a foot's end, not its side
_LEAST_SHOULDER, _FLANK = 0.006, 0.02  # of the product's width: how wide such an end is, and the sides beside it
_FLATTER = 0.4  # of the steepest slope before: flat enough to be another part of the product
_BASE_LEVELS = 24


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
    low = _lower_contour(placed.alpha)
    contour = _Contour(
        np.where(np.isnan(low), -2 * placed.alpha.shape[0], low), placed.alpha.shape[0], sin(radians(elevation))
    )
    feet = _merged([contour.base(peak) for peak in contour.peaks()])
    touch = np.zeros(low.size, np.float32)
    for foot in feet:
        left, right = contour.touching(foot)
        touch[left : right + 1] = 1
    touch = gaussian_filter1d(touch, max(0.004 * low.size, 0.7)).astype(np.float32)
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


@dataclass(frozen=True, eq=False)
class _Contour:
    """The lower contour `low` (w,), far up where there is none, of a product `height` pixels tall.

    `lean`: pixels up the frame per floor pixel away from the camera.
    """

    low: Float
    height: int
    lean: float

    def peaks(self) -> list[int]:
        """The columns where feet stand: the lowest point, and the others that can stand on the same floor behind it."""
        prominence = max(_LEAST_PROMINENCE * self.height, 3)
        found, _ = find_peaks(np.pad(self.low, 1, constant_values=-3 * self.height), prominence=prominence)
        lowest = int(np.argmax(self.low))
        reach = _DEEPEST_STAND * self.low.size * self.lean
        columns = [lowest]
        for column in (int(at) - 1 for at in found):
            rise = float(self.low[lowest] - self.low[column])
            level = rise <= _LEVEL * self.height
            if column != lowest and (level or (rise <= reach and self._is_foot(column, lowest))):
                columns.append(column)
        return columns + self._shoulders(min(columns), max(columns), reach)

    def _shoulders(self, first: int, last: int, reach: float) -> list[int]:
        """Rear feet half hidden by front ones: between two feet, short level steps in the contour's climb."""
        flank = max(3, round(_FLANK * self.low.size))
        climb = _LEVEL * self.height
        level = np.abs(np.gradient(self.low)) < _LEVEL_SLOPE
        level &= self.low[first] - reach < self.low
        level[: first + flank] = level[last - flank :] = False
        edges = np.flatnonzero(np.diff(level.astype(np.int8), prepend=0, append=0))
        shoulders: list[int] = []
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            left = float(self.low[start - flank] - self.low[start])
            right = float(self.low[end - 1 + flank] - self.low[end - 1])
            wide = _LEAST_SHOULDER * self.low.size <= end - start <= _NARROW * self.low.size
            if wide and max(left, right) > climb and min(left, right) < -climb:
                shoulders.append((start + end) // 2)
        return shoulders

    def _is_foot(self, column: int, lowest: int) -> bool:
        """Whether the contour around `column` is a leg's end or like the lowest foot, not a handle's underside."""
        width = self._tip(column)
        narrow = _NARROW * max(self.low.size, self.height)
        return width <= narrow or _ALIKE <= width / self._tip(lowest) <= 1 / _ALIKE

    def _tip(self, column: int) -> int:
        """Width of the contour's dip around `column`, a little above its tip."""
        left, right = self._within(column, self.low >= self.low[column] - _TIP * self.height)
        return right - left + 1

    def _within(self, column: int, allowed: NDArray[np.bool_]) -> tuple[int, int]:
        """The first and last column of the unbroken stretch of `allowed` around `column`."""
        barred = np.flatnonzero(~allowed)
        at = int(np.searchsorted(barred, column))
        left = int(barred[at - 1]) + 1 if at > 0 else 0
        right = int(barred[at]) - 1 if at < barred.size else self.low.size - 1
        return min(left, column), max(right, column)

    def base(self, peak: int) -> Foot:
        """The base around `peak`: outwards until the contour turns up into the product's side.

        A side that flares, as a bowl's, turns up too slowly to be told by its slope; but taken for a base it would be
        one far deeper than wide. So of all heights to cut the contour at, the highest is taken that leaves a base whose
        ends lie no further back than a round one's.
        """
        left, right = self._walk(peak, _STEEPEST_BASE)
        rise = self.low[peak] - self.low[left : right + 1]
        for level in np.linspace(float(rise.max()), 0, _BASE_LEVELS, endpoint=False):
            first, last = self._within(peak, self.low >= self.low[peak] - level)
            first, last = max(first, left), min(last, right)
            ends = (2 * self.low[peak] - self.low[first] - self.low[last]) / 2
            if ends <= _DEEPEST_BASE * self.lean * (last - first + 1) / 2 + 1:
                return Foot(first, last)
        return Foot(peak, peak)

    def touching(self, foot: Foot) -> tuple[int, int]:
        """The part of a foot's contour that is seen to touch: its very ends turn out of sight."""
        peak = foot.left + int(np.argmax(self.low[foot.left : foot.right + 1]))
        left, right = self._walk(peak, _STEEPEST_TOUCH)
        return max(left, foot.left), min(right, foot.right)

    def _walk(self, peak: int, steepest: float) -> tuple[int, int]:
        """From `peak` outwards to where the contour leaves the floor.

        There it rises, or drops to a foot before it, more steeply than `steepest` on the floor; or it flattens again
        after rising, as where a handle begins, which no convex base does.
        """
        step = max(2, round(0.008 * self.low.size))
        limit = (steepest * self.lean + 0.1) * step
        ends: list[int] = []
        for direction in (-1, 1):
            outwards = self.low[peak::direction]
            ahead = np.concatenate([outwards[step:], np.full(min(step, outwards.size), -np.inf, np.float32)])
            slope = np.clip(outwards - ahead, -limit - 1, limit + 1)
            flat = uniform_filter1d(slope, 2 * step) < _FLATTER * np.maximum.accumulate(slope)
            notch = flat & (outwards < outwards[0] - _LEVEL * self.height)
            stops = np.flatnonzero((np.abs(slope) > limit) | notch)
            ends.append(peak + direction * int(stops[0]))
        return ends[0], ends[1]


def _merged(feet: list[Foot]) -> list[Foot]:
    merged: list[Foot] = []
    for foot in sorted(feet, key=lambda foot: foot.left):
        if merged and foot.left <= merged[-1].right + 1:
            merged[-1] = Foot(merged[-1].left, max(foot.right, merged[-1].right))
        else:
            merged.append(foot)
    return merged


def _support(low: Float, feet: list[Foot]) -> Float:
    columns = np.concatenate([np.arange(foot.left, foot.right + 1) for foot in feet])
    line = np.interp(np.arange(low.size), columns, low[columns])
    return gaussian_filter1d(line, max(0.006 * low.size, 0.7), mode="nearest").astype(np.float32)
