"""How much of the sky and of the key light a body keeps from each point of the floor around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.scene.paint import blur

_SOFTBOX = 0.42  # half a large softbox's width, in shadow runs per unit of height
_KEY_RAYS, _SKY_RAYS = 28, 80
_GOLDEN_ANGLE = pi * (3 - sqrt(5))
_LEAST_SIGMA = 0.3  # of a cell

Mask = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Layer:
    """What of a body is at `height` cells above the floor: `mask` (rows, columns) 0..255 on a grid of the floor."""

    height: float
    mask: Mask


@dataclass(frozen=True)
class Rays:
    """Directions of light of equal weight, as shadow runs per unit of height along the grid's (columns, rows).

    `spacing`: how far apart the runs are.
    """

    runs: tuple[tuple[float, float], ...]
    spacing: float


def key_rays(run: tuple[float, float], softness: float) -> Rays:
    """From a round softbox whose centre throws shadows of `run`."""
    radius = _SOFTBOX * softness
    runs = [(run[0] + radius * x, run[1] + radius * y) for x, y in _disc(_KEY_RAYS)]
    return Rays(tuple(runs), radius * sqrt(pi / _KEY_RAYS))


def sky_rays() -> Rays:
    """From an even sky, as dense in each part as a floor is lit by it: a disc projected up (Nusselt's analogue)."""
    runs = [(x / sqrt(1 - x * x - y * y), y / sqrt(1 - x * x - y * y)) for x, y in _disc(_SKY_RAYS)]
    return Rays(tuple(runs), sqrt(pi / _SKY_RAYS))


def _disc(count: int) -> list[tuple[float, float]]:
    """`count` points spread evenly over the unit disc (Vogel's spiral)."""
    turns = np.arange(count)
    radii = np.sqrt((turns + 0.5) / count)
    points = radii * np.cos(turns * _GOLDEN_ANGLE), radii * np.sin(turns * _GOLDEN_ANGLE)
    return [(float(x), float(y)) for x, y in zip(*points, strict=True)]


def hidden(layers: Sequence[Layer], rays: Rays) -> Float:
    """(rows, columns) 0..1: the part of `rays` that the body hides from each cell.

    Each layer is softened by its height times the rays' spacing, so that the rays' shadows run into one another.
    """
    softened = [(layer.height, _softened(layer.mask, layer.height * rays.spacing / 2)) for layer in layers]
    total = np.zeros(layers[0].mask.shape, np.float32)
    for across, down in rays.runs:
        shadow = np.zeros(total.shape, np.uint8)
        for height, mask in softened:
            _lay(shadow, mask, round(across * height), round(down * height))
        total += shadow
    return total / np.float32(255 * len(rays.runs))


def _softened(mask: Mask, sigma: float) -> Mask:
    if sigma < _LEAST_SIGMA:
        return mask
    return np.rint(blur(mask.astype(np.float32), sigma, outside=0.0)).astype(np.uint8)


def _lay(shadow: Mask, mask: Mask, across: int, down: int) -> None:
    """Lays `mask`, moved by whole cells, over `shadow`."""
    rows, columns = shadow.shape
    if abs(down) >= rows or abs(across) >= columns:
        return
    there = shadow[max(down, 0) : rows + min(down, 0), max(across, 0) : columns + min(across, 0)]
    here = mask[max(-down, 0) : rows + min(-down, 0), max(-across, 0) : columns + min(-across, 0)]
    cv2.max(there, here, there)
