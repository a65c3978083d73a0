"""A round podium of two steps before an arched niche, in pastel plaster."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import FOCAL, Canvas
from packshot.studio.scene.focus import grow, small
from packshot.studio.scene.lay import flat, upright
from packshot.studio.scene.paint import blur, pool, smoothstep, vignette

WALL, NICHE, UPPER, LOWER = (hex_to_linear(code) for code in ("#ead8cb", "#dfbfae", "#f4e8de", "#ecd3c5"))
LIGHT = (0.35, 0.15)  # the shadow's run per unit of height, as in Light.direction
_UPPER_STEP, _LOWER_STEP = 0.065, 0.075
_ROUNDING = 0.007
_ARCH = 5


@dataclass(frozen=True)
class Drum:
    """A round step: its axis stands `away` behind the product, `top` and `bottom` are heights over its ground line."""

    radius: float
    away: float
    top: float
    bottom: float


@dataclass(frozen=True, eq=False)
class Rays:
    """The camera's rays where they cross the plane the product stands on, relative to the camera's foot.

    `x` (rows, W), `reach` (rows, 1): floor units right of and away from the camera. `across`, `along` (rows, 1): what a
    pixel covers there. `foot`: how far the camera's foot is from the product; `rise`: how high the camera is.
    """

    x: Float
    reach: Float
    across: Float
    along: Float
    foot: float
    rise: float
    upright_pixel: float

    def at(self, drum: Drum, height: float) -> tuple[Float, Float]:
        """x and z from the drum's axis where the rays cross the level `height`."""
        stretch = np.float32(1 - height / self.rise)
        return self.x * stretch, self.reach * stretch - np.float32(self.foot + drum.away)


def rays(canvas: Canvas, rows: slice) -> Rays:
    side = min(canvas.width, canvas.height)
    distance = FOCAL * max(canvas.width, canvas.height) / side
    elevation = radians(canvas.elevation)
    x, z = canvas.floor()
    x, reach = x[rows], z[rows] + np.float32(distance * cos(elevation))
    across = np.abs(x[:, 1:2] - x[:, 0:1])
    along = np.abs(np.gradient(reach, axis=0)).astype(np.float32)
    return Rays(
        x, reach, across, along, distance * cos(elevation), distance * sin(elevation), 1 / (side * cos(elevation))
    )


def steps(canvas: Canvas) -> tuple[Drum, Drum]:
    """The upper and the lower step, as wide as the product asks for."""
    wide = (canvas.product[2] - canvas.product[0]) / min(canvas.width, canvas.height)
    radius = max(0.26, 0.60 * wide + 0.05)
    away = 0.26 * wide
    return (
        Drum(radius, away, 0.0, -_UPPER_STEP),
        Drum(radius + 0.11, away, -_UPPER_STEP, -_UPPER_STEP - _LOWER_STEP),
    )


def podium(canvas: Canvas) -> Float:
    upper, lower = steps(canvas)
    scout = small(canvas)
    out = grow(canvas, _set(scout, upper, lower))
    back = canvas.line(upper.away + upper.radius)
    top = max(0, int(back * canvas.height) - 4)
    rows = slice(top, canvas.height)
    seen = rays(canvas, rows)
    part = out[rows]
    for drum, colour, above in ((lower, LOWER, upper), (upper, UPPER, None)):
        _paint_side(part, seen, drum, colour)
        _paint_top(part, seen, drum, colour, above)
    out *= grow(canvas, vignette(scout, 0.1))[..., None]
    return out


def _over(part: Float, colour: Float, light: Float, cover: Float) -> None:
    part += (colour * light[..., None] - part) * cover[..., None]


def _paint_side(part: Float, seen: Rays, drum: Drum, colour: Float) -> None:
    """The drum's wall: each ray's first meeting with the cylinder."""
    axis = seen.foot + drum.away
    slope = drum.radius / sqrt(axis**2 - drum.radius**2)
    cover = np.clip(0.5 + (slope * seen.reach - np.abs(seen.x)) / seen.across, 0, 1)
    a = seen.x**2 + seen.reach**2
    b = seen.reach * axis
    met = (b - np.sqrt(np.maximum(b * b - a * (axis**2 - drum.radius**2), 0))) / a
    height = seen.rise * (1 - met)
    cover *= np.clip(0.5 + (height - drum.bottom) / seen.upright_pixel, 0, 1)
    cover *= np.clip(1.5 + (drum.top - height) / seen.upright_pixel, 0, 1)
    right, away = seen.x * met / drum.radius, (seen.reach * met - axis) / drum.radius
    towards = -(right * 0.62 + away * 0.55)
    light = 0.70 + 0.20 * towards
    light -= 0.16 * np.exp(-(height - drum.bottom) / 0.022)
    light += 0.16 * np.exp(-(((drum.top - height) / _ROUNDING) ** 2)) * np.clip(0.4 + 0.6 * towards, 0, 1)
    _over(part, colour, light.astype(np.float32), cover.astype(np.float32))


def _paint_top(part: Float, seen: Rays, drum: Drum, colour: Float, above: Drum | None) -> None:
    x, z = seen.at(drum, drum.top)
    away = np.hypot(x, z)
    stretch = 1 - drum.top / seen.rise
    pixel = np.hypot(x * seen.across, z * seen.along) * stretch / np.maximum(away, 1e-4)
    cover = np.clip(0.5 + (drum.radius - away) / np.maximum(pixel, 1e-5), 0, 1)
    light = 0.95 - 0.04 * x / drum.radius + 0.02 * z / drum.radius
    edge = np.exp(-(((drum.radius - away) / _ROUNDING) ** 2))
    light += 0.05 * edge * np.clip(0.3 - (x + z) / drum.radius, 0, 1)
    if above is not None:
        light *= _shade(x, z, above, above.top - above.bottom)
    _over(part, colour, light.astype(np.float32), cover.astype(np.float32))


def _shade(x: Float, z: Float, drum: Drum, height: float) -> Float:
    """What light a drum `height` tall leaves on the level it stands on: the corner at its foot, and its soft shadow."""
    away = np.hypot(x, z)
    corner = 0.30 * np.exp(-np.maximum(away - drum.radius, 0) / 0.035)
    run = np.float32(LIGHT[0] * height * 1.6), np.float32(LIGHT[1] * height * 1.6)
    along = np.clip((x * run[0] + z * run[1]) / (run[0] ** 2 + run[1] ** 2), 0, 1)
    beyond = np.hypot(x - along * run[0], z - along * run[1]) - drum.radius
    cast = 0.26 * smoothstep(0.09, -0.05, beyond)
    return ((1 - corner) * (1 - cast)).astype(np.float32)


def _set(canvas: Canvas, upper: Drum, lower: Drum) -> Float:
    """(H, W, 3): the wall with its niche, and the floor with the podium's shadow, all a little out of focus."""
    z = lower.away + lower.radius + 0.35
    rng = canvas.rng(_ARCH)
    side = min(canvas.width, canvas.height)
    x, height = upright(canvas, z)
    crown = float(np.interp(canvas.product[1], np.arange(canvas.height), height[:, 0])) + rng.uniform(0.14, 0.22)
    half = max(0.40, upper.radius * rng.uniform(0.98, 1.1))
    slip = rng.uniform(-0.05, 0.05)
    depth = 0.13
    opening = _arch(x - slip, height, half, crown)
    back_x, back_height = upright(canvas, z + depth)
    back = _arch(back_x - slip, back_height, half, crown)
    pixel = 1.6 / side
    inside, deep = smoothstep(-pixel, pixel, opening), smoothstep(-pixel, pixel, back)

    out = WALL * (0.80 + 0.16 * pool(canvas, (0.25, 0.15), (0.8, 0.8)))
    jamb = 0.66 + 0.24 * smoothstep(-half, half, x - slip)
    shadow = smoothstep(-0.02, 0.16, _arch(back_x - slip - 0.09, back_height + 0.07, half, crown))
    rear = 0.66 + 0.22 * shadow
    niche = jamb + (rear - jamb) * deep
    out += (NICHE * niche[..., None] - out) * inside[..., None]

    floor_level = lower.bottom
    top = int(max(0, _row(height, floor_level)))
    seen = rays(canvas, slice(top, canvas.height))
    fx, fz = seen.at(lower, floor_level)
    light = (0.90 - 0.05 * smoothstep(-0.6, 0.8, fx)) * _shade(fx, fz, lower, lower.top - lower.bottom + 0.05)
    gap = np.maximum(z - lower.away - fz, 0)
    light *= 1 - 0.16 * np.exp(-gap / 0.10)
    out[top:] = WALL * light[..., None]
    corner = np.arange(canvas.height, dtype=np.float32) - top
    out *= (1 - 0.12 * np.exp(-np.maximum(-corner, 0) / (0.06 * side)) * (corner < 0))[:, None, None].astype(np.float32)
    return blur(out.astype(np.float32), 0.0035 * side)


def _row(height: Float, level: float) -> float:
    """The row at which a wall's `height` (H, 1), falling down the frame, passes `level`."""
    return float(np.count_nonzero(height > level))


def _arch(x: Float, height: Float, half: float, crown: float) -> Float:
    """How far inside a round arch a point of the wall is, negative outside."""
    spring = crown - half
    return (half - np.hypot(x, np.maximum(height - spring, 0))).astype(np.float32)


def inlay(canvas: Canvas) -> Float:
    """The podium from above: pastel plaster with a round, slightly raised disc under the product."""
    ground = flat(canvas)
    side = min(canvas.width, canvas.height)
    box = canvas.product
    middle = ((box[0] + box[2]) / 2 - canvas.width / 2) / side, (canvas.height / 2 - (box[1] + box[3]) / 2) / side
    x, z = ground.x - np.float32(middle[0]), ground.z - np.float32(middle[1])
    away = np.hypot(x, z)
    reach = 0.40
    cover = np.clip(0.5 + (reach - away) * side, 0, 1)
    thrown = smoothstep(0.05, -0.02, np.hypot(x - 0.014, z + 0.018) - reach) * 0.16
    light = (1 - thrown).astype(np.float32) * 0.9
    out = NICHE * light[..., None]
    rim = np.exp(-(((reach - away) / 0.004) ** 2)) * np.clip(-(x - z) / reach, -1, 1) * 0.05
    _over(out, UPPER, (0.95 + rim).astype(np.float32), cover.astype(np.float32))
    scout = small(canvas)
    out *= grow(canvas, (0.86 + 0.16 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.12))[..., None]
    return out
