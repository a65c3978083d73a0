"""Threads that measure at the same time, as workers do: the same figures as alone, and a process that lives."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from packshot.locks.product.flow import displacement
from packshot.locks.product.keypoints import keypoints

def measured(number):
    side, noise = 48 + number % 5 * 30, np.random.default_rng(number)
    own = noise.random((side, side + 20), np.float32) * 100
    pixels = noise.integers(0, 255, (side, side, 3), np.uint8)
    moved = displacement(own, np.roll(own, 2, 1), np.ones(own.shape, bool), 1.0)
    return moved[0], moved[1].sum(), keypoints(pixels).descriptors.sum()

alone = [measured(number) for number in range(40)]
with ThreadPoolExecutor(4) as threads:
    for _ in range(3):
        assert list(threads.map(measured, range(40))) == alone
"""


def test_two_at_once_measure_what_each_does_alone() -> None:
    """In a process of its own: what shares its buffers ends the process."""
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr[-2000:] or f"ended with {ended.returncode}"
