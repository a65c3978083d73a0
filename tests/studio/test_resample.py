"""Resampling: exact where it has to be, and the same as the cubic written out in full."""

from __future__ import annotations

import numpy as np
import pytest

from packshot.studio.resample import resample


def full_weights(length: int, target: int) -> np.ndarray:
    """(target, length): Keys' cubic with a = -1/2, stretched by the scale, edges going on as they are."""
    stretch = max(length / target, 1.0)
    weights = np.zeros((target, length))
    for new in range(target):
        centre = (new + 0.5) * length / target - 0.5
        for old in range(-20, length + 20):
            x = abs(old - centre) / stretch
            near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
            weights[new, min(max(old, 0), length - 1)] += near if x <= 1 else far if x < 2 else 0
    return weights / weights.sum(1, keepdims=True)


@pytest.mark.parametrize(("height", "width"), [(17, 31), (40, 50), (90, 13)])
def test_it_is_the_cubic_written_out(height: int, width: int) -> None:
    picture = np.random.default_rng(3).random((40, 50, 4), np.float32)
    wanted = np.einsum("ah,bw,hwc->abc", full_weights(40, height), full_weights(50, width), picture)
    found = resample(picture, width, height)
    assert found.shape == (height, width, 4) and found.dtype == np.float32
    assert np.abs(found - wanted).max() < 1e-5


def test_the_same_size_changes_nothing() -> None:
    picture = np.random.default_rng(4).random((20, 30, 3), np.float32)
    assert (resample(picture, 30, 20) == picture).all()
