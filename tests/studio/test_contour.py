"""The small line tools agree with SciPy's, which they stand in for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import find_peaks

from packshot.studio.light.contour import averaged, hilltops, softened


@pytest.mark.parametrize("seed", range(40))
def test_hilltops_are_scipys_peaks(seed: int) -> None:
    line = np.round(np.cumsum(np.random.default_rng(seed).normal(size=300)))
    found, shape = find_peaks(line, prominence=3)
    assert hilltops(line, 3) == list(zip(found.tolist(), shape["prominences"].tolist(), strict=True))


def test_softened_and_averaged_are_scipys_filters() -> None:
    line = np.cumsum(np.random.default_rng(1).normal(size=300)).astype(np.float32)
    assert softened(line, 2.3) == pytest.approx(gaussian_filter1d(line, 2.3, mode="nearest"), abs=0.02)
    assert averaged(line, 6)[4:-4] == pytest.approx(uniform_filter1d(line, 6)[4:-4], abs=1e-3)
