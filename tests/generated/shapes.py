"""Geometry of products: triangle meshes built from profiles, tubes, boxes, outlines and sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, pi, radians, sin
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import Delaunay, cKDTree

Float = NDArray[np.floating[Any]]  # made in either precision, kept as float32
Index = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles in the world: x to the right, y up, z away from the camera, the floor at y = 0.

    `points`, `normals` (V, 3) float32, `faces` (F, 3) int32. `uv` (V, 2) runs 0..1 for prints, `skin` (V, 2)
    in the world's lengths for grain. `closed`: its back is never seen, so that faces turned away need no
    drawing; an open sheet shows both sides.
    """

    points: Float
    normals: Float
    uv: Float
    skin: Float
    faces: Index
    closed: bool = True

    def moved(self, x: float = 0, y: float = 0, z: float = 0) -> Mesh:
        return replace(self, points=self.points + np.array([x, y, z], np.float32))

    def scaled(self, x: float, y: float, z: float) -> Mesh:
        factors = np.array([x, y, z], np.float32)
        return replace(self, points=self.points * factors, normals=unit(self.normals / factors))

    def turned(self, axis: str, degrees: float) -> Mesh:
        """Rotated about a world axis ("x", "y" or "z") through the origin."""
        turn = rotation(axis, degrees)
        return replace(self, points=self.points @ turn.T, normals=self.normals @ turn.T)


def rotation(axis: str, degrees: float) -> Float:
    """The (3, 3) matrix that turns about "x", "y" or "z"."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    turn = np.eye(3, dtype=np.float32)
    turn[first, first] = turn[second, second] = c
    turn[first, second], turn[second, first] = -s, s
    return turn


def unit(vectors: Float) -> Float:
    """Vectors (..., 3) at length 1; those without length stay 0."""
    length = np.sqrt(np.sum(vectors * vectors, axis=-1, keepdims=True))
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def chaikin(corners: ArrayLike, rounds: int = 3, closed: bool = False) -> Float:
    """Corners (N, D) rounded off by cutting them `rounds` times (Chaikin 1974); ends of an open path stay."""
    path = np.asarray(corners, np.float32)
    for _ in range(rounds):
        following = np.roll(path, -1, axis=0) if closed else path[1:]
        current = path if closed else path[:-1]
        cut = np.stack([0.75 * current + 0.25 * following, 0.25 * current + 0.75 * following], axis=1)
        cut = cut.reshape(-1, path.shape[1])
        path = cut if closed else np.concatenate([path[:1], cut, path[-1:]])
    return path.astype(np.float32)


def densify(path: Float, step: float, closed: bool = False) -> Float:
    """The path (N, D) with points added so that no span is longer than `step`; its own points stay."""
    ends = np.roll(path, -1, axis=0) if closed else path[1:]
    starts = path if closed else path[:-1]
    pieces: list[Float] = []
    for start, end in zip(starts, ends, strict=True):
        count = max(1, int(np.ceil(np.linalg.norm(end - start) / step)))
        pieces.append(start + (end - start) * (np.arange(count, dtype=np.float32) / count)[:, None])
    if not closed:
        pieces.append(path[-1:])
    return np.concatenate(pieces).astype(np.float32)


def smooth_normals(points: Float, faces: Index) -> Float:
    """Vertex normals (V, 3): the mean of the faces around, weighted by their area."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    total = np.zeros_like(points, dtype=np.float64)
    for corner in range(3):
        for axis in range(3):
            total[:, axis] += np.bincount(faces[:, corner], across[:, axis], minlength=len(points))
    return total.astype(np.float32)


def surface(grid: Float, wrap: bool = False, closed: bool = True) -> Mesh:
    """A mesh through a grid of points (R, C, 3).

    With `wrap` the last column must repeat the first, so that uv runs 0..1 around. A closed one is turned
    right side out by the sign of its volume, an open part of a closed one by that of its cone from the
    origin.
    """
    rows, columns = grid.shape[:2]
    corner = np.arange((rows - 1) * columns, dtype=np.int32).reshape(rows - 1, columns)[:, :-1].ravel()
    first = np.stack([corner, corner + columns, corner + 1], axis=1)
    second = np.stack([corner + 1, corner + columns, corner + columns + 1], axis=1)
    faces = np.concatenate([first, second]).astype(np.int32)
    points = grid.reshape(-1, 3).astype(np.float32)
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    if closed and np.sum(a * np.cross(b, c)) < 0:
        faces = np.ascontiguousarray(faces[:, ::-1])
    normals = smooth_normals(points, faces).reshape(rows, columns, 3)
    if wrap:
        normals[:, 0] = normals[:, -1] = normals[:, 0] + normals[:, -1]
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    uv = np.stack([u, v], axis=-1).reshape(-1, 2).astype(np.float32)
    around = np.linalg.norm(np.diff(grid, axis=1), axis=2).sum(axis=1).max()
    along = np.linalg.norm(np.diff(grid, axis=0), axis=2).sum(axis=0).mean()
    skin = uv * np.array([around, along], np.float32)
    return Mesh(points, unit(normals.reshape(-1, 3)), uv, skin, faces, closed)


def revolve(profile: ArrayLike, segments: int = 88, step: float = 0.03, closed: bool = True) -> Mesh:
    """A body turned from a profile (N, 2) of radius and height; v follows the height."""
    path = densify(np.asarray(profile, np.float32), step)
    angle = np.linspace(0, 2 * pi, segments + 1, dtype=np.float32)
    around = np.stack([np.sin(angle), np.zeros_like(angle), -np.cos(angle)], axis=1)
    grid = path[:, None, :1] * around[None] + path[:, None, 1:] * np.array([0, 1, 0], np.float32)
    mesh = surface(grid, wrap=True, closed=closed)
    low, high = float(path[:, 1].min()), float(path[:, 1].max())
    height = (mesh.points[:, 1] - low) / max(high - low, 1e-6)
    return replace(mesh, uv=np.stack([mesh.uv[:, 0], height], axis=1))


def tube(
    path: ArrayLike,
    radius: ArrayLike,
    sides: int = 14,
    closed: bool = False,
    flat: float = 1.0,
    up: tuple[float, float, float] | None = None,
) -> Mesh:
    """A round rod along a path (N, 3) with `radius` (one or N).

    `flat` squeezes its section along the direction `up`; without one that is the direction in which the path
    is flattest.
    """
    line = np.asarray(path, np.float32)
    if closed:
        line = np.concatenate([line, line[:1]])
    radii = np.resize(np.asarray(radius, np.float32), len(line))
    if closed:
        along = unit(np.roll(line[:-1], -1, axis=0) - np.roll(line[:-1], 1, axis=0))
        along = np.concatenate([along, along[:1]])
    else:
        along = unit(np.gradient(line, axis=0).astype(np.float32))
        line, radii, along = _with_caps(line, radii, along)
    least = np.linalg.svd(line - line.mean(axis=0))[2][-1] if up is None else np.array(up)
    side = unit(np.cross(along, least.astype(np.float32)))
    rise = unit(np.cross(side, along))
    angle = np.linspace(0, 2 * pi, sides + 1, dtype=np.float32)[None, :, None]
    ring = np.cos(angle) * side[:, None] + flat * np.sin(angle) * rise[:, None]
    grid = line[:, None] + radii[:, None, None] * ring
    return surface(grid, wrap=True)


def _with_caps(line: Float, radii: Float, along: Float) -> tuple[Float, Float, Float]:
    bend = np.array([0.0, 0.5, 0.87], np.float32)[:, None]
    inset = np.sqrt(1 - bend**2)
    start = line[0] - along[0] * radii[0] * inset
    end = line[-1] + along[-1] * radii[-1] * inset[::-1]
    line = np.concatenate([start, line, end])
    radii = np.concatenate([radii[0] * bend[:, 0] + 1e-5, radii, radii[-1] * bend[::-1, 0] + 1e-5])
    return line, radii, np.concatenate([along[:1].repeat(3, 0), along, along[-1:].repeat(3, 0)])


def ellipsoid(radii: tuple[float, float, float], columns: int = 48, rows: int = 28, square: float = 1.0) -> Mesh:
    """An ellipsoid about the origin; `square` < 1 makes it boxier (superquadric)."""
    lift = np.linspace(-pi / 2, pi / 2, rows, dtype=np.float32)[:, None]
    angle = np.linspace(0, 2 * pi, columns + 1, dtype=np.float32)[None]

    def power(value: Float) -> Float:
        return np.sign(value) * np.abs(value) ** square

    level = power(np.cos(lift))
    grid = np.stack(
        [
            radii[0] * level * power(np.sin(angle)),
            radii[1] * power(np.sin(lift)) * np.ones_like(angle),
            -radii[2] * level * power(np.cos(angle)),
        ],
        axis=-1,
    )
    return surface(grid, wrap=True)


def box(size: tuple[float, float, float], radius: float, cells: int = 14) -> Mesh:
    """A box standing on the floor about the y axis, its edges rounded by `radius`; each side has uv 0..1."""
    half = np.array(size, np.float32) / 2
    lines = [_box_line(float(extent), radius, cells) for extent in half]
    sides: list[Mesh] = []
    for across, (u_axis, v_axis) in enumerate([(2, 1), (0, 2), (0, 1)]):
        for sign in (-1, 1):
            u, v = np.meshgrid(lines[u_axis], lines[v_axis])
            cube = np.empty((*u.shape, 3), np.float32)
            cube[..., u_axis], cube[..., v_axis], cube[..., across] = u, v, sign * half[across]
            core = np.clip(cube, radius - half, half - radius)
            out = unit(cube - core)
            uv = ((cube + half) / (2 * half)).reshape(-1, 3)[:, [u_axis, v_axis]]
            side = surface(core + radius * out)
            skin = uv * (2 * half[[u_axis, v_axis]])
            sides.append(replace(side, uv=uv, skin=skin, normals=out.reshape(-1, 3)))
    return join(sides).moved(y=float(half[1]))


def _box_line(half: float, radius: float, cells: int) -> Float:
    bend = radius * (1 - np.tan(np.linspace(pi / 4, 0, 5, dtype=np.float32)))[:-1]
    middle = np.linspace(radius - half, half - radius, cells, dtype=np.float32)
    return np.concatenate([bend - half, middle, half - bend[::-1]])


def join(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes as one."""
    offsets = np.cumsum([0] + [len(mesh.points) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.uv for mesh in meshes]),
        np.concatenate([mesh.skin for mesh in meshes]),
        np.concatenate([mesh.faces + offset for mesh, offset in zip(meshes, offsets, strict=True)]).astype(np.int32),
        all(mesh.closed for mesh in meshes),
    )


def inside(points: Float, outline: Float) -> NDArray[np.bool_]:
    """Which of the points (N, 2) lie in the closed outline (M, 2), by the even-odd rule."""
    x, y = points[:, :1], points[:, 1:]
    x0, y0 = outline[:, 0], outline[:, 1]
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    straddles = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return np.asarray(np.count_nonzero(straddles & (x < crossing), axis=1) % 2 == 1)


def pillow(
    outlines: Sequence[ArrayLike],
    thickness: float,
    rounding: float,
    step: float = 0.03,
    relief: Float | None = None,
    relief_span: float = 1.0,
) -> Mesh:
    """A stuffed flat thing lying on the floor: its outline first, then holes, each (N, 2) of x and z.

    Rises by `thickness` over `rounding` from every edge. `relief` (S, S) adds height, folds for instance,
    over the square of half-width `relief_span`; it fades towards the edges.
    """
    edges = [densify(np.asarray(outline, np.float32), step * 0.6, closed=True) for outline in outlines]
    low, high = edges[0].min(axis=0), edges[0].max(axis=0)
    xs = np.arange(low[0], high[0], step, dtype=np.float32)
    zs = np.arange(low[1], high[1], step * 0.87, dtype=np.float32)
    gx, gz = np.meshgrid(xs, zs)
    gx[1::2] += step / 2
    field = np.stack([gx.ravel(), gz.ravel()], axis=1)
    rim = cKDTree(np.concatenate(edges))
    field = field[_within(field, edges) & (rim.query(field)[0] > step * 0.55)]
    flat = np.concatenate([*edges, field]).astype(np.float32)
    faces = Delaunay(flat).simplices.astype(np.int32)
    a, b, c = (flat[faces[:, corner]] for corner in range(3))
    faces = faces[_within((a + b + c) / 3, edges)]
    depth: Float = np.asarray(rim.query(flat)[0], np.float32)
    depth[: sum(len(edge) for edge in edges)] = 0
    rise = np.sqrt(np.clip(1 - (1 - np.clip(depth / rounding, 0, 1)) ** 2, 0, 1))
    height = thickness * rise
    if relief is not None:
        cell = np.clip((flat / relief_span + 1) / 2 * (len(relief) - 1), 0, len(relief) - 1).astype(int)
        height = height + relief[cell[:, 1], cell[:, 0]] * rise
    points = np.stack([flat[:, 0], height, flat[:, 1]], axis=1).astype(np.float32)
    normals = smooth_normals(points, faces)
    if normals[:, 1].sum() < 0:
        normals = -normals
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    under = np.cross(b - a, c - a)[:, 1] < 0
    faces[under] = faces[under][:, ::-1]
    normals = unit(smooth_normals(points, faces))
    uv = (flat - low) / (high - low)
    return Mesh(points, normals, uv.astype(np.float32), flat - low, faces, closed=False)


def _within(points: Float, edges: Sequence[Float]) -> NDArray[np.bool_]:
    result = inside(points, edges[0])
    for hole in edges[1:]:
        result &= ~inside(points, hole)
    return result
