"""The studio the sample products stand in: sweep, table, light and camera, all sized to the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import atan, cos, degrees, pi, radians, sin
from typing import Any

import numpy as np

from geometry import Mesh, Points, surface
from materials import Material, matte

FOCAL = 1.9  # in units of the frame's longer side, as the studio's own camera has it: about 68 mm


@dataclass(frozen=True)
class Part:
    """One piece of a product or of its set: a shape and what it is made of."""

    mesh: Mesh
    material: Material


Parts = list[Part]


@dataclass(frozen=True)
class Softbox:
    """A lit rectangle aimed at the product: place (right, away, up) and size in product sizes."""

    place: tuple[float, float, float]
    size: tuple[float, float]
    radiance: float


@dataclass(frozen=True)
class Lighting:
    boxes: tuple[Softbox, ...]
    room: float
    """Radiance of the walls around, linear."""


EVEN = Lighting(
    (
        Softbox((-2.0, -2.9, 3.6), (1.3, 1.3), 8.0),
        Softbox((-3.0, -0.8, 1.3), (0.45, 1.6), 9.0),
        Softbox((2.8, -1.5, 1.5), (0.75, 1.6), 4.0),
        Softbox((0.0, 0.8, 4.0), (1.9, 0.9), 2.5),
    ),
    0.75,
)
FLAT = Lighting((Softbox((-2.0, -3.6, 2.0), (1.6, 1.6), 3.0), Softbox((2.4, -3.0, 1.6), (1.4, 1.4), 2.4)), 1.5)
HARD = Lighting((Softbox((-1.6, -1.3, 2.6), (0.16, 0.16), 190.0), Softbox((1.9, -1.3, 1.4), (0.7, 1.1), 2.6)), 0.5)
SIDE = Lighting(
    (Softbox((-1.9, -0.5, 1.3), (0.7, 0.9), 12.0), Softbox((1.8, -1.4, 1.2), (0.5, 1.0), 1.4)),
    0.22,
)
TABLE = Lighting(
    (
        Softbox((-1.9, 1.5, 2.0), (0.9, 0.9), 9.0),
        Softbox((1.9, -1.2, 1.9), (1.0, 0.8), 3.0),
    ),
    0.6,
)
RAKING = Lighting((Softbox((-3.2, 1.2, 1.1), (0.8, 0.8), 22.0), Softbox((2.0, -1.5, 2.6), (1.0, 1.0), 2.5)), 0.4)


@dataclass(frozen=True)
class Stage:
    """Where a product is photographed."""

    colour: str = "#f2f2f2"
    tone: int = 238
    """The sRGB level (0..255) that the backdrop gets in the photo: this sets the exposure."""
    light: Lighting = EVEN
    sweep: float = 1.2
    """How far behind the product the backdrop begins to rise, in product sizes."""
    build: Callable[[float], Parts] | None = None
    """Builds a set of its own, given the product's size, in place of the paper sweep."""
    fill: float = 0.66
    """The part of the frame that the product takes, in the tighter direction."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Where the product's middle stands, off the frame's, in frames (right, down)."""
    turn: float = 0.0
    """How far the product is turned, in degrees."""
    bounces: int = 6


@dataclass(frozen=True)
class Camera:
    origin: Points
    target: Points
    up: tuple[float, float, float]

    @property
    def fov(self) -> float:
        """Degrees along the frame's longer side."""
        return 2 * degrees(atan(0.5 / FOCAL))


def standing(parts: Parts, turn: float) -> Parts:
    """The product turned by `turn` degrees and set down so that it just touches the floor."""
    floor = min(part.mesh.vertices[:, 2].min() for part in parts)
    return [Part(part.mesh.turned("z", turn).moved(z=-floor), part.material) for part in parts]


def size_of(parts: Parts) -> float:
    """The product's size: the mean of its box's diagonal and its longest side."""
    points = np.concatenate([part.mesh.vertices for part in parts])
    extent = points.max(0) - points.min(0)
    return float(np.linalg.norm(extent) + extent.max()) / 2


def aim(parts: Parts, stage: Stage, elevation: float, size: tuple[int, int]) -> Camera:
    """The camera that looks down at `elevation` degrees on where the product stands, filling the frame."""
    points = np.concatenate([part.mesh.vertices for part in parts])
    middle = (points.max(0) + points.min(0)) / 2
    stand = np.array([middle[0], middle[1], points[:, 2].min()])
    up = (0.0, 0.0, 1.0) if elevation < 80 else (0.0, 1.0, 0.0)
    back = np.array([0.0, -cos(radians(elevation)), sin(radians(elevation))])
    distance, target = 4 * float(np.ptp(points, axis=0).max()), middle
    frame = np.array(size) / max(size) / FOCAL
    for _ in range(24):
        camera = Camera(stand + distance * back, target, up)
        across, down, depth = _seen(points, camera)
        seen = np.stack([across / depth, down / depth], -1)
        low, high = seen.min(0), seen.max(0)
        distance *= float(((high - low) / frame).max()) / stage.fill
        off = (low + high) / 2 - np.array(stage.shift) * frame
        right, below = _axes(camera)[:2]
        target = target + (right * off[0] + below * off[1]) * float(np.linalg.norm(target - camera.origin))
    return Camera(stand + distance * back, target, up)


def _axes(camera: Camera) -> tuple[Points, Points, Points]:
    forward = camera.target - camera.origin
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, camera.up)
    right = right / np.linalg.norm(right)
    return right, np.cross(forward, right), forward


def _seen(points: Points, camera: Camera) -> tuple[Points, Points, Points]:
    right, below, forward = _axes(camera)
    offset = points - camera.origin
    return offset @ right, offset @ below, offset @ forward


def sweep(size: float, colour: str, begins: float) -> Part:
    """Seamless paper: a floor that curves up into a wall."""
    turn = np.linspace(0, pi / 2, 32)
    curve = np.column_stack([begins + 1.1 * np.sin(turn), 1.1 - 1.1 * np.cos(turn)])
    line = np.vstack([[-9, 0], curve, [begins + 1.1, 9]]) * size
    rows = [[(x, y, z) for x in (-12 * size, 12 * size)] for y, z in line]
    return Part(surface(rows), matte(colour))


def backdrop(parts: Parts, stage: Stage) -> Parts:
    size = size_of(parts)
    return stage.build(size) if stage.build else [sweep(size, stage.colour, stage.sweep)]


def emitters(parts: Parts, light: Lighting, above: bool) -> list[dict[str, Any]]:
    """Mitsuba's area lights, as data: each with its corner `place`, `target`, `size` and `radiance`."""
    size = size_of(parts)
    points = np.concatenate([part.mesh.vertices for part in parts])
    middle = (points.max(0) + points.min(0)) / 2
    if above:
        middle[2] = 0
    return [
        {
            "place": middle * [1, 1, 0] + np.array(box.place) * size,
            "target": middle,
            "size": (box.size[0] * size, box.size[1] * size),
            "radiance": box.radiance,
        }
        for box in light.boxes
    ]
