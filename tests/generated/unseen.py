"""Products that only the cutout's gates see: nothing was ever tuned on their shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .draw import Draw, Part, turned
from .materials import Material
from .shapes import Float, Mesh, box, chaikin, ellipsoid, pillow, revolve, tube

RUBBER = Material((0.022, 0.022, 0.024), gloss=0.15, roughness=0.5)


def _ring(radius: float, thick: float, flat: float = 1.0) -> Mesh:
    """A ring lying on the floor."""
    angle = np.linspace(0, 2 * np.pi, 73)[:-1]
    path = np.stack([radius * np.cos(angle), 0 * angle + thick, radius * np.sin(angle)], axis=1)
    return tube(path, thick, 16, closed=True, flat=flat, up=(0, 1, 0))


def _wheel(radius: float, wide: float) -> Mesh:
    """A disc about the x axis, its middle at the origin."""
    profile = [
        (0, 0),
        (radius * 0.94, 0),
        (radius, wide * 0.15),
        (radius, wide * 0.85),
        (radius * 0.94, wide),
        (0, wide),
    ]
    return revolve(chaikin(profile, 1), 56).turned("z", 90).moved(x=wide / 2)


def jug(draw: Draw) -> list[Part]:
    """A slender jug with a tall handle and a beak."""
    foot, belly, neck, high = (draw.between(*span) for span in ((0.13, 0.2), (0.2, 0.28), (0.1, 0.15), (0.75, 1.0)))
    body = [(0, 0), (foot, 0), (foot, 0.02), (belly, high * 0.3), (neck, high * 0.72), (neck * 1.3, high), (0, high)]
    material = draw.body("stripes", "checks")
    plain = replace(material, pattern="plain")
    out = neck + draw.between(0.12, 0.2)
    grip = [
        (-neck * 1.1, high * 0.95, 0),
        (-out, high * 0.98, 0),
        (-out * 1.1, high * 0.5, 0),
        (-belly * 0.9, high * 0.35, 0),
    ]
    beak = chaikin([(neck * 0.7, high * 0.86, 0), (neck * 1.25, high * 0.97, 0), (neck * 1.8, high * 1.04, 0)], 2)
    parts = [
        Part(revolve(chaikin(body, 3)), material),
        Part(tube(chaikin(grip, 4), draw.between(0.02, 0.032), 14), plain),
        Part(tube(beak, np.linspace(0.07, 0.03, len(beak)), 18), plain),
    ]
    return turned(parts, draw.between(-50, 50) + (180 if draw.chance(0.5) else 0))


def camera(draw: Draw) -> list[Part]:
    """A camera with a long or a short lens, a finder and two dials."""
    wide, high, deep = draw.between(0.7, 0.95), draw.between(0.42, 0.55), draw.between(0.18, 0.26)
    body, grip = draw.metal() if draw.chance(0.3) else draw.matt(), draw.leather()
    reach, radius = draw.between(0.12, 0.4), high * draw.between(0.34, 0.44)
    barrel = [
        (0, 0),
        (radius, 0),
        (radius, reach * 0.6),
        (radius * 0.92, reach),
        (radius * 0.8, reach),
        (0, reach - 0.03),
    ]
    dial = chaikin([(0, high), (0.06, high), (0.06, high + 0.05), (0, high + 0.05)], 1)
    lens = Part(revolve(chaikin(barrel, 1)).turned("x", -90).moved(0, high * 0.46, -deep * 0.45), draw.glossy())
    parts = [
        Part(box((wide, high, deep), 0.04, 20), body),
        Part(box((wide * 1.01, high * 0.5, deep * 1.02), 0.04, 20).moved(y=high * 0.18), grip),
        Part(box((wide * 0.3, draw.between(0.1, 0.16), deep * 0.8), 0.03, 12).moved(y=high - 0.02), body),
        lens,
    ]
    for side in (-0.36, 0.33):
        parts.append(Part(revolve(dial).moved(x=wide * side), body))
    return turned(parts, draw.between(-40, 40))


def radio(draw: Draw) -> list[Part]:
    """A portable radio with a bowed handle, two knobs and a grille."""
    wide, high, deep = draw.between(0.7, 1.0), draw.between(0.38, 0.6), draw.between(0.16, 0.28)
    case = draw.wood() if draw.chance(0.3) else draw.body()
    foot = wide * draw.between(0.3, 0.42)
    bow = [(-foot, high * 0.95, 0), (-foot, high + 0.14, 0), (foot, high + 0.14, 0), (foot, high * 0.95, 0)]
    knob = revolve(chaikin([(0, 0), (0.05, 0), (0.045, 0.05), (0, 0.055)], 1), 40).turned("x", -90)
    parts = [
        Part(box((wide, high, deep), draw.between(0.02, 0.06), 22), case),
        Part(
            tube(chaikin(bow, 3), draw.between(0.014, 0.024), 12), draw.metal() if draw.chance(0.5) else draw.leather()
        ),
        Part(box((wide * 0.5, high * 0.6, 0.02), 0.008, 10).moved(-wide * 0.18, high * 0.2, -deep / 2), draw.fabric()),
    ]
    knobs = draw.body()
    for level in (0.35, 0.68):
        parts.append(Part(knob.moved(wide * 0.32, high * level, -deep / 2), knobs))
    return turned(parts, draw.between(-40, 40))


def dumbbell(draw: Draw) -> list[Part]:
    """A dumbbell lying on its discs."""
    radius, half = draw.between(0.15, 0.24), draw.between(0.28, 0.4)
    iron, plate = draw.metal(), draw.body()
    parts = [Part(tube(np.array([[-half - 0.14, radius, 0], [half + 0.14, radius, 0]]), 0.03, 18, up=(0, 1, 0)), iron)]
    for side in (-1, 1):
        for step, share in ((0.0, 1.0), (0.08, draw.between(0.7, 0.95))):
            parts.append(Part(_wheel(radius * share, 0.07).moved(side * (half + step), radius, 0), plate))
    return turned(parts, draw.between(-50, 50))


def side_table(draw: Draw) -> list[Part]:
    """A table with a square or a round top on straight legs."""
    wide, high, thin = draw.between(0.55, 0.8), draw.between(0.5, 0.8), draw.between(0.016, 0.03)
    wood = draw.wood() if draw.chance(0.6) else draw.body()
    disc = revolve(chaikin([(0, high), (wide / 2, high), (wide / 2, high + 0.04), (0, high + 0.04)], 1))
    top = disc if draw.chance(0.5) else box((wide, 0.04, wide * 0.8), 0.012, 20).moved(y=high)
    inset = wide * draw.between(0.24, 0.3)
    parts = [Part(top, wood)]
    for x in (-1, 1):
        for z in (-1, 1):
            leg = np.linspace([x * inset * 1.15, 0, z * inset * 0.95], [x * inset, high + 0.01, z * inset * 0.85], 10)
            parts.append(Part(tube(leg, thin, 10, up=(0, 0, 1)), wood))
    return turned(parts, draw.between(-45, 45))


def hat(draw: Draw) -> list[Part]:
    """A hat with a brim and a band."""
    crown, high, brim = draw.between(0.24, 0.3), draw.between(0.26, 0.4), draw.between(0.4, 0.55)
    lift = draw.between(0.01, 0.06)
    profile = [(0, 0), (crown, 0), (brim, lift), (brim, lift + 0.012), (crown * 1.02, 0.03), (crown, high * 0.5)]
    profile += [(crown * 0.9, high), (crown * 0.5, high * 1.02), (0, high * 0.96)]
    felt = draw.fabric() if draw.chance(0.5) else draw.matt()
    band = [(crown * 1.01, 0.05), (crown * 1.035, 0.06), (crown * 1.03, 0.11), (crown, 0.12)]
    shape = revolve(chaikin(profile, 2)).scaled(1, 1, draw.between(1.0, 1.2))
    return [Part(shape, felt), Part(revolve(band, closed=False), draw.matt())]


def toy_car(draw: Draw) -> list[Part]:
    """A toy car on four wheels."""
    long, wide, radius = draw.between(0.8, 1.0), draw.between(0.32, 0.42), draw.between(0.09, 0.12)
    paint, glass = draw.glossy(), Material((0.03, 0.035, 0.045), gloss=1, roughness=0.05)
    body = box((long, draw.between(0.16, 0.22), wide), 0.06, 22).moved(y=radius * 0.8)
    cabin = ellipsoid((long * 0.28, 0.17, wide * 0.44), 48, 28, 0.7).moved(-long * 0.04, radius * 0.8 + 0.2, 0)
    roof = ellipsoid((long * 0.22, 0.06, wide * 0.38), 40, 20, 0.7).moved(-long * 0.04, radius * 0.8 + 0.33, 0)
    parts = [Part(body, paint), Part(cabin, glass), Part(roof, paint)]
    for x in (-0.3, 0.3):
        for z in (-1, 1):
            wheel = _wheel(radius, 0.08).turned("y", 90)
            parts.append(Part(wheel.moved(x * long, radius, z * wide * 0.46), RUBBER))
    return turned(parts, draw.between(-50, 50) + (180 if draw.chance(0.5) else 0))


def clock(draw: Draw) -> list[Part]:
    """An alarm clock on two feet, with two bells and a bow."""
    radius, deep = draw.between(0.32, 0.4), draw.between(0.12, 0.2)
    case, dial = draw.metal() if draw.chance(0.4) else draw.glossy(), draw.colour()
    profile = [(0, 0), (radius * 0.94, 0), (radius, 0.03), (radius, deep), (radius * 0.96, deep + 0.02), (0, deep)]
    body = revolve(chaikin(profile, 2)).turned("x", -90).moved(0, radius + 0.06, deep / 2)
    face = revolve([(0, 0), (radius * 0.88, 0), (radius * 0.86, 0.012), (0, 0.014)], 64, closed=False)
    front = -deep / 2 - 0.012
    parts = [Part(body, case), Part(face.turned("x", -90).moved(0, radius + 0.06, front), Material(dial, gloss=0.8))]
    ink = Material((0.75, 0.75, 0.75) if sum(dial) < 1 else (0.03, 0.03, 0.03))
    for turn, reach in ((draw.between(0, 360), 0.5), (draw.between(0, 360), 0.75)):
        hand = box((0.018, radius * reach, 0.01), 0.003, 4).turned("z", turn).moved(0, radius + 0.06, front - 0.02)
        parts.append(Part(hand, ink))
    for side in (-1, 1):
        foot = np.linspace([side * radius * 0.72, 0.0, 0], [side * radius * 0.5, radius * 0.4, 0], 8)
        parts.append(Part(tube(foot, 0.028, 12, up=(0, 0, 1)), case))
        bell = ellipsoid((0.13, 0.08, 0.11), 36, 18).turned("z", -side * 32)
        parts.append(Part(bell.moved(side * radius * 0.5, 2 * radius + 0.06, 0), case))
    bow = [(-radius * 0.4, 2 * radius, 0), (-radius * 0.3, 2 * radius + 0.25, 0), (radius * 0.3, 2 * radius + 0.25, 0)]
    parts.append(Part(tube(chaikin([*bow, (radius * 0.4, 2 * radius, 0)], 3), 0.014, 10), case))
    return turned(parts, draw.between(-30, 30))


def watering_can(draw: Draw) -> list[Part]:
    """A watering can with a long spout and a bow over its top."""
    wide, high = draw.between(0.24, 0.32), draw.between(0.35, 0.5)
    tin = draw.matt() if draw.chance(0.7) else draw.metal()
    body = [(0, 0), (wide, 0), (wide * 0.98, 0.02), (wide * 0.8, high), (wide * 0.74, high), (0, high * 0.95)]
    spout = chaikin([(wide * 0.7, high * 0.25, 0), (wide * 1.5, high * 0.5, 0), (wide * 2.2, high * 1.15, 0)], 3)
    bow = [
        (-wide * 0.9, high * 0.3, 0),
        (-wide * 1.5, high * 1.1, 0),
        (-wide * 0.3, high * 1.5, 0),
        (wide * 0.6, high * 0.98, 0),
    ]
    parts = [
        Part(revolve(chaikin(body, 1)), tin),
        Part(tube(spout, np.linspace(0.06, 0.028, len(spout)), 18), tin),
        Part(ellipsoid((0.03, 0.07, 0.07), 32, 16).turned("z", 35).moved(wide * 2.2, high * 1.15, 0), tin),
        Part(tube(chaikin(bow, 4), draw.between(0.018, 0.028), 12), draw.wood() if draw.chance(0.3) else tin),
    ]
    return turned(parts, draw.between(-40, 40) + (180 if draw.chance(0.5) else 0))


def kettlebell(draw: Draw) -> list[Part]:
    """A kettlebell: a ball with a flat foot and a thick bow."""
    radius, thick = draw.between(0.26, 0.34), draw.between(0.035, 0.055)
    iron = draw.matt() if draw.chance(0.6) else draw.glossy()
    lift, out = radius * 0.92, radius * draw.between(0.62, 0.8)
    bow = [
        (-out * 0.8, lift * 1.5, 0),
        (-out, lift + radius * 1.35, 0),
        (out, lift + radius * 1.35, 0),
        (out * 0.8, lift * 1.5, 0),
    ]
    parts = [
        Part(ellipsoid((radius, radius, radius), 64, 40).moved(y=lift), iron),
        Part(revolve([(0, 0), (radius * 0.6, 0), (radius * 0.7, 0.08), (0, 0.09)]), iron),
        Part(tube(chaikin(bow, 3), thick, 18), iron),
    ]
    return turned(parts, draw.between(-50, 50))


def spoon(draw: Draw) -> list[Part]:
    """A wooden, plastic or metal spoon, seen from above."""
    bowl, long = draw.between(0.1, 0.16), draw.between(0.6, 0.8)
    material = draw.metal() if draw.chance(0.3) else draw.wood() if draw.chance(0.6) else draw.body()
    line = np.linspace([0, 0.02, -0.1], [0, 0.03, -long], 20)
    parts = [
        Part(ellipsoid((bowl, 0.03, bowl * draw.between(1.2, 1.6)), 48, 22).moved(y=0.03), material),
        Part(tube(line, np.linspace(0.024, draw.between(0.026, 0.05), 20), 14, flat=0.5, up=(0, 1, 0)), material),
    ]
    return turned(parts, draw.between(0, 360))


def book(draw: Draw) -> list[Part]:
    """A closed book with a ribbon, seen from above."""
    wide, long, high = draw.between(0.55, 0.75), draw.between(0.8, 1.0), draw.between(0.04, 0.12)
    cover = replace(draw.leather() if draw.chance(0.4) else draw.matt(), second=draw.colour(), pattern="print")
    ribbon = np.array([[0.05, 0.01, -long * 0.4], [0.06, 0.01, -long * 0.55], [0.09, 0.008, -long * 0.62]])
    parts = [
        Part(box((wide, high, long), 0.012, 20), cover),
        Part(tube(chaikin(ribbon, 2), 0.014, 10, flat=0.2, up=(0, 1, 0)), draw.matt()),
    ]
    return turned(parts, draw.between(-30, 30))


def bracelet(draw: Draw) -> list[Part]:
    """A bangle lying flat, plain or with a few stones."""
    radius, thick = draw.between(0.3, 0.42), draw.between(0.03, 0.06)
    band = draw.metal() if draw.chance(0.4) else draw.body()
    parts = [Part(_ring(radius, thick, draw.between(0.7, 1.4)), band)]
    stone = draw.glossy()
    for index in range(draw.whole(0, 5)):
        gem = ellipsoid((thick * 0.9, thick * 0.7, thick * 0.9), 28, 16).moved(radius, thick * 1.8, 0)
        parts.append(Part(gem.turned("y", index * 22), stone))
    return turned(parts, draw.between(0, 360))


def sock(draw: Draw) -> list[Part]:
    """A sock laid flat."""
    wide, long = draw.between(0.15, 0.2), draw.between(0.45, 0.7)
    right = [(wide, 0.5), (wide, 0.5 - long), (wide + 0.3, 0.42 - long - 0.1), (wide + 0.32, 0.2 - long - 0.1)]
    left = [(0.1, 0.2 - long - 0.12), (-wide, 0.32 - long), (-wide * 0.9, 0.5)]
    outline: Float = chaikin([*right, *left], 3, closed=True)
    cloth = draw.fabric("stripes")
    cuff = pillow([[(-wide, 0.52), (wide * 1.04, 0.52), (wide * 1.04, 0.42), (-wide, 0.42)]], 0.03, 0.02)
    parts = [Part(pillow([outline], 0.024, 0.03), cloth), Part(cuff, replace(cloth, pattern="plain"))]
    return turned(parts, draw.between(-60, 60))


def scissors(draw: Draw) -> list[Part]:
    """Half open scissors, seen from above through their eyes."""
    open_, long, eye = draw.between(6, 24), draw.between(0.4, 0.6), draw.between(0.1, 0.14)
    steel, grip = Material((0.2, 0.2, 0.21), gloss=0.7, roughness=0.2), draw.body()
    parts: list[Part] = []
    for side in (-1, 1):
        blade = np.linspace([0, 0.03, -0.02], [0, 0.03, long], 16)
        shank = np.linspace([0, 0.03, 0.02], [0, 0.03, -0.2], 8)
        ring = _ring(eye, 0.026).scaled(0.8, 1, 1.2).moved(-side * 0.05, 0.005, -0.2 - eye * 1.1)
        pieces = [
            (tube(blade, np.linspace(0.04, 0.006, 16), 12, flat=0.3, up=(0, 1, 0)), steel),
            (tube(shank, 0.032, 12, flat=0.5, up=(0, 1, 0)), grip),
            (ring, grip),
        ]
        parts += [Part(mesh.turned("y", side * open_ / 2), material) for mesh, material in pieces]
    return turned(parts, draw.between(0, 360))
