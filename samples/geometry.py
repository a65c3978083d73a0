"""Shapes for the sample products: surfaces turned, swept, lofted and cut from outlines, as triangles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import tau
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.spatial import Delaunay, cKDTree

Points = NDArray[np.float64]
AXES = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}
WELD = 1e-5  # vertices closer than this share a normal


@dataclass(frozen=True)
class Mesh:
    """Triangles: `vertices` (N, 3), z up, front towards -y; `faces` (M, 3); `uv` (N, 2) in 0..1, v upwards.

    Lengths are in units of about a decimetre for small things; every set is sized to its product.
    """

    vertices: Points
    faces: NDArray[np.int64]
    uv: Points

    def moved(self, x: float = 0, y: float = 0, z: float = 0) -> Mesh:
        return replace(self, vertices=self.vertices + np.array([x, y, z]))

    def scaled(self, x: float = 1, y: float = 1, z: float = 1) -> Mesh:
        return replace(self, vertices=self.vertices * np.array([x, y, z]))

    def turned(self, axis: str, degrees: float) -> Mesh:
        """Turned about an axis through the origin, anticlockwise seen from the axis' tip."""
        first, second = AXES[axis]
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        vertices = self.vertices.copy()
        vertices[:, first] = c * self.vertices[:, first] - s * self.vertices[:, second]
        vertices[:, second] = s * self.vertices[:, first] + c * self.vertices[:, second]
        return replace(self, vertices=vertices)

    def bent(self, bend: Callable[[Points], Points]) -> Mesh:
        """Every vertex sent through `bend`, (N, 3) to (N, 3)."""
        return replace(self, vertices=bend(self.vertices))

    def projected(self, across: str = "x", up: str = "z") -> Mesh:
        """UV laid flat over the shape along two axes; seen from above, its upright rims fold out."""
        first, second = (self.vertices[:, "xyz".index(axis)] for axis in (across, up))
        chosen = np.stack([first, second if "z" in (across, up) else second - self.vertices[:, 2]], -1)
        low = chosen.min(0)
        return replace(self, uv=(chosen - low) / (chosen.max(0) - low))

    def normals(self) -> Points:
        """(N, 3) unit normals, weighted by area, shared across the seams of a closed surface."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        facing = np.cross(b - a, c - a)
        _, corner = np.unique(np.round(self.vertices / WELD).astype(np.int64), axis=0, return_inverse=True)
        corner = corner.reshape(-1)
        total = np.zeros((int(corner.max()) + 1, 3))
        for k in range(3):
            np.add.at(total, corner[self.faces[:, k]], facing)
        normal = total[corner]
        return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)


def joined(meshes: Iterable[Mesh]) -> Mesh:
    """Several meshes as one, for parts that share a material."""
    parts = list(meshes)
    offsets = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + offset for part, offset in zip(parts, offsets, strict=True)]),
        np.concatenate([part.uv for part in parts]),
    )


def surface(rows: ArrayLike) -> Mesh:
    """A mesh over points (R, C, 3); u runs across and v up, both by the mean length walked."""
    grid = np.asarray(rows, dtype=np.float64)
    height, width = grid.shape[:2]
    index = np.arange(height * width).reshape(height, width)
    a, b, c, d = (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    faces = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3)
    u, v = (_lengths(grid, axis) for axis in (1, 0))
    uv = np.stack(np.broadcast_arrays(u[None], v[:, None]), -1).reshape(-1, 2)
    return Mesh(grid.reshape(-1, 3), faces, uv)


def _lengths(grid: Points, axis: int) -> Points:
    """How far along an axis each line of the grid lies, 0..1, by the mean length of the way there."""
    steps = np.linalg.norm(np.diff(grid, axis=axis), axis=2).mean(1 - axis)
    return np.concatenate([[0.0], np.cumsum(steps)]) / max(float(steps.sum()), 1e-12)


def spline(points: ArrayLike, count: int = 64, closed: bool = False) -> Points:
    """A smooth curve of `count` points through the given ones, spaced by chord length."""
    knots = np.asarray(points, dtype=np.float64)
    if closed:
        knots = np.vstack([knots, knots[:1]])
    chord = np.linalg.norm(np.diff(knots, axis=0), axis=1)
    t = np.concatenate([[0.0], np.cumsum(chord)])
    curve: Any = CubicSpline(t, knots, bc_type="periodic" if closed else "natural")
    return np.asarray(curve(np.linspace(0, t[-1], count, endpoint=not closed)))


def easing(at: ArrayLike, values: ArrayLike, x: ArrayLike) -> Points:
    """Values between the given ones without overshoot (monotone cubic)."""
    curve: Any = PchipInterpolator(np.asarray(at, float), np.asarray(values, float))
    return np.asarray(curve(np.asarray(x, float)))


def fillet(corners: ArrayLike, radius: float | Sequence[float], steps: int = 6) -> Points:
    """A polyline with rounded corners; `radius` for all, or one for each corner (ends excluded)."""
    path = np.asarray(corners, dtype=np.float64)
    radii = np.broadcast_to(np.asarray(radius, float), (len(path) - 2,))
    t = np.linspace(0, 1, steps)[:, None]
    pieces = [path[:1]]
    for before, corner, after, reach in zip(path[:-2], path[1:-1], path[2:], radii, strict=True):
        back, on = before - corner, after - corner
        start = corner + back * min(reach / np.linalg.norm(back), 0.49)
        end = corner + on * min(reach / np.linalg.norm(on), 0.49)
        pieces.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.concatenate([*pieces, path[-1:]])


def revolve(profile: ArrayLike, around: int = 192) -> Mesh:
    """A profile (r, z), bottom to top, turned about z; u = 0 at the back, so that prints face front."""
    outline = np.asarray(profile, dtype=np.float64)
    angle = np.linspace(0, tau, around + 1) + tau / 4
    radius, height = outline[:, :1], outline[:, 1:]
    rows = np.stack(np.broadcast_arrays(radius * np.cos(angle), radius * np.sin(angle), height), -1)
    return surface(rows)


def tube(path: ArrayLike, radius: ArrayLike, around: int = 24, flat: float = 1.0, closed: bool = False) -> Mesh:
    """A round (or, with `flat` other than 1, oval) bar swept along a path (P, 3); open ends get domes."""
    line = np.asarray(path, dtype=np.float64)
    thickness = np.broadcast_to(np.asarray(radius, float), (len(line),))
    if closed:
        line, thickness = np.vstack([line, line[:1]]), np.append(thickness, thickness[0])
    else:
        line, thickness = _domed(line, thickness)
    if closed:
        tangent = np.roll(line[:-1], -1, 0) - np.roll(line[:-1], 1, 0)
        tangent = np.vstack([tangent, tangent[:1]])
    else:
        tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    side = _carried(tangent)
    up = np.cross(tangent, side)
    angle = np.linspace(0, tau, around + 1)[None, :, None]
    ring = np.cos(angle) * side[:, None] + flat * np.sin(angle) * up[:, None]
    return surface(line[:, None] + thickness[:, None, None] * ring)


def ring(radius: float, thickness: float) -> Mesh:
    """A round bar bent to a circle about the y axis."""
    angle = np.linspace(0, tau, 64, endpoint=False)
    return tube(np.stack([radius * np.cos(angle), 0 * angle, radius * np.sin(angle)], -1), thickness, 20, closed=True)


def _domed(line: Points, thickness: Points, steps: int = 6) -> tuple[Points, Points]:
    angle = np.linspace(0, tau / 4, steps)
    reach, shrink = np.cos(angle), np.sin(angle)
    start = (line[0] - line[1]) / np.linalg.norm(line[0] - line[1])
    end = (line[-1] - line[-2]) / np.linalg.norm(line[-1] - line[-2])
    first = line[0] + start * thickness[0] * reach[:-1, None]
    last = line[-1] + end * thickness[-1] * reach[-2::-1, None]
    widths = [thickness[0] * shrink[:-1], thickness, thickness[-1] * shrink[-2::-1]]
    return np.concatenate([first, line, last]), np.concatenate(widths)


def _carried(tangent: Points) -> Points:
    """A side vector carried along a curve without twisting."""
    helper = np.array([0.0, 0.0, 1.0]) if abs(tangent[0, 2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    side = [np.cross(tangent[0], helper)]
    for along in tangent[1:]:
        side.append(side[-1] - along * np.dot(side[-1], along))
    carried = np.array(side)
    return carried / np.linalg.norm(carried, axis=1, keepdims=True)


def rounded_rectangle(width: float, depth: float, radius: float, steps: int = 14) -> Points:
    """A closed outline (C, 2), anticlockwise from the middle of the back; `steps` points a corner and a side.

    C depends on `steps` alone, so that rectangles of different sizes can be lofted.
    """
    w, d, r = width / 2, depth / 2, min(radius, 0.49 * min(width, depth))
    arc = np.linspace(0, tau / 4, steps)
    corners = [((-w + r, d - r), 1), ((-w + r, -d + r), 2), ((w - r, -d + r), 3), ((w - r, d - r), 4)]
    line = [np.array([[0.0, d]])]
    for (x, y), quarter in corners:
        turn = arc + tau / 4 * quarter
        curve = np.column_stack([x + r * np.cos(turn), y + r * np.sin(turn)])
        line += [np.linspace(line[-1][-1], curve[0], steps)[1:-1], curve]
    line += [np.linspace(line[-1][-1], line[0][0], steps)[1:]]
    return np.concatenate(line)


def level(outline: Points, z: float) -> Points:
    """A flat outline (C, 2) as points (C, 3) at the height `z`."""
    return np.column_stack([outline, np.full(len(outline), z)])


def even(outline: ArrayLike, count: int) -> Points:
    """A polyline resampled at `count` evenly spaced points, ends included."""
    line = np.asarray(outline, dtype=np.float64)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count)
    return np.stack([np.interp(at, length, line[:, k]) for k in range(line.shape[1])], -1)


def loft(sections: ArrayLike, capped: bool = True) -> Mesh:
    """A skin over sections (R, C, 3) whose first and last column meet; `capped` closes both ends."""
    rows = np.asarray(sections, dtype=np.float64)
    if capped:
        ends = [np.broadcast_to(rows[k].mean(0), rows[k].shape)[None] for k in (0, -1)]
        rows = np.concatenate([ends[0], rows, ends[1]])
    return surface(rows)


def extruded(outline: ArrayLike, profile: ArrayLike) -> Mesh:
    """A closed outline (C, 2), anticlockwise, raised along a profile of (inset, z): boxes, soles, lids."""
    line = np.asarray(outline, dtype=np.float64)
    along = np.gradient(line, axis=0)
    along[[0, -1]] = along[0] + along[-1]
    outward = np.stack([along[:, 1], -along[:, 0]], -1)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-12)
    rows = [level(line - inset * outward, z) for inset, z in np.asarray(profile)]
    return loft(rows)


def edge(height: float, radius: float, bottom: float | None = None, steps: int = 8) -> Points:
    """The (inset, z) profile of a block with rounded top and bottom edges, for `extruded`."""
    low = radius if bottom is None else bottom
    return fillet([(low, 0), (0, 0), (0, height), (radius, height)], [low, radius], steps)


def rounded_box(width: float, depth: float, height: float, corner: float, rim: float) -> Mesh:
    """A box standing on z = 0: `corner` rounds its upright edges, `rim` the edges above and below."""
    return extruded(rounded_rectangle(width, depth, corner), edge(height, rim))


def sheet(outline: ArrayLike, height: Callable[[Points], Points], spacing: float) -> Mesh:
    """A flat outline (C, 2) filled with triangles and raised to `height`; UV over its bounding box."""
    border = np.asarray(outline, dtype=np.float64)
    low, high = border.min(0), border.max(0)
    x, y = np.meshgrid(*(np.arange(low[k], high[k], spacing) for k in range(2)))
    inner = np.column_stack([x.ravel(), y.ravel()])
    inner = inner[inside(border, inner)]
    flat = np.vstack([border, inner[rim_distance(border, inner) > spacing * 0.8]])
    faces = Delaunay(flat).simplices.astype(np.int64)
    faces = faces[inside(border, flat[faces].mean(1))]
    along, across = flat[faces[:, 1]] - flat[faces[:, 0]], flat[faces[:, 2]] - flat[faces[:, 0]]
    clockwise = along[:, 0] * across[:, 1] < along[:, 1] * across[:, 0]
    faces[clockwise] = faces[clockwise][:, ::-1]
    return Mesh(np.column_stack([flat, height(flat)]), faces, (flat - low) / (high - low))


def rim_distance(outline: Points, points: Points) -> Points:
    """(N,): how far points (N, 2) lie from a closed outline (C, 2)."""
    near: Any = cKDTree(even(np.vstack([outline, outline[:1]]), 20 * len(outline))).query(points)[0]
    return np.asarray(near)


def inside(outline: Points, points: Points) -> NDArray[np.bool_]:
    """Which points (N, 2) lie inside a closed outline (C, 2), by the even-odd rule."""
    within = np.zeros(len(points), dtype=np.bool_)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, 0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > points[:, 1]) != (y1 > points[:, 1])
        within ^= crosses & (points[:, 0] < (x1 - x0) * (points[:, 1] - y0) / (y1 - y0) + x0)
    return within


def shell(grid: ArrayLike, thickness: float) -> Mesh:
    """A sheet of points (R, C, 3) given a thickness and closed, soft edges."""
    middle = np.asarray(grid, dtype=np.float64)
    facing = np.cross(np.gradient(middle, axis=1), np.gradient(middle, axis=0))
    facing /= np.maximum(np.linalg.norm(facing, axis=2, keepdims=True), 1e-12)
    over, under = middle + facing * thickness / 2, middle - facing * thickness / 2
    round_edge = np.concatenate([over, middle[-1:], under[::-1], middle[:1], over[:1]])
    rim = np.concatenate([middle, middle[-1:], middle[::-1], middle[:1], middle[:1]])
    return surface(np.concatenate([rim[:, :1], round_edge, rim[:, -1:]], axis=1))


def stitched(line: ArrayLike, length: float, gap: float, radius: float) -> Mesh:
    """Thread showing along a line (P, 3): stitches of `length` with `gap` between them."""
    path = np.asarray(line, dtype=np.float64)
    total = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    fine = even(path, max(2, round(total / (length + gap)) * 8))
    return joined(tube(fine[k : k + 6], radius, 8) for k in range(0, len(fine) - 6, 8))
