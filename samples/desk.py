"""Products for the desk: a tea carton, a notebook with its pen, a wristwatch, sunglasses."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np

from geometry import (
    Mesh,
    edge,
    extruded,
    fillet,
    joined,
    level,
    loft,
    revolve,
    rounded_box,
    rounded_rectangle,
    spline,
    surface,
    tube,
)
from materials import BRASS, STEEL, cloth, embossed, glossy, matte, metal, woven
from prints import Picture, Print, pebbles
from sets import Part, Parts


def carton() -> Parts:
    """A tea carton: printed card front and side, tuck-in lid."""
    box = rounded_box(0.82, 0.46, 1.2, 0.012, 0.008)
    front = surface([[(-0.403, -0.2312, z), (0.403, -0.2312, z)] for z in (0.008, 1.192)])
    side = surface([[(0.4112, -0.223, z), (0.4112, 0.223, z)] for z in (0.008, 1.192)])
    seam = rounded_box(0.8, 0.004, 0.004, 0.001, 0.001)
    return [
        Part(box, matte("#c9a57a")),
        Part(front, matte(_carton_front())),
        Part(side, matte(_carton_side())),
        Part(seam.moved(0, -0.212, 1.1985), matte("#8a6a47")),
    ]


def _carton_front() -> Picture:
    kraft, ink, accent = "#c9a57a", "#22403f", "#b34a2e"
    sheet = Print(kraft, aspect=0.806 / 1.184, height=1400)
    middle = 0.806 / 1.184 / 2
    sheet.bar(0, 0, 1, 0.62, ink)
    sheet.disc(middle, 0.36, 0.2, "#e9d9b8").disc(middle, 0.36, 0.188, ink)
    for k in range(9):
        turn = pi * (k - 4) / 10
        tip = (middle + 0.15 * sin(turn), 0.42 - 0.17 * cos(turn))
        sheet.line([(middle, 0.45), tip], "#e9d9b8", 0.005)
        sheet.disc(*tip, 0.014, accent if k % 2 else "#e9d9b8")
    sheet.text("HARBOUR", middle, 0.07, 0.07, "#e9d9b8", 0.2, 0.01)
    sheet.text("TEA COMPANY", middle, 0.125, 0.028, "#e9d9b8", 0.4)
    sheet.text("Smoky Earl", middle, 0.71, 0.085, ink, 0, 0.01)
    sheet.text("black tea with bergamot", middle, 0.785, 0.034, ink, 0.03)
    return sheet.text("LOOSE LEAF   100 g", middle, 0.93, 0.03, accent, 0.22, 0.01).picture()


def _carton_side() -> Picture:
    sheet = Print("#c9a57a", aspect=0.446 / 1.184, height=1400)
    sheet.bar(0, 0, 1, 0.62, "#22403f")
    for k, words in enumerate(("STEEP", "4 MINUTES", "AT 96 °C")):
        sheet.text(words, 0.188, 0.2 + 0.07 * k, 0.034, "#e9d9b8", 0.2)
    for k in range(26):
        if k % 3 != 1:
            sheet.bar(0.1 + k * 0.007, 0.8, 0.1 + k * 0.007 + (0.0045 if k % 4 else 0.002), 0.92, "#22403f")
    return sheet.picture()


def notebook() -> Parts:
    """A cloth-bound notebook with an elastic band and a brass pen on it, seen from above."""
    cover = extruded(rounded_rectangle(1.4, 2.05, 0.06), edge(0.025, 0.01)).projected("x", "y")
    pages = rounded_box(1.36, 2.0, 0.13, 0.05, 0.005)
    band = rounded_box(0.06, 2.07, 0.014, 0.004, 0.005)
    pen_line = fillet(
        [
            (0, 0),
            (0.012, 0.02),
            (0.03, 0.2),
            (0.052, 0.26),
            (0.055, 0.3),
            (0.055, 1.3),
            (0.05, 1.33),
            (0.035, 1.34),
            (0.035, 1.4),
            (0, 1.4),
        ],
        0.015,
        6,
    )
    pen = revolve(pen_line).turned("x", 90).moved(y=0.7).turned("z", -24)
    clip = rounded_box(0.034, 0.5, 0.022, 0.016, 0.009).moved(0, -0.35, 0.052).turned("z", -24)
    stamp = rounded_box(0.52, 0.1, 0.003, 0.01, 0.001).projected("x", "y")
    gilt = Print("#8c3b2e", aspect=5.2, height=240).text("DAYBOOK", 2.6, 0.5, 0.55, "#e3c58a", 0.22, 0.02)
    return [
        Part(pages.moved(z=0.02), matte("#efe9da")),
        Part(joined([cover, cover.moved(z=0.145)]), woven("#a3483a", (16, 24), 0.003, sheen=0.3)),
        Part(stamp.moved(-0.2, 0.6, 0.17), glossy(gilt.picture(), 0.3)),
        Part(band.moved(0.52, 0, 0.163), cloth("#1f1f22")),
        Part(pen.moved(-0.12, -0.25, 0.225), metal(BRASS, 0.18)),
        Part(clip.moved(-0.12, -0.25, 0.22), metal(BRASS, 0.3)),
    ]


def watch() -> Parts:
    """A wristwatch lying flat: steel case, blue dial, tan leather strap."""
    case = revolve(
        fillet(
            [(0, 0), (0.4, 0), (0.46, 0.06), (0.46, 0.16), (0.42, 0.21), (0.385, 0.215), (0.375, 0.19)],
            [0.02, 0.04, 0.03, 0.03, 0.008],
            8,
        )
    )
    dial = surface([[(r * sin(a), r * cos(a), 0.185) for a in np.linspace(0, 2 * pi, 129)] for r in (0.0, 0.38)])
    lugs = [
        tube(spline([(x, 0.36 * s, 0.12), (x, 0.5 * s, 0.1), (x, 0.58 * s, 0.05)], 16), 0.05, 20, 1.2)
        for x in (-0.25, 0.25)
        for s in (-1, 1)
    ]
    crown = (
        revolve(fillet([(0, 0), (0.06, 0), (0.065, 0.09), (0, 0.095)], 0.01, 6)).turned("y", 90).moved(0.455, 0, 0.11)
    )
    strap = joined([_strap(1), _strap(-1)])
    stitches = joined(
        [
            rounded_box(0.012, 0.05, 0.01, 0.005, 0.004).moved(
                x, s * (0.62 + 0.075 * k), _strap_height(0.62 + 0.075 * k) + 0.06
            )
            for x in (-0.185, 0.185)
            for s in (-1, 1)
            for k in range(9)
        ]
    )
    steel = metal(STEEL, 0.1)
    buckle = tube(
        level(rounded_rectangle(0.47, 0.2, 0.05)[:-1], 0.06),
        0.02,
        16,
        closed=True,
    )
    keeper = tube([(0, 1.3, 0.09), (0, 1.46, 0.085)], 0.014, 12)
    hole = revolve([(0.016, 0), (0.015, 0.002), (0, 0.002)], 32)
    holes = [hole.moved(0, -1.2 - 0.09 * k, _strap_height(1.2) + 0.0645) for k in range(5)]
    return [
        Part(joined([case, crown, *lugs]), steel),
        Part(dial.projected("x", "y"), glossy(_dial(), 0.12)),
        Part(_hand(-58, 0.2, 0.03), metal("#efefef", 0.15)),
        Part(_hand(62, 0.3, 0.022), metal("#efefef", 0.15)),
        Part(_hand(150, 0.33, 0.008).moved(z=0.006), glossy("#d9622b", 0.2)),
        Part(strap, embossed(glossy("#a5642f", 0.35), pebbles((256, 256), 420, 3), 0.004, (6, 12))),
        Part(stitches, matte("#efe3c8")),
        Part(joined([buckle.moved(y=1.36), keeper]), steel),
        Part(joined(holes), matte("#2a1a10")),
    ]


def _strap_height(y: float) -> float:
    return 0.02 + 0.055 * max(0.0, 1 - (y - 0.5) / 0.5) ** 2


def _strap(way: int) -> Mesh:
    """One half of the strap: it falls from the case to the table and narrows towards its end."""
    last = 1.36 if way > 0 else 1.75
    along = np.concatenate([np.linspace(0.42, last - 0.16, 40), last - 0.16 * np.linspace(1, 0, 40)[1:] ** 2])
    section = rounded_rectangle(1.0, 1.0, 0.25)
    end = np.clip((along[-1] - along) / 0.16, 0, 1)
    width = 0.46 - 0.05 * (along - 0.42) / 1.3
    width = width * np.sqrt(1 - (1 - end) ** 2 * (way < 0)) + 1e-4
    rows = [
        np.column_stack(
            [
                section[:, 0] * w,
                np.full(len(section), way * y),
                section[:, 1] * 0.06 + 0.035 + _strap_height(float(y)),
            ]
        )
        for y, w in zip(along, width, strict=True)
    ]
    return loft(rows)


def _hand(degrees: float, length: float, width: float) -> Mesh:
    return (
        rounded_box(width, length + 0.06, 0.008, width * 0.3, 0.002)
        .moved(0, length / 2 - 0.03, 0.192)
        .turned("z", -degrees)
    )


def _dial() -> Picture:
    sheet = Print("#16324f", aspect=1.0, height=1200)
    for minute in range(60):
        turn, hour = radians(minute * 6), minute % 5 == 0
        inner, width = (0.37, 0.016) if hour else (0.425, 0.004)
        ends = [(0.5 + r * sin(turn), 0.5 - r * cos(turn)) for r in (inner, 0.45)]
        sheet.line(ends, "#f2efe6", width)
    sheet.text("NORDVIK", 0.5, 0.3, 0.045, "#f2efe6", 0.2, 0.01).text("automatic", 0.5, 0.35, 0.028, "#f2efe6", 0.06)
    return sheet.disc(0.5, 0.5, 0.022, "#f2efe6").picture()
