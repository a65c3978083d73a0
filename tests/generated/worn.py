"""Things one wears or carries, standing: bags, shoes, spectacles and headphones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .draw import Draw, Part, turned
from .materials import Material
from .shapes import Float, Mesh, box, chaikin, ellipsoid, revolve, surface, tube


def bag(draw: Draw) -> list[Part]:
    """A handbag with a handle one can see through."""
    wide, high, deep = draw.between(0.7, 0.95), draw.between(0.45, 0.65), draw.between(0.16, 0.26)
    taper = draw.between(0.72, 0.98)
    around = np.linspace(0, 2 * np.pi, 73)
    level = np.linspace(0, 1, 30)[:, None]
    width = wide / 2 * (1 + (taper - 1) * level)
    depth = deep / 2 * (1 - 0.75 * level**1.5)
    square = 0.45
    c, s = np.cos(around), np.sin(around)
    x = width * np.sign(s) * np.abs(s) ** square
    z = -depth * np.sign(c) * np.abs(c) ** square
    x, z = x + 0 * level, z + 0.01 * np.sin(6 * x + 3) * np.sin(5 * level)
    grid = np.stack([x, high * level + 0 * x, z], axis=-1)
    ends = [np.stack([grid[row, :, 0] * 0.0, grid[row, :, 1], grid[row, :, 2] * 0.0], axis=-1) for row in (0, -1)]
    body = surface(np.concatenate([ends[0][None], grid, ends[1][None]]).astype(np.float32), wrap=True)
    leather = draw.leather()
    foot, top = width[-1, 0] * draw.between(0.4, 0.7), high + draw.between(0.18, 0.38)
    loop = chaikin(
        [
            (-foot, high - 0.1, 0),
            (-foot * 1.05, top * 0.95, 0),
            (-foot * 0.5, top, 0),
            (foot * 0.5, top, 0),
            (foot * 1.05, top * 0.95, 0),
            (foot, high - 0.1, 0),
        ],
        4,
    )
    turn = draw.between(-35, 35)
    parts = [Part(body, leather)]
    for side in (-1, 1):
        shift = side * deep * 0.14
        parts.append(
            Part(
                tube(loop + np.array([0.02 * side, 0, 0]), draw.between(0.014, 0.022), 12).moved(z=shift),
                leather,
            )
        )
    parts.append(
        Part(
            box((0.06, 0.04, 0.02), 0.008, 4).moved(y=high * 0.8, z=-deep * 0.5 * (1 - 0.75 * 0.8**1.5) - 0.005),
            draw.metal(),
        )
    )
    return [Part(part.mesh.turned("y", turn), part.material) for part in parts]


def headphones(draw: Draw) -> list[Part]:
    """Headphones standing on their cups under an arch."""
    span, high = draw.between(0.34, 0.42), draw.between(0.8, 0.95)
    angle = np.linspace(-1.25, 1.25, 40)
    arch = np.stack(
        [
            span * np.sin(angle) / np.sin(1.25),
            0.28 + (high - 0.28) * (np.cos(angle) - np.cos(1.25)) / (1 - np.cos(1.25)),
            0 * angle,
        ],
        axis=1,
    )
    shell, pad = draw.body(), draw.leather()
    parts = [Part(tube(arch, draw.between(0.03, 0.045), 16, flat=0.4, up=(0, 1, 0)), shell)]
    radius = draw.between(0.17, 0.22)
    for side in (-1, 1):
        cup = revolve(
            chaikin([(0, 0), (radius * 0.9, 0), (radius, 0.02), (radius, 0.07), (radius * 0.7, 0.1), (0, 0.11)], 2),
            56,
        )
        cushion = revolve(
            chaikin([(radius * 0.45, 0), (radius * 0.5, 0.07), (radius * 0.98, 0.07), (radius, 0)], 2), 56
        )
        place = np.array([side * (span + 0.0), radius + 0.01, 0])
        parts.append(Part(cup.turned("z", -90 * side).moved(*place.tolist()), shell))
        parts.append(Part(cushion.turned("z", 90 * side).moved(*place.tolist()), pad))
    return turned(parts, draw.between(-40, 40))


def shoe(draw: Draw) -> list[Part]:
    """A low shoe on a thick sole, laced, seen from the side."""
    upper = draw.leather() if draw.chance(0.5) else draw.fabric()
    rubber = replace(draw.matt(), gloss=0.2)
    length = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 60))
    sole_high, ankle = draw.between(0.05, 0.1), draw.between(0.2, 0.36)
    wide = np.interp(length, [0, 0.15, 0.4, 0.7, 0.9, 1], [0.11, 0.135, 0.12, 0.165, 0.15, 0.12])
    ends = np.sqrt(np.clip(1 - np.clip((0.12 - length) / 0.12, 0, 1) ** 2, 0, 1))
    ends *= np.sqrt(np.clip(1 - np.clip((length - 0.74) / 0.26, 0, 1) ** 2, 0, 1))
    wide = gaussian_filter1d(wide, 2) * ends
    high = np.interp(length, [0, 0.12, 0.36, 0.52, 0.76, 1], [ankle, ankle, ankle * 0.9, ankle * 0.72, 0.13, 0.1])
    high = gaussian_filter1d(high, 3) * np.maximum(ends, 0.02) ** 0.45
    around = np.linspace(0, np.pi, 33)
    square = np.interp(length, [0, 0.4, 0.7], [0.55, 0.7, 0.9])[:, None]
    z = wide[:, None] * 0.96 * np.sign(np.cos(around)) * np.abs(np.cos(around)) ** square
    y = sole_high + 0.003 + high[:, None] * np.sin(around) ** square
    x = np.repeat(length[:, None] - 0.5, 33, axis=1)
    vamp = np.stack([x, y, z], axis=-1).astype(np.float32)
    parts = [
        Part(surface(np.concatenate([vamp, vamp[:, :1]], axis=1), wrap=True), upper),
        Part(_sole(length, wide, sole_high), rubber),
    ]
    lace = draw.matt()
    for at in np.linspace(0.44, 0.7, draw.whole(3, 6)):
        row = int(np.searchsorted(length, at))
        bow = vamp[row, 9:24] * np.array([1, 1, 1.02]) + np.array([0, 0.008, 0])
        parts.append(Part(tube(bow, 0.011, 8, flat=0.6, up=(1, 0, 0)), lace))
    top = float(vamp[:24, :, 1].max())
    opening = ellipsoid((0.165, 0.02, 0.085), 36, 12).turned("z", -7).moved(x=-0.27, y=top - 0.012)
    parts.append(Part(opening, Material((0.03, 0.028, 0.026), gloss=0.05)))
    angle = np.linspace(0, 2 * np.pi, 49)[:-1]
    collar = np.stack([0.17 * np.cos(angle), 0.02 * np.cos(2 * angle), 0.092 * np.sin(angle)], axis=1)
    rim = tube(collar, 0.02, 12, closed=True, up=(0, 1, 0)).turned("z", -7).moved(x=-0.27, y=top - 0.012)
    parts.append(Part(rim, upper))
    return turned(parts, draw.between(-30, 30) + (180 if draw.chance(0.5) else 0))


def _sole(length: Float, wide: Float, high: float) -> Mesh:
    side = np.stack([length - 0.5, wide + 0.012], axis=1)
    side[[0, -1], 1] = 0
    outline = np.concatenate([side, (side * np.array([1, -1]))[::-1]])
    levels = [
        (0.0, 0.0),
        (0.96, 0.0),
        (1.0, 0.012),
        (1.02, high * 0.5),
        (1.0, high),
        (0.93, high + 0.004),
    ]
    rings = [np.stack([outline[:, 0] * s, np.full(len(outline), y), outline[:, 1] * s], axis=1) for s, y in levels]
    return surface(np.stack(rings).astype(np.float32), wrap=True)


def spectacles(draw: Draw) -> list[Part]:
    """Spectacles standing on their sides, the rims thin and empty, or filled with dark glass."""
    half, tall, thin = draw.between(0.19, 0.23), draw.between(0.14, 0.2), draw.between(0.011, 0.026)
    gap, square = draw.between(0.05, 0.08), draw.between(0.5, 1.0)
    frame = draw.metal() if draw.chance(0.2) else draw.body()
    angle = np.linspace(0, 2 * np.pi, 65)[:-1]
    c, s = np.cos(angle), np.sin(angle)
    rim_x = half * np.sign(c) * np.abs(c) ** square
    rim_y = tall * np.sign(s) * np.abs(s) ** square * (1 + 0.12 * c)
    lift = tall * 1.12 + thin
    dark = Material((0.012, 0.012, 0.014), gloss=1, roughness=0.03, grain=0.0)
    shaded = draw.chance(0.35)
    parts: list[Part] = []
    for side in (-1, 1):
        bow = 0.25 * (rim_x + half + gap) ** 2
        rim = np.stack([side * (rim_x + half + gap), rim_y + lift, bow], axis=1)
        parts.append(Part(tube(rim, thin, 12, closed=True, up=(0, 0, 1)), frame))
        if shaded:
            ring = np.linspace(0, 1, 6)[:, None, None]
            lens = rim.mean(axis=0) + ring * (np.concatenate([rim, rim[:1]]) - rim.mean(axis=0))
            parts.append(Part(surface(lens.astype(np.float32), wrap=True, closed=False), dark))
        hinge = side * (2 * half + gap), lift + tall * 0.35, 0.25 * (2 * half + gap) ** 2
        ear = [hinge, (side * (2 * half + gap + 0.02), lift + tall * 0.35, 0.4)]
        ear += [
            (side * (2 * half + gap), lift + tall * 0.25, 0.72),
            (side * (2 * half + gap - 0.04), 0.02, 0.88),
        ]
        parts.append(Part(tube(chaikin(ear, 3), thin * 0.9, 10, flat=0.6, up=(1, 0, 0)), frame))
    bridge = chaikin(
        [
            (-gap - 0.01, lift + 0.02, 0),
            (-gap * 0.5, lift + tall * 0.4, -0.02),
            (gap * 0.5, lift + tall * 0.4, -0.02),
            (gap + 0.01, lift + 0.02, 0),
        ],
        3,
    )
    parts.append(Part(tube(bridge, thin * 0.9, 10), frame))
    return turned(parts, draw.between(-40, 40))
