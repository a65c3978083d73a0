"""The product lock: a verdict about one picture from the views of a product, its profile and its protected parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.imaging.colour import Float
from packshot.locks.base import Decision, Thresholds, Verdict
from packshot.locks.product import garment, protected, reasons
from packshot.locks.product.composited import Placement, compare_kept
from packshot.locks.product.geometry import Matrix, scaling
from packshot.locks.product.locate import Scene, locate
from packshot.locks.product.measures import Compared, compare
from packshot.locks.product.picture import picture as drawn
from packshot.locks.product.propose import propose
from packshot.locks.product.protected import Region
from packshot.locks.product.reasons import Reason
from packshot.locks.product.version import (
    KEPT_TOLERANCES,
    METRIC_VERSION,
    PALETTE_TOLERANCE,
    THRESHOLDS,
    TOLERANCES,
    score_of,
    scores_of,
)
from packshot.locks.product.view import FRAME, LEAST_SIDE, Known, View, known

Profile = Literal["rigid", "low_texture", "garment", "composited"]

_LEAST_TEXTURE = 0.25  # part of the product that has to have something to compare by
_OF_THE_WHOLE = [reasons.OF_MEASURE[name] for name in ("colour", "aspect", "blur", "missing", "outside", "outline")]
_SAYS_MORE = {"part_colour": "colour", "outline": "deformation"}  # where both are beyond their tolerances
_NOT_FOUND_SCORE = 0.3  # at most, where it is not convincing that this is the product at all


@dataclass(frozen=True, eq=False)
class Judged:
    """What one view says: its score and why, and, for the evidence, what was compared and where.

    `doubt` is why a person has to look even where the score is high. `worst` is the measure behind the score in parts
    of its tolerance, `whole` the score without the protected parts. `H` takes the view's frame to the scene; None where
    the product is nowhere. `astray` (n, 2): the points of its outline in that frame that are not where they should be.
    """

    view: View
    score: float
    reason: Reason
    measures: dict[str, float] = field(default_factory=dict[str, float])
    worst: float = 0.0
    whole: float = 0.0
    doubt: Reason | None = None
    compared: Compared | None = None
    H: Matrix | None = None
    regions: Sequence[Region] = ()
    astray: Float = field(default_factory=lambda: np.zeros((0, 2), np.float32))

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """What makes one view count before another: that it was found, then the score.

        A view that fits but for a protected part comes before both: another photo of the same side, on which nobody
        marked that part, must not excuse it.
        """
        spoilt = self.reason in (reasons.PROTECTED, reasons.PROTECTED_LOST) and self.whole >= THRESHOLDS.review
        return spoilt, self.reason is not reasons.NOT_FOUND, self.score

    def decided(self, thresholds: Thresholds, *, accept_limited: bool) -> tuple[Decision, Reason]:
        """The decision on the picture, and its reason."""
        decision: Decision = thresholds.decide(self.score)
        limited = self.doubt is reasons.LIMITED
        if self.doubt and decision != "reject" and not (limited and (accept_limited or decision == "review")):
            return "review", self.doubt
        return decision, reasons.SAME if decision == "accept" else self.reason


def judge(
    views: Sequence[View],
    picture: NDArray[np.uint8],
    *,
    others: Iterable[View] = (),
    profile: str = "rigid",
    placement: Placement | None = None,
    thresholds: Thresholds = THRESHOLDS,
    accept_limited: bool = False,
    evidence: bool | Collection[Decision] = False,
) -> Verdict:
    """Whether `picture` (H, W, 3) uint8 sRGB shows the product that `views` show.

    One view per side of the product; the best one counts. `others` are asked for one by one until the picture is
    accepted: views on which no part is protected, for they can only speak for it. `placement` is where an engine that
    keeps pixels laid them, for the profile "composited". `accept_limited` lets products pass whose texture is too
    little to be sure. `evidence` adds a picture of what was compared, always or for these decisions. BadInputError for
    what cannot be judged at all.
    """
    _check(views, picture, profile, placement)
    scene = Scene.of(picture)
    judged = max((_one(view, scene, profile, placement, picture.shape) for view in views), key=lambda one: one.rank)
    decision, reason = judged.decided(thresholds, accept_limited=accept_limited)
    asked = iter(others)
    while decision != "accept" and (view := next(asked, None)) is not None:
        judged = max(judged, _one(view, scene, profile, placement, picture.shape), key=lambda one: one.rank)
        decision, reason = judged.decided(thresholds, accept_limited=accept_limited)
    limited = judged.doubt is reasons.LIMITED
    shown = evidence if isinstance(evidence, bool) else decision in evidence
    return Verdict(
        "product",
        decision,
        reason.code,
        reason.words,
        METRIC_VERSION,
        profile="low_texture" if limited and profile == "rigid" else profile,
        score=judged.score,
        raw=judged.worst,
        remedy=reason.remedy,
        thresholds=thresholds,
        measures=judged.measures,
        limited=limited,
        picture=_evidence(judged, scene, thresholds) if shown else None,
    )


def _check(views: Sequence[View], picture: NDArray[np.uint8], profile: str, placement: Placement | None) -> None:
    problems: list[str] = []
    if profile not in get_args(Profile):
        problems.append(f"{profile!r} is no profile; there are {', '.join(get_args(Profile))}.")
    if profile == "composited" and placement is None:
        problems.append("A composited picture needs the place that the engine laid the product at.")
    if not views:
        problems.append("There is no photo of the product to compare with.")
    if picture.ndim != 3 or picture.shape[2] != 3:
        problems.append(f"A picture has three channels, not the shape {picture.shape}.")
    elif min(picture.shape[:2]) < LEAST_SIDE:
        height, width = picture.shape[:2]
        problems.append(f"The picture is {width} × {height} px; at least {LEAST_SIDE} px a side are needed.")
    if problems:
        raise BadInputError(" ".join(problems))


def _one(view: View, scene: Scene, profile: str, placement: Placement | None, shape: tuple[int, ...]) -> Judged:
    product = known(view)
    if profile == "composited" and placement is not None:
        return _kept(view, product, scene, placement, shape)
    if profile == "garment":
        return _worn(view, product, scene)
    return _rigid(view, product, scene, low_texture=profile == "low_texture")


def _rigid(view: View, product: Known, scene: Scene, *, low_texture: bool) -> Judged:
    found = locate(product, scene)
    if found is None:
        return Judged(view, 0.0, reasons.NOT_FOUND)
    compared = compare(product.pixels, product.mask, scene.pixels, found.H, longest=FRAME)
    measures = dict(compared.measures)
    astray = scene.astray(product, found.H, compared.apart)
    measures["outline"] = len(astray) / max(len(product.outline.at), 1)
    score, reason, worst = _worst(measures, TOLERANCES)
    measures |= {"grey": found.grey, "structure": found.structure, "contour": found.contour}
    measures |= {"support": float(found.support), "surface": product.texture}
    limited = low_texture or product.texture < _LEAST_TEXTURE or found.how == "edges"
    doubt = reasons.LIMITED if limited else None
    lost = measures.get("texture", 1.0) > 0.55 and found.structure < 0.3
    if not found.convincing or lost:
        score = min(score, _NOT_FOUND_SCORE)
        return Judged(view, score, reasons.NOT_FOUND, measures, worst, score, doubt, compared, found.H, astray=astray)
    regions = protected.measure(view, product, scene, found.H, compared.light)
    whole, (score, reason) = score, _with_regions(score, reason, regions, measures)
    return Judged(view, score, reason, measures, worst, whole, doubt, compared, found.H, regions, astray)


def _kept(view: View, product: Known, scene: Scene, placement: Placement, shape: tuple[int, ...]) -> Judged:
    compared = compare_kept(view, placement, scene, (shape[1], shape[0]))
    measures = dict(compared.measures)
    score, reason, worst = _worst(measures, KEPT_TOLERANCES)
    height, width = scene.pixels.shape[:2]
    H = scaling(width / shape[1], height / shape[0]) @ placement.transform @ product.to_photo
    regions = protected.measure(view, product, scene, H, None)
    whole, (score, reason) = score, _with_regions(score, reason, regions, measures)
    return Judged(view, score, reason, measures, worst, whole, None, compared, H, regions)


def _worn(view: View, product: Known, scene: Scene) -> Judged:
    worn = garment.look(view, product, scene, view.protected or propose(view))
    if worn is None:
        return Judged(view, 0.0, reasons.NOT_FOUND)
    measures = {"palette": worn.palette, "prints": float(len(worn.regions))}
    score, reason = score_of(worn.palette, PALETTE_TOLERANCE), reasons.PALETTE
    seen = [one for one in worn.regions if not one.lost]
    whole, (score, reason) = score, _with_regions(score, reason, seen, measures)
    doubt = reasons.WORN if len(seen) == len(worn.regions) else reasons.PROTECTED_LOST
    compared = compare(product.pixels, product.mask, scene.pixels, worn.H, longest=FRAME)
    return Judged(view, score, reason, measures, worn.palette, whole, doubt, compared, worn.H, worn.regions)


def _worst(measures: dict[str, float], tolerances: dict[str, float]) -> tuple[float, Reason, float]:
    """The score of what differs most, its reason, and the measure in parts of its tolerance."""
    excess = {name: measures[name] / limit for name, limit in tolerances.items() if name in measures}
    worst = max(excess, key=lambda name: excess[name])
    named = _SAYS_MORE[worst] if excess.get(_SAYS_MORE.get(worst, ""), 0) > 1 else worst
    named = "missing" if excess.get("missing", 0) > 1 else named  # what is missing differs in every way
    return scores_of(measures, tolerances)[worst], reasons.OF_MEASURE[named], excess[worst]


def _with_regions(
    score: float, reason: Reason, regions: Sequence[Region], measures: dict[str, float]
) -> tuple[float, Reason]:
    if not regions:
        return score, reason
    region = min(regions, key=lambda one: one.score)
    measures["protected"] = region.score
    if region.score >= score:
        return score, reason
    if score < THRESHOLDS.review and reason in _OF_THE_WHOLE:
        return region.score, reason  # of which the part's difference is a consequence
    return region.score, reasons.PROTECTED_LOST if region.lost else reasons.PROTECTED


def _evidence(judged: Judged, scene: Scene, thresholds: Thresholds) -> bytes | None:
    compared = judged.compared
    if compared is None:
        product = known(judged.view)
        nothing = np.zeros(product.mask.shape, np.float32)
        return drawn(product.pixels, product.pixels, product.mask, nothing, scene.pixels, None, product.pixels.shape)
    pairs = [(one.compared, one.score >= thresholds.accept) for one in sorted(judged.regions, key=lambda r: r.score)]
    return drawn(
        compared.own,
        compared.theirs,
        compared.mask,
        compared.difference,
        scene.pixels,
        judged.H,
        known(judged.view).pixels.shape,
        judged.astray,
        [(np.hstack([part.own, part.theirs]), same) for part, same in pairs],
    )
