"""Rooms far out of focus, painted small: a sunny one before a garden, and a dark one with gold in it."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.draws import Draw
from packshot.studio.scene.focus import bokeh, disc, pixels
from packshot.studio.scene.lay import lit
from packshot.studio.scene.paint import blur, mix, smoothstep

_PLASTER, _GLOW = hex_to_linear("#d2c1aa"), hex_to_linear("#fff0d8")
_SKY, _HEDGE = hex_to_linear("#f6f0e2"), hex_to_linear("#94a178")
_LEAVES = tuple(  # colour, brightness and share of what grows in the garden; the last is sun falling through
    (hex_to_linear(code) * brightness, share)
    for code, brightness, share in (
        ("#8da25e", 0.9, 0.36),
        ("#c3cf8f", 1.2, 0.26),
        ("#5f7444", 0.9, 0.28),
        ("#fff6d8", 2.2, 0.10),
    )
)
_LACQUER, _BRONZE = hex_to_linear("#0f0d0c"), hex_to_linear("#9c7a52")
_GOLD = tuple(hex_to_linear(code) for code in ("#f0c06a", "#d99b43", "#ffe0a0"))


def above(canvas: Canvas, z: float) -> tuple[Float, Float]:
    """x (1, W) from the frame's middle and height (H, 1) over the floor line at `z`, in the frame's shorter side."""
    side = min(canvas.width, canvas.height)
    return (canvas.u - 0.5) * (canvas.width / side), (canvas.line(z) - canvas.v) * (canvas.height / side)


def sunny_room(canvas: Canvas, z: float) -> Float:
    """(H, W, 3): a warm room with a tall window of two panes, and a garden behind it."""
    rng = canvas.rng(Draw.ROOM)
    x, y = above(canvas, z)
    light = 0.66 + 0.26 * smoothstep(0.7, -0.6, x) + 0.1 * smoothstep(0.0, 0.7, y)
    out = lit(light, _PLASTER)
    garden = _garden(canvas, rng, z)
    left, wide, bar = rng.uniform(-0.52, -0.38), 0.265, 0.035
    for start in (left, left + wide + bar):
        out = mix(out, garden, _pane(x, y, start, start + wide)[..., None])
    glow = np.exp(-(((x - left - wide) / 0.5) ** 2)) * smoothstep(-0.1, 0.4, y)
    out += 0.10 * glow[..., None] * _GLOW
    return np.minimum(bokeh(out, 0.036 * min(canvas.width, canvas.height)), 1.0)


def _pane(x: Float, y: Float, left: float, right: float) -> Float:
    """(H, W): 1 within a pane of the window, which stands a little above the table and leaves the frame at its top."""
    soft = 0.008
    across = smoothstep(left - soft, left + soft, x) * smoothstep(right + soft, right - soft, x)
    return across * smoothstep(0.02 - soft, 0.02 + soft, y)


def _garden(canvas: Canvas, rng: np.random.Generator, z: float) -> Float:
    """(H, W, 3): bright sky over soft green foliage with light falling through."""
    side = min(canvas.width, canvas.height)
    x, y = above(canvas, z)
    rolling = 0.06 * np.sin(9 * x + rng.uniform(0, 2 * np.pi))
    hedge = smoothstep(0.55, 0.1, y + rolling.astype(np.float32))
    out = mix(_SKY, _HEDGE, 0.75 * hedge[..., None])
    shares = [share for _, share in _LEAVES]
    for _ in range(round(260 * max(1.0, canvas.width / side))):
        leaf = _LEAVES[int(rng.choice(len(_LEAVES), p=shares))][0] * rng.uniform(0.75, 1.25)
        height = rng.triangular(0, 0.05, 0.75)
        centre = rng.uniform(0, canvas.width), canvas.line(z) * canvas.height - height * side
        size = rng.uniform(0.006, 0.022) * side
        axes = max(1, round(size)), max(1, round(size * rng.uniform(0.35, 0.7)))
        middle = round(centre[0]), round(centre[1])
        cv2.ellipse(out, middle, axes, rng.uniform(0, 180), 0, 360, leaf.tolist(), cv2.FILLED)
    return blur(out, 0.004 * side)


def dark_room(canvas: Canvas, z: float) -> Float:
    """(H, W, 3): a wall of dark lacquered reeds in a pool of warm light, and a few points of gold before it."""
    rng = canvas.rng(Draw.ROOM)
    side = min(canvas.width, canvas.height)
    x, y = above(canvas, z)
    centre = rng.uniform(-0.30, -0.04)
    spot = np.exp(-(((x - centre) / 0.34) ** 2) - ((y - 0.28) / 0.40) ** 2)
    halo = np.exp(-(((x - centre) / 0.75) ** 2) - ((y - 0.25) / 0.65) ** 2)
    light = (0.62 * spot + 0.10 * halo) * _reeds(x, rng.uniform(0, 1), side)
    out = _LACQUER + _BRONZE * light[..., None]
    rows, columns = pixels(canvas)
    for number in range(6):
        aside = (-1 if number % 2 else 1) * rng.uniform(0.24, 0.52) * canvas.width
        height = rng.uniform(0.10, 0.75) * side
        point = disc(
            rows,
            columns,
            (canvas.width / 2 + aside, canvas.line(z) * canvas.height - height),
            rng.uniform(0.010, 0.026) * side,
        )
        out += (point * rng.uniform(0.03, 0.14))[..., None] * _GOLD[int(rng.integers(len(_GOLD)))]
    return out.astype(np.float32)


def _reeds(x: Float, phase: float, side: int) -> Float:
    """(1, W): how upright half-round reeds shine in light from the left, out of focus."""
    pitch, lamp = 0.066, 0.75
    turn = ((x / pitch + phase) % 1 - 0.5) * 2.6
    facing = np.maximum(np.cos(turn + lamp), 0)
    shine = (0.30 * facing + 0.95 * facing**7).astype(np.float32)
    return blur(np.repeat(shine, 2, axis=0), 0.009 * side, 0.0)[:1]
