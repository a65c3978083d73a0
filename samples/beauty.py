"""Products for the bathroom shelf: perfume and a pump bottle."""

from __future__ import annotations

import numpy as np

from geometry import edge, extruded, fillet, joined, revolve, rounded_rectangle, spline, surface, tube
from materials import GOLD, glossy, matte, metal
from prints import Picture, Print
from sets import Part, Parts


def perfume() -> Parts:
    """A lacquered perfume bottle with a gold collar and cap and a paper label."""
    body = extruded(rounded_rectangle(0.78, 0.36, 0.1), edge(0.86, 0.06, 0.04, 12))
    shoulder = revolve(fillet([(0.15, 0.84), (0.15, 0.875), (0.12, 0.875), (0.12, 0.93), (0.1, 0.93)], 0.008, 6))
    cap = revolve(fillet([(0.1, 0.935), (0.168, 0.935), (0.168, 1.27), (0, 1.27)], [0.012, 0.02], 8))
    label = extruded(rounded_rectangle(0.46, 0.42, 0.008), edge(0.004, 0.001)).turned("x", 90).projected("x", "z")
    return [
        Part(body, glossy("#123c33", 0.035)),
        Part(joined([shoulder, cap]), metal(GOLD, 0.14)),
        Part(label.moved(0, -0.18, 0.42), matte(_perfume_label())),
    ]


def _perfume_label() -> Picture:
    ink = "#1d2b28"
    sheet = Print("#efe8da", aspect=0.46 / 0.42, height=900)
    sheet.line([(0.05, 0.05), (1.045, 0.05), (1.045, 0.95), (0.05, 0.95), (0.05, 0.05)], "#b89656", 0.006)
    sheet.text("SOLENNE", 0.5476, 0.4, 0.15, ink, 0.18)
    sheet.bar(0.44, 0.53, 0.655, 0.536, "#b89656")
    sheet.text("No 7  VETIVER", 0.5476, 0.64, 0.058, ink, 0.3)
    return sheet.text("EAU DE PARFUM  50 ml", 0.5476, 0.83, 0.045, ink, 0.2).picture()


def pump() -> Parts:
    """A sage green hand wash bottle with a wrap-around label and a black pump."""
    body = fillet(
        [(0, 0), (0.33, 0), (0.34, 0.02), (0.34, 1.02), (0.25, 1.13), (0.13, 1.17), (0.13, 1.22), (0, 1.22)],
        [0.02, 0.02, 0.16, 0.14, 0.02, 0.01],
        12,
    )
    collar = fillet([(0.11, 1.19), (0.17, 1.19), (0.17, 1.34), (0.07, 1.36), (0.055, 1.37)], [0.01, 0.02, 0.02], 8)
    stem = fillet([(0.04, 1.35), (0.04, 1.52), (0, 1.52)], 0.004, 4)
    button = fillet([(0, 1.5), (0.09, 1.5), (0.1, 1.6), (0.07, 1.62), (0, 1.62)], [0.01, 0.02, 0.02], 8)
    path = spline([(0, 0, 1.57), (-0.2, 0, 1.575), (-0.38, 0, 1.565), (-0.44, 0, 1.5)], 40)
    nozzle = tube(path, np.linspace(0.046, 0.03, 40), 24).turned("z", 38)
    angle = np.linspace(-1.15, 1.15, 120) - np.pi / 2
    rim = np.stack([0.3415 * np.cos(angle), 0.3415 * np.sin(angle)], -1)
    label = surface([[(x, y, z) for x, y in rim] for z in np.linspace(0.16, 0.86, 8)])
    black = glossy("#1b1b1c", 0.2)
    return [
        Part(revolve(body), glossy("#8fa58c", 0.16)),
        Part(label, glossy(_pump_label(), 0.3)),
        Part(joined([revolve(collar), revolve(stem), revolve(button), nozzle]), black),
    ]


def _pump_label() -> Picture:
    ink, accent = "#26352c", "#b5654a"
    middle = 2.3 * 0.3415 / 0.7 / 2
    sheet = Print("#f3eee2", aspect=2 * middle, height=1200)
    sheet.text("FJORD", middle, 0.2, 0.15, ink, 0.16, 0.012).text("& FERN", middle, 0.335, 0.062, ink, 0.3)
    sheet.bar(middle - 0.3, 0.43, middle + 0.3, 0.436, accent)
    sheet.text("HAND WASH", middle, 0.52, 0.06, accent, 0.2, 0.01)
    sheet.text("cedar, sea salt, wild mint", middle, 0.6, 0.042, ink, 0.03)
    for k in range(7):
        sheet.line([(middle + (k - 3) * 0.035, 0.80), (middle + (k - 3) * 0.06, 0.69)], ink, 0.004)
    return sheet.text("300 ml   10.1 fl oz", middle, 0.9, 0.038, ink, 0.1).picture()
