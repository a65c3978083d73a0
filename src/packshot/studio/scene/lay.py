"""Laying a repeating texture over the floor, or flat under a camera that looks straight down."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.draws import Draw

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
    turns = (ground.z + np.float32(offset[1])) * np.float32(-1 / tile.span)

    out = np.empty((*ground.x.shape, *tile.pixels.shape[2:]), np.float32)
    for step in np.unique(lod.astype(int)):
        rows = np.flatnonzero(lod.astype(int) == step)
        band = slice(int(rows[0]), int(rows[-1]) + 1)
        out[band] = _between(level, side / 2**step, x[band], turns[band], lod[band] - step)
    return out


def _between(level: Float, depth: float, x: Float, turns: Float, part: Float) -> Float:
    """`level` shrunk to `depth` rows, mixed by `part` (rows,) 0..1 with itself at half of that."""
    near = _sampled(_shrunk(level, level.shape[1], round(depth)), x, turns)
    if not part.any():
        return near
    far = _sampled(_shrunk(level, level.shape[1], round(depth / 2)), x, turns)
    far -= near
    far *= part.astype(np.float32).reshape(-1, *[1] * (near.ndim - 1))
    near += far
    return near


def _sampled(level: Float, x: Float, turns: Float) -> Float:
    y = np.repeat(turns * level.shape[0] - 0.5, x.shape[1], axis=1).astype(np.float32)
    return np.asarray(cv2.remap(level, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)


def _shrunk(pixels: Float, width: int, height: int) -> Float:
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def coloured(tones: Real, base: Real, *inks: Real) -> Float:
    """(H, W, 3): the colour `base` plus each channel of `tones` (H, W) or (H, W, C) times its ink (3,)."""
    return np.asarray(
        cv2.transform(np.asarray(tones, np.float32), np.stack([*inks, base], axis=1).astype(np.float32)), np.float32
    )


def lit(brightness: Real, colour: Float) -> Float:
    """(H, W, 3): the `colour` (3,) of a surface times its `brightness` (H, W)."""
    return np.asarray(cv2.transform(np.asarray(brightness, np.float32), colour[:, None]), np.float32)
