"""What lies within the outline and could be either: gaps that were not cut out, and holes that may be dark parts."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.studio.cutout.ranks import percentile
from packshot.studio.cutout.regions import Mask, Region, disc, grow, opened, reachable, regions, shrink
from packshot.studio.cutout.survey import Survey

LEAST = 0.0015  # of the product: smaller ones change little
DEEPEST, DARK = 0.07, 40.0  # part of the backdrop's light that is left in the deepest gap, if its L is more than this
LARGEST = 0.08  # of the product: light gets into wider gaps
GREY, TINTED = 0.5, 1.0  # of the tint a shadow may have: a gap has less, the product around it more
FRAMED = 0.7  # of a gap's surroundings is plainly something else
BRIGHTER = 1.12  # than the backdrop: no shade is
DARKER, ABOVE = 0.93, 0.67  # than a dark backdrop, all of a bay in so much of the product's height
EVEN = 0.2  # deviation of a hole's light: the backdrop is smoother than that, shade and all
DEEP = 0.7  # of the backdrop's light: as little gets into few holes


def doubtful_gaps(survey: Survey, mask: Mask) -> int:
    """Pixels of `mask` that may be backdrop in deep shade: smooth, grey, and framed by something tinted."""
    calm = survey.crispness < max(0.5, 2 * survey.grain)
    smooth = opened(shrink(mask, 1) & survey.neutral & (_dark(survey) | (survey.ratio > DEEPEST)) & calm, 1)
    area, total = int(mask.sum()), 0
    for region in regions(smooth, least=max(8, round(LEAST * area))):
        if region.area > LARGEST * area:
            continue
        at, beside = region.window, region.ring(2, 5)
        grey = percentile(survey.excess[at][region.mask], 50) < GREY
        if grey and beside.any() and percentile(survey.excess[at][beside], 50) > TINTED and _framed(survey, region):
            total += int((grow(region.mask, 2) & mask[at]).sum())  # its rim is a ramp of the edge around it
    return total


def doubtful_holes(survey: Survey, mask: Mask) -> int:
    """Pixels in holes and bays of `mask` that are brighter than the backdrop, and holes in deep or in varied light.

    No shade is bright or varied, and few are deep: a shiny or a dark part of the product may be.
    """
    holes = ~mask & ~reachable(~mask, survey.rim)
    within = (holes | _bays(mask)) & ~grow(mask, 3)
    doubtful = opened(within & (survey.ratio > BRIGHTER), 2)
    least = max(8, round(LEAST * int(mask.sum())))
    if _dark(survey):  # the insides of things are as dark; little shade shows, least of all as far up and evenly
        rows = np.flatnonzero(mask.any(1))
        within[round(rows[0] + ABOVE * (rows[-1] - rows[0])) :] = False
        for bay in regions(within, least=least, padding=0):
            if percentile(survey.ratio[bay.window][bay.mask], 90) < DARKER:
                doubtful[bay.window] |= bay.mask
    for hole in regions(holes, least=least, connectivity=4):
        at, inner = hole.window, shrink(hole.mask, 2)
        light = survey.ratio[at][inner if inner.any() else hole.mask]
        if light.std() > EVEN or percentile(light, 50) < DEEP:
            doubtful[at] |= hole.mask
    return int(doubtful.sum())


def _dark(survey: Survey) -> bool:
    return bool(survey.backdrop.any()) and percentile(survey.lab[..., 0][survey.backdrop], 50) < DARK


def _bays(mask: Mask) -> Mask:
    """Where the outline is so hollow that a disc of a sixteenth of the picture does not fit in; at half size."""
    height, width = mask.shape
    half = cv2.resize(mask.view(np.uint8), ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_NEAREST)
    closed = cv2.morphologyEx(half, cv2.MORPH_CLOSE, disc(max(2, max(half.shape) // 16)))
    return cv2.resize(closed, (width, height), interpolation=cv2.INTER_NEAREST).astype(bool) & ~mask


def _framed(survey: Survey, region: Region) -> bool:
    return bool((survey.distance[region.window][region.ring(2, 5)] > 2.5 * survey.tolerance).mean() > FRAMED)
