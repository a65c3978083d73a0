"""A round podium of two steps before an arched niche, in pastel plaster."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.corner import upright
from packshot.studio.scene.draws import Draw
from packshot.studio.scene.drum import Drum, Hit, Rays, meet_top, meet_wall, rays_of, window_on
from packshot.studio.scene.focus import grow, shine, small
from packshot.studio.scene.lay import flat, lit
from packshot.studio.scene.paint import blur, lay_over, pool, smoothstep, vignette
from packshot.studio.strips import strips

LIGHT = (0.35, 0.15)
"""The run of a shadow per unit of height, (right, away), as in Light.direction."""

_WALL, _NICHE, _UPPER, _LOWER = (hex_to_linear(code) for code in ("#ead8cb", "#dfbfae", "#f4e8de", "#ecd3c5"))
_UPPER_STEP, _LOWER_STEP = 0.065, 0.075  # floor units, like all lengths here
_LEDGE = 0.11  # how far the lower step stands out
_MARGIN = 0.07  # of the upper step around what touches it
_LEAST_RADIUS = 0.26
_ROUNDING = 0.007  # radius of the steps' edges
_NICHE_DEPTH = 0.13
_BEHIND = 0.35  # from the podium's back to the wall
_INLAY = 0.40  # radius of the disc under a flat product


def podium(canvas: Canvas) -> Float:
    """The podium under a product that stands in the middle of its upper step, before a wall with a niche."""
    lower, upper = steps(canvas)
    scout = small(canvas)
    out = grow(canvas, _room(scout, upper, lower))
    rays = rays_of(canvas)
    _draw(canvas, out, rays, lower, _LOWER, upper)
    _draw(canvas, out, rays, upper, _UPPER, None)
    shine(canvas, out, vignette(scout, 0.1))
    return out


def steps(canvas: Canvas) -> tuple[Drum, Drum]:
    """The lower and the upper step, around what the product stands on; what it holds out beside that may overhang."""
    wide = (canvas.product[2] - canvas.product[0]) / min(canvas.width, canvas.height)
    x, away, reach = canvas.footprint
    radius = max(_LEAST_RADIUS, abs(x) + reach + _MARGIN, 0.5 * wide)
    middle, bottom = -_UPPER_STEP, -_UPPER_STEP - _LOWER_STEP
    return Drum(radius + _LEDGE, away, middle, bottom), Drum(radius, away, 0.0, middle)


def _draw(canvas: Canvas, out: Float, rays: Rays, drum: Drum, colour: Float, above: Drum | None) -> None:
    """Paints `drum` into `out`; `above` is the drum that stands on it."""
    window = window_on(canvas, rays, drum)
    part, seen = out[window], rays.part(*window)
    for rows in strips(*part.shape[:2]):
        few = seen.part(rows, slice(None))
        wall, top = meet_wall(few, drum), meet_top(few, drum)
        if wall.cover.any():
            _paint_wall(part[rows], wall, drum, colour)
        if top.cover.any():
            _paint_top(part[rows], top, drum, colour, above)


def _paint_wall(part: Float, wall: Hit, drum: Drum, colour: Float) -> None:
    right, away = wall.x / drum.radius, (wall.z - np.float32(drum.away)) / drum.radius
    towards = -0.62 * right - 0.55 * away
    light = 0.70 + 0.20 * towards
    light -= 0.16 * np.exp((drum.bottom - wall.height) / 0.022)
    light += 0.16 * np.exp(-(((drum.top - wall.height) / _ROUNDING) ** 2)) * np.clip(0.4 + 0.6 * towards, 0, 1)
    lay_over(part, lit(light, colour), wall.cover)


def _paint_top(part: Float, top: Hit, drum: Drum, colour: Float, above: Drum | None) -> None:
    x, z = top.x, top.z - np.float32(drum.away)
    light = 0.95 - 0.04 / drum.radius * x + 0.02 / drum.radius * z
    edge = np.exp(-(((drum.radius - np.sqrt(x * x + z * z)) / _ROUNDING) ** 2))
    light += 0.05 * edge * np.clip(0.3 - (x + z) / drum.radius, 0, 1)
    if above is not None:
        light *= _shade(x, z, above, above.top - above.bottom)
    lay_over(part, lit(light, colour), top.cover)


def _shade(x: Float, z: Float, drum: Drum, height: float) -> Float:
    """What light a drum `height` tall leaves at points of the level it stands on: its dim corner and soft shadow."""
    corner = 0.30 * np.exp(-np.maximum(np.sqrt(x * x + z * z) - drum.radius, 0) / 0.035)
    right, away = (np.float32(1.6 * run * height) for run in LIGHT)
    along = np.clip((x * right + z * away) / (right**2 + away**2), 0, 1)
    beyond = np.sqrt((x - along * right) ** 2 + (z - along * away) ** 2) - drum.radius
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
        x, z = (plane[top:] for plane in rays_of(canvas).at(lower.bottom))
        away = z - np.float32(lower.away)
        light = (0.90 - 0.05 * smoothstep(-0.6, 0.8, x)) * _shade(x, away, lower, lower.top - lower.bottom)
        corner = np.exp((away - (lower.radius + _BEHIND)) / 0.10)
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
    lay_over(out, lit(0.95 + rim, _UPPER), np.clip(0.5 + inside * side, 0, 1))
    scout = small(canvas)
    shine(canvas, out, (0.86 + 0.16 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.12))
    return out
