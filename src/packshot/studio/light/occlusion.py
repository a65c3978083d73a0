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
    pieces = [(layer.height, *_softened(layer.mask, layer.height * rays.spacing / 2)) for layer in layers]
    total = np.zeros(layers[0].mask.shape, np.float32)
    for across, down in rays.runs:
        shadow = np.zeros(total.shape, np.uint8)
        for height, piece, left, top in pieces:
            _lay(shadow, piece, left + round(across * height), top + round(down * height))
        total += shadow
    return total / np.float32(255 * len(rays.runs))


def _softened(mask: Mask, sigma: float) -> tuple[Mask, int, int]:
    """The part of `mask` that is not empty, blurred by `sigma`, and the column and row where it begins."""
    if not mask.any():
        return mask[:0, :0], 0, 0
    blurs = sigma >= _LEAST_SIGMA
    margin = int(3 * sigma) + 1 if blurs else 0
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    top, bottom = max(int(rows[0]) - margin, 0), int(rows[-1]) + 1 + margin
    left, right = max(int(columns[0]) - margin, 0), int(columns[-1]) + 1 + margin
    piece = mask[top:bottom, left:right]
    if blurs:
        piece = np.rint(blur(piece.astype(np.float32), sigma, outside=0.0)).astype(np.uint8)
    return piece, left, top


def _lay(shadow: Mask, piece: Mask, left: int, top: int) -> None:
    """Lays `piece` over `shadow`, its first pixel on column `left` and row `top`, as far as that lies inside."""
    rows, columns = shadow.shape
    there = shadow[max(top, 0) : max(top + piece.shape[0], 0), max(left, 0) : max(left + piece.shape[1], 0)]
    here = piece[max(-top, 0) : max(rows - top, 0), max(-left, 0) : max(columns - left, 0)]
    if there.size:
        cv2.max(there, here, there)
