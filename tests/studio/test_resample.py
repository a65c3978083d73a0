"""Resampling: exact where it has to be, and the same as the cubic written out in full."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from packshot.studio.resample import resampled


def full_weights(length: int, target: int) -> np.ndarray:
    """(target, length): Keys' cubic with a = -1/2, stretched by the scale, edges going on as they are."""
    stretch = max(length / target, 1.0)
    weights = np.zeros((target, length))
    for new in range(target):
        centre = (new + 0.5) * length / target - 0.5
        for old in range(-2 * length, 3 * length):
            x = abs(old - centre) / stretch
            near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
            weights[new, min(max(old, 0), length - 1)] += near if x <= 1 else far if x < 2 else 0
    return weights / weights.sum(1, keepdims=True)


def whole(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """(height, width, C) of `picture` (H, W, C)."""
    result = np.full((height, width, picture.shape[2]), np.nan, np.float32)
    for rows, made in resampled(
        lambda old: np.ascontiguousarray(picture[old].transpose(0, 2, 1)), picture.shape[:2], (height, width)
    ):
        result[rows] = made.transpose(0, 2, 1)
    return result


@pytest.mark.parametrize(("height", "width"), [(17, 31), (40, 50), (90, 13), (3, 2), (1, 60), (200, 150)])
def test_it_is_the_cubic_written_out(height: int, width: int) -> None:
    picture = np.random.default_rng(3).random((40, 50, 4), np.float32)
    wanted = np.einsum("ah,bw,hwc->abc", full_weights(40, height), full_weights(50, width), picture)
    found = whole(picture, width, height)
    assert found.shape == (height, width, 4) and found.dtype == np.float32
    assert np.abs(found - wanted).max() < 1e-5


def test_the_same_size_changes_nothing() -> None:
    picture = np.random.default_rng(4).random((20, 30, 3), np.float32)
    assert (whole(picture, 30, 20) == picture).all()


def test_threads_change_no_bit() -> None:
    program = """
import hashlib, sys, numpy as np
from packshot.studio.resample import resampled
picture = np.random.default_rng(5).random((400, 4, 700), np.float32)
digest = hashlib.sha256()
for size in ((900, 1300), (390, 660), (60, 90), (7, 5)):
    for _, made in resampled(lambda rows: picture[rows], (400, 700), size):
        digest.update(made.tobytes())
print(digest.hexdigest())
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"OPENBLAS_NUM_THREADS": threads},
            check=True,
            capture_output=True,
        ).stdout
        for threads in ("1", "2", "4")
    }
    assert len(found) == 1 and next(iter(found))
