"""Laying a repeating texture over the floor, or flat under a camera that looks straight down."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.resample import add_rows
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.draws import Draw
from packshot.studio.strips import strips

Real = NDArray[np.floating[Any]]
"""What the type checker takes products of float32 arrays and plain floats for; at run time they are float32."""

_FINEST = 1.2  # frame pixels that a texture's pixel covers at least: threads finer than that would shimmer


@dataclass(frozen=True, eq=False)
class Tile:
    """A square of a surface that repeats without a seam: `pixels` (n, n) or (n, n, C), `span` floor units a side.

    Its light comes from the left and, as rows run towards the camera, from their lower end.
    """

    pixels: Float
    span: float

    @property
    def density(self) -> float:
        """Pixels per floor unit."""
        return self.pixels.shape[0] / self.span


@dataclass(frozen=True, eq=False)
class Ground:
    """The part of a surface in the frame, from row `top` down: `x` (rows, W) and `z` (rows, 1) in floor units."""

    top: int
    x: Float
    z: Float


def flat(canvas: Canvas) -> Ground:
    """The surface under a camera that looks straight down, both coordinates 0 at the frame's middle.

    `z` runs down the frame: what is lit from the front on a floor is lit from above here, as flat lays are.
    """
    side = min(canvas.width, canvas.height)
    x = np.repeat((canvas.u - 0.5) * (canvas.width / side), canvas.height, axis=0)
    return Ground(0, x.astype(np.float32), ((canvas.v - 0.5) * (canvas.height / side)).astype(np.float32))


def slid(canvas: Canvas, tile: Tile) -> tuple[float, float]:
    """Which part of `tile` lies under the product: an offset in floor units that the canvas's seed decides."""
    x, z = canvas.rng(Draw.SLAB).uniform(0, tile.span, 2)
    return float(x), float(z)


def lay(tile: Tile, ground: Ground, offset: tuple[float, float]) -> Float:
    """(rows, W) or (rows, W, C): `tile` over `ground`, shifted by `offset` floor units, filtered where it shrinks.

    Towards the horizon a floor shrinks in depth much faster than across. So each row reads the tile at a level that is
    shrunk in depth alone, mixed between the two nearest levels: a ripmap, whose width is the same for the whole frame.
    """
    across = float(np.abs(ground.x[-1, 1] - ground.x[-1, 0])) * tile.density
    along = np.abs(np.gradient(ground.z[:, 0])) * tile.density
    side = round(tile.pixels.shape[0] / max(_FINEST * across, 1))
    level = _shrunk(tile.pixels, side, side)
    shrinkage = np.maximum(along * (side / tile.pixels.shape[0]), 1)
    lod = np.minimum(np.log2(shrinkage), log2(side / 2) - 1e-3)
    x = (ground.x + np.float32(offset[0])) * np.float32(side / tile.span) - np.float32(0.5)
    turns = (ground.z[:, 0] + np.float32(offset[1])) / np.float32(-tile.span)

    out = np.empty((*ground.x.shape, *tile.pixels.shape[2:]), np.float32)
    for step in np.unique(lod.astype(int)):
        rows = np.flatnonzero(lod.astype(int) == step)
        band = slice(int(rows[0]), int(rows[-1]) + 1)
        lines = _lines(level, side / 2**step, turns[band], lod[band] - step)
        for few in strips(*x[band].shape):
            numbers = np.arange(few.start, few.stop, dtype=np.float32)[:, None]
            places = x[band][few], np.repeat(numbers - few.start, x.shape[1], axis=1)
            cv2.remap(lines[few], *places, cv2.INTER_LINEAR, dst=out[band][few], borderMode=cv2.BORDER_WRAP)
    return out


def _lines(level: Float, depth: float, turns: Float, part: Float) -> Float:
    """(n, W) or (n, W, C): the lines of `level` at `turns` (n,) of its height.

    They are taken from it shrunk to `depth` rows, mixed by `part` (n,) 0..1 with itself at half of that.
    """
    result = np.zeros((len(turns), *level.shape[1:]), np.float32)
    for rows, share in ((depth, 1 - part), (depth / 2, part)):
        shrunk = _shrunk(level, level.shape[1], round(rows))
        place = (turns * np.float32(len(shrunk)) - np.float32(0.5)) % len(shrunk)
        first = np.floor(place).astype(np.intp)
        fraction = place - first
        weights = np.stack([share * (1 - fraction), share * fraction], axis=1)
        around = np.concatenate([shrunk, shrunk[:1]]).reshape(len(shrunk) + 1, -1)
        add_rows(result.reshape(len(turns), -1), around, first, weights)
    return result


def _shrunk(pixels: Float, width: int, height: int) -> Float:
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def coloured(tones: Real, base: Real, *inks: Real) -> Float:
    """(H, W, 3): the colour `base` plus each channel of `tones` (H, W) or (H, W, C) times its ink (3,)."""
    tones = np.asarray(tones, np.float32)
    out = np.empty((*tones.shape[:2], 3), np.float32)
    for rows in strips(*tones.shape[:2]):
        planes = cv2.split(tones[rows])
        mixed = [planes[0] * np.float32(level) for level in inks[0]]
        for plane, ink in zip(planes[1:], inks[1:], strict=True):
            for channel, level in zip(mixed, ink, strict=True):
                channel += plane * np.float32(level)
        cv2.merge([channel + np.float32(level) for channel, level in zip(mixed, base, strict=True)], out[rows])
    return out


def lit(brightness: Real, colour: Float) -> Float:
    """(H, W, 3): the `colour` (3,) of a surface times its `brightness` (H, W)."""
    brightness = np.asarray(brightness, np.float32)
    out = np.empty((*brightness.shape, 3), np.float32)
    for rows in strips(*brightness.shape):
        cv2.merge([brightness[rows] * level for level in colour], out[rows])
    return out
