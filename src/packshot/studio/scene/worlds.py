"""Sets that are a place of their own: a winter dusk, a dark and golden room, a pastel podium."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.corner import crease, ground_before, meet, seam_at
from packshot.studio.scene.draws import Draw
from packshot.studio.scene.focus import grow, shine, small, soften
from packshot.studio.scene.forest import dusk_forest
from packshot.studio.scene.lay import coloured, flat, lay, slid
from packshot.studio.scene.paint import blur, pool, smoothstep, vignette
from packshot.studio.scene.podium import LIGHT, inlay, podium, steps
from packshot.studio.scene.room import dark_room
from packshot.studio.scene.scene import Light, Scene, Surface
from packshot.studio.scene.textures import snow, stone

_SNOW_LIT, _SNOW_SHADE = hex_to_linear("#eef4fb"), hex_to_linear("#8fa8c8")
_RAISED = np.float32(0.5)  # lumps stand up, so they shorten less in depth than a flat pattern would
_DARKEST_SNOW, _BRIGHTEST_SNOW = 0.45, 1.05  # brightness at which snow has those two colours


def _snow(brightness: Float) -> Float:
    """Snow's shade is blue: what the sun leaves out, the sky lights."""
    ink = (_SNOW_LIT - _SNOW_SHADE) / (_BRIGHTEST_SNOW - _DARKEST_SNOW)
    return coloured(brightness, _SNOW_SHADE - _DARKEST_SNOW * ink, ink)


def winter(canvas: Canvas) -> Float:
    """Fresh snow at dusk before a misty wood."""
    z, aperture = 2.4, 0.028
    seam = seam_at(canvas, z, 2.2 * aperture, _drifts(canvas))
    ground, tile = ground_before(canvas, seam), snow.snow()
    raised = replace(ground, z=ground.z * _RAISED)
    field = soften(canvas, lay(tile, raised, slid(canvas, tile)), ground, aperture)
    scout = small(canvas)
    out = meet(canvas, grow(canvas, dusk_forest(scout, z)), _snow(field), ground, seam)
    light = 0.80 + 0.18 * pool(scout, (0.36, 0.78), (0.7, 0.5))
    shine(canvas, out, light * vignette(scout, 0.16))
    return out


def winter_from_above(canvas: Canvas) -> Float:
    """Fresh snow from straight above."""
    tile = snow.snow()
    out = _snow(lay(tile, flat(canvas), slid(canvas, tile)))
    scout = small(canvas)
    shine(canvas, out, (0.80 + 0.18 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.14))
    return out


def _drifts(canvas: Canvas) -> Float:
    """(W,): how far the snow rises over the horizon, in the frame's shorter side."""
    rng = canvas.rng(Draw.DRIFTS)
    x = (canvas.u[0] - 0.5) * (canvas.width / min(canvas.width, canvas.height))
    rise = np.zeros(canvas.width, np.float32)
    for turns in (0.45, 1.1, 1.9):
        rise += 0.008 / turns * np.sin(2 * np.pi * (x * turns + rng.uniform(0, 1)))
    return rise


# Flakes: how many in a square frame, their radius in its shorter side, how much they cover, how soft their edge is.
_FLAKES = (
    (70, (0.0012, 0.0026), (0.25, 0.70), 0.7),
    (14, (0.0050, 0.0110), (0.08, 0.22), 0.5),
)
_FLAKE_WHITE = 0.95


def falling_snow(canvas: Canvas, picture: Float, alpha: Float) -> None:
    """Paints a few flakes over `picture` (H, W, 3), but where the product's `alpha` (H, W) is 1."""
    rng = canvas.rng(Draw.FLAKES)
    side = min(canvas.width, canvas.height)
    flakes = np.zeros((canvas.height, canvas.width), np.float32)
    for count, radius, cover, edge in _FLAKES:
        for _ in range(round(count * canvas.width * canvas.height / side**2)):
            centre = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
            _flake(flakes, centre, rng.uniform(*radius) * side, rng.uniform(*cover), edge)
    flakes *= 1 - alpha
    fallen = np.nonzero(flakes)
    under = picture[fallen]
    picture[fallen] = under + np.maximum(_FLAKE_WHITE - under, 0) * flakes[fallen][:, None]


def _flake(flakes: Float, centre: tuple[float, float], radius: float, cover: float, edge: float) -> None:
    reach = radius * (1 + edge) + 1
    left, top = max(int(centre[0] - reach), 0), max(int(centre[1] - reach), 0)
    patch = flakes[top : int(centre[1] + reach) + 2, left : int(centre[0] + reach) + 2]
    rows, columns = np.indices(patch.shape, dtype=np.float32)
    away = np.hypot(columns + (left + 0.5 - centre[0]), rows + (top + 0.5 - centre[1])) / radius
    np.maximum(patch, cover * smoothstep(1 + edge, 1 - edge, away.astype(np.float32)), out=patch)


_BLACK, _SMOKE, _GOLD = hex_to_linear("#171617"), hex_to_linear("#2c2a29"), hex_to_linear("#d2ab68")


def _portoro(slab: Float) -> Float:
    smoke = _SMOKE - _BLACK
    return coloured(slab, _BLACK + 0.4 * smoke, 0.4 * smoke, 0.6 * (_GOLD - _BLACK))


def luxury(canvas: Canvas) -> Float:
    """Polished black stone with golden veins, mirroring a dark wall in a pool of warm light."""
    z, aperture = 1.6, 0.017
    seam = seam_at(canvas, z, aperture)
    ground, tile = ground_before(canvas, seam), stone.portoro()
    floor = _portoro(soften(canvas, lay(tile, ground, slid(canvas, tile)), ground, aperture))
    scout = small(canvas)
    wall = dark_room(scout, z)
    dim = crease(scout, z, 0.25)[..., None] * vignette(scout, 0.3)
    shine(canvas, floor, (0.45 + 0.85 * pool(scout, (0.45, 0.84), (0.5, 0.26))) * dim)
    floor += grow(canvas, _mirrored(scout, wall, z) * dim)[ground.top :]
    return meet(canvas, grow(canvas, wall * dim), floor, ground, seam)


def _mirrored(canvas: Canvas, wall: Float, z: float) -> Float:
    """(H, W, 3): `wall` as polished stone throws it back: the less, the more steeply the camera looks on it."""
    side = min(canvas.width, canvas.height)
    seam = canvas.line(z) * canvas.height
    rows = np.arange(canvas.height)
    image = wall[np.clip(np.rint(2 * seam - rows), 0, canvas.height - 1).astype(int)]
    near = np.clip((rows - seam) / (0.5 * side), 0, 1).astype(np.float32)
    return blur(image, 0.012 * side, 0.03 * side) * (0.05 + 0.5 * (1 - near[:, None, None]) ** 2.5).astype(np.float32)


def luxury_from_above(canvas: Canvas) -> Float:
    """The black stone from straight above, in a pool of light."""
    tile = stone.portoro()
    out = _portoro(lay(tile, flat(canvas), slid(canvas, tile)))
    scout = small(canvas)
    shine(canvas, out, (0.7 + 0.9 * pool(scout, (0.4, 0.4), (0.6, 0.6))) * vignette(scout, 0.3))
    return out


SCENES: tuple[Scene, ...] = (
    Scene(
        "winter",
        "Winter",
        "Fresh snow at blue dusk, warm lights in the wood behind; for gifts and the cold season.",
        winter,
        winter_from_above,
        light=Light(softness=1.2, contact=0.75, cast=0.38, ambient=0.5, tint=(1.25, 1.05, 0.8)),
        overlay=falling_snow,
    ),
    Scene(
        "luxury",
        "Luxury",
        "Polished black stone with golden veins in warm light; for perfume, watches, jewellery and spirits.",
        luxury,
        luxury_from_above,
        light=Light(contact=0.95, cast=0.35, ambient=0.6),
        surface=Surface(reflection=0.32, roughness=0.5, falloff=0.45),
    ),
    Scene(
        "podium",
        "Podium",
        "A round pastel podium before an arched niche; for cosmetics, toys and small electronics.",
        podium,
        inlay,
        fill=0.5,
        ground=0.74,
        light=Light(LIGHT, contact=0.8, cast=0.4, ambient=0.5, tint=(0.9, 1.02, 1.08)),
        steps=steps,
    ),
)
