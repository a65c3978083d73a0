"""Rooms and woods far out of focus, painted small: light through a window, foliage, points of light."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.focus import bokeh
from packshot.studio.scene.paint import blur, smoothstep

_ROOM = 3


def above(canvas: Canvas, z: float) -> tuple[Float, Float]:
    """x (1, W) from the frame's middle and height (H, 1) over the floor line at `z`, in the frame's shorter side."""
    side = min(canvas.width, canvas.height)
    return (canvas.u - 0.5) * (canvas.width / side), (canvas.line(z) - canvas.v) * (canvas.height / side)


def box(x: Float, y: Float, left: float, right: float, low: float, high: float, soft: float = 0.008) -> Float:
    """(H, W): 1 inside a rectangle with soft edges."""
    across = smoothstep(left - soft, left + soft, x) * smoothstep(right + soft, right - soft, x)
    return across * smoothstep(low - soft, low + soft, y) * smoothstep(high + soft, high - soft, y)


def sunny_room(canvas: Canvas, z: float) -> Float:
    """(H, W, 3): a warm room with a tall window and a garden behind it."""
    rng = canvas.rng(_ROOM)
    side = min(canvas.width, canvas.height)
    x, y = above(canvas, z)
    plaster = hex_to_linear("#b9a58c")
    out = plaster * (0.62 + 0.25 * smoothstep(0.7, -0.6, x) + 0.1 * smoothstep(0.0, 0.7, y))[..., None]
    left = rng.uniform(-0.52, -0.38)
    garden = _garden(canvas, rng, x, y)
    for start in (left, left + 0.30):
        pane = box(x, y, start, start + 0.265, 0.02, 1.2)[..., None]
        out += (garden - out) * pane
    glow = np.exp(-(((x - left - 0.28) / 0.5) ** 2)) * smoothstep(-0.1, 0.4, y)
    out += 0.10 * glow[..., None] * hex_to_linear("#fff0d8")
    out = bokeh(out.astype(np.float32), 0.030 * side)
    return np.minimum(out, 1.05)


def _garden(canvas: Canvas, rng: np.random.Generator, x: Float, y: Float) -> Float:
    """Bright sky over soft green foliage with light falling through."""
    side = min(canvas.width, canvas.height)
    sky, deep = hex_to_linear("#fbf6ea"), hex_to_linear("#7f8f62")
    crown = smoothstep(0.55, 0.1, y + 0.06 * np.sin(x * 9 + rng.uniform(0, 6)))
    out = (sky * 1.15 + (deep - sky * 1.15) * (0.75 * crown)[..., None]).astype(np.float32)
    leaves = [hex_to_linear(code) * gain for code, gain in (("#8da25e", 0.9), ("#c3cf8f", 1.2), ("#5f7444", 0.8), ("#fff6d8", 2.2))]
    seam = canvas.height * canvas.line(1.5)
    for _ in range(260):
        colour = leaves[rng.choice(4, p=(0.36, 0.26, 0.28, 0.10))]
        centre = rng.uniform(0, canvas.width), seam - rng.triangular(0, 0.05, 0.75) * side
        size = rng.uniform(0.006, 0.022) * side
        axes = max(1, round(size)), max(1, round(size * rng.uniform(0.35, 0.7)))
        tone = colour * rng.uniform(0.75, 1.25)
        cv2.ellipse(out, (round(centre[0]), round(centre[1])), axes, rng.uniform(0, 180), 0, 360, tone.tolist(), -1)
    return blur(out, 0.004 * side)
