"""What can honestly be said of rates and of scores: intervals, and how well scores tell right from wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054  # of the normal distribution, for 95 %
LEAST_OF_A_CLASS = 50  # labels: with fewer, a curve says more about luck than about the lock


@dataclass(frozen=True)
class Rate:
    """`hits` of `n`, and the 95 % interval in which the true rate lies."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The rate 0..1; None of none."""
        return self.hits / self.n if self.n else None


def wilson(hits: int, n: int, z: float = Z_95) -> Rate:
    """Wilson's score interval (Wilson 1927, JASA 22:209, without continuity correction); 0..1 where n is 0."""
    if n == 0:
        return Rate(0, 0, 0.0, 1.0)
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Rate(hits, n, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


@dataclass(frozen=True)
class Labelled:
    """A score that a person has judged: `right` says whether the picture was faithful, `stratum` how it was decided."""

    score: float
    right: bool
    stratum: str


@dataclass(frozen=True)
class Curve:
    """A receiver operating characteristic: at each threshold, the parts of wrong and of right pictures at or above it.

    `area` under it, 0.5 for a coin and 1 for a perfect lock; `right` and `wrong` are how many labels there were.
    """

    thresholds: NDArray[np.float64]
    wrong_accepted: NDArray[np.float64]
    right_accepted: NDArray[np.float64]
    area: float
    right: int
    wrong: int

    def at(self, threshold: float) -> tuple[float, float]:
        """Parts of right pictures below `threshold` (rejected in error) and of wrong ones not below it."""
        index = int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1
        if index < 0:
            return 1.0, 0.0
        return 1.0 - float(self.right_accepted[index]), float(self.wrong_accepted[index])


def curve(labels: Sequence[Labelled], decided: dict[str, int]) -> Curve | None:
    """The curve of `labels`, each weighted by how many decisions of its stratum it stands for; None where too few.

    Labels are taken from all of one stratum (the review band) and few of another (what was accepted): unweighted, the
    curve would be that of the band. `decided` counts all decisions by stratum; a label's weight is the inverse of the
    probability with which it was drawn, decided / labelled (Horvitz-Thompson; verification bias: Begg & Greenes 1983).
    """
    right = sum(label.right for label in labels)
    if min(right, len(labels) - right) < LEAST_OF_A_CLASS:
        return None
    drawn: dict[str, int] = {}
    for label in labels:
        drawn[label.stratum] = drawn.get(label.stratum, 0) + 1
    ordered = sorted(labels, key=lambda label: -label.score)
    scores = np.array([label.score for label in ordered])
    truth = np.array([label.right for label in ordered])
    weights = np.array(
        [max(decided.get(label.stratum, 0), drawn[label.stratum]) / drawn[label.stratum] for label in ordered]
    )
    rights, wrongs = np.cumsum(weights * truth), np.cumsum(weights * ~truth)
    last = np.append(scores[1:] != scores[:-1], True)  # equal scores are passed together
    true_rate, false_rate = rights[last] / rights[-1], wrongs[last] / wrongs[-1]
    area = float(np.trapezoid(np.append(0.0, true_rate), np.append(0.0, false_rate)))
    return Curve(scores[last], false_rate, true_rate, area, right, len(labels) - right)
