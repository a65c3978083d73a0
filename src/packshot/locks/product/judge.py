"""The product lock: a verdict about one picture from the views of a product, its profile and its protected parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.locks.base import Decision, Thresholds, Verdict
from packshot.locks.product import protected
from packshot.locks.product.locate import Found, Scene, locate
from packshot.locks.product.measures import Compared, compare
from packshot.locks.product.protected import Region
from packshot.locks.product.reasons import LIMITED, NOT_FOUND, OF_MEASURE, PROTECTED, PROTECTED_LOST, SAME, Reason
from packshot.locks.product.version import METRIC_VERSION, THRESHOLDS, TOLERANCES, scores_of
from packshot.locks.product.view import FRAME, LEAST_SIDE, Known, View, known

Profile = Literal["rigid", "low_texture", "garment", "composited"]

_LEAST_TEXTURE = 0.25  # part of the product that has to have something to compare by
_NOT_FOUND_SCORE = 0.3  # at most, where it is not convincing that this is the product at all


@dataclass(frozen=True, eq=False)
class Judged:
    """What one view says: its score, why, and what was compared; `found` and `compared` are None where it is nowhere."""

    view: View
    score: float
    reason: Reason
    measures: dict[str, float] = field(default_factory=dict[str, float])
    worst: float = 0.0
    limited: bool = False
    found: Found | None = None
    compared: Compared | None = None
    regions: Sequence[Region] = ()


def judge(
    views: Sequence[View],
    picture: NDArray[np.uint8],
    *,
    profile: str = "rigid",
    thresholds: Thresholds = THRESHOLDS,
    accept_limited: bool = False,
    evidence: bool = False,
) -> Verdict:
    """Whether `picture` (H, W, 3) uint8 sRGB shows the product that `views` show.

    One view per side of the product; the best one counts. `accept_limited` lets products pass whose texture is too
    little to be sure. `evidence` adds a picture of what was compared. BadInputError for what cannot be judged at all.
    """
    _check(views, picture, profile)
    scene = Scene.of(picture)
    judged = max((_one(view, scene) for view in views), key=lambda one: one.score)
    limited = judged.limited or profile == "low_texture"
    decision: Decision = thresholds.decide(judged.score)
    reason = judged.reason
    if decision == "accept":
        reason = SAME
        if limited and not accept_limited:
            decision, reason = "review", LIMITED
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
    )


def _check(views: Sequence[View], picture: NDArray[np.uint8], profile: str) -> None:
    problems: list[str] = []
    if profile not in get_args(Profile):
        problems.append(f"{profile!r} is no profile; there are {', '.join(get_args(Profile))}.")
    if not views:
        problems.append("There is no photo of the product to compare with.")
    if min(picture.shape[:2]) < LEAST_SIDE:
        height, width = picture.shape[:2]
        problems.append(f"The picture is {width} × {height} px; at least {LEAST_SIDE} px a side are needed.")
    if problems:
        raise BadInputError(" ".join(problems))


def _one(view: View, scene: Scene) -> Judged:
    product = known(view)
    found = locate(product, scene)
    if found is None:
        return Judged(view, 0.0, NOT_FOUND)
    return _measured(view, product, scene, found)


def _measured(view: View, product: Known, scene: Scene, found: Found) -> Judged:
    compared = compare(product.pixels, product.mask, scene.pixels, found.H, longest=FRAME)
    measures = dict(compared.measures)
    scores = scores_of(measures)
    excess = {name: measures[name] / TOLERANCES[name] for name in scores}
    worst = max(excess, key=lambda name: excess[name])
    score, raw = scores[worst], excess[worst]
    reason = OF_MEASURE["missing" if excess.get("missing", 0) > 1 else worst]  # which differs in every way
    measures |= {"grey": found.grey, "structure": found.structure, "contour": found.contour}
    measures |= {"support": float(found.support), "surface": product.texture}
    lost = measures.get("texture", 1.0) > 0.55 and found.structure < 0.3
    if not found.convincing or lost:
        return Judged(view, min(score, _NOT_FOUND_SCORE), NOT_FOUND, measures, raw, True, found, compared)
    regions = protected.measure(view, product, scene, found.H)
    if regions:
        region = min(regions, key=lambda one: one.score)
        measures["protected"] = region.score
        if region.score < score:
            score, reason = region.score, PROTECTED_LOST if region.lost else PROTECTED
    limited = product.texture < _LEAST_TEXTURE or found.how == "edges"
    return Judged(view, score, reason, measures, raw, limited, found, compared, regions)
