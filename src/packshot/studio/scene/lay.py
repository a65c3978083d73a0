"""Laying a repeating texture over the floor, or flat under a camera that looks straight down."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, cos, inf, log2, radians, sin

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import FOCAL, Canvas


_FINEST = 1.2  # frame pixels that a texture's pixel covers at least: threads finer than that would shimmer


@dataclass(frozen=True, eq=False)
class Tile:
    """A square of a surface that repeats without a seam: `pixels` (n, n) or (n, n, C), `span` floor units to a side."""

    pixels: Float
    span: float

    @property
    def density(self) -> float:
        """Pixels per floor unit."""
        return self.pixels.shape[0] / self.span


@dataclass(frozen=True, eq=False)
class Ground:
    """The part of a floor that the frame shows: from row `top` down, `x` (rows, W) and `z` (rows, 1) in floor units."""

    top: int
    x: Float
    z: Float


def ground_before(canvas: Canvas, wall: float, rim: float = 0.012) -> Ground:
    """The floor as far as a wall `wall` units behind the product, and `rim` of the frame more to blend it in."""
    top = int(np.clip((canvas.line(wall) - rim) * canvas.height, 0, canvas.height - 1))
    x, z = canvas.floor()
    return Ground(top, x[top:], np.minimum(z[top:], 4 * wall + 4))


def flat(canvas: Canvas) -> Ground:
    """The surface under a camera that looks straight down: `z` runs up the frame, both 0 at its middle."""
    side = min(canvas.width, canvas.height)
    x = np.repeat((canvas.u - 0.5) * (canvas.width / side), canvas.height, axis=0)
    return Ground(0, x.astype(np.float32), ((0.5 - canvas.v) * (canvas.height / side)).astype(np.float32))


def upright(canvas: Canvas, z: float) -> tuple[Float, Float]:
    """Coordinates on a wall that stands `z` units behind the product: x (H, W) and height above the floor (H, 1)."""
    side = min(canvas.width, canvas.height)
    focal = FOCAL * max(canvas.width, canvas.height)
    pitch = atan((0.5 - canvas.line(inf)) * canvas.height / focal)
    elevation = radians(canvas.elevation)
    reach = focal / side * cos(elevation) + z
    down = (canvas.v - 0.5) * (canvas.height / focal)
    away = reach / (cos(pitch) - down * sin(pitch))
    x = (canvas.u - 0.5) * (canvas.width / focal) * away
    height = focal / side * sin(elevation) - (down * cos(pitch) + sin(pitch)) * away
    return x.astype(np.float32), height.astype(np.float32)


def lay(tile: Tile, ground: Ground, offset: tuple[float, float] = (0.0, 0.0)) -> Float:
    """(rows, W) or (rows, W, C): `tile` over `ground`, shifted by `offset` floor units, filtered where it shrinks.

    Towards the horizon a floor shrinks in depth much faster than across, so each row reads the tile from a level
    that is shrunk in depth alone, mixed between the two nearest (a ripmap, with levels across fixed for the picture).
    """
    across = np.abs(ground.x[:, 1] - ground.x[:, 0]) * tile.density
    along = np.abs(np.gradient(ground.z[:, 0])) * tile.density
    side = round(tile.pixels.shape[0] / max(_FINEST * float(across[-1]), 1))
    level = _shrunk(tile.pixels, side, side)
    lod = np.clip(np.log2(np.maximum(along * side / tile.pixels.shape[0], 1e-6)), 0, log2(side / 2))
    x = (ground.x + offset[0]) * (side / tile.span) - 0.5
    turns = (ground.z + offset[1]) * np.float32(-1 / tile.span)

    out = np.empty((*ground.x.shape, *tile.pixels.shape[2:]), np.float32)
    for step in range(int(lod.min()), int(lod.max()) + 1):
        rows = np.flatnonzero(np.floor(lod) == step)
        if rows.size:
            band = slice(int(rows[0]), int(rows[-1]) + 1)
            out[band] = _between(level, side >> step, x[band], turns[band], lod[band] - step)
    return out


def _between(level: Float, depth: int, x: Float, turns: Float, part: Float) -> Float:
    """`level` shrunk in depth to `depth` rows, mixed by `part` (rows,) with the next level."""
    near = _sampled(_shrunk(level, level.shape[1], depth), x, turns)
    if not part.any():
        return near
    far = _sampled(_shrunk(level, level.shape[1], depth // 2), x, turns)
    return near + (far - near) * part.astype(np.float32).reshape(-1, *[1] * (near.ndim - 1))


def _sampled(level: Float, x: Float, turns: Float) -> Float:
    y = np.repeat(turns * level.shape[0] - 0.5, x.shape[1], axis=1)
    return cv2.remap(level, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP).astype(np.float32)


def _shrunk(pixels: Float, width: int, height: int) -> Float:
    if pixels.shape[:2] == (height, width):
        return pixels
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
