"""Products that stand: how each kind is built from shapes and materials, about one unit large, on the floor at y = 0."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np

from .draw import GREENS, Draw, Part
from .materials import Material
from .shapes import Mesh, box, chaikin, join, revolve, surface, tube


def bottle(draw: Draw) -> list[Part]:
    """An opaque bottle with a shoulder, a neck and a cap."""
    wide, high = draw.between(0.14, 0.24), draw.between(0.55, 0.75)
    neck = wide * draw.between(0.28, 0.5)
    shoulder = high + draw.between(0.04, 0.18)
    outline = [
        (0, 0),
        (wide * 0.96, 0),
        (wide, 0.02),
        (wide, high),
        (wide * 0.97, high + 0.02),
        (neck, shoulder),
    ]
    outline += [(neck, shoulder + 0.1), (0, shoulder + 0.1)]
    cap_low, cap_high = shoulder + 0.03, shoulder + draw.between(0.1, 0.2)
    cap = neck * draw.between(1.12, 1.35)
    lid = [
        (0, cap_low),
        (cap, cap_low),
        (cap, cap_low),
        (cap, cap_high),
        (cap * 0.96, cap_high),
        (0, cap_high),
    ]
    return [
        Part(
            revolve(chaikin(outline, 2)).turned("y", draw.between(60, 120)),
            draw.body("label", "stripes", "label"),
        ),
        Part(revolve(chaikin(lid, 2)), draw.metal() if draw.chance(0.3) else draw.body()),
    ]


def mug(draw: Draw) -> list[Part]:
    """A mug, hollow, its handle with a hole one can see through."""
    wide, high = draw.between(0.28, 0.36), draw.between(0.6, 0.85)
    flare, wall = draw.between(0.85, 1.12), 0.03
    outside = [
        (0, 0),
        (wide * 0.9, 0),
        (wide, 0.03),
        (wide * flare, high - 0.02),
        (wide * flare - wall / 2, high),
    ]
    inside = [(wide * flare - wall, high - 0.02), (wide - wall, 0.06), (wide * 0.7, 0.05), (0, 0.05)]
    material = draw.body("stripes", "print", "dots")
    turn = draw.between(-50, 40)
    angle = np.linspace(-1.45, 1.45, 26)
    reach, tall = draw.between(0.2, 0.28), high * draw.between(0.28, 0.36)
    root = wide * (1 + flare) / 2 - 0.03
    handle = np.stack([root + reach * np.cos(angle), high * 0.5 + tall * np.sin(angle), 0 * angle], axis=1)
    grip = tube(handle, draw.between(0.035, 0.05), flat=draw.between(0.8, 1.3), up=(0, 0, 1))
    side = 0 if draw.chance(0.5) else 180
    return [
        *_vessel(chaikin(outside + inside[:1], 2), chaikin(outside[-1:] + inside, 2), material),
        Part(grip.turned("y", turn + side), replace(material, pattern="plain")),
    ]


def _vessel(outside: Float, inside: Float, material: Material) -> list[Part]:
    """A hollow vessel, patterned outside and plain inside."""
    return [
        Part(revolve(outside).turned("y", 90), material),
        Part(revolve(inside, closed=False), replace(material, pattern="plain")),
    ]


def vase(draw: Draw) -> list[Part]:
    """A vase with a belly and a lip."""
    foot, belly, neck, lip = (
        draw.between(*part) for part in ((0.1, 0.2), (0.24, 0.36), (0.07, 0.16), (0.1, 0.2))
    )
    at = draw.between(0.3, 0.6)
    outside = [
        (0, 0),
        (foot, 0),
        (foot, 0.02),
        (belly, at),
        (belly * 0.9, at + 0.15),
        (neck, 0.85),
        (lip, 1.0),
    ]
    inside = [(lip - 0.02, 1.0), (neck - 0.02, 0.84), (neck - 0.03, 0.6), (0, 0.55)]
    return _vessel(chaikin(outside, 3), chaikin(outside[-1:] + inside, 3), draw.body("stripes", "checks"))


def bowl(draw: Draw) -> list[Part]:
    """A bowl on a foot ring."""
    foot, rim, high = draw.between(0.18, 0.28), draw.between(0.42, 0.52), draw.between(0.3, 0.48)
    outside = [(0, 0), (foot, 0), (foot, 0.05), (foot + 0.03, 0.06), (rim * 0.9, high * 0.5), (rim, high)]
    inside = [(rim - 0.025, high), (rim * 0.85, high * 0.5), (foot * 0.9, 0.08), (0, 0.07)]
    return _vessel(chaikin(outside, 3), chaikin(outside[-1:] + inside, 3), draw.body("stripes"))


def jar(draw: Draw) -> list[Part]:
    """A cream jar with a lid of its own material."""
    wide, high = draw.between(0.32, 0.45), draw.between(0.3, 0.5)
    lid_high = high + draw.between(0.14, 0.24)
    pot = [(0, 0), (wide * 0.95, 0), (wide, 0.03), (wide, high - 0.03), (wide * 0.95, high), (0, high)]
    lid = [
        (0, high + 0.012),
        (wide, high + 0.012),
        (wide, high + 0.02),
        (wide, lid_high),
        (wide * 0.95, lid_high),
        (0, lid_high),
    ]
    gap = [(0, high - 0.01), (wide * 0.9, high - 0.01), (wide * 0.9, high + 0.011), (0, high + 0.011)]
    return [
        Part(revolve(chaikin(pot, 2)).turned("y", draw.between(70, 110)), draw.body("label", "label")),
        Part(revolve(gap), Material((0.03, 0.03, 0.03), gloss=0.2)),
        Part(revolve(chaikin(lid, 2)), draw.metal() if draw.chance(0.5) else draw.glossy()),
    ]


def carton(draw: Draw) -> list[Part]:
    """A printed carton seen at a corner."""
    size = (draw.between(0.4, 0.75), draw.between(0.6, 1.0), draw.between(0.2, 0.5))
    material = replace(
        draw.matt(), second=draw.colour(), pattern=["print", "stripes", "checks"][draw.whole(0, 2)]
    )
    material = replace(
        material, repeat=(1, 1) if material.pattern == "print" else (draw.whole(3, 8), draw.whole(3, 8))
    )
    return [Part(box(size, 0.008, 26).turned("y", draw.between(-50, 50)), material)]


def lamp(draw: Draw) -> list[Part]:
    """A table lamp: a foot, a thin stem and a shade."""
    foot, stem = draw.between(0.16, 0.24), draw.between(0.012, 0.022)
    low, high = draw.between(0.55, 0.68), draw.between(0.95, 1.05)
    wide, narrow = draw.between(0.26, 0.36), draw.between(0.12, 0.26)
    base = [
        (0, 0),
        (foot, 0),
        (foot, 0.03),
        (foot * 0.9, 0.045),
        (stem * 1.4, 0.06),
        (stem, 0.1),
        (stem, low + 0.1),
        (0, low + 0.1),
    ]
    shade = [(wide, low), (narrow, high), (narrow - 0.008, high), (wide - 0.008, low), (wide, low)]
    return [
        Part(revolve(chaikin(base, 1)), draw.metal() if draw.chance(0.4) else draw.body()),
        Part(revolve(np.array(shade), closed=False), draw.fabric()),
    ]


def chair(draw: Draw) -> list[Part]:
    """A chair on four thin legs, its back of slats."""
    wide, deep, seat = draw.between(0.42, 0.5), draw.between(0.4, 0.48), draw.between(0.44, 0.5)
    thin, splay = draw.between(0.014, 0.024), draw.between(0, 0.07)
    wood = draw.wood() if draw.chance(0.6) else draw.body()
    parts = [box((wide, 0.045, deep), 0.018).moved(y=seat)]
    for x in (-1, 1):
        for z in (-1, 1):
            top = np.array([x * (wide / 2 - 0.04), seat + 0.02, z * (deep / 2 - 0.04)])
            foot = np.array([x * (wide / 2 - 0.03 + splay), 0, z * (deep / 2 - 0.03 + splay)])
            parts.append(tube(np.linspace(foot, top, 10), np.linspace(thin * 0.8, thin * 1.3, 10), 10))
    back = draw.between(0.95, 1.05)
    for x in (-1, 1):
        post = chaikin(
            [(x * (wide / 2 - 0.03), seat, deep / 2 - 0.03), (x * (wide / 2 - 0.03), back, deep / 2 + 0.06)],
            3,
        )
        parts.append(tube(np.linspace(post[0], post[-1], 14), thin, 10))
    for height in np.linspace(seat + 0.18, back - 0.03, draw.whole(2, 4)):
        bow = np.linspace(-1, 1, 14)
        away = deep / 2 - 0.03 + 0.09 * (height - seat) / (back - seat)
        line = np.stack([bow * (wide / 2 - 0.03), 0 * bow + height, away + 0.04 * (1 - bow**2)], axis=1)
        parts.append(tube(line, draw.between(0.02, 0.04), 12, flat=0.35, up=(0, 0, 1)))
    turn = draw.between(-60, 60)
    return [Part(mesh.turned("y", turn + 180 * 0), wood) for mesh in parts]


def plant(draw: Draw) -> list[Part]:
    """A potted plant with long bent leaves."""
    wide, high = draw.between(0.15, 0.22), draw.between(0.24, 0.34)
    pot = [
        (0, 0),
        (wide * 0.75, 0),
        (wide * 0.78, 0.01),
        (wide, high),
        (wide - 0.02, high),
        (wide - 0.03, high - 0.04),
        (0, high - 0.04),
    ]
    earth = Material((0.03, 0.02, 0.014), gloss=0, roughness=0.8, grain=0.3)
    parts = [Part(revolve(chaikin(pot, 2)), draw.body("stripes", "checks"))]
    parts.append(
        Part(
            revolve(
                [(0, high - 0.05), (wide - 0.03, high - 0.05), (wide - 0.035, high - 0.03), (0, high - 0.02)]
            ),
            earth,
        )
    )
    for index in range(draw.whole(9, 22)):
        shade = draw.colour(GREENS)
        leaf = Material(shade, gloss=0.5, roughness=0.3, grain=0.08)
        parts.append(Part(_leaf(draw, index * 137.5).moved(y=high - 0.04), leaf))
    return parts


def _leaf(draw: Draw, heading: float) -> Mesh:
    length, wide = draw.between(0.35, 0.75), draw.between(0.03, 0.075)
    rise, droop = draw.between(50, 86), draw.between(20, 100)
    along = np.linspace(0, 1, 18, dtype=np.float32)
    pitch = np.radians(rise - droop * along**1.4)
    out = np.concatenate([[0], np.cumsum(np.cos(pitch))[:-1]]) * length / 17
    up = np.concatenate([[0], np.cumsum(np.sin(pitch))[:-1]]) * length / 17
    half = wide * np.sin(np.pi * np.clip(along * 0.96 + 0.03, 0, 1)) ** 0.8
    across = np.linspace(-1, 1, 7, dtype=np.float32)
    x = out[:, None] + 0 * across
    y = up[:, None] + 0.35 * half[:, None] * np.abs(across)
    z = half[:, None] * across
    return surface(np.stack([x, y, z], axis=-1).astype(np.float32), closed=False).turned("y", heading)


def bag(draw: Draw) -> list[Part]:
    """A handbag with a handle one can see through."""
    wide, high, deep = draw.between(0.7, 0.95), draw.between(0.45, 0.65), draw.between(0.16, 0.26)
    taper = draw.between(0.72, 0.98)
    around = np.linspace(0, 2 * pi, 73)
    level = np.linspace(0, 1, 30)[:, None]
    width = wide / 2 * (1 + (taper - 1) * level)
    depth = deep / 2 * (1 - 0.75 * level**1.5)
    square = 0.45
    c, s = np.cos(around), np.sin(around)
    x = width * np.sign(s) * np.abs(s) ** square
    z = -depth * np.sign(c) * np.abs(c) ** square
    x, z = x + 0 * level, z + 0.01 * np.sin(6 * x + 3) * np.sin(5 * level)
    grid = np.stack([x, high * level + 0 * x, z], axis=-1)
    ends = [
        np.stack([grid[row, :, 0] * 0.0, grid[row, :, 1], grid[row, :, 2] * 0.0], axis=-1) for row in (0, -1)
    ]
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
            box((0.06, 0.04, 0.02), 0.008, 4).moved(
                y=high * 0.8, z=-deep * 0.5 * (1 - 0.75 * 0.8**1.5) - 0.005
            ),
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
            chaikin(
                [(0, 0), (radius * 0.9, 0), (radius, 0.02), (radius, 0.07), (radius * 0.7, 0.1), (0, 0.11)], 2
            ),
            56,
        )
        cushion = revolve(
            chaikin([(radius * 0.45, 0), (radius * 0.5, 0.07), (radius * 0.98, 0.07), (radius, 0)], 2), 56
        )
        place = np.array([side * (span + 0.0), radius + 0.01, 0])
        parts.append(Part(cup.turned("z", -90 * side).moved(*place.tolist()), shell))
        parts.append(Part(join([cushion.turned("z", 90 * side)]).moved(*place.tolist()), pad))
    turn = draw.between(-40, 40)
    return [Part(part.mesh.turned("y", turn), part.material) for part in parts]
