"""The product's outline: sure backdrop and sure product are marked, and a watershed on the gradient decides the rest."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.studio.cutout.regions import (
    Mask,
    disc,
    grow,
    opened,
    reachable,
    regions,
    shrink,
    smoothed,
    thin,
    without_islands,
)
from packshot.studio.cutout.shadows import peel_shadows
from packshot.studio.cutout.survey import Survey

ISLAND = 0.03  # of the largest part: smaller loose parts are dust or noise


@dataclass(frozen=True, eq=False)
class Outline:
    """`mask` (h, w) the product at working size; `sure` the part of it that colour or depth of tone proves."""

    mask: Mask
    sure: Mask


def segment(survey: Survey) -> Outline:
    """The product of a photo on a plain backdrop. The mask is empty where nothing stands out."""
    backdrop = mark_backdrop(survey)
    steep = max(1.2, 5 * survey.grain)
    enclosed = shrink(_behind(survey, steep, backdrop), 1) & (survey.distance > 0.6 * survey.tolerance)
    sure = mark_product(survey, backdrop, steep)
    pockets = mark_pockets(survey, backdrop, steep)
    backdrop |= pockets
    markers = _salient(survey, (sure | (enclosed & ~grow(pockets, 3))) & ~backdrop)
    if not markers.any():
        return Outline(markers, markers)
    mask = flood(survey, backdrop, markers)
    mask = open_pockets(survey, fill_holes(survey, without_islands(mask, ISLAND)))
    mask = peel_shadows(survey, mask, sure)
    mask = without_islands(np.where(thin(mask), mask, smoothed(mask, 1.2)), ISLAND)
    return Outline(mask, sure & mask)


def mark_backdrop(survey: Survey) -> Mask:
    """Surely backdrop: flat, of its colour or of its shade, and connected to the frame."""
    like = (survey.distance < survey.tolerance) | (survey.shadow & (survey.ratio > 0.35))
    smooth = reachable(like & (survey.crispness < max(0.4, 2 * survey.grain)), survey.rim)
    close = (survey.distance < 0.8 * survey.tolerance) & (survey.gradient < max(2.0, 4 * survey.noise))
    return smooth | reachable(close, survey.rim)


def mark_product(survey: Survey, backdrop: Mask, steep: float) -> Mask:
    """Surely product: of another colour, brighter than the backdrop, or darker than any shadow behind a steep edge."""
    apart = survey.distance > max(12.0, 6 * survey.sigma)
    coloured = apart & ~survey.shadow & ~survey.neutral
    brighter = apart & (survey.ratio > 1.06)
    dark = (survey.ratio < 0.34) & _behind(survey, 1.25 * steep, backdrop)
    return opened(coloured | brighter | dark | dark_core(survey), 1)


def dark_core(survey: Survey) -> Mask:
    """Large thick regions too dark for a shadow on this backdrop."""
    core = opened(survey.ratio < 0.30, max(4, round(survey.size / 44)))
    thick = np.zeros_like(core)
    for region in regions(core, least=round(0.006 * core.size)):
        thick[region.window] |= region.mask
    return grow(thick, 2) & (survey.ratio < 0.36)


def mark_pockets(survey: Survey, backdrop: Mask, steep: float) -> Mask:
    """Backdrop seen through the product (a mug's handle, a chair's back): flat, of its shade, with product around it."""
    like = (survey.distance < survey.tolerance) | (survey.shadow & (survey.ratio > 0.55))
    flat = survey.gradient < max(1.6, 5 * survey.noise)
    behind = _behind(survey, 0.7 * steep, backdrop)
    candidates = opened(like & flat & ~backdrop & behind, 1)
    pockets = np.zeros_like(backdrop)
    for region in regions(candidates, least=round(0.0006 * backdrop.size), connectivity=4):
        at = region.window
        inside = region.mask
        even = survey.ratio[at][inside].std() < 0.09 and survey.spread[at][inside].mean() < 0.05
        calm = np.median(survey.gradient[at][inside]) < max(0.7, 2.5 * survey.noise)
        around = survey.distance[at][region.ring(2, 5)] > 2.5 * survey.tolerance
        if even and calm and around.mean() > 0.45:
            pockets[at] |= inside
    return pockets


def flood(survey: Survey, backdrop: Mask, product: Mask) -> Mask:
    """The product's side of the watershed between two sets of markers."""
    from skimage.segmentation import watershed

    markers = np.zeros(backdrop.shape, np.int32)
    markers[backdrop] = 1
    markers[product] = 2
    undecided = cv2.dilate((markers == 0).view(np.uint8), disc(1)).astype(bool)
    basins = watershed(survey.crispness + 0.1 * survey.gradient, np.where(undecided, markers, 0), mask=undecided)
    return np.where(undecided, basins, markers) == 2


def fill_holes(survey: Survey, mask: Mask) -> Mask:
    """Holes that do not look like backdrop belong to the product (a highlight, a label)."""
    like = (survey.distance < 1.5 * survey.tolerance) | (survey.shadow & (survey.ratio > 0.25))
    filled = mask.copy()
    for hole in regions(~mask, connectivity=4):
        at = hole.window
        if (hole.mask & survey.rim[at]).any():
            continue
        if hole.area < 0.0002 * mask.size or like[at][hole.mask].mean() < 0.6:
            filled[at] |= hole.mask
    return filled


def open_pockets(survey: Survey, mask: Mask) -> Mask:
    """Flat parts of the product that are the backdrop's colour with product all around are holes after all."""
    like = (survey.distance < survey.tolerance) | (survey.shadow & (survey.ratio > 0.75))
    candidates = shrink(mask & like & (survey.gradient < max(1.5, 4 * survey.noise)), 2)
    wide = (survey.distance < 2.2 * survey.tolerance) | survey.shadow
    result = mask.copy()
    for region in regions(candidates, least=round(0.0015 * mask.size)):
        at = region.window
        near = survey.distance[at]
        if (near[region.mask] < max(survey.tolerance, 6.0)).mean() <= 0.5:
            continue
        pocket = grow(region.mask, 3) & wide[at] & mask[at]
        ring = grow(pocket, 2) & ~pocket
        if (near[ring] > 2 * survey.tolerance).mean() > 0.6:
            result[at] &= ~pocket
    return result


def _behind(survey: Survey, level: float, backdrop: Mask) -> Mask:
    """Where one cannot get from the backdrop or the frame without crossing a gradient steeper than `level`."""
    return ~reachable(survey.crispness <= level, backdrop | survey.rim)


def _salient(survey: Survey, mask: Mask) -> Mask:
    """The regions of `mask` that count for size and difference; specks go."""
    found = list(regions(mask, least=max(2, round(0.0004 * mask.size))))
    weights = [
        region.area * min(float(survey.distance[region.window][region.mask].mean()), 40.0) for region in found
    ]
    kept = np.zeros_like(mask)
    for region, weight in zip(found, weights, strict=True):
        if weight > 0.02 * max(weights):
            kept[region.window] |= region.mask
    return kept
