"""Seeded, seamless surfaces painted from noise: stone, wood, concrete, cloth and snow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.lay import Tile
from packshot.studio.scene.noise import noise, shifted
from packshot.studio.scene.paint import smoothstep

_SIZE = 1024
_STONE, _WOOD, _CONCRETE, _LINEN, _SNOW = range(1, 6)


@dataclass(frozen=True)
class Veins:
    """One family of veins in stone.

    `waves` across and down a tile give its direction and number, `width` (of the distance between two) its sharpness,
    `wander` and `jag` how far it strays in broad bends and fine ones, `share` the part of its length that shows.
    """

    waves: tuple[int, int]
    width: float
    strength: float
    wander: float = 0.5
    jag: float = 0.03
    share: float = 0.5


CARRARA = (
    Veins((1, 1), 0.030, 0.85, 0.42, 0.030, 0.55),
    Veins((2, 1), 0.022, 0.55, 0.50, 0.040, 0.45),
    Veins((1, 3), 0.026, 0.45, 0.60, 0.050, 0.35),
    Veins((3, 4), 0.020, 0.30, 0.70, 0.060, 0.35),
)


@lru_cache(maxsize=1)
def carrara() -> Tile:
    return Tile(_stone(CARRARA, (_STONE, 1)), 2.0)


def _stone(families: tuple[Veins, ...], seed: tuple[int, ...]) -> Float:
    """(n, n, 2): clouds -1..1 and veins 0..1."""
    rows, columns = np.indices((_SIZE, _SIZE), dtype=np.float32) / _SIZE
    bends = [noise(_SIZE, (*seed, i), 2.0, finest=6) for i in range(2)]
    crumple = [noise(_SIZE, (*seed, 2 + i), 1.3, finest=70, coarsest=3) for i in range(2)]
    veins = np.zeros((_SIZE, _SIZE), np.float32)
    for number, family in enumerate(families):
        mood = noise(_SIZE, (*seed, 10 + number), 1.6, finest=9)
        breadth = noise(_SIZE, (*seed, 30 + number), 1.2, finest=24)
        turn = number % 2
        phase = columns * family.waves[0] + rows * family.waves[1] + 0.37 * number
        phase += bends[turn] * family.wander * 0.4 + bends[1 - turn] * family.wander * 0.2
        phase += crumple[turn] * family.jag
        away = np.abs(phase % 1 - 0.5) * 2
        width = family.width * np.exp(0.6 * breadth)
        line = np.exp(-(away / width)) + 0.16 * np.exp(-(away / (width * 7)))
        veins = np.maximum(veins, 0) + family.strength * line * smoothstep(-1, 1.2, mood + (family.share - 0.5) * 3)
    clouds = noise(_SIZE, (*seed, 50), 1.5, finest=60)
    clouds = shifted(clouds, bends[0] * 30 + crumple[0] * 12, bends[1] * 30 + crumple[1] * 12)
    return np.stack([np.clip(clouds / 2.5, -1, 1), np.clip(veins, 0, 1)], -1).astype(np.float32)
