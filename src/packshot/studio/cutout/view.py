"""Was the product photographed standing or from above, and how steeply did the camera look down."""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees, radians, sin

import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask, grow
from packshot.studio.cutout.result import View
from packshot.studio.cutout.survey import Survey

SHADE = 0.035  # part of the light missing from which a pixel of the backdrop counts as shaded
DEEP = 0.15  # the same for a shadow where the product touches the ground
ELONGATED = 1.9  # how much longer than wide a product has to be for its direction to mean anything
LEANING = (18, 72)  # degrees off the vertical in which nothing long stands
STEEPEST = 45  # degrees of elevation; beyond, a photo is one from above


@dataclass(frozen=True)
class _Shade:
    """Shares of the outline that lie in shade: its upper part, its foot; and how deep the foot's shade is."""

    upper: float
    foot: float
    depth: float
    upper_depth: float


def view_of(survey: Survey, alpha: Float) -> tuple[View, float | None]:
    """The view and the camera's elevation in degrees, from a survey and `alpha` (h, w) at its size.

    Standing: the shade gathers at the foot and leaves the upper outline alone. From above: shade along all of the
    outline, or a long product lying at a slant. Anything between is unknown.
    """
    mask = alpha > 0.5
    if mask.sum() < 64:
        return "unknown", None
    slanted = _slanted(mask)
    shade = _shade(survey, mask)
    if shade.upper > 0.3 and shade.upper_depth > 0.4 * shade.depth:
        return "above", None
    if slanted:
        return ("above", None) if shade.foot < 0.6 or shade.upper > 0.12 else ("unknown", None)
    if shade.upper < 0.08 and shade.foot > 0.4 and shade.depth > DEEP:
        return "standing", _elevation(mask)
    return "unknown", None


def _shade(survey: Survey, mask: Mask) -> _Shade:
    """Light missing just outside the outline, in its upper part and at its foot."""
    gap, reach = 3, max(6, survey.size // 80)
    ring = grow(mask, reach) & ~grow(mask, gap)
    missing = np.where(survey.ratio < 1, 1 - survey.ratio, 0)
    rows = np.flatnonzero(mask.any(1))
    height = np.linspace(0, 1, len(rows))
    level = np.full(mask.shape[0], -1.0)
    level[rows[0] : rows[-1] + 1] = np.interp(np.arange(rows[0], rows[-1] + 1), rows, height)
    level[rows[-1] + 1 :] = 1
    upper = missing[ring & (level < 0.6)[:, None]]
    foot = missing[ring & (level > 0.97)[:, None]]
    if not upper.size or not foot.size:
        return _Shade(0, 0, 0, 0)
    return _Shade(
        float((upper > SHADE).mean()),
        float((foot > SHADE).mean()),
        float(np.percentile(foot, 75)),
        float(np.percentile(upper, 75)),
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
    """The elevation in degrees from the sag of a round foot: a circle seen at angle e is an ellipse sin(e) as high.

    None where the lower outline is no such arc.
    """
    bottom = int(np.flatnonzero(mask.any(1))[-1])
    best: tuple[float, float] | None = None
    for angle in range(3, STEEPEST + 1):
        fitted = _arc_error(mask, bottom, sin(radians(angle)))
        if fitted is not None and (best is None or fitted < best[0]):
            best = (fitted, float(angle))
    if best is None or best[0] > 0.02:
        return None
    return best[1]


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
