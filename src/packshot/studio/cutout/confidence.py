"""How sure a cutout is: every doubt takes its share of the confidence and says why and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.cutout.enclosed import doubtful_gaps, doubtful_holes
from packshot.studio.cutout.ranks import percentile
from packshot.studio.cutout.regions import Mask, depth, disc, grow, opened, reachable, regions, shrink
from packshot.studio.cutout.result import Reason, Verdict
from packshot.studio.cutout.segment import Outline
from packshot.studio.cutout.survey import Survey

ACCEPT = 0.8
REFUSE = 0.5
PURE = 0.1  # of the tint a shadow may have: what is as grey is most likely shade
CELL = np.array([25, 14, 14], np.float32)  # units of L, a and b
WORTH_SAYING = 0.05  # penalties below are not worth a person's time

PLAIN = "Photograph it in front of a plain backdrop, draw a box around it, or upload a mask."
DARKER = "Photograph it against a darker or coloured backdrop, draw a box around it, or upload a mask."
WORDS: dict[str, tuple[str, str]] = {
    "blank": ("No product stands out from the backdrop.", DARKER),
    "small": (
        "The picture is too small to find a product in.",
        "Upload a photo of at least 64 pixels a side.",
    ),
    "busy": ("The backdrop is not plain.", PLAIN),
    "edges": ("Parts of the outline can hardly be told from the backdrop.", DARKER),
    "alike": ("Much of the product has the colour of the backdrop.", DARKER),
    "gaps": (
        "Parts inside the product look like the backdrop in shade: a gap may not have been cut out.",
        "Look closely at the cutout. Softer light or a backdrop of another colour helps, or upload a mask.",
    ),
    "holes": (
        "What shows through the product or beside it is not quite the backdrop: it may be a part of the product.",
        "Look closely at the cutout. A backdrop of another colour helps, or upload a mask.",
    ),
    "open": (
        "Much of the outline could as well run beside where it was drawn.",
        "Go closer, use a backdrop of another colour, or upload a mask.",
    ),
    "glass": (
        "Faint lines outside the product look like clear glass or thin parts.",
        "Photograph it against a dark backdrop or upload a mask.",
    ),
    "lost": (
        "There are sharp edges beside the product: a part of it may be missing, or its shadow is very hard.",
        "Look closely at the cutout. Softer light or a backdrop of another colour helps, or upload a mask.",
    ),
    "clutter": ("There is more in the picture than the product.", PLAIN),
    "several": (
        "There seem to be several products.",
        "Upload one photo for each product, or draw a box around one.",
    ),
    "colours": (
        "It has so many colours that it may be several products.",
        "Upload one photo for each product, or draw a box around one.",
    ),
    "cropped": ("The product touches the edge of the picture.", "Upload a photo that shows all of it."),
    "tiny": ("The product is very small in the picture.", "Go closer, or crop the photo."),
    "huge": ("The product fills nearly all of the picture.", "Leave some backdrop on every side."),
    "thin": (
        "The product is so thin in the picture that its outline is much of it.",
        "Go closer or upload a larger photo, and check the cutout.",
    ),
    "soft": ("Large parts came out half transparent.", "Check the cutout, or upload a mask."),
    "shadow": (
        "The product's foot can hardly be told from its shadow.",
        "Light it from the front, use a backdrop of another colour, or upload a mask.",
    ),
    "speckled": ("The mask is full of specks and holes.", "Upload a mask with one clean shape."),
    "compressed": (
        "The file is so strongly compressed that its edges are smeared.",
        "Upload the original file from the camera.",
    ),
    "guessed": (
        "The outline is a guess: parts of the product look like the backdrop or its shade.",
        "Check the edges closely. " + DARKER,
    ),
    "boxed": (
        "The backdrop inside the box is not plain, so the edges are a guess.",
        "Check the edges closely.",
    ),
}


@dataclass(frozen=True)
class Judgement:
    """The score 0..1, what it means, and its reasons, heaviest first."""

    confidence: float
    verdict: Verdict
    reasons: tuple[Reason, ...]


def judge(survey: Survey, outline: Outline, alpha: Float) -> Judgement:
    """Judges an outline and its `alpha` (h, w), both at the survey's size."""
    mask = outline.mask
    if mask.sum() < 16:
        return verdict_of([reason("blank", 1.0)])
    return verdict_of([*backdrop_doubts(survey), *outline_doubts(survey, outline), *shape_doubts(mask, alpha)])


def reason(code: str, penalty: float) -> Reason:
    """The doubt `code` with its weight and its words."""
    words, remedy = WORDS[code]
    return Reason(code, float(np.clip(penalty, 0, 1)), words, remedy)


def verdict_of(doubts: Iterable[Reason], *, most: float = 1.0) -> Judgement:
    """Multiplies what all doubts leave of the confidence, at most `most`."""
    weighed = sorted(doubts, key=lambda doubt: -doubt.penalty)
    confidence = min(most, prod(1 - doubt.penalty for doubt in weighed))
    verdict: Verdict = "accept" if confidence >= ACCEPT else "ask" if confidence >= REFUSE else "refuse"
    return Judgement(confidence, verdict, tuple(doubt for doubt in weighed if doubt.penalty >= WORTH_SAYING))


def backdrop_doubts(survey: Survey) -> list[Reason]:
    """Is the backdrop one smooth surface."""
    rough = 0.75 * _ramp(survey.roughness, 3, 8)
    uneven = 0.3 * _ramp(0.85 - survey.evenness, 0, 0.3)
    return [
        reason("busy", 1 - (1 - rough) * (1 - uneven)),
        reason("compressed", 0.35 * _ramp(survey.step, 9.2, 10.6)),
    ]


def outline_doubts(survey: Survey, outline: Outline) -> list[Reason]:
    """Is the outline on real edges, is the inside unlike the backdrop, and is nothing left outside."""
    mask, whole = outline.mask, outline.mask | outline.shade
    inside = shrink(mask, 3)
    alike = float((survey.distance[inside] < 1.2 * survey.tolerance).mean()) if inside.any() else 1.0
    outside = ~grow(whole, 8)
    area, length = max(1, int(mask.sum())), max(1, int(_contour(mask).sum()))
    steep = (survey.gradient > max(2.2, 4 * survey.noise)) & outside & ~survey.neutral
    unexplained = float(steep.sum() / length)
    lines = _faint_lines(survey, outside) / length
    told = _contour(mask) & ~grow(outline.shade, 1)
    weak = _share_below(survey.gradient, max(2.0, 4 * survey.noise), told)
    soft = _share_below(survey.crispness, max(1.0, 4 * survey.grain), told)
    doubts = [
        reason(
            "shadow",
            0.35
            * max(
                _ramp(_like_its_shade(survey, mask), 0.6, 0.8),
                _ramp(_dark_foot(survey, mask), 0.25, 0.4),
                _ramp(_longest_blurred_stretch(survey, mask), 0.08, 0.16),
                0.75 * _ramp(_leaking_in(survey, mask), 0.0015, 0.004),
                _ramp(float(outline.weak.sum() / mask.sum()), 0.002, 0.008),
            ),
        ),
        reason("edges", max(0.9 * _ramp(weak, 0.08, 0.35), 0.45 * _ramp(soft, 0.13, 0.32))),
        reason("thin", 0.35 * _ramp(length / area, 0.06, 0.085)),
        reason("open", 0.35 * _ramp(outline.open.sum() / area, 0.04, 0.065)),
        reason("alike", 0.5 * _ramp(alike, 0.15, 0.7)),
        reason("colours", 0.4 * _ramp(_colours(survey, inside) * np.sqrt(mask.mean()), 4.6, 6)),
        reason(
            "gaps",
            0.4
            * max(
                _ramp(_shaded_gaps(survey, inside) / area, 0.02, 0.05),
                _ramp(doubtful_gaps(survey, mask) / area, 0.005, 0.013),
            ),
        ),
        reason("holes", 0.4 * _ramp(doubtful_holes(survey, mask) / area, 0.003, 0.012)),
    ]
    outside_doubt = reason("glass" if lines > unexplained else "clutter", 0.8 * _ramp(unexplained + lines, 0.15, 0.7))
    left_out = reason("lost", 0.8 * _ramp(_left_out(survey, whole) / length, 0.1, 0.45))
    return [*doubts, max(outside_doubt, left_out, key=lambda doubt: doubt.penalty)]


def shape_doubts(mask: Mask, alpha: Float) -> list[Reason]:
    """Is it one whole thing of a sensible size."""
    share = float(mask.mean())
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    solid = max(1, int((alpha > 0.5).sum()))
    soft = float(((alpha > 0.08) & (alpha < 0.92)).sum() / solid)
    return [
        reason("cropped", 0.5 * _ramp(float(edge.mean()), 0.01, 0.08)),
        reason("tiny", 0.9 * _ramp(0.02 - share, 0, 0.015)),
        reason("huge", 0.9 * _ramp(share, 0.75, 0.95)),
        reason("soft", 0.3 * _ramp(soft, 0.3, 0.8)),
        reason("several", 0.35 * _pieces(mask)),
    ]


def _faint_lines(survey: Survey, outside: Mask) -> float:
    """Pixels of long thin lines, lighter or darker than their surroundings, outside the product: what glass leaves."""
    lightness = cv2.GaussianBlur(survey.lab[..., 0], (0, 0), 1.6)
    ridge = disc(6)
    bright = lightness - cv2.morphologyEx(lightness, cv2.MORPH_OPEN, ridge)
    dark = cv2.morphologyEx(lightness, cv2.MORPH_CLOSE, ridge) - lightness
    relief = np.maximum(bright, dark)
    usual = 1.4826 * percentile(relief[survey.backdrop], 50) if survey.backdrop.any() else 1.0
    edges = grow(survey.crispness > max(0.6, 3.5 * survey.grain), 3)
    lines = (relief > max(1.1, 4 * usual)) & edges & outside
    thickness = 3
    total = 0
    for region in regions(lines, least=thickness, padding=0):
        rows, columns = region.mask.shape
        if max(rows, columns) > 0.05 * survey.size:
            total += region.area
    return total / thickness


def _longest_blurred_stretch(survey: Survey, mask: Mask) -> float:
    """How far the outline runs without a sharp edge, in parts of the picture: there it follows a shadow's border."""
    steepest = cv2.dilate(survey.crispness, np.ones((5, 5), np.uint8))
    blurred = _contour(mask) & (steepest < max(1.0, 4 * survey.grain))
    stretches = [max(region.mask.shape) for region in regions(grow(blurred, 1), padding=0)]
    return max(stretches, default=0) / survey.size


def _share_below(edges: Float, enough: float, contour: Mask) -> float:
    """The share of `contour` with nothing as steep as `enough` to hold on to."""
    steepest = cv2.dilate(edges, np.ones((5, 5), np.uint8))[contour]
    return float((steepest < enough).mean()) if steepest.size else 1.0


def _left_out(survey: Survey, mask: Mask) -> float:
    """Pixels of long sharp edges beside the product: a part that was left out has them, a soft shadow has none.

    Close by, fainter edges count as well; further off they are more often the shadows of thin legs. Beside a coloured
    product, edges of nothing but grey shade are mostly those of a hard shadow, and count for little.
    """
    near = grow(mask, max(6, survey.size // 40)) & ~grow(mask, 3)
    faint = (survey.crispness > max(0.7, 5 * survey.grain)) & near
    clear = (survey.crispness > max(1.0, 5 * survey.grain)) & ~grow(mask, 3) & ~near
    sharp = faint | clear
    grey = survey.shadow & (survey.excess < PURE) if survey.saturation > 0 else np.zeros_like(sharp)
    weight = np.where(grey, 0.25, 1.0) * sharp
    total = 0.0
    for region in regions(grow(sharp, 1), least=8, padding=0):
        if max(region.mask.shape) > 0.03 * survey.size:
            total += float(weight[region.window][region.mask].sum())
    return total


def _like_its_shade(survey: Survey, mask: Mask) -> float:
    """The share of the product's rim that could as well be shadow, where there is shadow beside it; else 0."""
    beside = grow(mask, 10) & ~grow(mask, 3)
    shaded = (survey.ratio < 0.85) & survey.shadow
    if not beside.any() or shaded[beside].mean() < 0.1:
        return 0.0
    rim = mask & (depth(mask) < survey.size / 25)
    return float((survey.shadow & (survey.crispness < 0.5))[rim].mean())


def _leaking_in(survey: Survey, mask: Mask) -> float:
    """The share of the product that one reaches from the shade beside it without crossing an edge."""
    shade = survey.shadow | survey.backdrop | (survey.distance < survey.tolerance)
    smooth = opened(shade & (survey.crispness < max(0.5, 4 * survey.grain)), 1)
    return float((reachable(smooth, ~grow(mask, 2)) & shrink(mask, 1)).sum() / mask.sum())


def _dark_foot(survey: Survey, mask: Mask) -> float:
    """The share of the foot's outline where a dark grey product meets a deep shadow: the line between is a guess."""
    rows = np.flatnonzero(mask.any(1))
    foot = np.zeros_like(mask)
    foot[int(rows[0] + 0.75 * (rows[-1] - rows[0])) :] = True
    beside = grow(mask, 7) & ~grow(mask, 3) & foot
    deepest = cv2.erode(np.where(beside, survey.ratio, 9).astype(np.float32), disc(8))
    dark = survey.shadow & (survey.ratio < 0.25) & (survey.crispness < 1.5) & mask & (depth(mask) < 6)
    outline = _contour(mask) & foot
    return float((grow(dark & (deepest < 0.6), 2) & outline).sum() / max(1, outline.sum()))


def _shaded_gaps(survey: Survey, inside: Mask) -> int:
    """Pixels of the largest smooth part of a coloured product that could be backdrop in shade; of a grey one, none."""
    if survey.saturation == 0:
        return 0
    pale = opened(inside & survey.shadow & (survey.ratio > 0.35) & (survey.crispness < 0.5), 2)
    return max((region.area for region in regions(pale, padding=0)), default=0)


def _colours(survey: Survey, inside: Mask) -> float:
    """How many colours there are `inside`, each weighed by its share: e to the entropy of coarse cells of Lab.

    A product has seldom more than nine; a heap of them has more, and fills more of the picture.
    """
    lightness, a, b = np.rint(survey.lab[inside] / CELL).astype(np.intp).T + 10
    share = np.bincount((lightness * 20 + a) * 20 + b) / max(1, len(a))
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))


def _pieces(mask: Mask) -> float:
    """0 for one piece with crumbs, towards 1 the larger the second one is, and the more there are."""
    areas = sorted((region.area for region in regions(mask, padding=0)), reverse=True)
    pieces = sum(1 for area in areas if area > 0.03 * areas[0])
    return max(_ramp(areas[1] / areas[0], 0.1, 0.3), _ramp(pieces, 2, 5)) if len(areas) > 1 else 0.0


def _contour(mask: Mask) -> Mask:
    return mask & ~shrink(mask, 1)


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))
