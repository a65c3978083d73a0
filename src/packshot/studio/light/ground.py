"""The light left on level ground, and how the camera sees it on a floor that steps down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.place import Box
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.drum import Drum, Hit, meet_top, meet_wall, rays_of, window_on
from packshot.studio.scene.lay import Real

_SAMPLES = 512  # along the frame's shorter side: the ground's shading is soft, so it is looked up coarsely
_FARTHEST = 99.0  # floor units: what lies beyond is above the horizon


@dataclass(frozen=True)
class Grid:
    """Cells on the floor: `left`, `near` its corner and `cell` their size in floor pixels."""

    left: float
    near: float
    cell: float
    columns: int
    rows: int


@dataclass(frozen=True, eq=False)
class Ground:
    """The light `left` (rows, columns, 3) float32 0..1 on the cells of `grid`; all of it beyond them."""

    left: Float
    grid: Grid

    def at(self, x: Real, z: Real) -> Float:
        """(h, w, 3): the light at floor pixels `x` (h, w) and `z` (h, w) or (h, 1)."""
        columns = (x - self.grid.left) / self.grid.cell - 0.5
        rows = np.broadcast_to((z - self.grid.near) / self.grid.cell - 0.5, x.shape)
        columns, rows = columns.astype(np.float32), rows.astype(np.float32)
        seen = cv2.remap(self.left, columns, rows, cv2.INTER_LINEAR, borderValue=(1.0, 1.0, 1.0))
        return np.asarray(seen, np.float32)


def stride_of(width: int, height: int) -> int:
    """How many pixels of a frame share one look-up."""
    return max(1, round(min(width, height) / _SAMPLES))


def shade_on_steps(drums: Sequence[Drum], ground: Callable[[float], Ground], canvas: Canvas, box: Box) -> Float:
    """(h, w, 3) 0..1: the light left in `box`, as wide as the frame, of a set that steps down from the product.

    `drums` from the lowest up; `ground` gives the light on a level so many floor pixels under the product.
    """
    _, y0, _, _ = box
    unit = min(canvas.width, canvas.height)
    levels = {height: ground(-height * unit) for drum in drums for height in (drum.bottom, drum.top)}
    stride = stride_of(canvas.width, canvas.height)
    coarse = replace(canvas, width=max(2, canvas.width // stride), height=max(2, canvas.height // stride))
    fine, rays = rays_of(canvas), rays_of(coarse)
    rays = replace(rays, reach=np.minimum(rays.reach, _FARTHEST), across=np.maximum(rays.across, 1 / _FARTHEST))

    def grown(seen: Float) -> Float:
        size = (canvas.width, canvas.height)
        return np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR), np.float32)

    x, z = rays.at(drums[0].bottom)
    out = grown(levels[drums[0].bottom].at(x * unit, z * unit))
    for drum in drums:
        window = window_on(canvas, fine, drum)
        part, seen = out[window], fine.part(*window)
        for meet in (meet_wall, meet_top) if part.size else ():
            light = grown(_on(meet(rays, drum), drum, levels, unit))[window]
            part += (light - part) * meet(seen, drum).cover[..., None]
    return out[y0:]


def _on(hit: Hit, drum: Drum, levels: dict[float, Ground], unit: int) -> Float:
    """(h, w, 3): the light where rays `hit` the drum, between that on its upper and its lower level."""
    x, z = hit.x * np.float32(unit), hit.z * np.float32(unit)
    top = levels[drum.top].at(x, z)
    down = np.clip((drum.top - hit.height) / (drum.top - drum.bottom), 0, 1)
    if not down.any():
        return top
    return (top + (levels[drum.bottom].at(x, z) - top) * down[..., None]).astype(np.float32)
