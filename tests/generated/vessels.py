"""Turned and moulded things that stand on a table: bottles, mugs, bowls, pots and their like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .draw import Draw, Part, turned
from .materials import Material
from .shapes import Float, box, chaikin, ellipsoid, revolve, tube


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
    foot, belly, neck, lip = (draw.between(*part) for part in ((0.1, 0.2), (0.24, 0.36), (0.07, 0.16), (0.1, 0.2)))
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


def candle(draw: Draw) -> list[Part]:
    """A candle with a hollow round its wick, bare or in a pot."""
    wide, high = draw.between(0.16, 0.34), draw.between(0.5, 0.9)
    level = high if draw.chance(0.5) else high * 0.82
    wax = [
        (0, 0),
        (wide * 0.98, 0),
        (wide, 0.02),
        (wide, level - 0.02),
        (wide * 0.96, level),
        (wide * 0.8, level),
    ]
    wax += [(wide * 0.3, level - 0.05), (0, level - 0.06)]
    wick = chaikin([(0, level - 0.08, 0), (0.004, level - 0.02, 0), (0.02, level + 0.045, 0.005)], 2)
    parts = [Part(revolve(chaikin(wax, 2)), replace(draw.matt(), gloss=0.35, roughness=0.35))]
    parts.append(Part(tube(wick, 0.008, 8), Material((0.02, 0.018, 0.016), gloss=0.05)))
    if level < high:
        pot = [
            (0, 0.0),
            (wide * 1.08, 0.0),
            (wide * 1.1, 0.02),
            (wide * 1.1, high),
            (wide * 1.06, high),
            (wide * 1.02, level - 0.03),
        ]
        parts.append(Part(revolve(chaikin(pot, 2), closed=False).turned("y", 80), draw.body("label", "stripes")))
    return parts


def teapot(draw: Draw) -> list[Part]:
    """A teapot with a spout and a handle one can see through."""
    wide, high = draw.between(0.3, 0.38), draw.between(0.42, 0.6)
    body = [
        (0, 0),
        (wide * 0.6, 0),
        (wide * 0.62, 0.03),
        (wide, high * 0.35),
        (wide * 1.02, high * 0.6),
        (wide * 0.5, high),
    ]
    body += [(wide * 0.42, high), (0, high)]
    lid = [
        (0, high - 0.005),
        (wide * 0.46, high - 0.005),
        (wide * 0.46, high + 0.02),
        (wide * 0.25, high + 0.07),
        (0, high + 0.085),
    ]
    spout = chaikin(
        [
            (wide * 0.8, high * 0.3, 0),
            (wide * 1.35, high * 0.45, 0),
            (wide * 1.45, high * 0.9, 0),
            (wide * 1.75, high, 0),
        ],
        3,
    )
    reach = wide + draw.between(0.2, 0.28)
    grip = [
        (-wide * 0.8, high * 0.85, 0),
        (-reach, high * 0.95, 0),
        (-reach * 1.05, high * 0.4, 0),
        (-wide * 0.9, high * 0.25, 0),
    ]
    material = draw.body("stripes")
    plain = replace(material, pattern="plain")
    knob = ellipsoid((0.045, 0.04, 0.045), 28, 16).moved(y=high + 0.11)
    taper = np.linspace(0.085, 0.035, len(spout))
    parts = [
        Part(revolve(chaikin(body, 3)), material),
        Part(revolve(chaikin(lid, 2)), plain),
        Part(knob, plain),
        Part(tube(spout, taper, 20), plain),
        Part(tube(chaikin(grip, 4), draw.between(0.022, 0.034), 14, flat=1.4), plain),
    ]
    return turned(parts, draw.between(-40, 40) + (180 if draw.chance(0.5) else 0))


def perfume(draw: Draw) -> list[Part]:
    """A square lacquered flacon with a metal collar and a cap."""
    wide, high, deep = draw.between(0.36, 0.56), draw.between(0.45, 0.65), draw.between(0.16, 0.3)
    collar = [(0, high - 0.01), (0.075, high - 0.01), (0.075, high + 0.05), (0, high + 0.05)]
    cap_material = draw.glossy() if draw.chance(0.6) else draw.metal()
    if draw.chance(0.5):
        cap = box((0.22, draw.between(0.16, 0.26), min(0.2, deep)), 0.02, 10).moved(y=high + 0.045)
    else:
        cap = ellipsoid((0.13, 0.13, 0.13), 48, 28).moved(y=high + 0.15)
    parts = [
        Part(
            box((wide, high, deep), draw.between(0.015, 0.05), 22),
            replace(draw.glossy(), pattern="print", second=draw.colour()),
        ),
        Part(revolve(collar), draw.metal()),
        Part(cap, cap_material),
    ]
    return turned(parts, draw.between(-40, 40))
