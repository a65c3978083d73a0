"""Where a model should accept, from pairs of faces that a person labelled; with how sure so many pairs can make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log, sqrt

import numpy as np

from packshot.errors import BadInputError
from packshot.locks.identity.spec import EmbedderSpec

Z95 = 1.959964
FALSE_ACCEPTS = 0.001  # at the accept point: one stranger in a thousand
FALSE_REVIEWS = 0.01  # at the review point: one stranger in a hundred is worth a person's look
FEWEST = 30  # pairs of either kind: below that the numbers mean nothing


@dataclass(frozen=True)
class Rate:
    """`hits` of `of`, and the 95 % interval around their share (E. B. Wilson, JASA 22, 1927)."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        z2 = Z95**2
        centre = (self.share + z2 / (2 * self.of)) / (1 + z2 / self.of)
        reach = Z95 * sqrt(self.share * (1 - self.share) / self.of + z2 / (4 * self.of**2)) / (1 + z2 / self.of)
        return max(0.0, centre - reach), min(1.0, centre + reach)


@dataclass(frozen=True)
class Point:
    """A limit in the model's own units: which true pairs reach it, and which false ones."""

    at: float
    true_accepts: Rate
    false_accepts: Rate


@dataclass(frozen=True)
class Calibration:
    """Two limits for a model. With `enough` false pairs none of which passes, the limit to accept is sure; `words` say

    what is missing.
    """

    accept: Point
    review: Point
    enough: int
    words: str


def calibrate(spec: EmbedderSpec, same: Sequence[float], different: Sequence[float]) -> Calibration:
    """The limits for raw values of pairs of the `same` person and of `different` ones.

    Each limit is the one that lets as many true pairs pass as it can while at most its share of false ones does; where
    the two kinds do not overlap it lies in the middle between them. BadInputError where there are too few of a kind.
    """
    if len(same) < FEWEST or len(different) < FEWEST:
        raise BadInputError(
            f"{len(same)} pairs of the same person and {len(different)} of different ones say too little.",
            remedy=f"Give at least {FEWEST} of each; {_needed(FALSE_ACCEPTS):,} different ones for a sure limit.",
        )
    accept = _point(spec, same, different, FALSE_ACCEPTS)
    review = _point(spec, same, different, FALSE_REVIEWS)
    if spec.better(review.at, accept.at):
        review = accept
    return Calibration(accept, review, _needed(FALSE_ACCEPTS), _words(len(same), len(different)))


def _point(spec: EmbedderSpec, same: Sequence[float], different: Sequence[float], most: float) -> Point:
    """In this function larger is more alike."""
    sign = -1.0 if spec.metric == "l2" else 1.0
    true, false = np.sort(sign * np.asarray(same)), np.sort(sign * np.asarray(different))[::-1]
    allowed = int(most * len(false))
    above = float(false[allowed])  # the first false pair that must not pass
    passing = true[true > above]
    limit = (above + float(passing[0])) / 2 if len(passing) else float(np.nextafter(above, np.inf))
    hits = Rate(int((true >= limit).sum()), len(true)), Rate(int((false >= limit).sum()), len(false))
    return Point(sign * limit, *hits)


def _needed(most: float) -> int:
    """So many false pairs without one that passes show with 95 % that fewer than `most` do (the rule of three)."""
    return ceil(log(0.05) / log(1 - most))


def _words(same: int, different: int) -> str:
    needed = _needed(FALSE_ACCEPTS)
    if different < needed:
        return (
            f"{different:,} pairs of different people are too few to promise fewer than {FALSE_ACCEPTS:.1%} false "
            f"accepts: that takes {needed:,}."
        )
    if same < 300:
        return f"{same:,} pairs of the same person are few: the share that is accepted is known only roughly."
    return ""
