"""What products are made of: colour, pattern, grain and gloss, shaded per sample in linear light."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import cv2
import numpy as np

from .light import Rig, reflected
from .shapes import Float, unit

Pattern = Literal["plain", "stripes", "label", "checks", "dots", "weave", "leather", "wood", "print", "knit"]
GRAIN_SIZE = 256


@dataclass(frozen=True)
class Material:
    """`colour` and `second` linear (3,) of the pattern's two parts; `gloss` 0 matt to 1 lacquer; `roughness`
    blurs the reflection; `metal` reflects in its colour and scatters nothing; `repeat` counts the pattern
    along u and v; `bump` tilts the normals by grain.
    """

    colour: tuple[float, float, float]
    second: tuple[float, float, float] = (0.5, 0.5, 0.5)
    pattern: Pattern = "plain"
    repeat: tuple[float, float] = (1.0, 1.0)
    gloss: float = 0.3
    roughness: float = 0.25
    metal: bool = False
    bump: float = 0.0
    grain: float = 0.03


@cache
def grain(kind: str) -> Float:
    """A tile (GRAIN_SIZE, GRAIN_SIZE) that repeats, mean 0, variance 1: "fine", "blotch" or "leather"."""
    rng = np.random.default_rng(sum(map(ord, kind)))
    noise = rng.standard_normal((GRAIN_SIZE, GRAIN_SIZE)).astype(np.float32)
    sigma = {"fine": (0.8, 0.8), "blotch": (14, 14), "leather": (2.2, 2.2)}[kind]
    tiled = cv2.GaussianBlur(np.tile(noise, (3, 3)), (0, 0), sigmaX=sigma[0], sigmaY=sigma[1])
    tile = tiled[GRAIN_SIZE : 2 * GRAIN_SIZE, GRAIN_SIZE : 2 * GRAIN_SIZE]
    if kind == "leather":
        tile = np.abs(tile)
    return ((tile - tile.mean()) / tile.std()).astype(np.float32)


def look_up(tile: Float, u: Float, v: Float) -> Float:
    """The tile's values (N,) at coordinates in tile widths."""
    column = np.floor(u * GRAIN_SIZE).astype(np.int32) % GRAIN_SIZE
    row = np.floor(v * GRAIN_SIZE).astype(np.int32) % GRAIN_SIZE
    return tile[row, column]


def pattern_mix(material: Material, u: Float, v: Float) -> Float:
    """How much, 0..1 (N,), of the second colour lies at u, v."""
    a, b = u * material.repeat[0], v * material.repeat[1]
    if material.pattern == "stripes":
        return _band(b % 1, 0.28, 0.72)
    if material.pattern == "checks":
        return 0.5 * (_band(a % 1, 0.25, 0.75) + _band(b % 1, 0.25, 0.75))
    if material.pattern == "dots":
        return _below(np.hypot(a % 1 - 0.5, b % 1 - 0.5), 0.26)
    if material.pattern == "label":
        return _label(a % 1, v)
    if material.pattern == "print":
        return _print(u, v)
    if material.pattern in ("weave", "knit"):
        return 0.5 + 0.5 * np.sin(2 * np.pi * a) * np.sin(2 * np.pi * b)
    if material.pattern == "wood":
        wave = (
            b + 0.06 * look_up(grain("blotch"), a * 0.2, b * 0.1) + 0.5 * look_up(grain("blotch"), a * 0.05, b * 0.05)
        )
        return 0.5 + 0.5 * np.sin(2 * np.pi * wave)
    return np.zeros_like(u)


def _band(value: Float, low: float, high: float, soft: float = 0.015) -> Float:
    return np.clip((value - low) / soft, 0, 1) * np.clip((high - value) / soft, 0, 1)


def _below(value: Float, limit: float, soft: float = 0.02) -> Float:
    return np.clip((limit - value) / soft, 0, 1)


def _words(u: Float, v: Float, line: float, height: float, low: float, high: float) -> Float:
    """A line of something like lettering between `low` and `high`."""
    letter = np.floor((u - low) / (0.55 * height))
    shape = np.sin(letter * 12.9898) * 43758.5453
    inked = (shape - np.floor(shape)) > 0.22
    stroke = _band((u - low) / (0.55 * height) % 1, 0.12, 0.8, 0.1)
    return _band(v, line, line + height, 0.004) * stroke * inked * ((u > low) & (u < high))


def _label(u: Float, v: Float) -> Float:
    paper = _band(u, 0.1, 0.9) * _band(v, 0.24, 0.62, 0.006)
    ink = (
        _words(u, v, 0.48, 0.06, 0.22, 0.78)
        + _words(u, v, 0.40, 0.022, 0.28, 0.72)
        + _words(u, v, 0.30, 0.018, 0.3, 0.7)
    )
    return paper * (1 - 0.85 * np.clip(ink, 0, 1))


def _print(u: Float, v: Float) -> Float:
    band = _band(v, 0.62, 0.72) + _band(v, 0.06, 0.1)
    badge = _below(np.hypot((u - 0.5), (v - 0.4)), 0.17) - _below(np.hypot((u - 0.5), (v - 0.4)), 0.12)
    text = _words(u, v, 0.8, 0.07, 0.15, 0.85) + _words(u, v, 0.16, 0.03, 0.25, 0.75)
    return np.clip(band + badge + text, 0, 1)


def shade(
    material: Material,
    uv: Float,
    skin: Float,
    normals: Float,
    view: Float,
    light: Float,
    rig: Rig,
    paper: Float,
) -> Float:
    """Radiance (N, 3) of samples of one material.

    `uv` and `skin` (N, 2), `normals` (N, 3) towards the camera, `view` (N, 3) unit vectors to it; `light` (N,
    3) the irradiance by colour; `paper` (3,) the backdrop's linear colour, seen in reflections.
    """
    if material.bump > 0:
        normals = _bumped(material, skin, normals)
    woven = material.pattern in ("weave", "knit")
    mix = pattern_mix(material, *(skin if woven else uv).T)[:, None]
    albedo = np.array(material.colour, np.float32) * (1 - mix) + np.array(material.second, np.float32) * mix
    texture = 0.6 * look_up(grain("blotch"), *(skin.T * 1.1)) + 0.5 * look_up(grain("fine"), *(skin.T * 2.5))
    albedo = np.clip(albedo * (1 + material.grain * texture[:, None]), 0, 0.95)
    slope = np.clip(np.sum(normals * view, axis=1), 0, 1)
    mirrored = 2 * slope[:, None] * normals - view
    seen = reflected(mirrored, rig, material.roughness, paper)
    rim = (1 - slope)[:, None] ** 5 * (1 - material.roughness) ** 2
    occlusion = np.clip(light.mean(axis=1, keepdims=True) * 1.3, 0.05, 1)
    if material.metal:
        # Photographers flag the edges of metal with black card, or rim-light them before a dark backdrop:
        # else it melts into what it reflects.
        edge = 1 - np.clip(slope[:, None] / 0.55, 0, 1) ** 1.5
        seen = seen * (1 - 0.75 * edge) if paper.mean() > 0.1 else seen + 0.5 * edge
        return (np.array(material.colour, np.float32) * seen * occlusion).astype(np.float32)
    mirror = material.gloss * (0.045 + 0.5 * rim)
    return (albedo * light * (1 - mirror) + mirror * seen * occlusion).astype(np.float32)


def _bumped(material: Material, skin: Float, normals: Float) -> Float:
    tile = grain("leather" if material.pattern == "leather" else "fine")
    if material.pattern in ("weave", "knit"):
        a, b = 2 * np.pi * (skin * np.array(material.repeat, np.float32)).T
        tilt = np.stack([np.cos(a) * np.sin(b), np.sin(a) * np.cos(b)], axis=1)
    else:
        across = np.roll(tile, -1, axis=1) - np.roll(tile, 1, axis=1)
        down = np.roll(tile, -1, axis=0) - np.roll(tile, 1, axis=0)
        tilt = np.stack([look_up(across, *(skin.T * 3.2)), look_up(down, *(skin.T * 3.2))], axis=1)
    side = unit(np.cross(normals, np.array([0.05, 1, 0.02], np.float32)))
    rise = np.cross(normals, side)
    return unit(normals + material.bump * (tilt[:, :1] * side + tilt[:, 1:] * rise))
