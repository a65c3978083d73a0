"""The product's mirror image in the floor: every column turned over about the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.light.footing import Footing
from packshot.studio.place import Box, Placed
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.paint import blur, mix
from packshot.studio.scene.scene import Surface

_SIZE_OF_TUNING = 600  # pixels of the product's larger side at which the blurs below were chosen
_NEAR_BLUR, _FAR_BLUR = 1.0, 8.0  # sigmas at roughness 1 on the ground line and where the mirror image ends
_LEAST_CELLS = 1.5  # of the near blur's sigma: it leaves nothing to see that cells so small could not carry
_STREAK = 1.6  # rough floors draw reflections out towards the camera
_FADE = 1.6  # exponent of the fading with distance
_TUNED_ELEVATION = 14.0  # a surface's reflection is given for this camera
_DIRECT = 0.04  # what a polished floor mirrors straight down (Schlick's approximation to Fresnel, index 1.5)
_WEAKEST, _STRONGEST = 0.35, 1.6


@dataclass(frozen=True, eq=False)
class Mirror:
    """`colour` (h, w, 3) and `cover` (h, w) float32 over `box` of the frame, both multiplied by the floor's mirroring.

    The picture under it is to be kept by 1 - cover, then `colour` added.
    """

    colour: Float
    cover: Float
    box: Box


def reflect(placed: Placed, footing: Footing, canvas: Canvas, surface: Surface) -> Mirror | None:
    """The reflection of a standing product in `surface`, None where there is none to see."""
    if surface.reflection <= 0:
        return None
    size = max(placed.alpha.shape)
    unit = size / _SIZE_OF_TUNING * surface.roughness
    reach = surface.falloff * placed.alpha.shape[0]
    margin = int(3 * _FAR_BLUR * unit) + 2
    x0, x1 = max(placed.box[0] - margin, 0), min(placed.box[2] + margin, canvas.width)
    y0, y1 = int(footing.support.min()), min(int(footing.ground + reach) + 1, canvas.height)
    if y1 <= y0:
        return None
    cell = max(1, int(_NEAR_BLUR * unit / _LEAST_CELLS))
    columns, rows = _middles(x0, x1, cell)[None] - placed.box[0], _middles(y0, y1, cell)[:, None]
    support = np.interp(columns[0] - 0.5, np.arange(footing.support.size), footing.support).astype(np.float32)[None]
    below = rows - support
    image = (
        _turned_over(placed, columns, support - below - placed.box[1], cell)
        * np.clip(below / cell + 0.5, 0, 1)[..., None]
    )
    distance = np.clip(below / reach, 0, 1)
    near = blur(image, _NEAR_BLUR * unit / cell, _NEAR_BLUR * unit / cell * _STREAK, outside=0.0)
    far = blur(image, _FAR_BLUR * unit / cell, _FAR_BLUR * unit / cell * _STREAK, outside=0.0)
    strength = surface.reflection * _slant(canvas.elevation) * (1 - distance) ** _FADE
    image = mix(near, far, distance[..., None]) * strength[..., None].astype(np.float32)
    if cell > 1:
        image = np.asarray(cv2.resize(image, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR), np.float32)
    return Mirror(image[..., :3], image[..., 3], (x0, y0, x1, y1))


def _middles(start: int, end: int, cell: int) -> Float:
    """The middles of cells of about `cell` pixels between two edges of pixels."""
    return np.linspace(start, end, 2 * max(2, (end - start) // cell) + 1, dtype=np.float32)[1::2]


def _turned_over(placed: Placed, columns: Float, rows: Float, cell: int) -> Float:
    """(h, w, 4): the product's colour and alpha at `columns` (1, w) and `rows` (h, w), pixels of its box, by cells."""
    height, width = placed.alpha.shape
    top = min(max(int(rows.min()) - cell, 0), height - 1)  # what lies higher is not mirrored as far as one sees
    layer = np.dstack([placed.colour[top:], placed.alpha[top:]])
    size = max(1, round(width / cell)), max(1, round((height - top) / cell))
    if cell > 1:
        layer = cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    across = np.broadcast_to(columns * np.float32(layer.shape[1] / width) - np.float32(0.5), rows.shape).copy()
    down = (rows - top) * np.float32(layer.shape[0] / (height - top)) - np.float32(0.5)
    return np.asarray(cv2.remap(layer, across, down, cv2.INTER_LINEAR), np.float32)


def _slant(elevation: float) -> float:
    """How much more, or less, a floor mirrors under `elevation` degrees than under the one it was given for."""
    ratio = _schlick(elevation) / _schlick(_TUNED_ELEVATION)
    return float(np.clip(ratio, _WEAKEST, _STRONGEST))


def _schlick(elevation: float) -> float:
    return _DIRECT + (1 - _DIRECT) * (1 - sin(radians(elevation))) ** 5
