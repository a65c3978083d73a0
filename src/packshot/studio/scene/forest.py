"""A wood in winter dusk, far out of focus and painted small: misty spruces and a few warm lights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.draws import Draw
from packshot.studio.scene.focus import bokeh, disc, pixels
from packshot.studio.scene.lay import lit
from packshot.studio.scene.paint import mix, smoothstep
from packshot.studio.scene.room import above
from packshot.studio.scene.textures.noise import noise

_SKY, _MIST = hex_to_linear("#7f9cc2"), hex_to_linear("#c6d3e3")
_LAMPS = tuple(hex_to_linear(code) for code in ("#ffca86", "#ffdfae", "#ffbd70"))
_LAMP_GLOW = hex_to_linear("#ffcf98")
_BOUGHS_A_SIDE = 230  # samples of the boughs' noise over the frame's shorter side
_BOUGHS = 256


@dataclass(frozen=True)
class Row:
    """A row of trees in the mist: `count` in a square frame; half widths and heights in the frame's shorter side."""

    colour: str
    count: int
    half: tuple[float, float]
    tall: tuple[float, float]
    cover: float


_ROWS = (
    Row("#a3b6cf", 20, (0.030, 0.055), (0.35, 0.70), 0.70),
    Row("#7890b0", 10, (0.040, 0.075), (0.60, 1.20), 0.75),
    Row("#4d6484", 5, (0.050, 0.095), (1.00, 2.00), 0.80),
)


def dusk_forest(canvas: Canvas, z: float) -> Float:
    """(H, W, 3): the wood behind a field of snow that ends at the floor line `z`."""
    rng = canvas.rng(Draw.ROOM)
    _, y = above(canvas, z)
    out = np.repeat(mix(_MIST, _SKY, smoothstep(0.05, 0.95, y)[..., None]), canvas.width, axis=1)
    for row in _ROWS:
        boughs = _boughs(canvas, rng)
        snowed = lit(1 + 0.9 * smoothstep(0.2, 1.6, boughs), hex_to_linear(row.colour))
        stand = _trees(canvas, rng, z, row, boughs) * smoothstep(-0.06, 0.30, y)
        out = mix(out, snowed, row.cover * stand[..., None])
    out = bokeh(out, 0.026 * min(canvas.width, canvas.height))
    return _lights(canvas, rng, z, out)


def _boughs(canvas: Canvas, rng: np.random.Generator) -> Float:
    """(H, W): branches, as a noise that is longer across than down."""
    side = min(canvas.width, canvas.height)
    field = noise(_BOUGHS, (Draw.ROOM, int(rng.integers(4))), 0.7, finest=34, stretch=(2.2, 1.0))
    left, top = rng.integers(0, _BOUGHS, 2)
    columns = (np.arange(canvas.width) * _BOUGHS_A_SIDE // side + left) % _BOUGHS
    rows = (np.arange(canvas.height) * _BOUGHS_A_SIDE // side + top) % _BOUGHS
    return field[np.ix_(rows, columns)]


def _trees(canvas: Canvas, rng: np.random.Generator, z: float, row: Row, boughs: Float) -> Float:
    """(H, W): slender spruces with ragged boughs, many of them taller than the frame."""
    x, y = above(canvas, z)
    wide = canvas.width / min(canvas.width, canvas.height)
    number = max(2, round(row.count * wide))
    places = (np.arange(number) + rng.uniform(-0.42, 0.42, number)) / (number - 1) - 0.5
    out = np.zeros((canvas.height, canvas.width), np.float32)
    for place in places * (1.1 * wide):
        top = rng.uniform(*row.tall)
        taper = np.clip((top - y) / top, 0, 1) ** 0.8
        half = rng.uniform(*row.half) * (0.12 + taper) * np.exp(0.32 * boughs)
        crown = smoothstep(1.3, 0.6, (np.abs(x - np.float32(place)) / half).astype(np.float32)) * (taper > 0)
        out = np.maximum(out, crown * np.float32(rng.uniform(0.5, 1.0)))
    return out


def _lights(canvas: Canvas, rng: np.random.Generator, z: float, wood: Float) -> Float:
    """`wood` (H, W, 3) with lamps between the trees: discs of light in loose groups, and their glow in the mist."""
    side = min(canvas.width, canvas.height)
    seam = canvas.line(z) * canvas.height
    rows, columns = pixels(canvas)
    out = wood
    for _ in range(3):
        group = rng.uniform(0.05, 0.95) * canvas.width, seam - rng.uniform(0.07, 0.24) * side
        apart = ((columns - group[0]) / (0.20 * side)) ** 2 + ((rows - group[1]) / (0.14 * side)) ** 2
        out = out + lit(0.06 * np.exp(-apart), _LAMP_GLOW)
        for _ in range(int(rng.integers(2, 5))):
            centre = group[0] + rng.normal() * 0.08 * side, group[1] + rng.normal() * 0.04 * side
            cover = disc(rows, columns, centre, rng.uniform(0.011, 0.024) * side) * rng.uniform(0.2, 0.6)
            out = mix(out, _LAMPS[int(rng.integers(len(_LAMPS)))], cover[..., None])
    return out.astype(np.float32)
