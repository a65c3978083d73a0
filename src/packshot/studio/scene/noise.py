"""Seeded noise that repeats without a seam: the raw material of every painted texture."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from scipy import fft

from packshot.imaging.colour import Float

_SAMPLES_PER_WAVE = 4  # enough for cubic enlargement to be exact to the eye
_SMALLEST = 32


@lru_cache(maxsize=2)
def _waves(size: int, stretch: tuple[float, float]) -> Float:
    """(size, size // 2 + 1): every frequency's waves per tile; `stretch` > 1 makes patterns longer along (x, y)."""
    across = np.fft.rfftfreq(size, 1 / size)[None] * stretch[0]
    down = np.fft.fftfreq(size, 1 / size)[:, None] * stretch[1]
    return np.hypot(across, down).astype(np.float32)


def noise(
    size: int,
    seed: tuple[int, ...],
    slope: float,
    *,
    finest: float | None = None,
    coarsest: float = 0.0,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> Float:
    """(size, size) float32, mean 0, deviation 1, repeating without a seam.

    Its amplitude falls with frequency as f^-slope: 0 is white, 1 cloudy, 2 rolling. `finest` and `coarsest` (waves per
    tile) cut it off above and below; `stretch` lengthens it along (x, y).
    """
    drawn = size
    if finest is not None:
        needed = finest * _SAMPLES_PER_WAVE / min(1.0, *stretch)
        while drawn > _SMALLEST and drawn / 2 >= needed:
            drawn //= 2
    waves = _waves(drawn, stretch).copy()
    waves[0, 0] = 1
    gain = waves**-slope
    if finest is not None:
        gain *= np.exp(-((waves / finest) ** 2))
    if coarsest > 0:
        gain *= 1 - np.exp(-((waves / coarsest) ** 2))
    gain[0, 0] = 0
    white = np.random.default_rng(seed).standard_normal((2, *gain.shape), np.float32)
    field = fft.irfft2((white[0] + 1j * white[1]) * gain, s=(drawn, drawn)).astype(np.float32)
    field *= 1 / field.std()
    return enlarge(field, size)


def enlarge(tile: Float, size: int) -> Float:
    """A repeating (n, n) tile at `size` to a side, still repeating."""
    drawn = tile.shape[0]
    if drawn == size:
        return tile
    rim = 4
    step = size // drawn
    grown = cv2.resize(
        np.pad(tile, rim, mode="wrap"), None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC
    )
    return np.ascontiguousarray(grown[rim * step : -rim * step, rim * step : -rim * step], np.float32)


def shifted(tile: Float, right: Float, down: Float) -> Float:
    """A repeating tile with every point fetched from `right`, `down` pixels further (fields of its own size)."""
    rows, columns = tile.shape[:2]
    x = np.arange(columns, dtype=np.float32)[None] + right
    y = np.arange(rows, dtype=np.float32)[:, None] + down
    return cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP).astype(np.float32)
