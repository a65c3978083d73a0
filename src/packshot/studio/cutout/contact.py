"""The shadow that a dark product stands in, found under its foot and taken off it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.studio.cutout.ranks import percentile
from packshot.studio.cutout.regions import Mask, Region, grow, reachable, regions, without_islands
from packshot.studio.cutout.survey import Survey
from packshot.studio.cutout.tones import lean
from packshot.studio.cutout.walk import walk

RIM = 6  # pixels: the outer border of a shadow is passed within so many
RISE = 1.0  # units of L by which a shadow may get lighter on its way in to where it is deepest
CALM, OVER_GRAIN = 0.3, 5.0  # crispness up to which a pixel is as smooth as a shadow; and that in units of grain
DIVIDE, REACH = 0.5, 4  # crispness that the line between the shadow and the foot has within so many pixels
SOFT = 1.0  # crispness of its outer border below which that is a penumbra
FADING, CLEARLY = 1.5, 4.0  # units of L that a shadow fades by towards a sharper border: at least, and beyond doubt
DARKEST = 0.06  # part of the backdrop's light that still reaches a shadow's border
GREY = 0.3  # of the tint a shadow may have: more is a product's
THICK = 3  # rows
BESIDE, OUTLIER = 7, 2  # columns to either side that the end of a way is compared with, and pixels it may lie beyond
SHARE = 0.04  # of the product's width: narrower shadows are left to the matting
NEARBY = 40  # pixels around what was found: the product's tones are taken there, and more shadow may be
UNLIKE = 0.1  # likelihood of being product below which a smooth pixel at the border is shadow as well
DEEPER = 5.0  # units of L below the deepest of the shadow, where only the product can be


def without_contact_shadow(survey: Survey, mask: Mask) -> tuple[Mask, Mask, Mask]:
    """`mask` without the pool of shadow under its foot, where one can be told from the product.

    Also that pool, and the part of it that could as well be a dark foot.
    """
    pool, weak = contact_shadow(survey, mask)
    if not pool.any():
        return mask, pool, weak
    lightness = survey.lab[..., 0]
    seam, near = grow(pool, 3), grow(pool, NEARBY)
    deeper = lightness < percentile(lightness[pool], 2) - DEEPER
    alike = lean(survey, pool, mask & near & ~seam) < UNLIKE
    calm = survey.crispness <= _smoothness(survey)
    spread = reachable(mask & near & alike & calm & ~deeper, grow(~mask, RIM))
    pool |= spread
    product = mask & (~grow(pool, 4) | (deeper & ~seam))
    edges = np.asarray(survey.crispness + 0.1 * survey.gradient, np.float32)
    none = np.zeros_like(edges)
    kept = without_islands(walk(edges, ~mask | pool, product, none, none) > 0.5, 0.03)
    return kept, mask & ~kept, weak & ~kept


def contact_shadow(survey: Survey, mask: Mask) -> tuple[Mask, Mask]:
    """Where `mask` holds shadow: below the foot, smooth and grey, with a sharp line between it and the product.

    And the parts of that for which the evidence is thin.

    From every bottom pixel of the mask the way up is followed past the shadow's border as long as it gets no lighter.
    A shadow's way ends at a sharp edge, the foot; a product's own dark part gets lighter or never ends. What ends that
    way is a shadow if its outer border is soft, or if it fades towards it.
    """
    lightness, crispness = survey.lab[..., 0], survey.crispness
    rough = crispness > _smoothness(survey)
    low = mask.copy()
    low[:-1] &= ~mask[1:]
    low[-1] = False
    rows = np.flatnonzero(mask.any(1))
    low[: (rows[0] + rows[-1]) // 2] = False
    bottom, x = np.nonzero(low)
    y, border = bottom.copy(), np.zeros(len(x), np.float32)
    passing = np.ones(len(x), bool)
    for _ in range(RIM):
        passing &= rough[y, x] & mask[y, x] & (y > 0)
        border = np.where(passing, np.maximum(border, crispness[y, x]), border)
        y = np.where(passing, y - 1, y)
    walking = ~rough[y, x] & mask[y, x]
    start, outermost = y.copy(), lightness[y, x]
    deepest = outermost.copy()
    divided = np.zeros(len(x), bool)
    for _ in range(survey.size // 10):
        up = np.maximum(y - 1, 0)
        edge = walking & rough[up, x] & mask[up, x]
        divided |= edge
        walking &= ~edge & (y > 0) & mask[up, x] & survey.neutral[up, x] & (lightness[up, x] <= deepest + RISE)
        y = np.where(walking, up, y)
        deepest = np.where(walking, np.minimum(deepest, lightness[up, x]), deepest)
    sharpest = np.max([crispness[np.maximum(y - step, 0), x] for step in range(REACH + 1)], axis=0)
    fading = outermost - deepest
    found = divided & (sharpest > DIVIDE) & (start - y >= THICK - 1) & ((border < SOFT) | (fading > FADING))
    found &= survey.ratio[start, x] > DARKEST
    drawn = _drawn(mask.shape, x[found], y[found], bottom[found])
    clear = np.zeros_like(mask)
    clear[start, x] = found & ((border < SOFT) | (fading > CLEARLY))
    pool, weak = np.zeros_like(mask), np.zeros_like(mask)
    for region in _wide(drawn, SHARE * np.count_nonzero(mask.any(0))):
        part = drawn[region.window] & region.mask
        if percentile(survey.excess[region.window][part], 50) < GREY:
            pool[region.window] |= part
            if (clear[region.window] & part).sum() < 0.5 * np.count_nonzero(part.any(0)):
                weak[region.window] |= part
    return pool, weak


def _smoothness(survey: Survey) -> float:
    return max(CALM, OVER_GRAIN * survey.grain)


def _drawn(shape: tuple[int, ...], x: NDArray[np.intp], top: NDArray[np.intp], bottom: NDArray[np.intp]) -> Mask:
    """The columns `x` from `top` to `bottom`; a top far above those beside it has missed the line and is lowered."""
    drawn = np.zeros(shape, bool)
    if len(x) <= 2 * BESIDE:
        return drawn
    order = np.argsort(x, kind="stable")
    x, top, bottom = x[order], top[order], bottom[order]
    beside = np.lib.stride_tricks.sliding_window_view(np.pad(top, BESIDE, mode="edge"), 2 * BESIDE + 1)
    top = np.maximum(top, np.partition(beside, BESIDE, axis=1)[:, BESIDE] - OUTLIER)
    for column, first, last in zip(x, top, bottom, strict=True):
        drawn[first : last + 1, column] = True
    return drawn


def _wide(pool: Mask, least: float) -> list[Region]:
    """The parts of `pool` that fill more than `least` columns, gaps of a few columns closed."""
    bar = np.ones((1, 2 * BESIDE + 1), np.uint8)
    closed = cv2.morphologyEx(pool.view(np.uint8), cv2.MORPH_CLOSE, bar).astype(bool)
    found = regions(closed, padding=0)
    return [region for region in found if np.count_nonzero((pool[region.window] & region.mask).any(0)) > least]
