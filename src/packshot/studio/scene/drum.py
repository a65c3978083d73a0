"""Round steps as the camera sees them: where its rays meet their walls and their tops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin, sqrt

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import FOCAL, Canvas
from packshot.studio.scene.lay import Real


@dataclass(frozen=True)
class Drum:
    """A round step whose axis stands `away` behind the product; `top` and `bottom` are heights over its foot.

    All lengths are in floor units.
    """

    radius: float
    away: float
    top: float
    bottom: float


@dataclass(frozen=True, eq=False)
class Rays:
    """The camera's rays where they cross the level that the product stands on.

    `x` (rows, columns) and `reach` (rows, 1): floor units right of and away from the camera. `across` and `along`
    (rows, 1): what a pixel covers there. `foot`: from the camera's foot to the product; `rise`: the camera's height.
    `tall`: what a pixel covers on a wall at the product.
    """

    x: Float
    reach: Float
    across: Float
    along: Float
    foot: float
    rise: float
    tall: float

    def part(self, rows: slice, columns: slice) -> Rays:
        return replace(
            self,
            x=self.x[rows, columns],
            reach=self.reach[rows],
            across=self.across[rows],
            along=self.along[rows],
        )

    def at(self, height: float) -> tuple[Float, Float]:
        """x (rows, columns) and z (rows, 1) from the product where the rays cross the level `height`."""
        stretch = np.float32(1 - height / self.rise)
        return self.x * stretch, self.reach * stretch - np.float32(self.foot)


def rays_of(canvas: Canvas) -> Rays:
    side = min(canvas.width, canvas.height)
    distance = FOCAL * max(canvas.width, canvas.height) / side
    foot, rise = distance * cos(radians(canvas.elevation)), distance * sin(radians(canvas.elevation))
    x, z = canvas.floor()
    reach = z + np.float32(foot)
    across = np.abs(x[:, 1:2] - x[:, 0:1])
    with np.errstate(invalid="ignore"):
        along = np.abs(np.gradient(reach, axis=0)).astype(np.float32)
    return Rays(x, reach, across, along, foot, rise, 1 / (side * cos(radians(canvas.elevation))))


def window_on(canvas: Canvas, rays: Rays, drum: Drum, top: int = 0) -> tuple[slice, slice]:
    """The rows from `top` down and the columns of the frame that can show the drum; none where it lies outside."""
    back = int(canvas.line(drum.away + drum.radius) * canvas.height) - 2
    rows = slice(min(max(top, back), canvas.height), canvas.height)
    if rows.start == canvas.height:
        return rows, slice(0, 0)
    half = int(_slope(rays, drum) * float((rays.reach[rows] / rays.across[rows]).max())) + 2
    return rows, slice(max(0, canvas.width // 2 - half), canvas.width // 2 + half)


@dataclass(frozen=True, eq=False)
class Hit:
    """Where rays meet a drum's wall or its top, all (rows, columns) or (rows, 1): `cover` 0..1 of each pixel.

    `x`, `z` and `height` are floor units right of, behind and over the product's foot.
    """

    cover: Real
    x: Real
    z: Real
    height: Real


def meet_wall(rays: Rays, drum: Drum) -> Hit:
    """The drum's wall, where each ray first meets the cylinder."""
    axis = rays.foot + drum.away
    cover = np.clip(0.5 + (_slope(rays, drum) * rays.reach - np.abs(rays.x)) / rays.across, 0, 1)
    a = rays.x**2 + rays.reach**2
    b = rays.reach * np.float32(axis)
    met = (b - np.sqrt(np.maximum(b * b - a * np.float32(axis**2 - drum.radius**2), 0))) / a
    height = np.float32(rays.rise) * (1 - met)
    cover *= np.clip(0.5 + (height - drum.bottom) / rays.tall, 0, 1)
    cover *= np.clip(1.5 + (drum.top - height) / rays.tall, 0, 1)  # a pixel more, for the top to cover
    return Hit(cover, rays.x * met, rays.reach * met - np.float32(rays.foot), height)


def meet_top(rays: Rays, drum: Drum) -> Hit:
    """The disc on which the next step or the product stands."""
    x, z = rays.at(drum.top)
    aside, along = x * x, (z - np.float32(drum.away)) ** 2
    away = np.sqrt(np.maximum(aside + along, 1e-8))
    stretch = np.float32(1 - drum.top / rays.rise)
    pixel = np.sqrt(aside * rays.across**2 + along * rays.along**2) * (stretch / away)
    cover = np.clip(0.5 + (drum.radius - away) / np.maximum(pixel, 1e-5), 0, 1)
    return Hit(cover, x, z, np.full((1, 1), drum.top, np.float32))


def _slope(rays: Rays, drum: Drum) -> float:
    """How far right per unit away the rays run that graze the drum."""
    axis = rays.foot + drum.away
    return drum.radius / sqrt(max(axis**2 - drum.radius**2, 1e-6))
