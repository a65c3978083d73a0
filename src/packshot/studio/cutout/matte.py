"""From an outline at working size to alpha at the photo's size: trimap, matting, guided upsampling."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float, Pixels, srgb_to_linear
from packshot.studio.cutout.closed_form import closed_form
from packshot.studio.cutout.guided import guided_filter
from packshot.studio.cutout.projection import project
from packshot.studio.cutout.regions import Mask, depth, grow, opened, reachable, shrink, thin
from packshot.studio.cutout.segment import Outline
from packshot.studio.cutout.survey import Survey, shrunk

MATTING = 1024  # longest side that alpha is solved at; beyond it the photo itself guides it up
MOST_UNKNOWN = 60_000  # pixels the closed form is solved for; wider bands are left to projection
STEEPER = 3.0  # than its blur: an outline found at working size, made an edge again
HAZE = 0.1  # alpha up to which specks may hang together and still not belong to the product
FOG = 0.03  # alpha below is solver's residue, and above one minus it too


def trimap(survey: Survey, outline: Outline) -> Float:
    """(h, w) float32 at working size: 1 surely product, 0 surely backdrop, 0.5 to be solved; narrow on crisp edges."""
    mask = outline.mask
    reach = max(3, round(survey.size / 130))
    explained = (
        (survey.distance < survey.tolerance) | (survey.shadow & (survey.ratio > 0.25)) | survey.backdrop | outline.shade
    )
    fibres = grow(survey.crispness > max(0.6, 4 * survey.grain), 1)  # a tinted shade has none
    fuzzy = grow(mask, reach) & ~grow(mask, 1) & ~explained & fibres
    outside = (~grow(mask, 1) & ~grow(fuzzy, 1)) | ~grow(mask, reach)
    holes = ~mask & ~reachable(~mask, survey.rim)
    outside |= holes & (survey.distance < 0.6 * survey.tolerance)
    faint = opened(mask & (survey.distance < 1.3 * survey.tolerance), 1)
    inside = shrink(mask, 2) & ~(faint & ~shrink(mask, reach))
    inside |= _ridges(survey, mask)
    result = np.full(mask.shape, 0.5, np.float32)
    result[inside] = 1
    result[outside] = 0
    return result


def band(mask: Mask, radius: int) -> Float:
    """A trimap that leaves `radius` pixels to either side of `mask`'s outline open, and thin parts' ridges closed."""
    result = np.full(mask.shape, 0.5, np.float32)
    result[shrink(mask, radius)] = 1
    result[~grow(mask, radius)] = 0
    return result


def settled(alpha: Float, outline: Outline) -> Float:
    """`alpha` (H, W) with the outline as it was found along the shade under the foot, where colours tell nothing."""
    if not outline.shade.any():
        return alpha
    size = alpha.shape[::-1]
    share = cv2.GaussianBlur(grow(outline.shade, 2).astype(np.float32), (0, 0), 1)
    found = cv2.GaussianBlur(outline.mask.astype(np.float32), (0, 0), 2)
    share, found = (np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)) for part in (share, found))
    crisp = np.clip((found - 0.5) * STEEPER + 0.5, 0, 1)
    return (alpha + share * (crisp - alpha)).astype(np.float32)


def _ridges(survey: Survey, mask: Mask) -> Mask:
    """Middle lines of parts too narrow to have an inside."""
    inward = depth(mask)
    narrow = mask & ~grow(shrink(mask, 2), 3)
    top = inward >= cv2.dilate(inward, np.ones((3, 3), np.uint8))
    return narrow & top & (inward >= 1) & (survey.distance > max(14.0, 3 * survey.tolerance))


def solve(pixels: Pixels, hints: Float) -> Float:
    """Alpha (H, W) float32 0..1 at the size of `pixels` (H, W, 3), for a trimap `hints` of any smaller size."""
    image = shrunk(pixels, MATTING)
    size = image.shape[1::-1]
    wanted = cv2.resize(hints, size, interpolation=cv2.INTER_LINEAR) if hints.shape != image.shape[:2] else hints
    wanted = np.where(wanted > 0.985, 1, np.where(wanted < 0.015, 0, 0.5)).astype(np.float32)
    alpha = _matted(image, wanted)
    if image.shape != pixels.shape:
        alpha = upsampled(pixels, alpha)
    return np.clip((alpha - FOG) / (1 - 2 * FOG), 0, 1).astype(np.float32)


def _matted(image: Pixels, wanted: Float) -> Float:
    """Closed form on solid parts, projection on parts thinner than about 7 px, where windows see both sides at once."""
    unknown = wanted == 0.5
    if not unknown.any():
        return wanted
    rows, columns = np.flatnonzero(unknown.any(1)), np.flatnonzero(unknown.any(0))
    crop = np.s_[max(0, rows[0] - 8) : rows[-1] + 9, max(0, columns[0] - 8) : columns[-1] + 9]
    light = srgb_to_linear(image[crop])
    hints = wanted[crop]
    alpha = project(light, hints)
    if np.count_nonzero(unknown) <= MOST_UNKNOWN:
        narrow = grow(thin(hints > 0), 2)
        share = cv2.GaussianBlur(narrow.astype(np.float32), (0, 0), 1.5)
        alpha = share * alpha + (1 - share) * closed_form(light, hints)
    result = wanted.copy()
    result[crop] = _without_haze(alpha)
    return result


def _without_haze(alpha: Float) -> Float:
    """`alpha` without the faint specks that nowhere become half opaque."""
    _, found = cv2.connectedComponents((alpha > HAZE).view(np.uint8))
    labels = np.asarray(found, np.int32)
    kept = np.zeros(int(labels.max()) + 1, bool)
    kept[labels[alpha > 0.5]] = True
    return np.where(grow(kept[labels], 2), alpha, 0).astype(np.float32)


def upsampled(pixels: Pixels, alpha: Float) -> Float:
    """`alpha` at the size of `pixels`, its edges following the photo's (guided filter, He, Sun, Tang, PAMI 2013)."""
    height, width = pixels.shape[:2]
    radius = max(2, round(1.5 * max(height, width) / max(alpha.shape)))
    larger = np.asarray(cv2.resize(alpha, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    edge = grow((larger > 0.01) & (larger < 0.99), 2)
    rows, columns = np.flatnonzero(edge.any(1)), np.flatnonzero(edge.any(0))
    if not len(rows):
        return np.clip(larger, 0, 1)
    reach = 4 * radius
    crop = np.s_[max(0, rows[0] - reach) : rows[-1] + reach + 1, max(0, columns[0] - reach) : columns[-1] + reach + 1]
    full = np.iinfo(pixels.dtype).max
    grey = np.asarray(cv2.cvtColor(pixels[crop], cv2.COLOR_RGB2GRAY), np.float32) / np.float32(full)
    guided = guided_filter(grey, larger[crop], radius, 2e-4)
    larger[crop] = np.where(edge[crop], guided, larger[crop])
    return np.clip(larger, 0, 1)
