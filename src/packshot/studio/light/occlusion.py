"""How much of the sky and of the key light a body of slices keeps from each point of the floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, pi, sqrt

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.light.body import Slice
from packshot.studio.scene.paint import blur

_SOFTBOX = 0.42  # half a large softbox's width, in shadow runs per unit of height
_KEY_RAYS = 28
_SKY_RINGS, _SKY_SPOKES = 6, 12
_GOLDEN_ANGLE = pi * (3 - sqrt(5))
_LEVELS = 40
_SUBPIXEL = 4  # bits of fraction when outlines are drawn

Directions = Sequence[tuple[float, float]]
"""Shadow runs on the floor, (right, away) per unit of height, each of the same weight."""


@dataclass(frozen=True)
class Grid:
    """Cells on the floor: `left`, `near` the first corner and `cell` the size in floor pixels, `columns`, `rows` of them."""

    left: float
    near: float
    cell: float
    columns: int
    rows: int


def key_directions(run: tuple[float, float], softness: float) -> Directions:
    """Rays from a round softbox whose centre throws shadows of `run`: a Vogel spiral, even in area."""
    radii = np.sqrt((np.arange(_KEY_RAYS) + 0.5) / _KEY_RAYS) * _SOFTBOX * softness
    angles = np.arange(_KEY_RAYS) * _GOLDEN_ANGLE
    return [
        (run[0] + radius * np.cos(angle), run[1] + radius * np.sin(angle))
        for radius, angle in zip(radii, angles, strict=True)
    ]


def sky_directions() -> Directions:
    """Rays from an even sky, as many from each part as a floor receives light from it (cosine-weighted)."""
    directions: list[tuple[float, float]] = []
    for ring in range(_SKY_RINGS):
        sine_squared = (ring + 0.5) / _SKY_RINGS
        run = sqrt(sine_squared / (1 - sine_squared))
        for spoke in range(_SKY_SPOKES):
            angle = 2 * pi * (spoke + ring / _SKY_RINGS) / _SKY_SPOKES
            directions.append((run * np.cos(angle), run * np.sin(angle)))
    return directions


class Occluder:
    """A body drawn once on a grid, ready to be lit from any directions."""

    def __init__(self, slices: Sequence[Slice], grid: Grid) -> None:
        self._grid = grid
        tallest = max(piece.height for piece in slices) or 1.0
        levels: dict[int, list[Slice]] = {}
        for piece in slices:
            levels.setdefault(round(sqrt(piece.height / tallest) * _LEVELS), []).append(piece)
        self._layers = [
            (float(np.mean([piece.height for piece in pieces])) / grid.cell, self._draw(pieces, tallest))
            for _, pieces in sorted(levels.items())
        ]

    def _draw(self, pieces: list[Slice], tallest: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        mask = np.zeros((self._grid.rows, self._grid.columns), np.uint8)
        origin = np.array([self._grid.left, self._grid.near], np.float32)
        for piece in pieces:
            cells = ((piece.outline - origin) / self._grid.cell - 0.5) * 2**_SUBPIXEL
            cv2.fillConvexPoly(mask, np.rint(cells).astype(np.int32), 255, cv2.LINE_AA, _SUBPIXEL)
        return mask

    def hidden(self, directions: Directions) -> Float:
        """(rows, columns) 0..1: the part of `directions` that the body hides from each cell."""
        total = np.zeros((self._grid.rows, self._grid.columns), np.float32)
        for right, away in directions:
            total += self._shadow(right, away)
        return total / np.float32(255 * len(directions))

    def _shadow(self, right: float, away: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        shadow = np.zeros((self._grid.rows, self._grid.columns), np.uint8)
        for height, mask in self._layers:
            _lay(shadow, mask, round(away * height), round(right * height))
        return shadow


def _lay(shadow: np.ndarray, mask: np.ndarray, down: int, across: int) -> None:
    """Lays `mask`, moved by whole cells, over `shadow`."""
    rows, columns = shadow.shape
    if abs(down) >= rows or abs(across) >= columns:
        return
    there = shadow[max(down, 0) : rows + min(down, 0), max(across, 0) : columns + min(across, 0)]
    here = mask[max(-down, 0) : rows + min(-down, 0), max(-across, 0) : columns + min(-across, 0)]
    cv2.max(there, here, there)
