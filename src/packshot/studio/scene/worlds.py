"""Sets that are a place of their own: a winter dusk, a dark and golden room, a pastel podium."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene import textures
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.corner import meet, slid
from packshot.studio.scene.focus import grow, small, soften
from packshot.studio.scene.lay import flat, ground_before, lay
from packshot.studio.scene.paint import blur, mix, pool, smoothstep, vignette
from packshot.studio.scene.podium import inlay, podium
from packshot.studio.scene.room import dusk_forest, warm_dark
from packshot.studio.scene.scene import Light, Scene, Surface

_FLAKES, _DRIFTS = 4, 6  # layers of the canvas's generator
SNOW_LIT, SNOW_SHADE = hex_to_linear("#eef4fb"), hex_to_linear("#8fa8c8")


def _snow_colour(light: Float) -> Float:
    """Snow's shade is blue: what the sun leaves out, the sky lights."""
    return mix(SNOW_SHADE, SNOW_LIT, ((light - 0.45) / 0.6)[..., None])


def winter(canvas: Canvas) -> Float:
    """Fresh snow at dusk before a misty wood."""
    z, aperture = 2.4, 0.028
    ground = ground_before(canvas, z, rim=0.05)
    tile = textures.snow()
    floor = _snow_colour(soften(canvas, lay(tile, ground, slid(canvas, tile.span)), ground, aperture))
    scout = small(canvas)
    out = meet(canvas, grow(canvas, dusk_forest(scout, z)), floor, ground, z, aperture * 2.2, 0.0, drifts(canvas))
    light = 0.80 + 0.18 * pool(scout, (0.36, 0.78), (0.7, 0.5))
    out *= grow(canvas, light * vignette(scout, 0.16))[..., None]
    return out


def drifts(canvas: Canvas) -> Float:
    """(W,): how far the snow on the horizon rises, in the frame's shorter side."""
    rng = canvas.rng(_DRIFTS)
    x = (canvas.u[0] - 0.5) * (canvas.width / min(canvas.width, canvas.height))
    waves = [np.sin(2 * np.pi * (x * turns + rng.uniform(0, 1))) / turns for turns in (0.45, 1.1, 1.9)]
    return (0.008 * sum(waves)).astype(np.float32)


def winter_top(canvas: Canvas) -> Float:
    tile = textures.snow()
    out = _snow_colour(lay(tile, flat(canvas), slid(canvas, tile.span)))
    scout = small(canvas)
    out *= grow(canvas, (0.80 + 0.18 * pool(scout, (0.25, 0.2), (0.9, 0.9))) * vignette(scout, 0.14))[..., None]
    return out


def falling_snow(canvas: Canvas, picture: Float, alpha: Float) -> Float:
    """`picture` (H, W, 3) with a few flakes drifting behind the product; where `alpha` is 1 it stays as it is."""
    rng = canvas.rng(_FLAKES)
    side = min(canvas.width, canvas.height)
    flakes = np.zeros((canvas.height, canvas.width), np.float32)
    wide = canvas.width * canvas.height / side**2
    for count, size, strength, edge in ((70, (0.0012, 0.0026), (0.25, 0.7), 0.7), (14, (0.005, 0.011), (0.08, 0.22), 0.5)):
        for _ in range(round(count * wide)):
            centre = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height * 0.97)
            _flake(flakes, centre, rng.uniform(*size) * side, rng.uniform(*strength), edge)
    return picture + (np.maximum(0.95 - picture, 0)) * (flakes * (1 - alpha))[..., None]


def _flake(flakes: Float, centre: tuple[float, float], radius: float, strength: float, edge: float) -> None:
    reach = radius * (1 + edge) + 1
    left, top = max(int(centre[0] - reach), 0), max(int(centre[1] - reach), 0)
    patch = flakes[top : int(centre[1] + reach) + 2, left : int(centre[0] + reach) + 2]
    rows, columns = np.indices(patch.shape, dtype=np.float32)
    away = np.hypot(columns + left + 0.5 - centre[0], rows + top + 0.5 - centre[1]) / radius
    np.maximum(patch, strength * smoothstep(1 + edge, 1 - edge, away), out=patch)


BLACK, SMOKE, GOLD = hex_to_linear("#171617"), hex_to_linear("#2c2a29"), hex_to_linear("#d2ab68")


def _portoro_colour(stone: Float) -> Float:
    body = mix(BLACK, SMOKE, 0.4 + 0.4 * stone[..., :1])
    return mix(body, GOLD, 0.75 * stone[..., 1:])


def luxury(canvas: Canvas) -> Float:
    """Polished black stone with golden veins, and a dark wall in a pool of warm light that the stone mirrors."""
    z, aperture = 1.6, 0.022
    ground = ground_before(canvas, z)
    tile = textures.portoro()
    floor = _portoro_colour(soften(canvas, lay(tile, ground, slid(canvas, tile.span)), ground, aperture))
    scout = small(canvas)
    wall = warm_dark(scout, z)
    lit = 0.45 + 0.85 * pool(scout, (0.45, 0.84), (0.5, 0.26))
    floor *= grow(canvas, lit)[ground.top :, :, None]
    floor += grow(canvas, mirrored(scout, wall, z))[ground.top :]
    out = meet(canvas, grow(canvas, wall), floor, ground, z, aperture, 0.25)
    out *= grow(canvas, vignette(scout, 0.3))[..., None]
    return out


def mirrored(canvas: Canvas, wall: Float, z: float) -> Float:
    """(H, W, 3): `wall` as polished stone throws it back, weaker towards the camera (Fresnel's law, roughly)."""
    seam = canvas.line(z) * canvas.height
    rows = np.arange(canvas.height)
    image = wall[np.clip(np.round(2 * seam - rows), 0, canvas.height - 1).astype(int)]
    side = min(canvas.width, canvas.height)
    below = np.clip((rows - seam) / (0.5 * side), 0, 1).astype(np.float32)
    return blur(image, 0.012 * side, 0.03 * side) * (0.05 + 0.5 * (1 - below) ** 2.5)[:, None, None]


def luxury_top(canvas: Canvas) -> Float:
    tile = textures.portoro()
    out = _portoro_colour(lay(tile, flat(canvas), slid(canvas, tile.span)))
    scout = small(canvas)
    out *= grow(canvas, (0.7 + 0.9 * pool(scout, (0.4, 0.4), (0.6, 0.6))) * vignette(scout, 0.3))[..., None]
    return out


SCENES: tuple[Scene, ...] = (
    Scene("winter", "Winter", "x", winter, winter_top, light=Light(tint=(1.25, 1.05, 0.8), cast=0.35), overlay=falling_snow),
    Scene("luxury", "Luxury", "x", luxury, luxury_top, light=Light(cast=0.25, contact=0.9), surface=Surface(0.4, 0.5)),
    Scene("podium", "Podium", "x", podium, inlay, fill=0.5, ground=0.74, light=Light((0.35, 0.15), cast=0.3)),
)
