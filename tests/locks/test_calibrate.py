"""Limits from labelled pairs: as loose as they may be, and honest about how few pairs there are."""

from __future__ import annotations

import numpy as np
import pytest

from packshot.errors import BadInputError
from packshot.locks.identity.calibrate import FALSE_ACCEPTS, Rate, calibrate
from packshot.locks.identity.spec import EMBEDDERS


def test_the_interval_is_wilsons() -> None:
    """Values of R's binom.confint(method = "wilson")."""
    assert Rate(0, 654).interval == pytest.approx((0, 0.0058395), abs=1e-5)
    assert Rate(8, 10).interval == pytest.approx((0.490162, 0.943318), abs=1e-5)
    assert Rate(0, 0).interval == (0, 1)


@pytest.mark.parametrize("id", ["dlib", "auraface"])
def test_kinds_that_do_not_overlap_are_parted_in_the_middle(id: str) -> None:
    spec = EMBEDDERS[id]
    near, far = (np.linspace(0.1, 0.4, 50), np.linspace(0.6, 0.9, 50))
    same, different = (near, far) if spec.metric == "l2" else (far, near)
    found = calibrate(spec, list(same), list(different))
    assert found.accept.at == pytest.approx(0.5)
    assert (found.accept.true_accepts.hits, found.accept.false_accepts.hits) == (50, 0)
    assert found.accept == found.review
    assert found.enough == 2995
    assert "50 pairs of different people are too few" in found.words


@pytest.mark.parametrize("id", ["dlib", "auraface"])
def test_kinds_that_overlap_keep_to_their_shares(id: str) -> None:
    spec = EMBEDDERS[id]
    rng = np.random.default_rng(5)
    same, different = rng.normal(0.35, 0.08, 4000), rng.normal(0.8, 0.1, 10_000)
    if spec.metric == "cosine":
        same, different = 1 - same, 1 - different
    found = calibrate(spec, list(same), list(different))
    assert 0 < found.accept.false_accepts.share <= FALSE_ACCEPTS
    assert FALSE_ACCEPTS < found.review.false_accepts.share <= 0.01
    assert found.review.true_accepts.share > found.accept.true_accepts.share > 0.9
    assert spec.better(found.accept.at, found.review.at)
    assert found.words == ""


def test_a_handful_of_pairs_is_refused() -> None:
    with pytest.raises(BadInputError, match="29 pairs of the same person"):
        calibrate(EMBEDDERS["dlib"], [0.1] * 29, [0.9] * 100)
