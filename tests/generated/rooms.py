"""Things for rooms: furniture, lamps, plants, boxes and loudspeakers, standing on the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .draw import GREENS, Draw, Part, turned
from .materials import Material
from .shapes import Mesh, box, chaikin, revolve, surface, tube


def carton(draw: Draw) -> list[Part]:
    """A printed carton seen at a corner."""
    size = (draw.between(0.4, 0.75), draw.between(0.6, 1.0), draw.between(0.2, 0.5))
    material = replace(draw.matt(), second=draw.colour(), pattern=["print", "stripes", "checks"][draw.whole(0, 2)])
    material = replace(material, repeat=(1, 1) if material.pattern == "print" else (draw.whole(3, 8), draw.whole(3, 8)))
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
    return turned([Part(mesh, wood) for mesh in parts], draw.between(-60, 60))


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
            revolve([(0, high - 0.05), (wide - 0.03, high - 0.05), (wide - 0.035, high - 0.03), (0, high - 0.02)]),
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


def stool(draw: Draw) -> list[Part]:
    """A round stool on three or four thin legs with a ring between them."""
    wide, high = draw.between(0.2, 0.28), draw.between(0.75, 0.95)
    seat = [
        (0, high),
        (wide * 0.95, high),
        (wide, high + 0.015),
        (wide, high + 0.04),
        (wide * 0.92, high + 0.06),
        (0, high + 0.05),
    ]
    frame = draw.metal() if draw.chance(0.3) else draw.wood() if draw.chance(0.5) else draw.body()
    parts = [Part(revolve(chaikin(seat, 2)), draw.leather() if draw.chance(0.5) else draw.wood())]
    legs, splay, thin = draw.whole(3, 4), draw.between(1.0, 1.5), draw.between(0.012, 0.022)
    turn = draw.between(0, 120)
    for index in range(legs):
        line = np.linspace([wide * 0.75 * splay, 0, 0], [wide * 0.72, high + 0.005, 0], 12)
        parts.append(Part(tube(line, thin, 10, up=(0, 0, 1)).turned("y", turn + index * 360 / legs), frame))
    level = draw.between(0.2, 0.4)
    reach = wide * 0.75 * (splay + (0.96 - splay) * level / high)
    angle = np.linspace(0, 2 * np.pi, 49)[:-1]
    ring = np.stack([reach * np.cos(angle), 0 * angle + level, reach * np.sin(angle)], axis=1)
    parts.append(Part(tube(ring, thin * 0.8, 10, closed=True), frame))
    return parts


def speaker(draw: Draw) -> list[Part]:
    """A loudspeaker: a cabinet with two cones in rings."""
    wide, high, deep = draw.between(0.42, 0.6), draw.between(0.8, 1.0), draw.between(0.3, 0.45)
    cabinet = draw.wood() if draw.chance(0.4) else draw.body()
    parts = [Part(box((wide, high, deep), draw.between(0.01, 0.05), 22), cabinet)]
    cone = Material((0.025, 0.025, 0.027), gloss=0.3, roughness=0.4)
    ring = draw.metal()
    for level, size in ((0.33, wide * 0.4), (0.76, wide * 0.2)):
        profile = [(size, 0), (size * 0.98, 0.016), (size * 0.86, 0.016), (size * 0.84, 0.004)]
        dish = [(size * 0.85, 0.006), (size * 0.4, 0.002), (size * 0.28, 0.012), (0, 0.026)]
        for outline, material in ((profile, ring), (dish, cone)):
            disc = revolve(chaikin(outline, 2), 64, closed=False).turned("x", -90)
            parts.append(Part(disc.moved(y=level * high, z=-deep / 2 - 0.012), material))
    return turned(parts, draw.between(-45, 45))
