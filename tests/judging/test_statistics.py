"""Intervals and curves, against figures that are known."""

from __future__ import annotations

import random

import numpy as np
import pytest

from packshot.shoots.judging.statistics import LEAST_OF_A_CLASS, Labelled, curve, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (15, 50, 0.1910, 0.4375)],
)
def test_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, method 3."""
    rate = wilson(hits, n)
    assert (round(rate.low, 4), round(rate.high, 4)) == (low, high)


def test_nothing_is_known_of_none() -> None:
    rate = wilson(0, 0)
    assert (rate.value, rate.low, rate.high) == (None, 0.0, 1.0)


def test_too_few_labels_make_no_curve() -> None:
    labels = [Labelled(0.9, True, "accept")] * 500 + [Labelled(0.1, False, "reject")] * (LEAST_OF_A_CLASS - 1)
    assert curve(labels, {}) is None


def test_the_area_is_the_chance_that_right_scores_above_wrong() -> None:
    """Against the pairs themselves (Mann and Whitney)."""
    chance = random.Random(4)
    right = [round(chance.gauss(0.6, 0.2), 2) for _ in range(80)]
    wrong = [round(chance.gauss(0.4, 0.2), 2) for _ in range(60)]
    found = curve(
        [Labelled(one, one in right, "all") for one in right] + [Labelled(one, False, "all") for one in wrong],
        {"all": 140},
    )
    above = np.mean([(a > b) + 0.5 * (a == b) for a in right for b in wrong])
    assert found and found.area == pytest.approx(above)


def test_labels_of_a_sample_stand_for_all_that_it_was_drawn_from() -> None:
    """All doubts are labelled and 1 in 20 of what was accepted: weighted, the error rates are those of everything."""
    chance = random.Random(5)
    everything: list[Labelled] = []
    for _ in range(40_000):
        right = chance.random() < 0.8
        score = min(max(chance.gauss(0.9 if right else 0.55, 0.12), 0), 1)
        everything.append(Labelled(score, right, "accept" if score >= 0.85 else "review" if score >= 0.6 else "reject"))
    decided = {name: sum(one.stratum == name for one in everything) for name in ("accept", "review", "reject")}
    drawn = [one for one in everything if one.stratum == "review" or chance.random() < 0.05]
    truth, weighted = curve(everything, decided), curve(drawn, decided)
    unweighted = curve(drawn, {})
    assert truth and weighted and unweighted
    for threshold in (0.7, 0.8, 0.85):
        assert weighted.at(threshold) == pytest.approx(truth.at(threshold), abs=0.03)
    assert abs(unweighted.at(0.85)[0] - truth.at(0.85)[0]) > 0.1, "which is why they are weighted"


def test_rates_at_a_threshold() -> None:
    labels = [Labelled(one / 100, one >= 50, "all") for one in range(100)]
    found = curve(labels, {"all": 100})
    assert found and found.area == 1.0
    assert found.at(0.5) == (0.0, 0.0)
    assert found.at(0.75) == pytest.approx((0.5, 0.0))
    assert found.at(0.25) == pytest.approx((0.0, 0.5))
    assert found.at(2.0) == (1.0, 0.0)
