"""Light that comes through a window on the left and falls in panes across wall and floor."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.corner import ground_before, seam_at, upright
from packshot.studio.scene.draws import Draw
from packshot.studio.scene.lay import Real
from packshot.studio.scene.paint import smoothstep

_WINDOW = 3.0  # floor units from the product to the window's wall
_PANE, _TALL, _BAR = 0.95, 0.80, 0.060  # floor units: width and height of a pane, thickness of the bars
_PANES_DOWN = 3
_PENUMBRA = 0.06
_SKY, _SUN = np.array([0.97, 1.0, 1.045], np.float32), np.array([1.035, 1.0, 0.945], np.float32)

Direction = tuple[float, float]
"""The run of a shadow per unit of height, (right, away), as in Light.direction."""


def daylight(sky: Float, sun: Float) -> Float:
    """(H, W, 3): cool light from everywhere and warm light from the sun, by their strengths (H, W, 1) and (H, W)."""
    return (sky * _SKY + sun[..., None] * _SUN).astype(np.float32)


def window_light(canvas: Canvas, wall: float, sun: Direction) -> Float:
    """(H, W): how much sun, 0..1, reaches the floor and a wall `wall` units behind the product."""
    x, height = upright(canvas, wall)
    out = panes(canvas, x, height, wall, sun)
    ground = ground_before(canvas, seam_at(canvas, wall, 0.0))
    on_floor = panes(canvas, ground.x, 0.0, ground.z, sun)
    out[ground.top :] = np.where(ground.z < wall, on_floor, out[ground.top :])
    return out


def panes(canvas: Canvas, x: Float, height: Float | float, z: Float | float, sun: Direction) -> Float:
    """How much sun, 0..1, reaches points of the room, each traced back along `sun` to the window.

    The window stands in the wall on the left, so its places are a depth and a height. The product's foot is always lit.
    """
    rng = canvas.rng(Draw.WINDOW)
    rise = (x + np.float32(_WINDOW)) * np.float32(1 / sun[0])
    depth, up = z - np.float32(sun[1]) * rise, height + rise
    product_up = _WINDOW / sun[0]
    product_depth = -sun[1] * product_up
    side = (depth - product_depth) / _PANE + 0.5 + rng.uniform(-0.2, 0.2)
    head = product_up + _TALL * rng.uniform(1.35, 1.6)
    down = (head - up) / _TALL
    soft = _PENUMBRA / _TALL
    inside = smoothstep(-soft, soft, down) * smoothstep(_PANES_DOWN + soft, _PANES_DOWN - soft, down)
    return np.asarray(_between_bars(side, _PANE) * _between_bars(down, _TALL) * inside, np.float32)


def _between_bars(places: Real, pitch: float) -> Float:
    """0 on the bars that stand at every whole number, `pitch` floor units apart, 1 between, with soft edges."""
    away = np.abs(places - np.round(places)).astype(np.float32)
    return smoothstep((_BAR / 2 - _PENUMBRA) / pitch, (_BAR / 2 + _PENUMBRA) / pitch, away)
