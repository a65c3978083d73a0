"""A stand-in for the product's body: horizontal slices guessed from its silhouette, thick enough to throw a shadow.

One picture does not show how deep a product is. Its base does, by how far the lower contour runs back over the floor;
every slice above takes the outline of what carries it, scaled to its own width; what nothing carries, as a handle's
lowest part, takes that of the nearest foot. A pot so becomes round, a box stays a box, and a chair's seat spans what
its four feet span.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.light.floor import Floor
from packshot.studio.light.footing import Foot, Footing
from packshot.studio.place import Placed
from packshot.studio.scene.canvas import Canvas

_ROWS = 40
_CROWDING = 1.7  # slices stand closer together near the floor, where their shadows are sharp
_SHALLOWEST = 0.5  # a base's half depth in parts of its half width
_SHALLOWEST_STAND = 0.35  # depth of what stands on several feet, in parts of its width
_LEAST_RUN = 0.006  # of the product's width: thinner runs of a row throw no shadow worth painting
_CORNERS = 24  # of the visible side of a base's outline


@dataclass(frozen=True, eq=False)
class Slice:
    """A part of the body at `height` floor pixels above the floor: a convex outline (n, 2) in floor pixels (x, z)."""

    height: float
    outline: Float


@dataclass(frozen=True, eq=False)
class _Part:
    """What fills the columns `left` to `right` (pixels of the frame) of one row of the silhouette."""

    left: float
    right: float
    outline: Float


def standing_body(placed: Placed, footing: Footing, floor: Floor) -> list[Slice]:
    """The slices of a standing product, from the floor upwards."""
    x0, y0, x1, _ = placed.box
    bases = [_base(foot, footing, x0, floor) for foot in footing.feet]
    tips = [float(np.nanmax(footing.low[foot.left : foot.right + 1])) for foot in footing.feet]
    slices = [Slice(0.0, base.outline) for base in bases]
    below: list[_Part] = []
    waiting = list(zip(tips, bases, strict=True))
    for row in _rows(footing.ground, y0):
        carriers = below + [base for tip, base in waiting if tip >= row]
        below = []
        for left, right in _runs(placed.alpha[int(row - y0)], _LEAST_RUN * (x1 - x0)):
            carrying = [part for part in carriers if part.left < x0 + right and x0 + left < part.right]
            hung = min(bases, key=lambda base: max(base.left - x0 - right, x0 + left - base.right))
            part = _carried(x0 + left, x0 + right, carrying or [hung], floor)
            below.append(part)
            slices.append(Slice(_height(row, part.outline, floor), part.outline))
        waiting = [
            (tip, base)
            for tip, base in waiting
            if tip < row or not any(part.left < base.right and base.left < part.right for part in below)
        ]
    return slices


def footprint(body: list[Slice], canvas: Canvas) -> tuple[float, float, float]:
    """The smallest circle around all of `body` that stands on the floor: x, z, radius, in the canvas's floor units."""
    standing = np.concatenate([piece.outline for piece in body if piece.height == 0])
    (x, z), radius = cv2.minEnclosingCircle(standing)
    unit = min(canvas.width, canvas.height)
    return x / unit, z / unit, radius / unit


def _rows(ground: float, top: int) -> list[float]:
    """Sampled rows (frame pixels) from just above the ground to just below the product's top."""
    steps = (np.arange(_ROWS) + 0.5) / _ROWS
    return [float(row) for row in ground - (ground - top) * steps**_CROWDING if row >= top]


def _runs(row: Float, least: float) -> list[tuple[int, int]]:
    """Stretches (first, end) of one row's alpha above one half, longer than `least` pixels."""
    edges = np.flatnonzero(np.diff((row >= 0.5).astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > least]


def _base(foot: Foot, footing: Footing, x0: int, floor: Floor) -> _Part:
    """A foot's outline: its visible front, and its back as the front turned about the middle of the foot's ends.

    The front ends where the outline turns out of sight: in opposite corners of a box, at the ends of a circle's
    diameter. So the middle of its ends is the centre of any base that is symmetrical about a point. A front that runs
    straight shows one side alone; how deep the base is behind it can only be guessed.
    """
    columns = np.unique(np.linspace(foot.left, foot.right, _CORNERS).round().astype(int))
    rows = footing.low[columns]
    across = np.concatenate([[columns[0]], columns[1:-1] + 0.5, [columns[-1] + 1]]) + x0
    x, z = floor.x(across.astype(np.float32), rows), floor.z(rows)
    half = max(float(x[-1] - x[0]) / 2, 0.5)
    chord = np.interp(x, [x[0], x[-1]], [z[0], z[-1]])
    bulge = float((chord - z).max())
    behind = max(_SHALLOWEST * half - bulge, 0)
    centre = np.array([(x[0] + x[-1]) / 2, (z[0] + z[-1]) / 2 + behind], np.float32)
    front = np.stack([x, z], axis=1)
    return _Part(foot.left + x0, foot.right + 1 + x0, _hull([front, 2 * centre - front]))


def _hull(outlines: list[Float]) -> Float:
    points = np.concatenate(outlines).astype(np.float32)
    return np.asarray(cv2.convexHull(points)).reshape(-1, 2).astype(np.float32)


def _spanning(outlines: list[Float]) -> Float:
    """The floor between several outlines; feet in one row stand for a body some way deep, its rear feet hidden."""
    outline = _hull(outlines)
    width = float(np.ptp(outline[:, 0]))
    depth = float(cv2.contourArea(outline)) / max(width, 1)
    behind = np.array([0, max(_SHALLOWEST_STAND * width - depth, 0)], np.float32)
    return _hull([outline, outline + behind])


def _carried(left: float, right: float, carriers: list[_Part], floor: Floor) -> _Part:
    """The part in the columns `left` to `right`, on top of `carriers`.

    On one carrier it grows and shrinks with its width in both directions, on several it covers the floor between them.
    """
    outline = carriers[0].outline if len(carriers) == 1 else _spanning([part.outline for part in carriers])
    low, high = outline.min(axis=0), outline.max(axis=0)
    centre, half = (low + high) / 2, (high - low) / 2
    stretch = float(floor.stretch_at(float(centre[1])))
    x = ((left + right) / 2 - floor.width / 2) * stretch
    ratio = (right - left) / 2 * stretch / max(float(half[0]), 0.5)
    scale = np.array([ratio, ratio if len(carriers) == 1 else 1], np.float32)
    fitted = (outline - centre) * scale + np.array([x, centre[1]], np.float32)
    return _Part(left, right, fitted.astype(np.float32))


def _height(row: float, outline: Float, floor: Floor) -> float:
    middle = float(outline[:, 1].min() + outline[:, 1].max()) / 2
    return max(0.0, (floor.row(middle) - row) / floor.foreshortening * floor.stretch_at(middle))
