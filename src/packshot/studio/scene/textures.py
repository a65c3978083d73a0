"""Seeded, seamless surfaces painted from noise: stone, wood, concrete, cloth and snow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
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
    `wander` and `jag` how far it strays in broad bends and fine ones, `share` the part of its length that shows, `bleed` how
    strongly the stone around it is stained.
    """

    waves: tuple[int, int]
    width: float
    strength: float
    wander: float = 0.5
    jag: float = 0.03
    share: float = 0.5
    bleed: float = 0.16


CARRARA = (
    Veins((1, 1), 0.030, 0.85, 0.42, 0.030, 0.55),
    Veins((2, 1), 0.022, 0.55, 0.50, 0.040, 0.45),
    Veins((1, 3), 0.026, 0.45, 0.60, 0.050, 0.35),
    Veins((3, 4), 0.020, 0.30, 0.70, 0.060, 0.35),
)
PORTORO = (
    Veins((1, 1), 0.010, 1.0, 0.46, 0.022, 0.42, 0.05),
    Veins((2, 1), 0.010, 0.7, 0.50, 0.030, 0.36, 0.04),
    Veins((3, 4), 0.012, 0.4, 0.60, 0.040, 0.34, 0.03),
)


@lru_cache(maxsize=1)
def carrara() -> Tile:
    """White marble: (n, n, 2) clouds -1..1 and grey veins 0..1."""
    return Tile(_stone(CARRARA, (_STONE, 1)), 2.0)


@lru_cache(maxsize=1)
def portoro() -> Tile:
    """Black stone: (n, n, 2) clouds -1..1 and golden veins 0..1."""
    return Tile(_stone(PORTORO, (_STONE, 2)), 2.0)


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
        line = np.exp(-(away / width)) + family.bleed * np.exp(-(away / (width * 7)))
        veins = np.maximum(veins, 0) + family.strength * line * smoothstep(-1, 1.2, mood + (family.share - 0.5) * 3)
    clouds = noise(_SIZE, (*seed, 50), 1.5, finest=60)
    clouds = shifted(clouds, bends[0] * 30 + crumple[0] * 12, bends[1] * 30 + crumple[1] * 12)
    return np.stack([np.clip(clouds / 2.5, -1, 1), np.clip(veins, 0, 1)], -1).astype(np.float32)


@lru_cache(maxsize=1)
def oak() -> Tile:
    """Boards that run across: (n, n, 1) tone, 0 palest wood to 1 darkest grain."""
    return Tile(_boards((_WOOD, 1), count=5), 1.6)


def _boards(seed: tuple[int, ...], count: int) -> Float:
    """(n, n): boards sawn from a trunk along the grain.

    A board's face cuts the year rings at a depth that changes along it: where it comes near the pith the rings
    close into the arches that joiners call cathedrals, elsewhere they run straight.
    """
    rng = np.random.default_rng((*seed, 0))
    rows = (np.arange(_SIZE, dtype=np.float32)[:, None] + 0.5) / _SIZE
    across = rows * count
    board = np.minimum(across.astype(int), count - 1)
    inside = across - board - 0.5
    heart = rng.uniform(-0.9, 0.9, count)[board].astype(np.float32)
    depth = rng.uniform(0.15, 0.9, count)[board].astype(np.float32)
    shade = rng.uniform(-1, 1, count)[board].astype(np.float32)
    slips = (rng.uniform(0, 1, count) * _SIZE).astype(int)

    wave = _slipped(noise(_SIZE, (*seed, 1), 1.6, finest=5, stretch=(1.6, 0.8)), slips, board)
    fibre = _slipped(noise(_SIZE, (*seed, 2), 0.6, stretch=(40.0, 1.0)), slips, board)
    streak = _slipped(noise(_SIZE, (*seed, 3), 1.0, finest=60, stretch=(14.0, 1.0)), slips, board)
    wobble = _slipped(noise(_SIZE, (*seed, 4), 1.4, finest=80, stretch=(5.0, 1.0)), slips, board)

    radius = np.hypot(inside - heart * 0.6 + 0.10 * wobble * 0.3, depth * 0.85 + 0.13 * wave)
    rings = (radius * 13 + 0.16 * wobble + 0.3 * streak) % 1
    late = smoothstep(0.25, 0.95, rings) * (1 - smoothstep(0.95, 1.0, rings))
    pores = smoothstep(1.1, 2.4, noise(_SIZE, (*seed, 5), 0.15, stretch=(18.0, 1.0))) * (1 - 0.6 * late)
    tone = 0.36 + 0.11 * shade + 0.16 * (late - 0.4) + 0.055 * fibre + 0.06 * streak + 0.16 * pores
    joint = np.minimum(inside + 0.5, 0.5 - inside) * (_SIZE / count)
    tone += 0.5 * np.exp(-((joint / 1.3) ** 2)) + 0.10 * np.exp(-((joint / 6) ** 2))
    return np.clip(tone, 0, 1).astype(np.float32)


def _slipped(field: Float, slips: np.ndarray, board: np.ndarray) -> Float:
    """Each board's rows of `field` slipped along the grain, so that no grain runs on into the next board."""
    columns = (np.arange(_SIZE)[None] + slips[board]) % _SIZE
    return np.take_along_axis(field, columns, axis=1)


@lru_cache(maxsize=1)
def concrete() -> Tile:
    """Cast and ground concrete: (n, n) relative brightness about 1."""
    seed = (_CONCRETE, 1)
    cloud = noise(_SIZE, (*seed, 1), 1.1, finest=40)
    blotch = noise(_SIZE, (*seed, 2), 0.7, finest=160, coarsest=6)
    drift = noise(_SIZE, (*seed, 3), 1.0, finest=60)
    cloud = shifted(cloud, drift * 14, np.roll(drift, _SIZE // 3, axis=0) * 14)
    grain = noise(_SIZE, (*seed, 4), 0.3)
    holes = smoothstep(3.3, 4.0, noise(_SIZE, (*seed, 5), 0.2, finest=170))
    tone = 1 + 0.055 * cloud + 0.022 * blotch + 0.03 * grain - 0.45 * holes
    return Tile(np.clip(tone, 0.3, 1.5).astype(np.float32), 2.0)


@lru_cache(maxsize=1)
def linen() -> Tile:
    """Plain weave of uneven flax threads: (n, n) relative brightness about 1."""
    seed, threads = (_LINEN, 1), 160
    weft = _threads((*seed, 1), threads)
    warp = np.ascontiguousarray(_threads((*seed, 2), threads).T)
    slack = noise(_SIZE, (*seed, 3), 1.2, finest=60)
    return Tile((weft * warp * (1 + 0.02 * slack)).astype(np.float32), 0.72)


def _threads(seed: tuple[int, ...], count: int) -> Float:
    """(n, n): threads running across, dipping under every other one that crosses them."""
    drift = noise(_SIZE, (*seed, 1), 1.0, finest=24, stretch=(2.5, 1.0)) * 0.14
    slub = noise(_SIZE, (*seed, 2), 0.5, stretch=(30.0, 1.0))
    tint = noise(_SIZE, (*seed, 3), 0.2, stretch=(60.0, 1.0))
    rows, columns = np.indices((_SIZE, _SIZE), dtype=np.float32) * np.float32(count / _SIZE)
    rows += drift
    round_top = np.cos((rows % 1 - 0.5) * np.pi)
    over = np.cos((columns + np.floor(rows)) * np.pi)
    return 1 + 0.10 * (round_top - 0.64) + 0.07 * over + 0.035 * slub + 0.035 * tint


@lru_cache(maxsize=1)
def drape() -> Tile:
    """Soft folds of laid cloth, lit from the left: (n, n) relative brightness about 1."""
    seed, size = (_LINEN, 2), 512
    field = np.zeros((size, size), np.float32)
    for number, (finest, amount, sharp) in enumerate(((3.0, 1.0, 0.16), (4.5, 0.55, 0.12))):
        bend = noise(size, (*seed, number, 1), 1.0, finest=finest, stretch=(0.8, 1.6))
        mood = smoothstep(-0.2, 1.4, noise(size, (*seed, number, 2), 1.0, finest=3))
        crest = np.exp(-(np.sqrt(bend * bend + 0.05**2) - 0.05) / (sharp * 2.2))
        field += amount * mood * crest
    field += 0.5 * noise(size, (*seed, 9), 1.5, finest=4)
    field = _wrapped_blur(field, 5.0)
    right = (np.roll(field, -1, 1) - np.roll(field, 1, 1)) * (size / 2)
    down = (np.roll(field, -1, 0) - np.roll(field, 1, 0)) * (size / 2)
    slope = 0.030
    light = (1.0 + slope * (0.75 * right + 0.65 * down)) / np.sqrt(1 + (slope * 0.8) ** 2 * (right**2 + down**2))
    return Tile(light.astype(np.float32), 2.2)


def _wrapped_blur(tile: Float, sigma: float) -> Float:
    rim = int(3 * sigma) + 1
    padded = np.pad(tile, rim, mode="wrap")
    return cv2.GaussianBlur(padded, (0, 0), sigma)[rim:-rim, rim:-rim].astype(np.float32)


@lru_cache(maxsize=1)
def snow() -> Tile:
    """Fresh snow in low light from the left: (n, n) relative brightness about 1."""
    seed = (_SNOW, 1)
    drift = noise(_SIZE, (*seed, 1), 1.3, finest=7)
    lumps = noise(_SIZE, (*seed, 2), 1.0, finest=60, coarsest=8)
    crumbs = noise(_SIZE, (*seed, 5), 0.5, finest=300, coarsest=40)
    height = drift * 34 + lumps * 2.2 + crumbs * 0.35
    right = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    down = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    grain = noise(_SIZE, (*seed, 3), 0.0)
    light = 0.97 + 0.16 * (0.8 * right + 0.5 * down) + 0.012 * grain
    glints = smoothstep(3.5, 4.6, noise(_SIZE, (*seed, 4), 0.0))
    return Tile((np.clip(light, 0.5, 1.3) + 0.5 * glints).astype(np.float32), 1.6)
