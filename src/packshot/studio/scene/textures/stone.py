"""Stone: white Carrara, black Portoro with gold in it, and cast concrete."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.lay import Real, Tile
from packshot.studio.scene.paint import smoothstep
from packshot.studio.scene.textures import SIZE
from packshot.studio.scene.textures.noise import noise, shifted, slopes

_CARRARA_SEED, _PORTORO_SEED, _CONCRETE_SEED = (1, 1, 4), (1, 2, 0), (3, 1)
_SLAB_SPAN, _CONCRETE_SPAN = 1.7, 1.6  # floor units: about 55 cm
_CLOUD_REACH = 2.5  # deviations that the clouds' range -1..1 takes in
_FLATTEST = 0.55  # of a straight family's steepness: where its phase hardly rises a vein would become a lake
_HALO = 7  # times a vein's width: how far the stone beside it is stained


@dataclass(frozen=True)
class Veins:
    """One family of veins in a slab.

    `waves` across and down a tile give direction and number, `width` (pixels) the thickness,
    `wander` and `jag` how far they stray in broad bends and fine ones, `share` what part of their length shows,
    `bleed` how strongly the stone beside them is stained.
    """

    waves: tuple[int, int]
    width: float
    strength: float
    wander: float
    jag: float
    share: float
    bleed: float


_CARRARA = (
    Veins((1, 1), 3.2, 0.80, 0.34, 0.022, 0.55, 0.30),
    Veins((2, 1), 2.4, 0.55, 0.36, 0.028, 0.45, 0.28),
    Veins((1, 3), 2.0, 0.45, 0.42, 0.034, 0.35, 0.25),
    Veins((3, 4), 1.6, 0.32, 0.52, 0.042, 0.35, 0.20),
)
_PORTORO = (
    Veins((1, 1), 2.2, 1.0, 0.34, 0.020, 0.42, 0.02),
    Veins((2, 1), 1.7, 0.7, 0.36, 0.026, 0.38, 0.02),
    Veins((3, 4), 1.3, 0.45, 0.46, 0.032, 0.34, 0.02),
)


@cache
def carrara() -> Tile:
    """White marble: (n, n, 2) clouds -1..1 and grey veins 0..1."""
    return Tile(_slab(_CARRARA, _CARRARA_SEED), _SLAB_SPAN)


@cache
def portoro() -> Tile:
    """Black stone: (n, n, 2) clouds -1..1 and golden veins 0..1."""
    return Tile(_slab(_PORTORO, _PORTORO_SEED), _SLAB_SPAN)


def _slab(families: tuple[Veins, ...], seed: tuple[int, ...]) -> Float:
    """(n, n, 2): clouds -1..1 and veins 0..1.

    Veins run where a family's phase passes whole numbers; bends and crumples move the phase, and so the veins.
    """
    bends = noise(SIZE, (*seed, 0), 2.0, finest=6), noise(SIZE, (*seed, 1), 2.0, finest=6)
    crumples = tuple(noise(SIZE, (*seed, 2 + i), 1.3, finest=70, coarsest=3) for i in range(2))
    veins = np.zeros((SIZE, SIZE), np.float32)
    for number, family in enumerate(families):
        turn = number % 2
        bend = family.wander * (0.4 * bends[turn] + 0.2 * bends[1 - turn])
        veins += _veins(family, bend, crumples[turn], (*seed, number))
    clouds = noise(SIZE, (*seed, 50), 1.5, finest=60)
    clouds = shifted(clouds, 30 * bends[0] + 12 * crumples[0], 30 * bends[1] + 12 * crumples[1])
    return np.stack([np.clip(clouds / _CLOUD_REACH, -1, 1), np.clip(veins, 0, 1)], -1)


def _veins(family: Veins, bend: Real, crumple: Float, seed: tuple[int, ...]) -> Float:
    """(n, n): one family of veins, fading in and out along their length and where bends lay them flat."""
    steps = np.arange(SIZE, dtype=np.float32) / SIZE
    phase = steps * family.waves[0] + steps[:, None] * family.waves[1] + bend
    right, down = slopes(bend)
    steepness = np.hypot(right + family.waves[0] / SIZE, down + family.waves[1] / SIZE)
    straight = np.hypot(*family.waves) / SIZE
    away = np.abs((phase + family.jag * crumple) % 1 - 0.5) / np.maximum(steepness, _FLATTEST * straight)
    width = family.width * np.exp(0.5 * noise(SIZE, (*seed, 30), 1.2, finest=24))
    line = np.exp(-((away / width) ** 2)) + family.bleed * np.exp(-away / (_HALO * width))
    mood = noise(SIZE, (*seed, 10), 1.6, finest=9) + np.float32(3 * (family.share - 0.5))
    shown = smoothstep(-1, 1.2, mood) * smoothstep(_FLATTEST, 1.0, steepness / straight)
    return (family.strength * line * shown).astype(np.float32)


@cache
def concrete() -> Tile:
    """Cast and ground concrete: (n, n) brightness about 1."""
    seed = _CONCRETE_SEED
    cloud = noise(SIZE, (*seed, 1), 1.1, finest=40)
    drift = noise(SIZE, (*seed, 3), 1.0, finest=60)
    cloud = shifted(cloud, 14 * drift, 14 * np.roll(drift, SIZE // 3, axis=0))
    blotch = noise(SIZE, (*seed, 2), 0.7, finest=160, coarsest=6)
    grain = noise(SIZE, (*seed, 4), 0.3)
    holes = smoothstep(3.3, 4.0, noise(SIZE, (*seed, 5), 0.2, finest=170))
    brightness = 1 + 0.055 * cloud + 0.022 * blotch + 0.03 * grain - 0.45 * holes
    return Tile(np.clip(brightness, 0.3, 1.5).astype(np.float32), _CONCRETE_SPAN)
