"""Rooms and woods far out of focus, painted small: light through a window, foliage, points of light."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.focus import bokeh
from packshot.studio.scene.noise import noise
from packshot.studio.scene.paint import blur, smoothstep

_ROOM = 3  # a layer of the canvas's generator
_WOOD_AWAY = 2.4


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
    plaster = hex_to_linear("#cdbba3")
    out = plaster * (0.66 + 0.26 * smoothstep(0.7, -0.6, x) + 0.1 * smoothstep(0.0, 0.7, y))[..., None]
    left = rng.uniform(-0.52, -0.38)
    garden = _garden(canvas, rng, x, y)
    for start in (left, left + 0.30):
        pane = box(x, y, start, start + 0.265, 0.02, 1.2)[..., None]
        out += (garden - out) * pane
    glow = np.exp(-(((x - left - 0.28) / 0.5) ** 2)) * smoothstep(-0.1, 0.4, y)
    out += 0.10 * glow[..., None] * hex_to_linear("#fff0d8")
    out = bokeh(out.astype(np.float32), 0.036 * side)
    return np.minimum(out, 1.0)


def _garden(canvas: Canvas, rng: np.random.Generator, x: Float, y: Float) -> Float:
    """Bright sky over soft green foliage with light falling through."""
    side = min(canvas.width, canvas.height)
    sky, deep = hex_to_linear("#f6efdf"), hex_to_linear("#8f9c70")
    crown = smoothstep(0.55, 0.1, y + 0.06 * np.sin(x * 9 + rng.uniform(0, 6)))
    out = (sky + (deep - sky) * (0.75 * crown)[..., None]).astype(np.float32)
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
    sky, mist = hex_to_linear("#7f9cc2"), hex_to_linear("#c6d3e3")
    out = (mist + (sky - mist) * smoothstep(0.05, 0.95, y + 0 * x)[..., None]).astype(np.float32)
    for colour, count, half, tall, cover in _WOOD_ROWS:
        boughs = _boughs(canvas, rng)
        stand = _trees(canvas, rng, boughs, (count, half, tall))
        snowed = hex_to_linear(colour) * (1 + 0.9 * smoothstep(0.2, 1.6, boughs))[..., None]
        veil = smoothstep(-0.06, 0.30, y)
        out += (snowed - out) * (cover * stand * veil)[..., None]
    out = bokeh(out, 0.026 * side)
    return _lights(canvas, rng, z, out)


_WOOD_ROWS = (  # colour, trees a frame's width, half width and height in the frame's shorter side, cover; far to near
    ("#a3b6cf", 20, (0.030, 0.055), (0.35, 0.70), 0.70),
    ("#7890b0", 10, (0.040, 0.075), (0.60, 1.20), 0.75),
    ("#4d6484", 5, (0.050, 0.095), (1.00, 2.00), 0.80),
)


def _boughs(canvas: Canvas, rng: np.random.Generator) -> Float:
    """(H, W): layered, drooping branches as a noise longer across than down."""
    side = min(canvas.width, canvas.height)
    field = noise(256, (_ROOM, int(rng.integers(4))), 0.7, finest=34, stretch=(2.2, 1.0))
    left, top = rng.integers(0, 256, 2)
    columns = (np.arange(canvas.width) * 230 // side + left) % 256
    rows = (np.arange(canvas.height) * 230 // side + top) % 256
    return field[np.ix_(rows, columns)]


def _trees(
    canvas: Canvas,
    rng: np.random.Generator,
    boughs: Float,
    row: tuple[int, tuple[float, float], tuple[float, float]],
) -> Float:
    """(H, W): one row of slender spruces with ragged boughs, many of them taller than the frame."""
    x, y = above(canvas, _WOOD_AWAY)
    count, half, tall = row
    wide = canvas.width / min(canvas.width, canvas.height)
    out = np.zeros((canvas.height, canvas.width), np.float32)
    number = max(2, round(count * wide))
    places = (np.arange(number) + rng.uniform(-0.42, 0.42, number)) / (number - 1) - 0.5
    for place in places:
        top = rng.uniform(*tall)
        taper = np.clip((top - y) / top, 0, 1) ** 0.8
        spread = rng.uniform(*half) * (0.12 + taper) * np.exp(0.32 * boughs)
        crown = smoothstep(1.3, 0.6, np.abs(x - place * wide * 1.1) / np.maximum(spread, 1e-4)) * (taper > 0)
        out = np.maximum(out, crown * rng.uniform(0.5, 1.0))
    return out


def _lights(canvas: Canvas, rng: np.random.Generator, z: float, wood: Float) -> Float:
    """`wood` (H, W, 3) with warm lamps among the trees: discs of light in loose groups, and their glow in the mist."""
    side = min(canvas.width, canvas.height)
    seam = canvas.line(z) * canvas.height
    warm = [hex_to_linear(code) for code in ("#ffca86", "#ffdfae", "#ffbd70")]
    out = wood
    rows, columns = np.indices(out.shape[:2], dtype=np.float32)
    for _ in range(3):
        group = rng.uniform(0.05, 0.95) * canvas.width, seam - rng.uniform(0.07, 0.24) * side
        glow = np.exp(-(((columns - group[0]) / (0.20 * side)) ** 2) - ((rows - group[1]) / (0.14 * side)) ** 2)
        out = out + (0.06 * glow)[..., None] * hex_to_linear("#ffcf98")
        for _ in range(int(rng.integers(2, 5))):
            centre = group[0] + rng.normal() * 0.08 * side, group[1] + rng.normal() * 0.04 * side
            cover = _disc(rows, columns, centre, rng.uniform(0.011, 0.024) * side) * rng.uniform(0.2, 0.6)
            out = out + (warm[int(rng.integers(3))] * 1.05 - out) * cover[..., None]
    return out.astype(np.float32)


def _disc(rows: Float, columns: Float, centre: tuple[float, float], radius: float) -> Float:
    """(H, W): a point of light out of focus: a soft-edged disc, a little brighter towards its rim."""
    away = np.hypot(columns - centre[0], rows - centre[1]) / radius
    return smoothstep(1.0 + 1.0 / radius, 1.0 - 1.0 / radius, away) * (0.8 + 0.2 * np.clip(away, 0, 1) ** 3)


def warm_dark(canvas: Canvas, z: float) -> Float:
    """(H, W, 3): a dark, reeded wall in a pool of warm light, and a few points of gold before it."""
    rng = canvas.rng(_ROOM)
    side = min(canvas.width, canvas.height)
    x, y = above(canvas, z)
    centre = rng.uniform(-0.30, -0.04)
    spot = np.exp(-(((x - centre) / 0.36) ** 2) - (((y - 0.30) / 0.36) ** 2))
    halo = np.exp(-(((x - centre) / 0.75) ** 2) - (((y - 0.25) / 0.65) ** 2))
    turn = ((x / 0.066 + rng.uniform(0, 1)) % 1 - 0.5) * 2.6
    reeds = np.maximum(np.cos(turn + 0.75), 0) ** 1.2
    reeds = blur(np.repeat(reeds, 4, axis=0), 0.011 * side, 0.01)[:1]
    light = hex_to_linear("#8a6a48") * (0.42 * spot + 0.07 * halo)[..., None] * (0.45 + 0.85 * reeds)[..., None]
    out = hex_to_linear("#100e0d") + light
    gold = [hex_to_linear(code) for code in ("#f0c06a", "#d99b43", "#ffe0a0")]
    rows, columns = np.indices(out.shape[:2], dtype=np.float32)
    for number in range(6):
        beside = (-1 if number % 2 else 1) * rng.uniform(0.24, 0.52) * canvas.width
        middle = canvas.width / 2 + beside, canvas.height * canvas.line(z) - rng.uniform(0.10, 0.75) * side
        disc = _disc(rows, columns, middle, rng.uniform(0.010, 0.026) * side)
        out = out + (disc * rng.uniform(0.03, 0.14))[..., None] * gold[int(rng.integers(3))]
    return out.astype(np.float32)
