"""The shade of a product that stands: around its feet, on the floor that the scene's camera sees."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.light.body import Slice
from packshot.studio.light.floor import Floor, floor_of
from packshot.studio.light.footing import Footing
from packshot.studio.light.ground import Grid, Ground, shade_on_steps, stride_of
from packshot.studio.light.occlusion import Layer
from packshot.studio.light.shade import Shade, bounce, contact, shading
from packshot.studio.place import Box, Placed
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.paint import blur, smoothstep
from packshot.studio.scene.scene import Light, Scene

_REACH = 1.7  # product sizes: how far around it the floor is shaded at all
_CELLS = 88  # of the grid, to a product's size
_LEVELS = 40  # heights that slices are gathered at
_FEWER = 2  # one in so many is enough for ground that lies lower
_SUBPIXEL = 4  # bits of fraction when outlines are drawn
_SIZE_OF_TUNING = 600  # pixels of the product's larger side at which the contact's widths below were chosen
_OVERHANG = 1.8  # how far the dark gap under a rounded edge reaches below the silhouette
_LINE = 1.5  # sigma of the line of contact
_SEAM = (9.0, 6.0)  # sigmas of the dimness beside it: along the floor, and foreshortened
_SMALL_SEAM = (4.0, 3.0)  # the same for feet too slim for that to show
_LINE_GAIN, _SEAM_GAIN, _SMALL_GAIN = 2.1, 2.6, 2.2  # what a strip so thin has lost where it is darkest
_SEED = 4.0  # how thick a strip of the silhouette's edge they are blurred from


def standing_shade(placed: Placed, footing: Footing, body: list[Slice], canvas: Canvas, scene: Scene) -> Shade:
    """The shade around a standing product, coloured a little by it; down the set's steps where it has some."""
    floor, light = floor_of(canvas), scene.light
    grid = _grid_around(body, floor)
    layers, window, colour = _layers(body, grid), _window(grid)[..., None], bounce(placed)

    def ground(drop: float) -> Ground:
        few = layers[:: 1 if drop == 0 else _FEWER]  # from further up shadows run together
        lifted = [replace(layer, height=layer.height + drop / grid.cell) for layer in few]
        left = 1 - (1 - shading(lifted, light.direction, light, colour)) * window
        return Ground(left.astype(np.float32), grid)

    box = (0, _highest_row(grid, floor), canvas.width, canvas.height)
    if scene.steps is None:
        transmittance = _seen(ground(0.0), floor, box)
    else:
        transmittance = shade_on_steps(scene.steps(canvas), ground, canvas, box)
    _touch(transmittance, box, placed, footing, light)
    return Shade(transmittance, box)


def _grid_around(slices: list[Slice], floor: Floor) -> Grid:
    points = np.concatenate([piece.outline for piece in slices])
    size = max(max(piece.height for piece in slices), float(np.ptp(points[:, 0])))
    low, high = points.min(axis=0) - _REACH * size, points.max(axis=0) + _REACH * size
    near = max(float(low[1]), float(floor.depth[-1]))
    cell = size / _CELLS
    columns, rows = int((high[0] - low[0]) / cell) + 1, int((high[1] - near) / cell) + 1
    return Grid(float(low[0]), near, cell, columns, rows)


def _layers(slices: list[Slice], grid: Grid) -> list[Layer]:
    """The slices drawn on the grid, gathered at levels that stand closer near the floor."""
    tallest = max(max(piece.height for piece in slices), grid.cell)
    levels: dict[int, list[Slice]] = {}
    for piece in slices:
        levels.setdefault(round(sqrt(piece.height / tallest) * _LEVELS), []).append(piece)
    origin = np.array([grid.left, grid.near], np.float32)
    layers: list[Layer] = []
    for _, pieces in sorted(levels.items()):
        mask = np.zeros((grid.rows, grid.columns), np.uint8)
        for piece in pieces:
            cells = ((piece.outline - origin) / grid.cell - 0.5) * 2**_SUBPIXEL
            cv2.fillConvexPoly(mask, np.rint(cells).astype(np.int32), 255, cv2.LINE_AA, _SUBPIXEL)
        layers.append(Layer(float(np.mean([piece.height for piece in pieces])) / grid.cell, mask))
    return layers


def _window(grid: Grid) -> Float:
    """1 in the middle of the grid, 0 at its far and its side edges, so that the shade ends nowhere."""
    across = np.abs(np.linspace(-1, 1, grid.columns, dtype=np.float32))[None]
    away = np.linspace(0, 1, grid.rows, dtype=np.float32)[:, None]
    return smoothstep(1, 0.6, across) * smoothstep(1, 0.7, away)


def _highest_row(grid: Grid, floor: Floor) -> int:
    return max(0, int(floor.row(grid.near + grid.rows * grid.cell)))


def _seen(ground: Ground, floor: Floor, box: Box) -> Float:
    """The light left on the `ground` as the camera sees it in `box` of the frame."""
    x0, y0, x1, y1 = box
    stride = stride_of(x1, y1)
    size = max(2, (x1 - x0) // stride), max(2, (y1 - y0) // stride)
    columns = np.linspace(x0, x1, 2 * size[0] + 1, dtype=np.float32)[1::2]
    rows = np.linspace(y0, y1, 2 * size[1] + 1, dtype=np.float32)[1::2]
    seen = ground.at(floor.x(columns[None], rows[:, None]), floor.z(rows)[:, None])
    return np.asarray(cv2.resize(seen, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR), np.float32)


def _touch(transmittance: Float, box: Box, placed: Placed, footing: Footing, light: Light) -> None:
    """Darkens `transmittance` under the edges that touch: tight where they meet the floor, soft around it."""
    unit = max(placed.alpha.shape) / _SIZE_OF_TUNING
    margin = int(3 * _SEAM[0] * unit) + 2
    touching = footing.low[footing.touch > 0.01]
    x0, x1 = max(placed.box[0] - margin, box[0]), min(placed.box[2] + margin, box[2])
    y0, y1 = max(int(np.nanmin(touching)) - margin, box[1]), min(int(np.nanmax(touching)) + margin, box[3])
    rows = np.arange(y0, y1, dtype=np.float32)[:, None] + 0.5
    below = np.nan_to_num(footing.low, nan=-1e6)[None] + _OVERHANG * unit - rows
    strip = np.clip(below + 0.5, 0, 1) * np.clip(_SEED * unit + 0.5 - below, 0, 1) * footing.touch[None]
    seed = np.zeros((y1 - y0, x1 - x0), np.float32)
    seed[:, placed.box[0] - x0 : placed.box[2] - x0] = strip
    line = np.minimum(blur(seed, _LINE * unit) * _LINE_GAIN, 1)
    wide, small = (blur(seed, across * unit, down * unit) for across, down in (_SEAM, _SMALL_SEAM))
    seam = np.minimum(np.maximum(wide * _SEAM_GAIN, small * _SMALL_GAIN), 1)
    transmittance[y0 - box[1] : y1 - box[1], x0 - box[0] : x1 - box[0]] *= contact(line, seam, light)
