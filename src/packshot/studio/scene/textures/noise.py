"""Seeded noise that repeats without a seam: the raw material of every painted texture."""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.lay import Real

_BAND = 2  # times `finest`: beyond it nothing is left to draw


def noise(
    size: int,
    seed: tuple[int, ...],
    slope: float,
    *,
    finest: float | None = None,
    coarsest: float = 0.0,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> Float:
    """(size, size) float32, mean 0, deviation 1, repeating without a seam; `size` is even.

    Its amplitude falls with frequency as f^-slope: 0 is white, 1 cloudy, 2 rolling. `finest` and `coarsest` (waves a
    tile) fade it out above and below; `stretch` lengthens it along (x, y).
    """
    band = size // 2 if finest is None else min(size // 2, ceil(_BAND * finest / min(stretch)))
    across = np.arange(band + 1, dtype=np.float32)[None]
    down = np.concatenate([np.arange(band), np.arange(-band, 0)]).astype(np.float32)[:, None]
    waves = np.hypot(across * np.float32(stretch[0]), down * np.float32(stretch[1]))
    waves[0, 0] = 1
    gain = waves**-slope
    if finest is not None:
        gain *= np.exp(-((waves / finest) ** 2))
    if coarsest > 0:
        gain *= 1 - np.exp(-((waves / coarsest) ** 2))
    gain[0, 0] = 0
    white = np.random.default_rng(seed).standard_normal((2, *gain.shape), np.float32)
    spectrum = np.zeros((size, size // 2 + 1), np.complex64)
    spectrum[:band, : band + 1] = (white[0, :band] + 1j * white[1, :band]) * gain[:band]
    spectrum[-band:, : band + 1] = (white[0, band:] + 1j * white[1, band:]) * gain[band:]
    field = np.fft.irfft2(spectrum, s=(size, size)).astype(np.float32)
    return field / field.std()


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
