"""Seeded noise that repeats without a seam: the raw material of every painted texture."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import fft

from packshot.imaging.colour import Float
from packshot.studio.scene.lay import Real

_SAMPLES_PER_WAVE = 4  # what cubic enlargement needs to leave no trace
_SMALLEST = 32
_RIM = 4  # pixels that cubic enlargement looks beyond an edge, and two more


def noise(
    size: int,
    seed: tuple[int, ...],
    slope: float,
    *,
    finest: float | None = None,
    coarsest: float = 0.0,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> Float:
    """(size, size) float32, mean 0, deviation 1, repeating without a seam; `size` is a power of two.

    Its amplitude falls with frequency as f^-slope: 0 is white, 1 cloudy, 2 rolling. `finest` and `coarsest` (waves a
    tile) fade it out above and below; `stretch` lengthens it along (x, y).
    """
    drawn = size
    if finest is not None:
        needed = finest * _SAMPLES_PER_WAVE / min(1.0, *stretch)
        while drawn > _SMALLEST and drawn / 2 >= needed:
            drawn //= 2
    across = np.fft.rfftfreq(drawn, 1 / drawn)[None] * stretch[0]
    down = np.fft.fftfreq(drawn, 1 / drawn)[:, None] * stretch[1]
    waves = np.hypot(across, down).astype(np.float32)
    waves[0, 0] = 1
    gain = waves**-slope
    if finest is not None:
        gain *= np.exp(-((waves / finest) ** 2))
    if coarsest > 0:
        gain *= 1 - np.exp(-((waves / coarsest) ** 2))
    gain[0, 0] = 0
    white = np.random.default_rng(seed).standard_normal((2, *gain.shape), np.float32)
    field = np.asarray(fft.irfft2((white[0] + 1j * white[1]) * gain, s=(drawn, drawn)), np.float32)
    return _enlarged(field / field.std(), size)


def _enlarged(tile: Float, size: int) -> Float:
    """A repeating (n, n) tile at `size` pixels a side, still repeating."""
    step = size // tile.shape[0]
    if step == 1:
        return tile
    rimmed = np.pad(tile, _RIM, mode="wrap")
    grown = cv2.resize(rimmed, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
    inner = slice(_RIM * step, -_RIM * step)
    return np.ascontiguousarray(grown[inner, inner], np.float32)


def shifted(tile: Float, right: Float, down: Float) -> Float:
    """A repeating tile with every point fetched from `right`, `down` (fields of its size) pixels further."""
    rows, columns = tile.shape[:2]
    x = np.arange(columns, dtype=np.float32)[None] + right
    y = np.arange(rows, dtype=np.float32)[:, None] + down
    return np.asarray(cv2.remap(tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)


def slopes(height: Real) -> tuple[Float, Float]:
    """How a repeating height field rises a pixel, to the right and down."""
    right = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    down = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    return right.astype(np.float32), down.astype(np.float32)
