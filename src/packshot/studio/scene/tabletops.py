"""Quiet tables of real materials: marble, wood, concrete and linen."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.corner import crease, ground_before, meet, seam_at, upright
from packshot.studio.scene.daylight import daylight, panes, window_light
from packshot.studio.scene.draws import Draw
from packshot.studio.scene.focus import grow, shine, small, soften, softness
from packshot.studio.scene.lay import Ground, coloured, flat, lay, lit, slid
from packshot.studio.scene.paint import blur, pool, vignette
from packshot.studio.scene.room import sunny_room
from packshot.studio.scene.scene import Light, Scene, Surface
from packshot.studio.scene.textures import cloth, oak, stone


def _from_the_window(canvas: Canvas, least: float, most: float) -> Float:
    """(H, W, 1): soft light on a flat lay from the upper left, `most` there and `least` where none of it arrives."""
    return least + (most - least) * pool(canvas, (0.25, 0.2), (0.9, 0.9))


# Marble: white is what lies between the veins, grey what clouds and veins are drawn in.
_CARRARA_WHITE, _CARRARA_GREY = hex_to_linear("#e8e6e3"), hex_to_linear("#8b8e95")
_PLASTER = hex_to_linear("#dedbd6")


def _carrara(slab: Float) -> Float:
    ink = _CARRARA_GREY - _CARRARA_WHITE
    return coloured(slab, _CARRARA_WHITE + 0.08 * ink, 0.14 * ink, 0.75 * ink)


def marble(canvas: Canvas) -> Float:
    """A honed Carrara table before a light plaster wall."""
    z, aperture = 1.5, 0.022
    seam = seam_at(canvas, z, aperture)
    ground, tile = ground_before(canvas, seam), stone.carrara()
    slab = soften(canvas, lay(tile, ground, slid(canvas, tile)), ground, aperture)
    scout = small(canvas)
    wall = _PLASTER * (0.72 + 0.36 * pool(scout, (0.2, 0.12), (0.75, 0.8)))
    out = meet(canvas, grow(canvas, wall), _carrara(slab), ground, seam)
    light = 0.88 + 0.2 * pool(scout, (0.36, 0.78), (0.7, 0.5))
    shine(canvas, out, light * crease(scout, z, 0.22)[..., None] * vignette(scout, 0.16))
    return out


def marble_from_above(canvas: Canvas) -> Float:
    """The Carrara table from straight above."""
    tile = stone.carrara()
    out = _carrara(lay(tile, flat(canvas), slid(canvas, tile)))
    scout = small(canvas)
    shine(canvas, out, _from_the_window(scout, 0.86, 1.08) * vignette(scout, 0.14))
    return out


_OAK_PALE, _OAK_DARK = hex_to_linear("#debc90"), hex_to_linear("#624124")


def _oak(tone: Float) -> Float:
    return coloured(tone, _OAK_PALE, _OAK_DARK - _OAK_PALE)


def wood(canvas: Canvas) -> Float:
    """An oak table in a warm, bright room that is far out of focus."""
    z, aperture = 1.5, 0.024
    seam = seam_at(canvas, z, aperture)
    ground, tile = ground_before(canvas, seam), oak.oak()
    tone = soften(canvas, lay(tile, ground, slid(canvas, tile)), ground, aperture)
    scout = small(canvas)
    out = meet(canvas, grow(canvas, sunny_room(scout, z)), _oak(tone), ground, seam)
    light = 0.83 + 0.28 * pool(scout, (0.3, 0.7), (0.7, 0.55))
    shine(canvas, out, light * vignette(scout, 0.17))
    return out


def wood_from_above(canvas: Canvas) -> Float:
    """The oak table from straight above."""
    tile = oak.oak()
    out = _oak(lay(tile, flat(canvas), slid(canvas, tile)))
    scout = small(canvas)
    shine(canvas, out, _from_the_window(scout, 0.76, 1.05) * vignette(scout, 0.18))
    return out


_CAST, _GROUND = hex_to_linear("#a8a6a2"), hex_to_linear("#b3b1ad")
_SUN = (0.85, 0.33)


def concrete(canvas: Canvas) -> Float:
    """A cast concrete wall and floor with the light of a window across both."""
    z, aperture = 1.1, 0.012
    seam = seam_at(canvas, z, aperture)
    ground, tile = ground_before(canvas, seam), stone.concrete()
    right, away = slid(canvas, tile)
    floor = lit(soften(canvas, lay(tile, ground, (right, away)), ground, aperture), _GROUND)
    x, height = upright(canvas, z)
    cast = blur(lay(tile, Ground(0, x, height), (away, right)), float(softness(canvas, z, aperture)))
    out = meet(canvas, lit(cast, _CAST), floor, ground, seam)
    scout = small(canvas)
    sky = 0.60 + 0.16 * pool(scout, (0.3, 0.35), (0.8, 0.8))
    light = daylight(sky, 0.50 * window_light(scout, z, _SUN))
    shine(canvas, out, light * crease(scout, z, 0.3)[..., None] * vignette(scout, 0.2))
    return out


def concrete_from_above(canvas: Canvas) -> Float:
    """The concrete floor from straight above."""
    tile = stone.concrete()
    out = lit(lay(tile, flat(canvas), slid(canvas, tile)), _GROUND)
    scout = small(canvas)
    ground = flat(scout)
    light = daylight(_from_the_window(scout, 0.58, 0.72), 0.42 * panes(scout, ground.x, 0.0, ground.z, _SUN))
    shine(canvas, out, light * vignette(scout, 0.16))
    return out


_FLAX = hex_to_linear("#e0d7c9")


def _cloth(canvas: Canvas, ground: Ground, folded: float) -> Float:
    """(rows, W): woven cloth over `ground`, its folds lit as strongly as `folded` 0..1 says."""
    weave, folds = cloth.linen(), cloth.drape()
    woven = lay(weave, ground, slid(canvas, weave))
    woven *= 1 - folded + folded * lay(folds, ground, slid(canvas, folds))
    return woven


def linen(canvas: Canvas) -> Float:
    """A table draped in linen before a softly lit linen curtain."""
    z, aperture = 1.9, 0.024
    seam = seam_at(canvas, z, 2 * aperture)
    ground = ground_before(canvas, seam)
    woven = soften(canvas, _cloth(canvas, ground, 0.65), ground, aperture)
    scout = small(canvas)
    curtain = lit(_hung(scout), _FLAX)
    out = meet(canvas, grow(canvas, curtain), lit(woven, _FLAX), ground, seam)
    light = 0.85 + 0.22 * pool(scout, (0.3, 0.6), (0.75, 0.7))
    shine(canvas, out, light * crease(scout, z, 0.12)[..., None] * vignette(scout, 0.16))
    return out


def linen_from_above(canvas: Canvas) -> Float:
    """Linen cloth in gentle folds from straight above."""
    out = lit(_cloth(canvas, flat(canvas), 0.7), _FLAX)
    scout = small(canvas)
    shine(canvas, out, _from_the_window(scout, 0.8, 1.04) * vignette(scout, 0.14))
    return out


def _hung(canvas: Canvas) -> Float:
    """(H, W): the brightness of cloth that hangs in soft, uneven folds, out of focus."""
    rng = canvas.rng(Draw.ROOM)
    side = min(canvas.width, canvas.height)
    x = (canvas.u - 0.5) * (canvas.width / side)
    y = (canvas.v - 0.5) * (canvas.height / side)
    folds = np.zeros((canvas.height, canvas.width), np.float32)
    for waves in (1.3, 2.1, 3.4):
        strength, phase, lean = rng.uniform(0.6, 1.0), rng.uniform(0, 1), rng.uniform(-0.12, 0.12)
        uneven = 0.22 * np.sin(2 * np.pi * (0.6 * x + phase))
        folds += strength / waves * np.sin(2 * np.pi * ((x + lean * y) * waves + phase + uneven))
    return (0.89 + 0.07 * folds).astype(np.float32)


SCENES: tuple[Scene, ...] = (
    Scene(
        "marble",
        "Marble",
        "A honed white Carrara table before a light wall; for cosmetics, jewellery and anything fine.",
        marble,
        marble_from_above,
        light=Light(contact=0.85, cast=0.4, ambient=0.5, tint=(1.02, 1.0, 0.97)),
        surface=Surface(reflection=0.18, roughness=0.9),
    ),
    Scene(
        "wood",
        "Wood",
        "An oak table in a sunny room with a garden behind; for kitchen, food and things made by hand.",
        wood,
        wood_from_above,
        light=Light(contact=0.85, cast=0.48, ambient=0.55, tint=(0.92, 1.0, 1.1)),
        surface=Surface(reflection=0.05, roughness=2.0, falloff=0.25),
    ),
    Scene(
        "concrete",
        "Concrete",
        "Bare concrete with window light across it; for tools, bags, shoes and electronics.",
        concrete,
        concrete_from_above,
        light=Light(_SUN, softness=0.6, contact=0.85, cast=0.5, ambient=0.5, tint=(1.03, 1.0, 0.96)),
    ),
    Scene(
        "linen",
        "Linen",
        "Natural linen in soft folds; for clothes, textiles, ceramics and care products.",
        linen,
        linen_from_above,
        light=Light(softness=1.2, contact=0.8, cast=0.38, ambient=0.5, tint=(0.94, 1.0, 1.08)),
    ),
)
