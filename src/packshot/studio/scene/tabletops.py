"""Quiet tables and walls of real materials: marble, wood, concrete and linen."""

from __future__ import annotations

from math import inf

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene import textures
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.focus import grow, small, soften, softness
from packshot.studio.scene.lay import Ground, flat, ground_before, lay
from packshot.studio.scene.paint import blur, mix, pool, smoothstep, vignette
from packshot.studio.scene.scene import Light, Scene, Surface

_SLAB, _ROOM = 1, 2  # layers of the canvas's generator


def slid(canvas: Canvas, span: float) -> tuple[float, float]:
    """Which part of a tile `span` units wide lies under the product."""
    x, z = canvas.rng(_SLAB).uniform(0, span, 2)
    return float(x), float(z)


def meet(canvas: Canvas, wall: Float, floor: Float, ground: Ground, z: float, aperture: float, crease: float) -> Float:
    """`wall` (H, W, 3) with `floor` (rows, W, 3) laid before it, their seam as soft as the lens leaves it.

    `crease` 0..1 is how much less light reaches the corner between them; it fades over a tenth of a unit or two.
    """
    seam = canvas.line(z) * canvas.height
    blurred = max(0.7, 1.6 * float(softness(canvas, z, aperture)))
    rows = canvas.v[:, 0] * canvas.height
    part = smoothstep(seam - blurred, seam + blurred, rows)[ground.top :, None, None]
    reach = 0.16 * min(canvas.width, canvas.height) / (1 + z / 2)
    dimmer = 1 - crease * np.exp(-np.abs(rows - seam) / np.where(rows < seam, reach, reach * 0.6)).astype(np.float32)
    out = wall
    out[ground.top :] += (floor - out[ground.top :]) * part
    out *= dimmer[:, None, None]
    return out


# marble
MARBLE_WHITE, MARBLE_GREY = hex_to_linear("#e8e6e3"), hex_to_linear("#8b8e95")


def _marble_colour(pixels: Float) -> Float:
    tone = np.clip(0.08 + 0.14 * pixels[..., 0], 0, 1) + 0.75 * pixels[..., 1]
    return mix(MARBLE_WHITE, MARBLE_GREY, np.minimum(tone, 1)[..., None])


def marble(canvas: Canvas) -> Float:
    """A honed Carrara table before a light plaster wall."""
    z, aperture = 1.5, 0.022
    ground = ground_before(canvas, z)
    tile = textures.carrara()
    stone = soften(canvas, lay(tile, ground, slid(canvas, tile.span)), ground, aperture)
    floor = _marble_colour(stone)
    scout = small(canvas)
    wall = hex_to_linear("#dbd8d3") * (0.62 + 0.42 * pool(scout, (0.2, 0.12), (0.75, 0.8)))
    out = meet(canvas, grow(canvas, wall), floor, ground, z, aperture, 0.22)
    light = 0.86 + 0.2 * pool(scout, (0.36, 0.78), (0.7, 0.5))
    out *= grow(canvas, light * vignette(scout, 0.16))[..., None]
    return out


def marble_top(canvas: Canvas) -> Float:
    tile = textures.carrara()
    out = _marble_colour(lay(tile, flat(canvas), slid(canvas, tile.span)))
    scout = small(canvas)
    out *= grow(canvas, (0.84 + 0.22 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.14))[..., None]
    return out


SCENES: tuple[Scene, ...] = (
    Scene("marble", "Marble", "x", marble, marble_top, light=Light(), surface=Surface(0.2, 0.9)),
)
