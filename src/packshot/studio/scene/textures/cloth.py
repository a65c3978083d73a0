"""Linen: its weave, and the folds it lies in."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.lay import Tile
from packshot.studio.scene.paint import smoothstep
from packshot.studio.scene.textures import SIZE
from packshot.studio.scene.textures.noise import noise, slopes

_WEFT_SEED, _WARP_SEED, _SLACK_SEED, _FOLD_SEED = (4, 1, 1), (4, 1, 2), (4, 1, 3), (4, 2)
_THREADS, _WEAVE_SPAN = 160, 0.72  # about seven threads to the centimetre: coarse linen
_FOLD_SIZE, _FOLD_SPAN = 512, 2.2  # folds are soft, so they need fewer pixels
_FOLD_SOFTNESS = 5.0  # pixels
_FOLD_HEIGHT = 8.5  # pixels: the height of one unit of the folds' relief
_LAMP = (0.75, 0.65)  # how much brighter a slope of 1 is that faces left, and one that faces the camera


@cache
def linen() -> Tile:
    """Plain weave of uneven flax threads: (n, n) brightness about 1."""
    slack = noise(SIZE, _SLACK_SEED, 1.2, finest=60)
    brightness = _threads(_WEFT_SEED) * _threads(_WARP_SEED).T * (1 + 0.02 * slack)
    return Tile(np.ascontiguousarray(brightness, np.float32), _WEAVE_SPAN)


def _threads(seed: tuple[int, ...]) -> Float:
    """(n, n): round threads that run across, dipping under every other one that crosses them."""
    rows, columns = np.indices((SIZE, SIZE), dtype=np.float32) * np.float32(_THREADS / SIZE)
    rows += 0.14 * noise(SIZE, (*seed, 1), 1.0, finest=24, stretch=(2.5, 1.0))
    slub = noise(SIZE, (*seed, 2), 0.5, stretch=(30.0, 1.0))
    tint = noise(SIZE, (*seed, 3), 0.2, stretch=(60.0, 1.0))
    rounding = np.cos((rows % 1 - 0.5) * np.pi) - 2 / np.pi
    over = np.cos((columns + np.floor(rows)) * np.pi)
    return 1 + 0.10 * rounding + 0.07 * over + 0.035 * slub + 0.035 * tint


@cache
def drape() -> Tile:
    """Soft folds of laid cloth: (n, n) brightness about 1."""
    relief = 0.5 * noise(_FOLD_SIZE, (*_FOLD_SEED, 9), 1.5, finest=4)
    for number, (finest, height, width) in enumerate(((3.0, 1.0, 0.35), (4.5, 0.55, 0.26))):
        bend = noise(_FOLD_SIZE, (*_FOLD_SEED, number, 1), 1.0, finest=finest, stretch=(0.8, 1.6))
        mood = noise(_FOLD_SIZE, (*_FOLD_SEED, number, 2), 1.0, finest=3)
        ridge = np.exp(-(np.hypot(bend, 0.05) - 0.05) / width)
        relief += height * smoothstep(-0.2, 1.4, mood) * ridge
    right, down = slopes(_FOLD_HEIGHT * _softened(relief))
    lean = 1 / np.sqrt(1 + 0.64 * (right**2 + down**2))
    return Tile(((1 + _LAMP[0] * right - _LAMP[1] * down) * lean).astype(np.float32), _FOLD_SPAN)


def _softened(tile: Float) -> Float:
    rim = int(3 * _FOLD_SOFTNESS) + 1
    blurred = cv2.GaussianBlur(np.pad(tile, rim, mode="wrap"), (0, 0), _FOLD_SOFTNESS)
    return np.asarray(blurred[rim:-rim, rim:-rim], np.float32)
