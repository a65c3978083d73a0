"""The product's outline: sure backdrop and sure product are marked, and a random walk decides what lies between."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.cutout.contact import without_contact_shadow
from packshot.studio.cutout.ranks import percentile
from packshot.studio.cutout.regions import (
    Mask,
    Region,
    depth,
    grow,
    opened,
    reachable,
    regions,
    shrink,
    smoothed,
    thin,
    without_islands,
)
from packshot.studio.cutout.survey import Survey
from packshot.studio.cutout.tones import lean
from packshot.studio.cutout.walk import walk

GAP = 2  # pixels: the backdrop does not leak through gaps in an edge narrower than two of these and one
LACY = 4.0  # times the outline of a disc, squared: leaves and chairs are well above, mugs and boxes below
PULL = 0.02  # of the tint on an undecided pixel, where a step to its neighbour counts 1
CLEARLY, CORE = 30.0, 6.0  # ΔE from the backdrop, and pixels from the edge, that make the heart of a grey product
PLAINLY = 0.4  # of a gap has the lit backdrop's very colour, however deep the shade around its rim
GLOWS = 1.02  # of the backdrop's light: no shadow is brighter
FOREIGN = 4.0  # units of a and b: a cast that is no noise
EVENLY = 0.15  # from one half: arrived at either about as often
ISLAND = 0.03  # of the largest part: smaller loose parts are dust or noise


@dataclass(frozen=True, eq=False)
class Outline:
    """`mask` (h, w) the product at working size; `sure` the part of it that colour or depth of tone proves.

    `shade`: the deep shadow under its foot that was told from it; `weak` the part of that which may be a dark foot.
    `open`: where the walk arrived at either about as often.
    """

    mask: Mask
    sure: Mask
    shade: Mask
    weak: Mask
    open: Mask


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
        markers = _core(survey, backdrop)
    if not markers.any():
        return Outline(markers, markers, markers, markers, markers)
    chance = flood(survey, backdrop, markers)
    mask = chance > 0.5
    mask = fill_holes(survey, without_islands(mask, ISLAND), pockets)
    mask = without_islands(np.where(thin(mask), mask, smoothed(mask, 1.2)) & ~pockets, ISLAND)
    mask, shade, weak = without_contact_shadow(survey, mask)
    return Outline(mask, sure & mask, shade, weak, np.abs(chance - 0.5) < EVENLY)


def mark_backdrop(survey: Survey) -> Mask:
    """Surely backdrop: flat, of its colour or of its shade, and connected to the frame."""
    like = (survey.distance < survey.tolerance) | (survey.shadow & (survey.ratio > 0.35))
    smooth = reachable(opened(like & (survey.crispness < max(0.4, 2 * survey.grain)), GAP), survey.rim)
    close = (survey.distance < 0.8 * survey.tolerance) & (survey.gradient < max(2.0, 4 * survey.noise))
    return smooth | reachable(close, survey.rim)


def mark_product(survey: Survey, backdrop: Mask, steep: float) -> Mask:
    """Surely product: of another colour, brighter than the backdrop, or darker than any shadow behind a steep edge."""
    apart = survey.distance > max(12.0, 6 * survey.sigma)
    coloured = apart & ~survey.shadow & ~survey.neutral
    brighter = apart & (survey.ratio > 1.06)
    dark = (survey.ratio < 0.34) & _behind(survey, steep, backdrop)
    core = dark_core(survey, 0.1)
    if survey.saturation > 0:
        dark &= ~survey.neutral | _sharply_bounded(survey, dark & survey.neutral, coloured, steep, 0.85)
        core &= ~survey.neutral | _sharply_bounded(survey, _thick(survey, core & survey.neutral), coloured, steep, 0.6)
    return opened(coloured | brighter | dark | core | dark_core(survey, 0.06), 1)


def _sharply_bounded(survey: Survey, candidates: Mask, coloured: Mask, steep: float, share: float) -> Mask:
    """The regions of `candidates` with product or a sharp edge on `share` of their border: shadows end softly."""
    sharp = grow((survey.crispness > steep) | coloured, 2)
    kept = np.zeros_like(candidates)
    for region in regions(candidates, least=4):
        ring = region.ring(0, 1)
        if sharp[region.window][ring].mean() > share:
            kept[region.window] |= region.mask
    return kept


def dark_core(survey: Survey, darkest: float) -> Mask:
    """Large thick regions darker than the part `darkest` of the backdrop."""
    return grow(_thick(survey, survey.ratio < darkest), 2) & (survey.ratio < 2 * darkest)


def _thick(survey: Survey, mask: Mask) -> Mask:
    """The large regions of `mask`, without what is narrower than a twentieth of the picture."""
    core = opened(mask, max(4, round(survey.size / 44)))
    thick = np.zeros_like(core)
    for region in regions(core, least=round(0.006 * core.size)):
        thick[region.window] |= region.mask
    return thick


def mark_pockets(survey: Survey, backdrop: Mask, steep: float) -> Mask:
    """Backdrop seen through the product (a handle, a chair's back): flat, of its shade, with product around it."""
    like = (survey.distance < survey.tolerance) | (survey.shadow & (survey.ratio > 0.35))
    flat = survey.crispness < max(0.4, 2 * survey.grain)
    candidates = opened(like & flat & ~backdrop, 1)
    thrown = survey.cast[(survey.distance > max(12.0, 6 * survey.sigma)) & ~survey.neutral].sum(0)
    pockets = np.zeros_like(backdrop)
    for region in regions(candidates, least=round(0.0006 * backdrop.size), padding=round(survey.size / 16)):
        at = region.window
        shade = percentile(survey.ratio[at][region.mask], 50)
        outside = survey.ratio[at][backdrop[at]]
        deepest = percentile(outside, 5) if outside.size else 1.0
        around = survey.distance[at][region.ring(2, 5)] > 2.5 * survey.tolerance
        plain = (survey.distance[at][region.mask] < survey.tolerance).mean() > PLAINLY
        even = plain or survey.ratio[at][region.mask].std() < 0.12
        cast = survey.cast[at][region.mask].mean(0)
        foreign = np.hypot(*cast) > FOREIGN and float(cast @ thrown) < 0  # products throw their own colour into gaps
        if even and not foreign and shade > deepest - 0.08 and around.mean() > 0.45 and _sharply_rimmed(survey, region):
            pockets[at] |= region.mask
    return pockets | _gaps(survey, backdrop | pockets)


def _gaps(survey: Survey, backdrop: Mask) -> Mask:
    """Specks of the backdrop's very colour inside a lacy product: the light between leaves, not letters on a box."""
    outline = ~opened(backdrop, 1)
    length = int((outline & ~shrink(outline, 1)).sum())
    if length**2 < LACY * 4 * np.pi * max(1, int(outline.sum())):
        return np.zeros_like(backdrop)
    return opened((survey.distance < 0.8 * survey.tolerance) & ~backdrop, 1)


def flood(survey: Survey, backdrop: Mask, product: Mask) -> Float:
    """The chance of every pixel to be product, from two sets of markers, the edges between, and the tint."""
    changing = cv2.GaussianBlur(survey.hue, (0, 0), 1)
    tinted = np.hypot(cv2.Sobel(changing, cv2.CV_32F, 1, 0), cv2.Sobel(changing, cv2.CV_32F, 0, 1)) / 8
    edges = np.asarray(survey.crispness + 0.1 * survey.gradient + 0.5 * tinted, np.float32)
    shade = backdrop & (survey.distance > survey.tolerance)
    leaning = lean(survey, shade if shade.sum() > 200 else backdrop, product)
    # Light that the product throws on the ground beside it is as tinted, but brighter than the backdrop.
    glow = (survey.ratio > GLOWS) & (survey.distance < max(12.0, 6 * survey.sigma))
    tinted_much = np.where(glow, 0, np.clip(survey.excess - 1, 0, 1)).astype(np.float32)
    pull = PULL * np.maximum(np.abs(2 * leaning - 1), tinted_much)
    return walk(edges, backdrop, product, np.maximum(leaning, tinted_much), pull.astype(np.float32))


def fill_holes(survey: Survey, mask: Mask, pockets: Mask) -> Mask:
    """Holes that do not look like backdrop belong to the product (a highlight, a label), except for known `pockets`."""
    like = (survey.distance < 1.5 * survey.tolerance) | (survey.shadow & (survey.ratio > 0.25))
    filled = mask.copy()
    for hole in regions(~mask, connectivity=4):
        at = hole.window
        if (hole.mask & survey.rim[at]).any() or 2 * (hole.mask & pockets[at]).sum() > hole.area:
            continue
        speck = hole.area < 0.0002 * mask.size
        if speck or like[at][hole.mask].mean() < 0.6 or not _sharply_rimmed(survey, hole):
            filled[at] |= hole.mask
    return filled


def _sharply_rimmed(survey: Survey, region: Region) -> bool:
    """Whether a region ends in a sharp edge nearly all around: a hole does, a highlight fades out."""
    edges = cv2.dilate(survey.crispness[region.window], np.ones((3, 3), np.uint8))
    return float((edges[region.ring(0, 3)] > max(1.0, 4 * survey.grain)).mean()) > 0.6


def _behind(survey: Survey, level: float, backdrop: Mask) -> Mask:
    """Where one cannot get from the backdrop or the frame without crossing a gradient steeper than `level`."""
    wide = reachable(opened(survey.crispness <= level, GAP), backdrop | survey.rim)
    return ~grow(wide, GAP)


def _core(survey: Survey, backdrop: Mask) -> Mask:
    """The heart of the largest thing that is neither backdrop nor light shade: a marker where there is no better."""
    apart = (survey.distance > CLEARLY) & ~backdrop & ~survey.rim
    inward = depth(without_islands(apart, 0.9)) if apart.any() else np.zeros(apart.shape, np.float32)
    return inward > max(0.5 * float(inward.max()), CORE)


def _salient(survey: Survey, mask: Mask) -> Mask:
    """The regions of `mask` that count for size and difference; specks go."""
    found = list(regions(mask, least=max(2, round(0.0004 * mask.size))))
    weights = [region.area * min(float(survey.distance[region.window][region.mask].mean()), 40.0) for region in found]
    kept = np.zeros_like(mask)
    for region, weight in zip(found, weights, strict=True):
        if weight > 0.02 * max(weights):
            kept[region.window] |= region.mask
    return kept
