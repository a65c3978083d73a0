"""Was the product photographed standing or from above, and how steeply did the camera look down."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, degrees, radians, sin, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.ranks import percentile
from packshot.studio.cutout.regions import Mask
from packshot.studio.cutout.result import View
from packshot.studio.cutout.survey import WORK, Survey

NEAR, FAR = (2.5, 6.0), (18.0, 30.0)  # pixels at working size: where the product's own shade lies, and where it ends
AROUND = 12.0  # pixels over which what lies far is averaged, to be compared with what lies near
UPPER, FOOT = 0.45, 0.8  # of the product's height from its top: above the one, and below the other
LYING = 0.06  # part of the light missing along the upper outline of what lies on its backdrop
HANGING = 0.045  # the same, at most, for the upper outline of what stands before it
STANDING = 0.02  # part of the light missing at the foot of what stands
ALIKE = 0.25  # shade of the upper outline over that of the foot from which both lie on the same plane
ELONGATED = 1.9  # how much longer than wide a product has to be for its direction to mean anything
LEANING = (18, 72)  # degrees off the vertical in which nothing long stands
FLATTEST, STEEPEST = 6, 45  # degrees of elevation: below, a straight edge fits as well; beyond, a photo is from above
STRAIGHT = 0.012  # of the product's width: how far the lower outline may be from a box's straight edges


@dataclass(frozen=True)
class _Shade:
    """Light missing close to the outline against further out, at the 80th percentile; `noise`: what is chance."""

    upper: float
    foot: float
    noise: float

    @property
    def lies(self) -> bool:
        """All of the outline shades the backdrop: the product lies on it."""
        return self.upper > LYING and self.upper > ALIKE * self.foot

    @property
    def stands(self) -> bool:
        """Only the foot does: behind the rest of it there is air."""
        most = min(HANGING, max(0.75 * STANDING, ALIKE * self.foot))
        return self.upper < most and self.foot > max(STANDING, 3 * self.noise)


def view_of(survey: Survey, alpha: Float) -> tuple[View, float | None]:
    """The view and the camera's elevation in degrees, from a survey and `alpha` (h, w) at its size.

    Standing: the shade gathers at the foot and leaves the upper outline alone. From above: shade along all of the
    outline, or a long product lying at a slant. Anything between is unknown.
    """
    mask = alpha > 0.5
    if mask.sum() < 64:
        return "unknown", None
    shade = _shade(survey, mask)
    slanted = _slanted(mask)
    if shade.lies:
        return "above", None
    if shade.stands:
        return ("unknown", None) if slanted else ("standing", _elevation(mask))
    return ("above", None) if slanted else ("unknown", None)


def _shade(survey: Survey, mask: Mask) -> _Shade:
    """How much darker the backdrop is along the upper outline and at the foot than a little further out.

    The comparison is local, so that a backdrop that falls off, or was fitted badly, does not count as shade.
    """
    scale = survey.size / WORK
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    near, far = ((away > low * scale) & (away <= high * scale) for low, high in (NEAR, FAR))
    light = np.clip(survey.ratio, 0, 1.3).astype(np.float32)
    weight = cv2.GaussianBlur(far.astype(np.float32), (0, 0), AROUND * scale)
    around = cv2.GaussianBlur(light * far, (0, 0), AROUND * scale) / np.maximum(weight, 1e-6)
    missing = np.where(weight > 1e-3, around - light, 0)
    rows = np.flatnonzero(mask.any(1))
    level = ((np.arange(mask.shape[0]) - rows[0]) / max(1, rows[-1] - rows[0]))[:, None]
    upper, foot = missing[near & (level < UPPER)], missing[near & (level > FOOT)]
    if not upper.size or not foot.size or not far.any():
        return _Shade(0, 0, 1)
    return _Shade(
        percentile(upper, 80),
        percentile(foot, 80),
        percentile(np.abs(missing[far]), 50),
    )


def _slanted(mask: Mask) -> bool:
    """Is the product long and at an angle at which it would fall over."""
    y, x = np.nonzero(mask)
    spread = np.cov(np.stack([x, y]).astype(np.float64))
    values, vectors = np.linalg.eigh(spread)
    if values[1] < ELONGATED**2 * max(values[0], 1e-6):
        return False
    angle = degrees(np.arctan2(abs(vectors[0, 1]), abs(vectors[1, 1])))
    return LEANING[0] < angle < LEANING[1]


def _elevation(mask: Mask) -> float | None:
    """The elevation in degrees, from a round foot or from a box's corner; None where the lower outline is neither."""
    round_foot = _round_foot(mask)
    return round_foot if round_foot is not None else _corner(mask)


def _round_foot(mask: Mask) -> float | None:
    """From the sag of a round foot: a circle seen at angle e is an ellipse sin(e) as high as it is wide."""
    bottom = int(np.flatnonzero(mask.any(1))[-1])
    best: tuple[float, float] | None = None
    for angle in range(FLATTEST, STEEPEST + 1):
        fitted = _arc_error(mask, bottom, sin(radians(angle)))
        if fitted is not None and (best is None or fitted < best[0]):
            best = (fitted, float(angle))
    if best is None or best[0] > 0.02 or best[1] == FLATTEST:
        return None
    return best[1]


def _corner(mask: Mask) -> float | None:
    """From a box's nearest corner: its two edges on the ground, a right angle, rise by slopes whose product is sin²(e).

    A box turned by t shows its edges at slopes sin(e)·tan(t) and sin(e)·cot(t), seen from far away.
    """
    columns = np.flatnonzero(mask.any(0))
    low = mask.shape[0] - 1 - np.argmax(mask[::-1, columns], axis=0)
    corner = int(np.argmax(low))
    slopes = [_edge(low[corner::-1]), _edge(low[corner:])]
    if slopes[0] is None or slopes[1] is None:
        return None
    angle = degrees(asin(min(1.0, sqrt(slopes[0] * slopes[1]))))
    return round(angle, 1) if FLATTEST <= angle <= STEEPEST else None


def _edge(low: NDArray[np.int_]) -> float | None:
    """The slope of the straight edge that the outline `low` follows away from a corner, None where it follows none."""
    jumps = np.flatnonzero(np.abs(np.diff(low)) > 6)
    run = low[: int(jumps[0]) + 1] if jumps.size else low
    run = run[len(run) // 10 : len(run) - len(run) // 10]
    if len(run) < 16:
        return None
    across = np.arange(len(run))
    slope, start = np.polyfit(across, run, 1)
    error = float(np.sqrt(((run - start - slope * across) ** 2).mean()))
    return float(-slope) if slope < -0.02 and error < max(1.0, STRAIGHT * len(low)) else None


def _arc_error(mask: Mask, bottom: int, flattening: float) -> float | None:
    """How far, in half widths, the lower outline is from the front half of an ellipse of this flattening."""
    around = _run(mask, bottom)
    if around is None:
        return None
    centre = sum(around) / 2
    half = (around[1] - around[0]) / 2
    for _ in range(8):
        row = round(bottom - flattening * half)
        if row < 0:
            return None
        run = _run(mask, row, round(centre))
        if run is None:
            return None
        centre, half = (run[0] + run[1]) / 2, (run[1] - run[0]) / 2
    if half < 12:
        return None
    columns = np.arange(round(centre - 0.85 * half), round(centre + 0.85 * half) + 1)
    lower = _lower_outline(mask, columns)
    if lower is None:
        return None
    across = (columns - centre) / half
    arc = bottom - flattening * half * (1 - np.sqrt(np.clip(1 - across**2, 0, 1)))
    return float(np.sqrt(((lower - arc) ** 2).mean()) / half)


def _run(mask: Mask, row: int, column: int | None = None) -> tuple[int, int] | None:
    """The first and last column of the product's stretch in `row`: the one through `column`, or all of it."""
    filled = np.flatnonzero(mask[row])
    if not len(filled):
        return None
    if column is None:
        return int(filled[0]), int(filled[-1])
    if not mask[row, column]:
        return None
    empty = np.flatnonzero(~mask[row])
    left = empty[empty < column]
    right = empty[empty > column]
    return (
        int(left[-1]) + 1 if len(left) else 0,
        int(right[0]) - 1 if len(right) else mask.shape[1] - 1,
    )


def _lower_outline(mask: Mask, columns: NDArray[np.int_]) -> NDArray[np.int_] | None:
    if columns[0] < 0 or columns[-1] >= mask.shape[1]:
        return None
    within = mask[:, columns]
    if not within.any(0).all():
        return None
    return mask.shape[0] - 1 - np.argmax(within[::-1], axis=0)
