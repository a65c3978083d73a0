"""Quiet tables and walls of real materials: marble, wood, concrete and linen."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene import textures
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.corner import meet, slid
from packshot.studio.scene.focus import grow, small, soften, softness
from packshot.studio.scene.lay import Ground, flat, ground_before, lay, upright
from packshot.studio.scene.paint import blur, mix, pool, smoothstep, vignette
from packshot.studio.scene.room import sunny_room
from packshot.studio.scene.scene import Light, Scene, Surface

_WINDOW = 2  # a layer of the canvas's generator


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


# wood
OAK_PALE, OAK_DARK = hex_to_linear("#e0bc8c"), hex_to_linear("#62401f")


def wood(canvas: Canvas) -> Float:
    """An oak table in a warm, bright room that is far out of focus."""
    z, aperture = 1.5, 0.026
    ground = ground_before(canvas, z)
    tile = textures.oak()
    floor = mix(OAK_PALE, OAK_DARK, soften(canvas, lay(tile, ground, slid(canvas, tile.span)), ground, aperture)[..., None])
    scout = small(canvas)
    out = meet(canvas, grow(canvas, sunny_room(scout, z)), floor, ground, z, aperture, 0.0)
    light = 0.80 + 0.3 * pool(scout, (0.3, 0.7), (0.7, 0.55))
    out *= grow(canvas, light * vignette(scout, 0.2))[..., None]
    return out


def wood_top(canvas: Canvas) -> Float:
    tile = textures.oak()
    out = mix(OAK_PALE, OAK_DARK, lay(tile, flat(canvas), slid(canvas, tile.span))[..., None])
    scout = small(canvas)
    out *= grow(canvas, (0.74 + 0.28 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.18))[..., None]
    return out


# concrete
CONCRETE_WALL, CONCRETE_FLOOR = hex_to_linear("#a3a19d"), hex_to_linear("#aeaca8")
SUN = (0.85, 0.33)


def concrete(canvas: Canvas) -> Float:
    """A cast concrete wall and floor with the light of a window across both."""
    z, aperture = 1.1, 0.012
    ground = ground_before(canvas, z)
    tile = textures.concrete()
    offset = slid(canvas, tile.span)
    floor = CONCRETE_FLOOR * soften(canvas, lay(tile, ground, offset), ground, aperture)[..., None]
    x, height = upright(canvas, z)
    wall = lay(tile, Ground(0, x, height), (offset[1], offset[0]))
    wall = CONCRETE_WALL * blur(wall, float(softness(canvas, z, aperture)))[..., None]
    out = meet(canvas, wall, floor, ground, z, aperture, 0.3)
    scout = small(canvas)
    light = daylight(0.55 + 0.16 * pool(scout, (0.3, 0.35), (0.8, 0.8))[..., 0], 0.55 * window_light(scout, z, SUN))
    out *= grow(canvas, light * vignette(scout, 0.2))
    return out


def concrete_top(canvas: Canvas) -> Float:
    tile = textures.concrete()
    out = CONCRETE_FLOOR * lay(tile, flat(canvas), slid(canvas, tile.span))[..., None]
    scout = small(canvas)
    ground = flat(scout)
    sky = 0.55 + 0.14 * pool(scout, (0.25, 0.2), (0.9, 0.9))[..., 0]
    light = daylight(sky, 0.45 * panes(scout, ground.x, 0, ground.z, SUN))
    out *= grow(canvas, light * vignette(scout, 0.16))
    return out


SKYLIGHT, SUNLIGHT = np.float32([0.97, 1.0, 1.045]), np.float32([1.035, 1.0, 0.945])


def daylight(sky: Float, sun: Float) -> Float:
    """(H, W, 3): cool light from everywhere and warm light from the sun, by their strengths (H, W)."""
    return sky[..., None] * SKYLIGHT + sun[..., None] * SUNLIGHT


def window_light(canvas: Canvas, wall: float, sun: tuple[float, float]) -> Float:
    """(H, W): what of the sun comes through a window on the left to the floor and to a wall `wall` units behind."""
    x, height = upright(canvas, wall)
    out = panes(canvas, x, height, wall, sun)
    ground = ground_before(canvas, wall)
    out[ground.top :] = np.where(ground.z < wall, panes(canvas, ground.x, 0, ground.z, sun), out[ground.top :])
    return out


_WINDOW_AWAY = 3.0  # floor units from the product to the window's wall
_PENUMBRA = 0.045


def panes(canvas: Canvas, x: Float, height: Float | float, z: Float | float, sun: tuple[float, float]) -> Float:
    """The sun's light, 0..1, at points of the room, each traced back along `sun` to the panes of the window.

    `sun` is the run of a shadow per unit of height, (right, away), as in Light.direction.
    """
    rng = canvas.rng(_WINDOW)
    pane, tall, bar = 0.85, 0.8, 0.06
    travelled = (x + _WINDOW_AWAY) / sun[0]
    along = np.asarray(z - sun[1] * travelled, np.float32)
    up = np.asarray(height + travelled, np.float32)
    product_along, product_up = -sun[1] / sun[0] * _WINDOW_AWAY, _WINDOW_AWAY / sun[0]
    columns = _bars((along - product_along) / pane + 0.5 + rng.uniform(-0.2, 0.2), bar / pane, _PENUMBRA / pane)
    head = product_up + rng.uniform(0.75, 1.0)
    sill = head - 3 * tall
    rungs = _bars((head - up) / tall, bar / tall, _PENUMBRA / tall)
    soft = _PENUMBRA * 1.5
    inside = smoothstep(sill - soft, sill + soft, up) * smoothstep(head + soft, head - soft, up)
    return (columns * rungs * inside).astype(np.float32)


def _bars(places: Float, width: float, soft: float) -> Float:
    """0 on the bars that stand at every whole number, 1 between, with soft edges."""
    away = np.abs(places - np.round(places))
    return smoothstep(width / 2 - soft, width / 2 + soft, away)


# linen
FLAX = hex_to_linear("#e0d7c9")


def linen(canvas: Canvas) -> Float:
    """A table draped in linen that runs into a softly lit linen curtain."""
    z, aperture = 1.9, 0.024
    ground = ground_before(canvas, z)
    weave, folds = textures.linen(), textures.drape()
    cloth = lay(weave, ground, slid(canvas, weave.span)) * (0.35 + 0.65 * lay(folds, ground, slid(canvas, folds.span)))
    floor = FLAX * soften(canvas, cloth, ground, aperture)[..., None]
    scout = small(canvas)
    out = meet(canvas, grow(canvas, FLAX * curtain(scout)[..., None]), floor, ground, z, aperture * 2, 0.12)
    light = 0.78 + 0.24 * pool(scout, (0.3, 0.6), (0.75, 0.7))
    out *= grow(canvas, light * vignette(scout, 0.16))[..., None]
    return out


def curtain(canvas: Canvas) -> Float:
    """(H, W): the brightness of cloth hanging in soft, uneven folds, out of focus."""
    rng = canvas.rng(_WINDOW)
    side = min(canvas.width, canvas.height)
    x = (canvas.u[0] - 0.5) * (canvas.width / side)
    lean = (canvas.v - 0.5) * (canvas.height / side)
    folds = np.zeros((canvas.height, canvas.width), np.float32)
    for waves in (1.3, 2.1, 3.4):
        strength, phase, drift = rng.uniform(0.6, 1.0), rng.uniform(0, 1), rng.uniform(-0.12, 0.12)
        turn = (x[None] + drift * lean) * waves + phase + 0.22 * np.sin(2 * np.pi * (x[None] * 0.6 + phase))
        folds += (strength / waves * np.sin(2 * np.pi * turn)).astype(np.float32)
    return (0.86 + 0.07 * folds).astype(np.float32)


def linen_top(canvas: Canvas) -> Float:
    weave, folds = textures.linen(), textures.drape()
    ground = flat(canvas)
    cloth = lay(weave, ground, slid(canvas, weave.span)) * (0.3 + 0.7 * lay(folds, ground, slid(canvas, folds.span)))
    out = FLAX * cloth[..., None]
    scout = small(canvas)
    out *= grow(canvas, (0.8 + 0.24 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.14))[..., None]
    return out


SCENES: tuple[Scene, ...] = (
    Scene("marble", "Marble", "x", marble, marble_top, light=Light(), surface=Surface(0.2, 0.9)),
    Scene("wood", "Wood", "x", wood, wood_top, light=Light(tint=(0.92, 1, 1.1)), surface=Surface(0.05, 2.0)),
    Scene("concrete", "Concrete", "x", concrete, concrete_top, light=Light(SUN, 0.7)),
    Scene("linen", "Linen", "x", linen, linen_top, light=Light(tint=(0.95, 1, 1.08), cast=.35)),
)
