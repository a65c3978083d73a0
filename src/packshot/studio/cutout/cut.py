"""Cuts the product out of a photo."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float, srgb_to_linear
from packshot.imaging.photo import Photo
from packshot.studio.cutout.colour import product_colour
from packshot.studio.cutout.confidence import Judgement, judge, reason, shape_doubts, verdict_of
from packshot.studio.cutout.guess import WORTH_IT, guessed, judge_guess
from packshot.studio.cutout.matte import band, settled, solve, trimap
from packshot.studio.cutout.regions import Mask, regions
from packshot.studio.cutout.remedies import BOXED_MOST, Box, box_outline, checked_box, checked_mask, refined
from packshot.studio.cutout.result import Cutout
from packshot.studio.cutout.segment import segment
from packshot.studio.cutout.survey import WORK, Survey, survey
from packshot.studio.cutout.view import view_of

PLAIN = 4.0  # ΔE of roughness up to which a backdrop without a product is a blank one
SMALLEST = 48  # pixels of the shorter side: below it there is no backdrop to fit


def cut(photo: Photo, *, alpha: NDArray[Any] | None = None, box: Box | None = None) -> Cutout:
    """The product of `photo`, with how sure that is.

    `alpha`: a mask drawn by a person, (H, W) uint8, uint16 or float 0..1, used instead of searching. `box`
    (x0, y0, x1, y1) in pixels: where the product is, for busy backdrops. A photo with transparency of its own is cut by
    that. Raises BadInputError for a mask or box that does not fit the photo.
    """
    if alpha is not None:
        return _by_alpha(photo, refined(photo.pixels, checked_mask(alpha, photo.width, photo.height)))
    if photo.alpha is not None and photo.alpha.min() < np.iinfo(photo.alpha.dtype).max:
        return _by_alpha(photo, checked_mask(photo.alpha, photo.width, photo.height))
    if box is not None:
        box = checked_box(box, photo.width, photo.height)
    if min(photo.width, photo.height) < SMALLEST:
        return _nothing(photo, "small")
    surveyed = survey(photo.pixels)
    return _by_box(photo, surveyed, box) if box is not None else _by_backdrop(photo, surveyed)


def _by_backdrop(photo: Photo, surveyed: Survey) -> Cutout:
    outline = segment(surveyed)
    if not outline.mask.any():
        return _nothing(photo, "busy" if surveyed.roughness > PLAIN else "blank")
    alpha = settled(solve(photo.pixels, trimap(surveyed, outline)), outline)
    judged = judge(surveyed, outline, _at_work(alpha))
    if judged.verdict == "refuse" and judged.reasons[0].code in WORTH_IT:
        return _by_guess(photo, surveyed) or _cutout(photo, surveyed, alpha, judged)
    return _cutout(photo, surveyed, alpha, judged)


def _by_guess(photo: Photo, surveyed: Survey) -> Cutout | None:
    outline = guessed(photo.pixels, surveyed)
    if outline is None:
        return None
    alpha = solve(photo.pixels, band(outline.mask, 3))
    judged = judge_guess(surveyed, outline, _at_work(alpha))
    return None if judged.verdict == "refuse" else _cutout(photo, surveyed, alpha, judged)


def _by_box(photo: Photo, surveyed: Survey, box: Box) -> Cutout:
    mask = box_outline(photo.pixels, box)
    if not mask.any():
        return _nothing(photo, "blank")
    alpha = solve(photo.pixels, band(mask, 3))
    doubts = [*shape_doubts(mask, _at_work(alpha)), reason("boxed", 0.25)]
    return _cutout(photo, surveyed, alpha, verdict_of(doubts, most=BOXED_MOST))


def _by_alpha(photo: Photo, alpha: Float) -> Cutout:
    small = _at_work(alpha)
    mask = small > 0.5
    if not mask.any():
        return _nothing(photo, "blank")
    doubts = [*shape_doubts(mask, small), reason("speckled", _speckle(mask))]
    surveyed = survey(photo.pixels) if min(photo.width, photo.height) >= SMALLEST else None
    return _cutout(photo, surveyed, alpha, verdict_of(doubts))


def _cutout(photo: Photo, surveyed: Survey | None, alpha: Float, judged: Judgement) -> Cutout:
    view, elevation = view_of(surveyed, _at_work(alpha)) if surveyed else ("unknown", None)
    return Cutout(
        product_colour(photo.pixels, alpha),
        alpha,
        judged.confidence,
        judged.verdict,
        judged.reasons,
        view,
        elevation,
    )


def _nothing(photo: Photo, code: str) -> Cutout:
    empty = np.zeros((photo.height, photo.width), np.float32)
    judged = verdict_of([reason(code, 1.0)])
    return Cutout(srgb_to_linear(photo.pixels), empty, 0.0, judged.verdict, judged.reasons, "unknown", None)


def _at_work(alpha: Float) -> Float:
    scale = min(1.0, WORK / max(alpha.shape))
    size = (max(1, round(alpha.shape[1] * scale)), max(1, round(alpha.shape[0] * scale)))
    return alpha if scale == 1 else cv2.resize(alpha, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _speckle(mask: Mask) -> float:
    """0 for a mask of clean shapes, towards 1 the more it falls into specks and pinholes."""
    specks = sum(1 for region in regions(mask, padding=0) if region.area < 0.001 * mask.sum())
    pinholes = sum(1 for region in regions(~mask, padding=0) if region.area < 0.0005 * mask.sum())
    return min(1.0, max(0, specks + pinholes - 10) / 60)
