"""A round podium of two steps before an arched niche, in pastel plaster."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin, sqrt

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import FOCAL, Canvas
from packshot.studio.scene.corner import upright
from packshot.studio.scene.draws import Draw
from packshot.studio.scene.focus import grow, small
from packshot.studio.scene.lay import Real, flat, lit
from packshot.studio.scene.paint import blur, pool, smoothstep, vignette

LIGHT = (0.35, 0.15)
"""The run of a shadow per unit of height, (right, away), as in Light.direction."""

_WALL, _NICHE, _UPPER, _LOWER = (hex_to_linear(code) for code in ("#ead8cb", "#dfbfae", "#f4e8de", "#ecd3c5"))
_UPPER_STEP, _LOWER_STEP = 0.065, 0.075  # floor units, like all lengths here
_LEDGE = 0.11  # how far the lower step stands out
_ROUNDING = 0.007  # radius of the steps' edges
_NICHE_DEPTH = 0.13
_BEHIND = 0.35  # from the podium's back to the wall
_INLAY = 0.40  # radius of the disc under a flat product


@dataclass(frozen=True)
class Drum:
    """A round step whose axis stands `away` behind the product; `top` and `bottom` are heights over its foot."""

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

    def at(self, drum: Drum, height: float) -> tuple[Float, Float]:
        """x and z from the drum's axis where the rays cross the level `height`."""
        stretch = np.float32(1 - height / self.rise)
        return self.x * stretch, self.reach * stretch - np.float32(self.foot + drum.away)


def _rays(canvas: Canvas) -> Rays:
    side = min(canvas.width, canvas.height)
    distance = FOCAL * max(canvas.width, canvas.height) / side
    foot, rise = distance * cos(radians(canvas.elevation)), distance * sin(radians(canvas.elevation))
    x, z = canvas.floor()
    reach = z + np.float32(foot)
    across = np.abs(x[:, 1:2] - x[:, 0:1])
    with np.errstate(invalid="ignore"):
        along = np.abs(np.gradient(reach, axis=0)).astype(np.float32)
    return Rays(x, reach, across, along, foot, rise, 1 / (side * cos(radians(canvas.elevation))))


def podium(canvas: Canvas) -> Float:
    """The podium under a product that stands in the middle of its upper step, before a wall with a niche."""
    upper, lower = _steps(canvas)
    scout = small(canvas)
    out = grow(canvas, _room(scout, upper, lower))
    rays = _rays(canvas)
    _draw(canvas, out, rays, lower, _LOWER, upper)
    _draw(canvas, out, rays, upper, _UPPER, None)
    out *= grow(canvas, vignette(scout, 0.1))
    return out


def _steps(canvas: Canvas) -> tuple[Drum, Drum]:
    """The upper and the lower step, as wide as the product asks for; how deep it is, its width has to tell."""
    wide = (canvas.product[2] - canvas.product[0]) / min(canvas.width, canvas.height)
    radius, away = max(0.26, 0.60 * wide + 0.05), 0.26 * wide
    middle, bottom = -_UPPER_STEP, -_UPPER_STEP - _LOWER_STEP
    return Drum(radius, away, 0.0, middle), Drum(radius + _LEDGE, away, middle, bottom)


def _draw(canvas: Canvas, out: Float, rays: Rays, drum: Drum, colour: Float, above: Drum | None) -> None:
    """Paints `drum` into `out`; `above` is the drum that stands on it."""
    back = int(canvas.line(drum.away + drum.radius) * canvas.height) - 2
    rows = slice(max(0, back), canvas.height)
    if rows.start >= canvas.height:
        return
    half = int(_slope(rays, drum) * float((rays.reach[rows] / rays.across[rows]).max())) + 2
    columns = slice(max(0, canvas.width // 2 - half), canvas.width // 2 + half)
    part, seen = out[rows, columns], rays.part(rows, columns)
    _paint_side(part, seen, drum, colour)
    _paint_top(part, seen, drum, colour, above)


def _slope(rays: Rays, drum: Drum) -> float:
    """How far right per unit away the rays run that graze the drum."""
    axis = rays.foot + drum.away
    return drum.radius / sqrt(max(axis**2 - drum.radius**2, 1e-6))


def _over(part: Float, colour: Float, light: Real, cover: Real) -> None:
    part += (colour * light[..., None] - part) * cover[..., None]


def _paint_side(part: Float, seen: Rays, drum: Drum, colour: Float) -> None:
    """The drum's wall, where each ray first meets the cylinder."""
    axis = seen.foot + drum.away
    cover = np.clip(0.5 + (_slope(seen, drum) * seen.reach - np.abs(seen.x)) / seen.across, 0, 1)
    a = seen.x**2 + seen.reach**2
    b = seen.reach * np.float32(axis)
    met = (b - np.sqrt(np.maximum(b * b - a * np.float32(axis**2 - drum.radius**2), 0))) / a
    height = np.float32(seen.rise) * (1 - met)
    cover *= np.clip(0.5 + (height - drum.bottom) / seen.tall, 0, 1)
    cover *= np.clip(1.5 + (drum.top - height) / seen.tall, 0, 1)  # a pixel more, for the top to cover
    right, away = seen.x * met / drum.radius, (seen.reach * met - axis) / drum.radius
    towards = -0.62 * right - 0.55 * away
    light = 0.70 + 0.20 * towards
    light -= 0.16 * np.exp((drum.bottom - height) / 0.022)
    light += 0.16 * np.exp(-(((drum.top - height) / _ROUNDING) ** 2)) * np.clip(0.4 + 0.6 * towards, 0, 1)
    _over(part, colour, light, cover)


def _paint_top(part: Float, seen: Rays, drum: Drum, colour: Float, above: Drum | None) -> None:
    x, z = seen.at(drum, drum.top)
    away = np.maximum(np.hypot(x, z), 1e-4)
    stretch = np.float32(1 - drum.top / seen.rise)
    pixel = np.hypot(x * seen.across, z * seen.along) * (stretch / away)
    cover = np.clip(0.5 + (drum.radius - away) / np.maximum(pixel, 1e-5), 0, 1)
    light = 0.95 - 0.04 / drum.radius * x + 0.02 / drum.radius * z
    edge = np.exp(-(((drum.radius - away) / _ROUNDING) ** 2))
    light += 0.05 * edge * np.clip(0.3 - (x + z) / drum.radius, 0, 1)
    if above is not None:
        light *= _shade(x, z, above, above.top - above.bottom)
    _over(part, colour, light, cover)


def _shade(x: Float, z: Float, drum: Drum, height: float) -> Float:
    """What light a drum `height` tall leaves at points of the level it stands on: its dim corner and soft shadow."""
    corner = 0.30 * np.exp(-np.maximum(np.hypot(x, z) - drum.radius, 0) / 0.035)
    right, away = (np.float32(1.6 * run * height) for run in LIGHT)
    along = np.clip((x * right + z * away) / (right**2 + away**2), 0, 1)
    beyond = np.hypot(x - along * right, z - along * away) - drum.radius
    cast = 0.26 * smoothstep(0.09, -0.05, beyond.astype(np.float32))
    return ((1 - corner) * (1 - cast)).astype(np.float32)


def _room(canvas: Canvas, upper: Drum, lower: Drum) -> Float:
    """(H, W, 3): the wall with its niche, and the floor with the podium's shadow, all a little out of focus."""
    side = min(canvas.width, canvas.height)
    z = lower.away + lower.radius + _BEHIND
    out = _wall(canvas, upper, z)
    height = upright(canvas, z)[1][:, 0]
    top = int(np.count_nonzero(height > lower.bottom))
    if top < canvas.height:
        x, reach = (plane[top:] for plane in _rays(canvas).at(lower, lower.bottom))
        light = (0.90 - 0.05 * smoothstep(-0.6, 0.8, x)) * _shade(x, reach, lower, lower.top - lower.bottom)
        corner = np.exp((reach - (lower.radius + _BEHIND)) / 0.10)
        out[top:] = _WALL * (light * (1 - 0.16 * np.minimum(corner, 1)))[..., None]
    out[:top] *= (1 - 0.12 * np.exp((lower.bottom - height[:top]) / 0.08))[:, None, None]
    return blur(out, 0.0035 * side)


def _wall(canvas: Canvas, upper: Drum, z: float) -> Float:
    """(H, W, 3): the wall `z` behind the product, with a round-arched niche a little higher than the product."""
    rng = canvas.rng(Draw.NICHE)
    x, height = upright(canvas, z)
    half = max(0.40, upper.radius * rng.uniform(0.92, 1.2))
    over = float(np.interp(canvas.product[1], np.arange(canvas.height), height[:, 0])) + rng.uniform(0.12, 0.30)
    crown = max(over, half + 0.2)
    slip = np.float32(rng.uniform(-0.10, 0.10))
    deep_x, deep_height = upright(canvas, z + _NICHE_DEPTH)
    pixel = 1.6 / min(canvas.width, canvas.height)
    opening = smoothstep(-pixel, pixel, _arch(x - slip, height, half, crown))
    rear = smoothstep(-pixel, pixel, _arch(deep_x - slip, deep_height, half, crown))
    jamb = 0.66 + 0.24 * smoothstep(-half, half, x - slip)
    lit = 0.66 + 0.22 * smoothstep(-0.02, 0.16, _arch(deep_x - slip - 0.09, deep_height + 0.07, half, crown))
    niche = _NICHE * (jamb + (lit - jamb) * rear)[..., None]
    plain = _WALL * (0.80 + 0.16 * pool(canvas, (0.25, 0.15), (0.8, 0.8)))
    return (plain + (niche - plain) * opening[..., None]).astype(np.float32)


def _arch(x: Float, height: Float, half: float, crown: float) -> Float:
    """How far inside a round arch, `half` as wide and `crown` high, a point of the wall is; negative outside."""
    return (half - np.hypot(x, np.maximum(height - (crown - half), 0))).astype(np.float32)


def inlay(canvas: Canvas) -> Float:
    """Pastel plaster from above, with a round disc, raised a little, under the product."""
    ground = flat(canvas)
    side = min(canvas.width, canvas.height)
    x0, y0, x1, y1 = canvas.product
    x = ground.x - np.float32(((x0 + x1) / 2 - canvas.width / 2) / side)
    z = ground.z - np.float32(((y0 + y1) / 2 - canvas.height / 2) / side)
    inside = _INLAY - np.hypot(x, z)
    shadow = 0.16 * smoothstep(-0.05, 0.02, (_INLAY - np.hypot(x - 0.014, z - 0.018)).astype(np.float32))
    out = lit(0.9 * (1 - shadow), _NICHE)
    rim = 0.05 * np.exp(-((inside / 0.004) ** 2)) * np.clip(-(x + z) / _INLAY, -1, 1)
    _over(out, _UPPER, 0.95 + rim, np.clip(0.5 + inside * side, 0, 1))
    scout = small(canvas)
    out *= grow(canvas, (0.86 + 0.16 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.12))
    return out
