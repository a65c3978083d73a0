"""A second try for products that colour alone does not tell from the backdrop: a box around all edges, and GrabCut."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float, Pixels
from packshot.studio.cutout.confidence import (
    Judgement,
    backdrop_doubts,
    outline_doubts,
    reason,
    shape_doubts,
    verdict_of,
)
from packshot.studio.cutout.regions import Mask, around, frame, regions
from packshot.studio.cutout.remedies import BOXED_MOST, Box, box_outline
from packshot.studio.cutout.segment import Outline
from packshot.studio.cutout.survey import Survey

WORTH_IT = ("lost", "edges", "alike", "shadow")  # doubts that a second try may settle
HIDDEN = ("edges", "alike", "shadow")  # doubts that are why it is a guess, and no further ones
FAINT, OVER_GRAIN = 0.25, 5.0  # crispness of an edge, and that in units of the backdrop's grain
LONG = 0.05  # of the picture: shorter edges are noise
MARGIN = 6  # pixels at working size between the edges and the box


def guessed(pixels: Pixels, survey: Survey) -> Outline | None:
    """The outline of what lies within the edges of a photo on a plain backdrop; None where there are none."""
    box = _around_edges(survey, pixels.shape[1] / survey.distance.shape[1])
    mask = box_outline(pixels, box) if box else None
    if mask is None or not mask.any():
        return None
    nothing = np.zeros_like(mask)
    return Outline(mask, mask, nothing, nothing, nothing)


def judge_guess(survey: Survey, outline: Outline, alpha: Float) -> Judgement:
    """Judges a guess and its `alpha` (h, w): a person has to look at it, whatever else may be said for it."""
    doubts = [*backdrop_doubts(survey), *outline_doubts(survey, outline), *shape_doubts(outline.mask, alpha)]
    hidden = max(doubt.penalty for doubt in doubts if doubt.code in HIDDEN)
    others = [doubt for doubt in doubts if doubt.code not in HIDDEN]
    return verdict_of([*others, reason("guessed", 0.25 + 0.15 * hidden)], most=BOXED_MOST)


def _around_edges(survey: Survey, scale: float) -> Box | None:
    """The box in pixels of the photo, `scale` times the survey's, around all long edges, however faint."""
    edges = (survey.crispness > max(FAINT, OVER_GRAIN * survey.grain)) & ~frame(survey.distance.shape, 8)
    long: Mask = np.zeros_like(edges)
    for region in regions(edges, padding=0):
        if max(region.mask.shape) > LONG * survey.size:
            long[region.window] |= region.mask
    if not long.any():
        return None
    rows, columns = around(long, MARGIN)
    height, width = edges.shape
    right, bottom = min(width, columns.stop), min(height, rows.stop)
    return round(columns.start * scale), round(rows.start * scale), round(right * scale), round(bottom * scale)
