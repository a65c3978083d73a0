"""Products for the living room: speaker, lamp, chair, plant."""

from __future__ import annotations

import numpy as np

from geometry import (
    Mesh,
    Points,
    edge,
    even,
    extruded,
    fillet,
    joined,
    revolve,
    rounded_box,
    rounded_rectangle,
    shell,
    spline,
    surface,
    tube,
)
from materials import BRASS, STEEL, embossed, glossy, matte, metal, woven
from prints import Picture, Print, noise, wood
from sets import Part, Parts


def speaker() -> Parts:
    """A dark table speaker: woven front, oak top, two knobs on small feet."""
    case = extruded(rounded_rectangle(1.5, 0.62, 0.2), edge(0.78, 0.03, steps=8)).moved(z=0.05)
    grille = extruded(rounded_rectangle(1.51, 0.63, 0.205), edge(0.7, 0.02, steps=8)).moved(z=0.07)
    top = extruded(rounded_rectangle(1.52, 0.64, 0.21), edge(0.06, 0.02, steps=8)).projected("x", "y").moved(z=0.79)
    dial = revolve(fillet([(0.095, 0), (0.1, 0.02), (0.1, 0.075), (0.09, 0.085), (0, 0.085)], [0.005, 0.008, 0.01], 6))
    badge = rounded_box(0.2, 0.03, 0.004, 0.012, 0.0015).turned("x", 90)
    foot = revolve(fillet([(0, 0), (0.05, 0), (0.06, 0.06), (0, 0.06)], 0.01, 6))
    fabric = woven((0.05, 0.051, 0.056), (44, 9), 0.008)
    return [
        Part(case, glossy("#1a1a1c", 0.3)),
        Part(grille, fabric),
        Part(top, glossy(wood("#c89b66", "#8f6134", 11), 0.28)),
        Part(joined([dial.moved(0.5, 0.0, 0.85), dial.moved(0.24, 0.0, 0.85)]), metal(STEEL, 0.2)),
        Part(badge.moved(0, -0.312, 0.2), metal(BRASS, 0.25)),
        Part(joined([foot.moved(x, y) for x in (-0.55, 0.55) for y in (-0.2, 0.2)]), glossy("#151515", 0.3)),
    ]


def lamp() -> Parts:
    """A table lamp: terracotta mushroom shade on a brass stem and a heavy base."""
    dome = spline([(0.62, 1.2), (0.6, 1.36), (0.48, 1.54), (0.28, 1.66), (0.0, 1.7)], 60)
    under = spline([(0.0, 1.67), (0.27, 1.63), (0.46, 1.52), (0.58, 1.35), (0.6, 1.2)], 60)
    shade = np.concatenate([under, fillet([(0.6, 1.2), (0.605, 1.19), (0.615, 1.19), (0.62, 1.2)], 0.005, 4), dome])
    base = fillet(
        [(0, 0), (0.36, 0), (0.38, 0.02), (0.38, 0.07), (0.34, 0.1), (0.05, 0.12), (0.03, 0.14)],
        [0.01, 0.015, 0.03, 0.03, 0.02],
        10,
    )
    stem = fillet([(0.028, 0.1), (0.028, 1.6), (0, 1.6)], 0.01, 6)
    ring = fillet([(0.028, 0.62), (0.055, 0.62), (0.055, 0.7), (0.028, 0.7)], 0.01, 6)
    finial = fillet([(0, 1.68), (0.03, 1.69), (0.035, 1.73), (0, 1.75)], 0.012, 6)
    enamel = glossy("#b9573a", 0.22)
    return [
        Part(revolve(shade), enamel),
        Part(revolve(base), enamel),
        Part(joined([revolve(stem), revolve(ring), revolve(finial)]), metal(BRASS, 0.16)),
    ]


def chair() -> Parts:
    """An oak dining chair: tapered legs, curved back rail, a padded wool seat."""
    grain = wood("#c79a62", "#94663a", 3, (512, 1024), 4)
    along = glossy(np.ascontiguousarray(np.swapaxes(grain, 0, 1)), 0.3)
    seat = extruded(rounded_rectangle(0.92, 0.92, 0.16), edge(0.05, 0.02)).moved(z=0.84).projected("x", "y")
    cushion = fillet([(0.015, 0), (0, 0.02), (0, 0.05), (0.05, 0.08), (0.13, 0.085)], [0.02, 0.04, 0.05], 8)
    pad = extruded(rounded_rectangle(0.86, 0.86, 0.15), cushion).bent(_plumped).moved(z=0.885)
    back = joined([_back_rail(1.42, 0.26), _back_rail(1.13, 0.1)])
    return [
        Part(joined([*_legs(), *_rails()]), along),
        Part(joined([seat, back]), glossy(grain, 0.3)),
        Part(pad.projected("x", "y"), woven((0.069, 0.131, 0.106), (18, 18), 0.002)),
    ]


def _plumped(points: Points) -> Points:
    """A cushion's top, higher in its middle."""
    x, y, z = points.T
    crown = np.clip(1 - (x / 0.43) ** 2, 0, 1) * np.clip(1 - (y / 0.43) ** 2, 0, 1)
    return np.column_stack([x, y, z * (1 + 0.5 * crown)])


def _legs() -> list[Mesh]:
    """Two turned legs in front, two behind that go on upwards as the posts of the back."""
    t = np.linspace(0, 1, 60)
    found: list[Mesh] = []
    for way in (-1, 1):
        front = [(way * 0.46, -0.46, 0.02), (way * 0.41, -0.39, 0.86)]
        rear = [
            (0.42, 0.56, 0.02),
            (0.4, 0.45, 0.5),
            (0.39, 0.41, 0.9),
            (0.385, 0.46, 1.25),
            (0.37, 0.55, 1.58),
        ]
        found.append(tube(even(front, 60), np.interp(t, [0, 0.8, 1], [0.027, 0.046, 0.046]), 28))
        post = spline([(way * x, y, z) for x, y, z in rear], 60)
        found.append(tube(post, np.interp(t, [0, 0.5, 1], [0.026, 0.046, 0.03]), 28))
    return found


def _rails() -> list[Mesh]:
    """The frame below the seat, and a thin rung on either side."""
    corners = [(-0.41, -0.4, 0.8), (0.41, -0.4, 0.8), (0.39, 0.42, 0.8), (-0.39, 0.42, 0.8)]
    frame = [tube([a, b], 0.034, 20, flat=1.3) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
    rungs = [tube([(way * 0.436, -0.43, 0.4), (way * 0.404, 0.47, 0.42)], 0.022, 20) for way in (-1, 1)]
    return [*frame, *rungs]


def _back_rail(height: float, width: float) -> Mesh:
    """A curved board between the rear posts."""
    x = np.linspace(-0.385, 0.385, 60)
    z = np.linspace(-0.5, 0.5, 16)
    lean = 0.435 + 0.26 * (height - 1.13)
    grid = [
        [
            (
                u,
                lean + 0.11 * (1 - (u / 0.4) ** 2) + 0.2 * v * width,
                height + v * width * (1 - 0.25 * (u / 0.4) ** 4),
            )
            for u in x
        ]
        for v in z
    ]
    return shell(np.array(grid), 0.045)


def plant() -> Parts:
    """A pot plant with arching stems of small paired leaves."""
    rng = np.random.default_rng(12)
    pot = fillet(
        [(0, 0), (0.3, 0), (0.33, 0.03), (0.42, 0.62), (0.415, 0.65), (0.385, 0.65), (0.375, 0.56)],
        [0.03, 0.05, 0.02, 0.015, 0.015],
        8,
    )
    soil = surface(
        [[(r * np.cos(a), r * np.sin(a), 0.575) for a in np.linspace(0, 2 * np.pi, 65)] for r in (0.0, 0.385)]
    )
    stems, leaves = [], []
    for k in range(11):
        turn = k * 2.39996 + rng.uniform(-0.2, 0.2)
        reach, rise = rng.uniform(0.2, 0.62), rng.uniform(0.95, 1.35)
        way = np.array([np.cos(turn), np.sin(turn), 0])
        line = spline(
            [
                way * 0.1 + [0, 0, 0.56],
                way * (0.12 + reach * 0.3) + [0, 0, 0.56 + rise * 0.5],
                way * (0.12 + reach) + [0, 0, 0.56 + rise],
            ],
            60,
        )
        stems.append(tube(line, np.linspace(0.022, 0.008, 60), 12))
        leaves += _leaves_along(line, way, rng)
    return [
        Part(revolve(pot), glossy("#28497a", 0.14)),
        Part(soil, embossed(matte("#2a1d15"), noise((256, 256), (2, 2), 8), 0.02)),
        Part(joined(stems), glossy("#5d7d3a", 0.3)),
        Part(joined(leaves), glossy(_leaf_print(), 0.22)),
    ]


def _leaves_along(line: Points, way: Points, rng: np.random.Generator) -> list[Mesh]:
    found = []
    azimuth = np.degrees(np.arctan2(way[1], way[0]))
    for pair, at in enumerate(range(14, 60, 5)):
        size = 0.34 * (1 - 0.45 * pair / 9) * rng.uniform(0.9, 1.1)
        for side in (-1, 1):
            leaf = _leaf(size, size * 0.36, rng.uniform(0.05, 0.2)).turned("y", rng.uniform(-34, -10))
            leaf = leaf.turned("z", azimuth + side * rng.uniform(52, 78))
            found.append(leaf.moved(*line[at]))
    tip = _leaf(0.22, 0.08, 0.1).turned("y", -58).turned("z", azimuth)
    return [*found, tip.moved(*line[-1])]


def _leaf(length: float, width: float, droop: float) -> Mesh:
    """A leaf pointing along x, folded a little along its middle."""
    along = np.linspace(0, 1, 20)
    half = width * np.sin(np.pi * along**0.8) ** 0.8 / 1.2
    across = np.linspace(-1, 1, 9)
    return surface(
        [
            [(t * length, s * h, 0.22 * abs(s) * h - droop * length * t**2) for s in across]
            for t, h in zip(along, half, strict=True)
        ]
    )


def _leaf_print() -> Picture:
    """u across the leaf, v from stalk to tip."""
    leaf = Print("#4d8a3a", aspect=0.5, height=256).bar(0.235, 0, 0.265, 1, "#9cc274")
    for k in range(9):
        for side in (-1, 1):
            leaf.line([(0.25, 0.95 - 0.1 * k), (0.25 + side * 0.25, 0.85 - 0.1 * k)], "#5f9a48", 0.008)
    return leaf.picture()
