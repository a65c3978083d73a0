"""The light left on level ground, and how the camera sees it on a floor that steps down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.place import Box
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.drum import Drum, Hit, Rays, meet_top, meet_wall, rays_of, window_on
from packshot.studio.scene.lay import Real
from packshot.studio.scene.paint import lay_over
from packshot.studio.strips import strips

_SAMPLES = 512  # along the frame's shorter side: the ground's shading is soft, so it is looked up coarsely
_FARTHEST, _LEAST = 99.0, 1e-6  # floor units: reach and width of rays at the horizon and above it


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
    heights = {height for drum in drums for height in (drum.bottom, drum.top)}
    levels = {height: ground(-height * unit) for height in heights}
    stride = stride_of(canvas.width, canvas.height)
    rays = rays_of(canvas)
    rays = replace(rays, reach=np.minimum(rays.reach, _FARTHEST), across=np.maximum(rays.across, _LEAST))

    whole = slice(y0, canvas.height), slice(0, canvas.width)
    x, z = _every(rays.part(*whole), stride).at(drums[0].bottom)
    out = _grown(levels[drums[0].bottom].at(x * unit, z * unit), stride, canvas.height - y0, canvas.width)
    for drum in drums:
        window = window_on(canvas, rays, drum, y0)
        seen, part = rays.part(*window), out[window[0].start - y0 :, window[1]]
        for meet in (meet_wall, meet_top) if part.size else ():
            light = _grown(_on(meet(_every(seen, stride), drum), drum, levels, unit), stride, *part.shape[:2])
            for rows in strips(*part.shape[:2]):
                lay_over(part[rows], light[rows], meet(seen.part(rows, slice(None)), drum).cover)
    return out


def _every(rays: Rays, stride: int) -> Rays:
    """One ray in the middle of each square of `stride` pixels, and of what is left of one at the ends."""
    rows, columns = (np.minimum(np.arange(0, length, stride) + stride // 2, length - 1) for length in rays.x.shape)
    return replace(
        rays,
        x=rays.x[np.ix_(rows, columns)],
        reach=rays.reach[rows],
        across=rays.across[rows],
        along=rays.along[rows],
    )


def _grown(seen: Float, stride: int, height: int, width: int) -> Float:
    """What every `stride`th ray saw, for the `height` × `width` pixels between."""
    if stride == 1:
        return seen
    size = seen.shape[1] * stride, seen.shape[0] * stride
    return np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR), np.float32)[:height, :width]


def _on(hit: Hit, drum: Drum, levels: dict[float, Ground], unit: int) -> Float:
    """(h, w, 3): the light where rays `hit` the drum, between that on its upper and its lower level."""
    x, z = hit.x * np.float32(unit), hit.z * np.float32(unit)
    top = levels[drum.top].at(x, z)
    down = np.clip((drum.top - hit.height) / (drum.top - drum.bottom), 0, 1)
    if not down.any():
        return top
    return (top + (levels[drum.bottom].at(x, z) - top) * down[..., None]).astype(np.float32)
