"""Shadow that clings to the product's outline, and how it is taken off again."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask, Region, depth, opened, reachable, regions, shrink
from packshot.studio.cutout.survey import Survey

SPECK = 6  # pixels: smaller regions say nothing about their edges


def peel_shadows(survey: Survey, mask: Mask, sure: Mask) -> Mask:
    """`mask` without the shadow the watershed left on it."""
    mask = peel_skin(survey, mask, sure)
    mask = drop_blobs(survey, mask)
    return peel_neutral_base(survey, mask, sure)


def peel_skin(survey: Survey, mask: Mask, sure: Mask) -> Mask:
    """Takes off thin shade-coloured parts of the rim whose inner edge is stronger than their outer edge."""
    steepest = cv2.dilate(survey.gradient, np.ones((3, 3), np.uint8))
    for _ in range(2):
        shade = survey.shadow & (survey.ratio > 0.3) & (survey.ratio < 1) & ~sure
        shade &= mask & (depth(mask) < survey.size / 45)
        shade &= reachable(shade | ~mask, survey.rim)
        peeled = mask.copy()
        for region in regions(shade, least=SPECK):
            inner, outer = _edges(region, mask, steepest)
            if inner > 1.15 * outer:
                peeled[region.window] &= ~region.mask
        peeled = opened(peeled, 1)
        if peeled.sum() > 0.85 * mask.sum():
            mask = peeled | (mask & ((shrink(mask, 3) & ~shade) | sure))
    return mask


def drop_blobs(survey: Survey, mask: Mask) -> Mask:
    """Drops what sticks out of the product and is explained by shadow: its colour, flat, and softer outside."""
    steepest = cv2.dilate(survey.gradient, np.ones((3, 3), np.uint8))
    explained = (survey.ratio < 1) & (survey.spread < 0.05 + 0.16 * (1 - survey.ratio))
    sticking_out = mask & ~opened(mask, max(4, round(survey.size / 42)))
    kept = mask.copy()
    for region in regions(sticking_out, least=2 * SPECK):
        at = region.window
        if explained[at][region.mask].mean() <= 0.7:
            continue
        core = shrink(region.mask, 1)
        flat = np.median(survey.gradient[at][core if core.any() else region.mask]) < 4
        inner, outer = _edges(region, mask, steepest)
        if flat and (inner > 1.1 * outer or region.area < 0.0015 * mask.size):
            kept[at] &= ~region.mask
    return kept


def peel_neutral_base(survey: Survey, mask: Mask, sure: Mask) -> Mask:
    """Takes shade off the foot of a coloured product: there a neutral rim with colour behind it can only be shadow."""
    rows = np.flatnonzero(mask.any(1))
    if not len(rows):
        return mask
    foot = rows[-1] - 0.3 * (rows[-1] - rows[0])
    chroma = survey.spread
    shade = mask & (survey.spread * survey.ratio < 0.03 + 0.09 * survey.ratio) & (survey.ratio < 0.97) & ~sure
    shade &= reachable(shade | ~mask, survey.rim)
    peeled = mask.copy()
    for region in regions(shade, least=SPECK):
        if region.area > 0.06 * mask.sum() or region.bottom < foot:
            continue
        behind = region.ring(0, 4) & mask[region.window]
        if behind.any() and (chroma[region.window][behind] > 0.14).mean() > 0.45:
            peeled[region.window] &= ~region.mask
    return peeled


def _edges(region: Region, mask: Mask, steepest: Float) -> tuple[float, float]:
    """How steep the region's border is towards the product and towards the outside."""
    ring = region.ring(0, 1)
    inner = ring & mask[region.window]
    outer = ring & ~mask[region.window]
    steep = steepest[region.window]
    if not inner.any() or not outer.any():
        return 0.0, float("inf")
    return float(steep[inner].mean()), float(steep[outer].mean())
