"""Where the product touches the ground: its feet, found in the lower contour of its silhouette."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.light.contour import averaged, hilltops, softened
from packshot.studio.place import Placed

_LEAST_PROMINENCE = 0.012  # of the product's height: how far the contour rises between two feet
_DEEPEST_STAND = 1.45  # of the product's width: how far behind the front feet the rear ones may stand
_DEEPEST_BASE = 1.15  # of its half width: how far behind a base's nearest point its ends may lie; a circle's do by 1
_STEEPEST_TOUCH = 3.0  # slope on the floor (about 72°) at which a base's contour stops touching it
_STEEPEST_BASE = 8.0  # slope on the floor (about 83°) at which it has become the product's side
_LEVEL = 0.03  # of the product's height: feet this little above the lowest need no proof of being feet
_TIP = 0.05  # of the product's height above a foot's tip, where its width is taken
_NARROW = 0.14  # of the product's larger side: so slim is a leg, and no handle's round underside
_STEEP_SIDE = 0.7  # pixels up for one across, somewhere on both sides of a foot
_ALIKE = 0.6  # of the lowest foot's width: a foot of its own kind
_LEVEL_SLOPE = 1.2  # pixels a column: a foot's end, not its side
_HIGHEST_LIFT = 0.05  # of the product's height: a gap under it that the light still hardly reaches
_LEAST_SHOULDER, _FLANK = 0.006, 0.02  # of the product's width: how wide such an end is, and the sides beside it
_TURNED = 1.0  # slope on the floor that a base's contour must have reached for what comes after to be no base
_FLATTER = 0.4  # of the steepest slope before: flat enough to be another part of the product
_LONGEST_SCRAP = 12  # steps: what rises no longer is a scrap of shadow that was cut out with the product
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
    grounds = [contour.ground_under(foot) for foot in feet]
    touch = np.zeros(low.size, np.float32)
    for foot, ground in zip(feet, grounds, strict=True):
        touch[foot.left : foot.right + 1] = contour.touching(foot, ground)
    touch = softened(touch, max(0.004 * low.size, 0.7))
    support = _support(low.size, feet, grounds) + np.float32(placed.box[1])
    return Footing(low + np.float32(placed.box[1]), touch, support, tuple(feet))


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
        least = max(_LEAST_PROMINENCE * self.height, 3)
        found = hilltops(np.pad(self.low, 1, constant_values=-3 * self.height), least)
        lowest = int(np.argmax(self.low))
        reach = _DEEPEST_STAND * self.low.size * self.lean
        columns = [lowest]
        for column, prominence in ((top - 1, prominence) for top, prominence in found):
            rise = float(self.low[lowest] - self.low[column])
            level = rise <= _LEVEL * self.height
            if column != lowest and (level or (rise <= reach and self._is_foot(column, prominence, lowest))):
                columns.append(column)
        return columns + self._shoulders(min(columns), max(columns), reach)

    def _is_foot(self, column: int, prominence: float, lowest: int) -> bool:
        """Whether the contour around `column` is a leg's end or like the lowest foot, not a handle's underside.

        Legs are slim and their sides steep.
        """
        height = min(_TIP * self.height, prominence / 2)
        left, right = self._tip(column, height)
        flank = max(3, round(_FLANK * self.low.size))
        slope = np.abs(np.diff(self.low))
        sides = slope[max(left - flank, 0) : left + 1], slope[max(right - 1, 0) : right + flank]
        if min(float(side.max(initial=0)) for side in sides) < _STEEP_SIDE:
            return False
        width = right - left + 1
        narrow = _NARROW * max(self.low.size, self.height)
        first, last = self._tip(lowest, height)
        return width <= narrow or _ALIKE <= width / (last - first + 1) <= 1 / _ALIKE

    def _tip(self, column: int, height: float) -> tuple[int, int]:
        """The first and last column of the contour's dip around `column`, `height` pixels above its tip."""
        return self._within(column, self.low >= self.low[column] - height)

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

    def ground_under(self, foot: Foot) -> Float:
        """The contour of the floor under a foot: taut below its own, as a rope held from underneath."""
        columns = np.arange(foot.left, foot.right + 1)
        corners: list[int] = []
        for column in columns.tolist():
            while len(corners) > 1 and self._sags(corners[-2], corners[-1], column):
                corners.pop()
            corners.append(column)
        return np.interp(columns, corners, self.low[corners]).astype(np.float32)

    def _sags(self, left: int, middle: int, right: int) -> bool:
        """Whether the contour at `middle` lies above the line from `left` to `right`."""
        along = (middle - left) / (right - left)
        return bool(self.low[middle] <= self.low[left] + (self.low[right] - self.low[left]) * along)

    def touching(self, foot: Foot, ground: Float) -> Float:
        """0..1 in a foot's columns: less where it lifts off the `ground`, 0 where its ends turn out of sight."""
        lift = ground - self.low[foot.left : foot.right + 1]
        near = np.clip(1 - lift / (_HIGHEST_LIFT * self.height), 0, 1)
        steep = np.abs(np.gradient(ground)) if ground.size > 1 else np.zeros(1)
        return (near * (steep <= _STEEPEST_TOUCH * self.lean + 0.1)).astype(np.float32)

    def _walk(self, peak: int, steepest: float) -> tuple[int, int]:
        """From `peak` outwards to where the contour leaves the floor.

        There it rises, or drops to a foot before it, more steeply than `steepest` on the floor; or it flattens again
        after rising, as where a handle begins, which no convex base does.
        """
        step = max(2, round(0.008 * self.low.size))
        limit = (steepest * self.lean + 0.1) * step
        scrap = _LONGEST_SCRAP * step
        ends: list[int] = []
        for direction in (-1, 1):
            outwards = self.low[peak::direction]
            ahead = np.concatenate([outwards[step:], np.full(min(step, outwards.size), -np.inf, np.float32)])
            slope = np.clip(outwards - ahead, -limit - 1, limit + 1)
            behind = np.concatenate([np.zeros(scrap // 2, np.float32), averaged(slope, scrap)])[: slope.size]
            steepest_yet = np.maximum.accumulate(behind)
            flat = averaged(slope, 2 * step) < _FLATTER * steepest_yet
            turned = steepest_yet > _TURNED * self.lean * step
            notch = flat & turned & (outwards < outwards[0] - _LEVEL * self.height)
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


def _support(width: int, feet: list[Foot], grounds: list[Float]) -> Float:
    columns = np.concatenate([np.arange(foot.left, foot.right + 1) for foot in feet])
    line = np.interp(np.arange(width), columns, np.concatenate(grounds))
    return softened(line, max(0.006 * width, 0.7))
