"""Products for the table: mug, kettle, bowl, vase, glass bottle."""

from __future__ import annotations

import numpy as np

from geometry import fillet, joined, revolve, spline, tube
from materials import COPPER, STEEL, glass, glossy, matte, metal
from prints import Picture, Print, speckled, wood
from sets import Part, Parts

OAT = "#dccfb9"
LEVEL = 0.66  # of the oil in the bottle


def mug(glaze: str = OAT, ink: str = "#2f4a4f") -> Parts:
    """A stoneware mug: speckled glaze over a bare clay foot, with a printed band and a word."""
    foot = [(0, 0.02), (0.33, 0.02), (0.345, 0), (0.375, 0), (0.405, 0.05), (0.42, 0.14), (0.42, 0.22)]
    clay = fillet(foot, [0.02, 0.01, 0.02, 0.03, 0.05], 8)
    outside = fillet([(0.417, 0.17), (0.424, 0.19), (0.424, 0.9), (0.405, 0.905)], [0.012, 0.012], 8)
    inside = fillet(
        [(0.405, 0.905), (0.392, 0.9), (0.385, 0.86), (0.382, 0.13), (0.34, 0.07), (0, 0.065)],
        [0.014, 0.03, 0.1, 0.06],
        8,
    )
    path = spline(
        [(0.4, 0, 0.74), (0.53, 0, 0.775), (0.66, 0, 0.7), (0.7, 0, 0.52), (0.63, 0, 0.34), (0.41, 0, 0.25)],
        60,
    )
    thick = 0.043 + 0.02 * np.abs(np.linspace(-1, 1, 60)) ** 6
    coat = glossy(glaze, 0.08)
    return [
        Part(revolve(clay), matte("#a8775a")),
        Part(revolve(outside), glossy(_band(glaze, ink), 0.08)),
        Part(revolve(inside), coat),
        Part(tube(path, thick, 32, flat=1.35).turned("z", -28), coat),
    ]


def green_mug() -> Parts:
    return mug("#8fa58c", "#f3eee2")


def blue_mug() -> Parts:
    return mug("#5f7f99", "#f3eee2")


def _band(glaze: str, ink: str) -> Picture:
    """The mug's outside, unrolled: a word over two lines and a row of dots."""
    sheet = Print(glaze, aspect=3.6, height=900)
    sheet.text("MORGEN", 1.8, 0.44, 0.1, ink, 0.32, 0.012)
    for height in (0.58, 0.72):
        sheet.bar(0, height, 3.6, height + 0.012, ink)
    for dot in np.arange(0.03, 3.6, 0.06):
        sheet.disc(float(dot), 0.656, 0.016, ink)
    return speckled(sheet.picture(), "#6b5544", 1500, (0.8, 2.2), 4)


def kettle() -> Parts:
    """A copper pouring kettle with a gooseneck, a walnut handle and a knob on its lid."""
    body = fillet(
        [
            (0, 0.0),
            (0.62, 0),
            (0.68, 0.05),
            (0.66, 0.3),
            (0.5, 0.86),
            (0.36, 0.93),
            (0.35, 0.97),
            (0.34, 0.97),
        ],
        [0.03, 0.07, 0.25, 0.1, 0.02, 0.01],
        12,
    )
    lid = fillet([(0.355, 0.96), (0.36, 0.985), (0.3, 1.02), (0.05, 1.07), (0, 1.07)], [0.01, 0.05, 0.03], 10)
    stem = fillet([(0.05, 1.06), (0.035, 1.09), (0.035, 1.12), (0, 1.12)], [0.02, 0.01], 6)
    knob = fillet([(0, 1.11), (0.06, 1.11), (0.085, 1.17), (0.07, 1.23), (0, 1.24)], [0.03, 0.05, 0.05], 10)
    spout = spline(
        [
            (-0.55, 0, 0.2),
            (-0.78, 0, 0.22),
            (-0.88, 0, 0.42),
            (-0.9, 0, 0.66),
            (-1.02, 0, 0.86),
            (-1.22, 0, 0.9),
        ],
        80,
    )
    bore = np.interp(np.linspace(0, 1, 80), [0, 0.15, 0.5, 1], [0.105, 0.085, 0.055, 0.042])
    strap = spline([(0.5, 0, 0.86), (0.66, 0, 0.96), (0.84, 0, 0.98)], 24)
    brace = spline([(0.62, 0, 0.3), (0.78, 0, 0.31), (0.95, 0, 0.38)], 24)
    grip = spline([(0.82, 0, 0.98), (0.98, 0, 0.94), (1.05, 0, 0.76), (1.02, 0, 0.5), (0.92, 0, 0.36)], 60)
    swell = 0.052 + 0.014 * np.sin(np.pi * np.linspace(0, 1, 60)) ** 2
    copper = metal(COPPER, 0.16)
    walnut = glossy(wood("#7a4a2b", "#41220f", 5, (256, 512), 3), 0.25)
    return [
        Part(revolve(body), copper),
        Part(revolve(lid), copper),
        Part(revolve(stem), metal(STEEL, 0.15)),
        Part(revolve(knob), walnut),
        Part(tube(spout, bore, 40), copper),
        Part(joined([tube(strap, 0.028, 20, flat=1.8), tube(brace, 0.024, 20, flat=1.8)]), metal(STEEL, 0.2)),
        Part(tube(grip, swell, 32, flat=0.8), walnut),
    ]


def bowl() -> Parts:
    """A wide teal bowl with a drawn edge."""
    foot = [(0, 0.03), (0.28, 0.03), (0.3, 0), (0.34, 0), (0.36, 0.05)]
    outside = [*foot, (0.62, 0.18), (0.82, 0.5), (0.835, 0.52)]
    inside = [(0.835, 0.52), (0.8, 0.52), (0.6, 0.24), (0.36, 0.12), (0, 0.1)]
    glaze = glossy("#2c7f86", 0.06)
    return [
        Part(revolve(fillet(outside, [0.01, 0.02, 0.02, 0.05, 0.2, 0.02], 10)), glaze),
        Part(revolve(fillet(inside, [0.02, 0.2, 0.2], 10)), glaze),
    ]


def vase() -> Parts:
    """A bare sand-coloured vase."""
    line = spline([(0.3, 0.03), (0.42, 0.3), (0.44, 0.62), (0.3, 1.0), (0.15, 1.26), (0.15, 1.42), (0.19, 1.5)], 90)
    lip = fillet([line[-1], line[-1] + [0.01, 0.02], line[-1] + [-0.02, 0.02], (0.13, 1.42), (0.13, 1.2)], 0.015, 8)
    base = fillet([(0, 0), (0.27, 0), line[0]], 0.03, 8)
    clay = matte("#cdb593")
    return [Part(revolve(np.concatenate([base, line[1:-1], lip])), clay)]


def bottle() -> Parts:
    """A clear glass bottle, half full of amber oil, with a cork stopper."""
    outside = fillet(
        [
            (0, 0.02),
            (0.2, 0.02),
            (0.26, 0),
            (0.3, 0.03),
            (0.3, 0.95),
            (0.11, 1.14),
            (0.1, 1.45),
            (0.13, 1.46),
            (0.13, 1.54),
            (0.11, 1.54),
        ],
        [0.02, 0.04, 0.03, 0.18, 0.12, 0.02, 0.02, 0.02],
        10,
    )
    hollow = fillet([(0.11, 1.54), (0.085, 1.54), (0.082, 1.14), (0.275, 0.93), (0.275, LEVEL)], [0.02, 0.12, 0.18], 10)
    filled = fillet([(0, 0.07), (0.275, 0.09), (0.275, LEVEL)], 0.05, 10)
    brim = np.array([(0.275, LEVEL), (0, LEVEL)])
    cork = fillet([(0, 1.4), (0.08, 1.4), (0.088, 1.62), (0, 1.63)], [0.01, 0.02], 6)
    amber = (0.93, 0.6, 0.22)
    return [
        Part(revolve(np.concatenate([outside, hollow[1:]])), glass()),
        Part(revolve(filled), glass(amber, 1.36, 1.5)),
        Part(revolve(brim), glass(amber, 1.36)),
        Part(revolve(cork), matte("#b98c5e")),
    ]


def jar() -> Parts:
    """A white cosmetics jar with a white lid."""
    pot = fillet([(0, 0), (0.42, 0), (0.44, 0.02), (0.44, 0.36), (0.42, 0.38), (0, 0.38)], [0.03, 0.02, 0.02, 0.03], 10)
    lid = fillet([(0.4, 0.385), (0.44, 0.385), (0.445, 0.6), (0.4, 0.62), (0, 0.62)], [0.01, 0.04, 0.03], 10)
    return [Part(revolve(pot), glossy("#f8f8f7", 0.12)), Part(revolve(lid), glossy("#f8f8f7", 0.2))]
