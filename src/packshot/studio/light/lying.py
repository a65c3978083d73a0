"""The shade of a product photographed from above: a low relief on the table, lit from the picture's upper left."""

from __future__ import annotations

from math import hypot

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.light.occlusion import Layer
from packshot.studio.light.shade import Shade, bounce, contact, shading
from packshot.studio.place import Placed
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.paint import blur, smoothstep
from packshot.studio.scene.scene import Light

_THICKEST = 0.075  # of the product's larger side: more than that lies about as high as it is wide, and is rare
_THICKNESS = 0.6  # of its largest inscribed radius
_RANGE = 0.45  # of the product's larger side: how far around it the table is shaded
_CELLS = 170  # of the grid, to the product's larger side
_LEVELS = 14
_SIZE_OF_TUNING = 600
_LINE, _SEAM = 1.4, 5.0  # sigmas of the line of contact and of the dimness beside it, at that size
_LINE_SHIFT, _SEAM_SHIFT = 1.4, 5.0  # how far the light pushes them to its other side
_LINE_PART, _SEAM_PART = 0.6, 0.6


def lying_shade(placed: Placed, canvas: Canvas, light: Light) -> Shade:
    """The shade around a product that lies: close and soft.

    `light.direction` tells how far its shadows run; they fall towards the viewer, as the eye expects of a table top.
    """
    size = max(placed.alpha.shape)
    cell = size / _CELLS
    margin = round(_RANGE * size)
    cover = np.pad(placed.alpha, margin)
    grid = round(cover.shape[1] / cell), round(cover.shape[0] / cell)
    layers = _relief(cv2.resize(cover, grid, interpolation=cv2.INTER_AREA).astype(np.float32))
    run = light.direction[0], abs(light.direction[1])
    left = shading(layers, run, light, bounce(placed))
    left = 1 - (1 - left) * _window(*grid)[..., None]
    transmittance = np.asarray(cv2.resize(left, (cover.shape[1], cover.shape[0]), interpolation=cv2.INTER_CUBIC))
    transmittance = np.clip(transmittance, 0, 1) * _touch(cover, run, light)
    return _within(transmittance.astype(np.float32), placed, margin, canvas)


def _relief(cover: Float) -> list[Layer]:
    """The product as a cushion: its edges a quarter round, its middle flat; heights in cells."""
    solid = (cover >= 0.5).astype(np.uint8)
    inside = np.asarray(cv2.distanceTransform(solid, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
    thickest = max(min(_THICKEST * _CELLS, _THICKNESS * float(inside.max())), 0.5)
    rim = np.clip(1 - inside / thickest, 0, 1)
    height = thickest * np.sqrt(1 - rim * rim)
    ground = Layer(0.0, np.rint(cover * 255).astype(np.uint8))
    steps = [thickest * (level + 0.5) / _LEVELS for level in range(_LEVELS)]
    return [ground, *(Layer(step, ((height >= step) * np.uint8(255)).astype(np.uint8)) for step in steps)]


def _window(columns: int, rows: int) -> Float:
    """1 around the product, 0 at the crop's edges, so that the shade ends nowhere."""
    across = np.abs(np.linspace(-1, 1, columns, dtype=np.float32))[None]
    down = np.abs(np.linspace(-1, 1, rows, dtype=np.float32))[:, None]
    return smoothstep(1, 0.75, across) * smoothstep(1, 0.75, down)


def _touch(cover: Float, run: tuple[float, float], light: Light) -> Float:
    """The contact's shade: mostly on the side that the light does not reach."""
    unit = max(cover.shape) / (1 + 2 * _RANGE) / _SIZE_OF_TUNING
    line = blur(_moved(cover, run, _LINE_SHIFT * unit), _LINE * unit)
    seam = blur(_moved(cover, run, _SEAM_SHIFT * unit), _SEAM * unit)
    return contact(_LINE_PART * line, _SEAM_PART * seam, light)


def _moved(cover: Float, run: tuple[float, float], distance: float) -> Float:
    length = hypot(*run)
    across, down = (distance * part / length for part in run) if length > 0 else (0.0, 0.0)
    shift = np.array([[1, 0, across], [0, 1, down]], np.float32)
    return cv2.warpAffine(cover, shift, (cover.shape[1], cover.shape[0])).astype(np.float32)


def _within(transmittance: Float, placed: Placed, margin: int, canvas: Canvas) -> Shade:
    """The part of the padded crop that lies in the frame."""
    left, top = placed.box[0] - margin, placed.box[1] - margin
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = (
        min(left + transmittance.shape[1], canvas.width),
        min(top + transmittance.shape[0], canvas.height),
    )
    return Shade(transmittance[y0 - top : y1 - top, x0 - left : x1 - left], (x0, y0, x1, y1))
