"""The product's shadow on the ground: contact, the light it keeps off the floor, and nothing above the ground."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.light.body import standing_body
from packshot.studio.light.floor import floor_of
from packshot.studio.light.footing import Footing
from packshot.studio.light.occlusion import Grid, Occluder, key_directions, sky_directions
from packshot.studio.place import Box, Placed
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.paint import blur, smoothstep
from packshot.studio.scene.scene import Light

_REACH = 1.7  # product sizes: how far around it the floor is shaded at all
_CELLS = 88  # of the grid, to a product's size
_STRIDE = 2  # frame pixels per sample of the floor's shading, which is soft


@dataclass(frozen=True, eq=False)
class Shade:
    """`transmittance` (h, w) float32 0..1 over `box` of the frame; 1 everywhere else."""

    transmittance: Float
    box: Box


def standing_shade(placed: Placed, footing: Footing, canvas: Canvas, light: Light) -> Shade:
    """The shade around a standing product."""
    floor = floor_of(canvas)
    slices = standing_body(placed, footing, floor)
    points = np.concatenate([piece.outline for piece in slices])
    size = max(max(piece.height for piece in slices), float(np.ptp(points[:, 0])))
    reach = _REACH * size
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    low[1] = max(low[1], float(np.nanmin(floor.depth)))
    cell = size / _CELLS
    grid = Grid(float(low[0]), float(low[1]), cell, *(int(n) + 1 for n in (high - low) / cell))
    occluder = Occluder(slices, grid)
    sky = occluder.hidden(sky_directions())
    key = occluder.hidden(key_directions(light.direction, light.softness))
    lit = (1 - light.ambient * sky) * (1 - light.cast * key)
    lit = 1 - (1 - blur(lit.astype(np.float32), 1.2)) * _window(grid)
    top = max(0, int(floor.row(float(high[1]))))
    box = (0, top, canvas.width, canvas.height)
    transmittance = _seen(lit, grid, canvas, box)
    return Shade(transmittance * _contact(placed, footing, canvas, light, box), box)


def _window(grid: Grid) -> Float:
    """1 in the middle of the grid, 0 at its far and its side edges, so that the shading ends nowhere."""
    across = np.abs(np.linspace(-1, 1, grid.columns, dtype=np.float32))[None]
    away = np.linspace(0, 1, grid.rows, dtype=np.float32)[:, None]
    return smoothstep(1, 0.6, across) * smoothstep(1, 0.7, away)


def _seen(shading: Float, grid: Grid, canvas: Canvas, box: Box) -> Float:
    """The floor's `shading` as the canvas's camera sees it in `box` of the frame."""
    unit = min(canvas.width, canvas.height)
    x0, y0, x1, y1 = box
    across, away = canvas.floor()
    rows, columns = slice(y0, y1, _STRIDE), slice(x0, x1, _STRIDE)
    x = (across[rows, columns] * unit - grid.left) / grid.cell - 0.5
    z = np.broadcast_to((away[rows] * unit - grid.near) / grid.cell - 0.5, x.shape)
    seen = cv2.remap(
        shading, x, np.nan_to_num(z, posinf=1e6).astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=1.0,
    )  # fmt: skip
    return cv2.resize(np.asarray(seen, np.float32), (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)


def _contact(placed: Placed, footing: Footing, canvas: Canvas, light: Light, box: Box) -> Float:
    """The dark line under the edges that touch: tight where the rounded edge meets the floor, soft around it."""
    unit = max(placed.alpha.shape) / 600
    bx0, by0, bx1, by1 = box
    seed = np.zeros((by1 - by0, bx1 - bx0), np.float32)
    rows = np.arange(by0, by1, dtype=np.float32)[:, None] + 0.5
    low = np.nan_to_num(footing.low, nan=-1e4)[None]
    band = np.clip(low - rows + 0.5, 0, 1) * np.clip(rows - low + 4 * unit + 0.5, 0, 1)
    left = placed.box[0] - bx0
    seed[:, left : left + band.shape[1]] = band * footing.touch[None]
    tight = np.minimum(blur(seed, 1.3 * unit) * 1.7, 1)
    close = np.minimum(blur(seed, 6 * unit, 3 * unit) * 1.5, 1)
    return (1 - light.contact * 0.75 * tight) * (1 - light.contact * 0.45 * close)
