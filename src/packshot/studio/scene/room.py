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


def dusk_forest(canvas: Canvas, z: float) -> Float:
    """(H, W, 3): a blue winter wood in mist, and a few warm lights between the trees."""
    rng = canvas.rng(_ROOM)
    side = min(canvas.width, canvas.height)
    x, y = above(canvas, z)
    sky, mist = hex_to_linear("#6f8fb8"), hex_to_linear("#cfdbe8")
    out = (mist + (sky - mist) * smoothstep(0.0, 0.85, y + 0 * x)[..., None]).astype(np.float32)
    for colour, count, thick, reach, cover in (
        ("#9fb4cd", 26, (0.020, 0.060), 0.55, 0.60),
        ("#6c86a6", 15, (0.020, 0.050), 0.85, 0.65),
        ("#3f5674", 7, (0.018, 0.040), 1.4, 0.75),
    ):
        stand = _trees(canvas, rng, x, y, count, thick, reach)
        stand = blur(stand, 0.006 * side) * smoothstep(-0.05, 0.16, y)
        out += (hex_to_linear(colour) - out) * (cover * stand)[..., None]
    out = bokeh(out, 0.022 * side)
    return out + _lights(canvas, rng, z, side)


def _trees(
    canvas: Canvas,
    rng: np.random.Generator,
    x: Float,
    y: Float,
    count: int,
    thick: tuple[float, float],
    reach: float,
) -> Float:
    """(H, W): slender spruces, their branches ragged, most of them taller than the frame."""
    wide = canvas.width / min(canvas.width, canvas.height)
    out = np.zeros((canvas.height, canvas.width), np.float32)
    for _ in range(round(count * max(wide, 0.6))):
        centre, half = rng.uniform(-0.55, 0.55) * wide, rng.uniform(*thick)
        tall = reach * rng.uniform(0.6, 1.25)
        taper = np.clip((tall - y) / tall, 0, 1)
        ragged = 1 + 0.35 * np.sin(y * rng.uniform(60, 110) + rng.uniform(0, 6)) * rng.uniform(0.4, 1)
        away = np.abs(x - centre - 0.01 * np.sin(y * 9 + rng.uniform(0, 6)))
        crown = smoothstep(1.15, 0.55, away / (half * (0.25 + 0.9 * taper) * ragged + 1e-4)) * (taper > 0)
        out = np.maximum(out, crown * rng.uniform(0.55, 1.0))
    return out


def _lights(canvas: Canvas, rng: np.random.Generator, z: float, side: int) -> Float:
    """(H, W, 3): points of warm light as soft discs, in loose groups over the horizon."""
    out = np.zeros((canvas.height, canvas.width, 3), np.float32)
    seam = canvas.line(z) * canvas.height
    rows, columns = np.indices(out.shape[:2], dtype=np.float32)
    warm = [hex_to_linear(code) for code in ("#ffc873", "#ffdca0", "#ffb45a")]
    for _ in range(3):
        group = rng.uniform(0.04, 0.96) * canvas.width, seam - rng.uniform(0.06, 0.26) * side
        for _ in range(int(rng.integers(2, 6))):
            centre = group[0] + rng.normal() * 0.09 * side, group[1] + rng.normal() * 0.045 * side
            radius = rng.uniform(0.012, 0.026) * side
            away = np.hypot(columns - centre[0], rows - centre[1]) / radius
            disc = smoothstep(1.12, 0.88, away) * (0.8 + 0.2 * np.clip(away, 0, 1) ** 3)
            out += (disc * rng.uniform(0.10, 0.42))[..., None] * warm[int(rng.integers(3))]
    return out


def warm_dark(canvas: Canvas, z: float) -> Float:
    """(H, W, 3): a deep dark wall with a pool of warm light and a few points of gold before it."""
    rng = canvas.rng(_ROOM)
    side = min(canvas.width, canvas.height)
    x, y = above(canvas, z)
    centre = rng.uniform(-0.22, 0.02)
    spot = np.exp(-(((x - centre) / 0.46) ** 2) - (((y - 0.30) / 0.42) ** 2))
    halo = np.exp(-(((x - centre) / 0.9) ** 2) - (((y - 0.25) / 0.7) ** 2))
    out = hex_to_linear("#15120f") + hex_to_linear("#7a5a35") * (0.62 * spot + 0.16 * halo)[..., None]
    gold = [hex_to_linear(code) for code in ("#f0c06a", "#d99b43", "#ffe0a0")]
    rows, columns = np.indices(out.shape[:2], dtype=np.float32)
    for number in range(11):
        beside = (-1 if number % 2 else 1) * rng.uniform(0.16, 0.55) * canvas.width
        middle = canvas.width / 2 + beside, canvas.height * (canvas.line(z)) - rng.uniform(0.08, 0.75) * side
        radius = rng.uniform(0.008, 0.024) * side
        away = np.hypot(columns - middle[0], rows - middle[1]) / radius
        disc = smoothstep(1.2, 0.8, away) * (0.75 + 0.25 * np.clip(away, 0, 1) ** 3)
        out = out + (disc * rng.uniform(0.03, 0.20))[..., None] * gold[int(rng.integers(3))]
    return out.astype(np.float32)
