"""Products to wear: a leather handbag, a T-shirt laid flat, sunglasses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from geometry import (
    Mesh,
    Points,
    easing,
    even,
    fillet,
    joined,
    level,
    loft,
    revolve,
    rim_distance,
    ring,
    rounded_box,
    rounded_rectangle,
    sheet,
    shell,
    spline,
    stitched,
    surface,
    tube,
)
from materials import GOLD, Material, cloth, embossed, glossy, matte, metal
from prints import Picture, Print, blend, knit, noise, pebbles
from sets import Part, Parts

HeightMap = Callable[[Points], Points]


def leather(colour: str, tiles: tuple[float, float]) -> Material:
    return embossed(glossy(colour, 0.3), pebbles((256, 256), 420, 7), 0.0028, (tiles[0] * 2, tiles[1] * 2))


def handbag() -> Parts:
    """A structured handbag: flap with stitched edge, turn-lock clasp, round handle on gold rings."""
    heights = np.array([0, 0.02, 0.06, 0.3, 0.7, 1.0, 1.06, 1.09])
    widths = np.array([1.42, 1.5, 1.54, 1.52, 1.44, 1.36, 1.33, 1.28])
    depths = np.array([0.5, 0.57, 0.6, 0.58, 0.44, 0.28, 0.24, 0.18])
    rows = 1.09 * (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 64)))  # closer where the edges are rounded
    body = loft(
        [
            level(rounded_rectangle(w, d, d * 0.36), z)
            for z, w, d in zip(rows, easing(heights, widths, rows), easing(heights, depths, rows), strict=True)
        ]
    )
    flap = _flap()
    handle = spline(
        [
            (-0.36, 0, 1.12),
            (-0.37, 0, 1.3),
            (-0.24, 0, 1.56),
            (0, 0, 1.64),
            (0.24, 0, 1.56),
            (0.37, 0, 1.3),
            (0.36, 0, 1.12),
        ],
        90,
    )
    rings = [ring(0.07, 0.013).moved(x, 0, 1.14) for x in (-0.36, 0.36)]
    tabs = [rounded_box(0.1, 0.3, 0.03, 0.03, 0.012).moved(x, 0, 1.1) for x in (-0.36, 0.36)]
    plate = rounded_box(0.24, 0.16, 0.02, 0.05, 0.008).turned("x", 90)
    latch = rounded_box(0.05, 0.12, 0.035, 0.022, 0.01).turned("x", 90)
    edge_line = _flap_points(_flap_border(), lift=0.022)
    tan = "#ad6a36"
    return [
        Part(body, leather(tan, (14, 5))),
        Part(shell(flap, 0.035), leather(tan, (8, 9))),
        Part(tube(handle, 0.036, 28), leather("#9c5c2e", (2, 16))),
        Part(joined(tabs), leather(tan, (1, 2))),
        Part(stitched(edge_line, 0.024, 0.013, 0.0045), matte("#ead9b5")),
        Part(joined([*rings, plate.moved(0, -0.285, 0.5), latch.moved(0, -0.305, 0.5)]), metal(GOLD, 0.13)),
    ]


def _flap() -> Points:
    """The flap as a grid of points, from the back over the top and down the front."""
    across, along = np.meshgrid(np.linspace(-1, 1, 90), np.linspace(0, 1, 80))
    return _flap_points(np.stack([across, along], -1))


def _flap_points(at: Points, lift: float = 0.0) -> Points:
    """Points on the flap for (across -1..1, along 0..1), raised by `lift` from the bag."""
    path = spline(
        [(0.12, 0.98), (0.1, 1.09), (0.0, 1.125), (-0.1, 1.09), (-0.15, 0.98), (-0.235, 0.7), (-0.285, 0.42)],
        200,
    )
    side, along = at[..., 0], at[..., 1]
    reach = 0.86 + 0.14 * np.sqrt(np.clip(1 - np.abs(side) ** 3.2, 0, 1))
    step = np.clip(along * reach, 0, 1) * 199
    y = np.interp(step, np.arange(200), path[:, 0])
    z = np.interp(step, np.arange(200), path[:, 1])
    front = np.clip((1.1 - z) / 0.7, 0, 1) * (along > 0.3)
    half = 0.645 + 0.06 * front
    return np.stack([side * half, y - np.where(along > 0.3, 0.012 + lift, 0), z + np.where(along > 0.3, 0, lift)], -1)


def _flap_border() -> Points:
    """A line just inside the flap's edge, down one side, along the bottom, up the other."""
    down = np.linspace(0.42, 0.95, 60)
    bottom = np.linspace(-0.94, 0.94, 160)
    return np.concatenate(
        [
            np.column_stack([np.full(60, -0.955), down]),
            np.column_stack([bottom, np.full(160, 0.958)]),
            np.column_stack([np.full(60, 0.955), down[::-1]]),
        ]
    )


OCHRE = "#c58a2d"


def tshirt() -> Parts:
    """A T-shirt laid flat, with rib collar, seams and a small print."""
    outline = _shirt_outline()
    nape = [(-0.21, 1.41), (-0.1, 1.375), (0, 1.365), (0.1, 1.375), (0.21, 1.41)]
    back = even([*nape, (0.2, 1.2), (-0.2, 1.2), nape[0]], 240)[:-1]
    throat = spline([(-0.205, 1.415), (-0.13, 1.265), (0, 1.215), (0.13, 1.265), (0.205, 1.415)], 80)
    collar = joined([_rib(throat, 0.06, 0.034), _rib(spline(nape, 80), 0.05, 0.014)])
    ribs = np.abs(np.sin(np.linspace(0, 24 * np.pi, 256, dtype=np.float32)))
    jersey = embossed(cloth(_shirt_print(), sheen=0.4), knit(8, 8, 256), 0.002, (34, 26))
    return [
        Part(sheet(outline, _creases(outline), 0.009), jersey),
        Part(sheet(back, lambda at: np.full(len(at), 0.012), 0.03), cloth("#a87322")),
        Part(collar, embossed(cloth(OCHRE), np.tile(ribs, (16, 1)), 0.0012, (5, 1))),
    ]


def _shirt_outline() -> Points:
    """(C, 2): from the throat over shoulder, sleeve and side to the hem, and back along the other side."""
    throat = spline([(0.0, 1.22), (0.12, 1.26), (0.2, 1.42)], 12)[:-1]
    side = [(0.2, 1.42), (0.58, 1.33), (0.98, 0.98), (0.8, 0.8), (0.535, 0.97), (0.55, -0.2), (0, -0.215)]
    soft = [*[0.001] * 10, 0.01, 0.12, 0.02, 0.02, 0.05, 0.03]
    half = fillet([*throat, *side], soft, 8)
    return even(np.vstack([half, half[::-1] * [-1, 1]]), 1200)[:-1]


def _rib(line: Points, width: float, height: float) -> Mesh:
    """A soft band of cloth along a line (P, 2)."""
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], -1) / np.linalg.norm(along, axis=1, keepdims=True)
    turn = np.linspace(0, np.pi, 14)
    return surface([level(line + across * width / 2 * np.cos(a), height + 0.01 * np.sin(a)) for a in turn])


def _creases(outline: Points) -> HeightMap:
    """The height of a shirt on a table: soft edges, broad waves, and folds that run from the arms."""
    broad = noise((256, 256), (20, 13), 21) * 0.024 + noise((256, 256), (9, 7), 22) * 0.005
    grid = np.linspace(-1.1, 1.6, 256)
    waves = RegularGridInterpolator((grid, grid), broad)
    folds = [
        ((0.5, 0.95), (0.1, 0.62), 0.075),
        ((-0.5, 0.95), (-0.14, 0.55), 0.075),
        ((0.62, 1.02), (0.42, 1.25), 0.04),
        ((-0.62, 1.02), (-0.42, 1.25), 0.04),
        ((0.46, -0.15), (0.2, 0.36), 0.055),
        ((-0.34, -0.18), (-0.44, 0.36), 0.05),
        ((-0.05, 0.5), (0.2, 0.02), 0.04),
    ]

    def height(at: Points) -> Points:
        soft = 1 - np.exp(-rim_distance(outline, at) / 0.035)
        raised = 0.035 * soft + waves(at[:, ::-1]) * soft
        for start, end, amount in folds:
            raised = raised + _fold(at, np.array(start), np.array(end)) * amount * soft
        return np.maximum(raised, 0.02 * soft)

    return height


def _fold(at: Points, start: Points, end: Points) -> Points:
    """A ridge from `start`, fading towards `end`."""
    run = end - start
    along = (at - start) @ run / (run @ run)
    apart = (at - start) @ np.array([-run[1], run[0]]) / np.linalg.norm(run)
    width = 0.025 + 0.05 * np.clip(along, 0, 1)
    fade = np.clip(along * 3, 0, 1) ** 2 * np.clip(1 - along, 0, 1)
    return fade * (np.exp(-((apart / width) ** 2)) - 0.6 * np.exp(-(((apart - 1.7 * width) / width) ** 2)))


def _shirt_print() -> Picture:
    """Seams and lettering over the shirt's bounding box."""
    left, top, width, height = -0.98, 1.42, 1.96, 1.635
    seam, ink = "#a06c1d", "#f4ead6"
    shirt = Print(OCHRE, aspect=width / height, height=1600)

    def sewn(points: list[tuple[float, float]], thread: float) -> None:
        shirt.line([((x - left) / height, (top - y) / height) for x, y in points], seam, thread)

    for way in (-1, 1):
        armhole = spline([(0.55, 0.95), (0.5, 1.05), (0.5, 1.2), (0.57, 1.34)], 40)
        sewn([(way * x, y) for x, y in armhole.tolist()], 0.003)
        for inset in (0.032, 0.042):
            sewn([(way * (x - inset), y + inset) for x, y in ((0.98, 0.98), (0.8, 0.8))], 0.0022)
    for y in (-0.15, -0.134):
        sewn([(-0.56, y), (0.56, y)], 0.0022)
    for words, y, size, spacing, weight in (
        ("SLOW", 0.88, 0.085, 0.12, 0.02),
        ("MORNINGS", 0.74, 0.085, 0.12, 0.02),
        ("est. at breakfast", 0.63, 0.034, 0.04, 0),
    ):
        shirt.text(words, -left / height, (top - y) / height, size, ink, spacing, weight)
    return shirt.picture()


def sunglasses() -> Parts:
    """Tortoiseshell sunglasses lying on their folded temples, lenses up."""
    lens = spline(
        [
            (0.155, 0.1),
            (0.32, 0.22),
            (0.62, 0.235),
            (0.84, 0.15),
            (0.84, -0.08),
            (0.7, -0.27),
            (0.45, -0.32),
            (0.24, -0.2),
        ],
        200,
        closed=True,
    )
    rims, lenses = [], []
    for way in (-1, 1):
        line = lens * [way, 1]
        height = 0.3 - 0.10 * line[:, 0] ** 2
        rims.append(tube(np.column_stack([line, height]), 0.048, 24, flat=0.8, closed=True))
        lenses.append(sheet(line, _lens_height, 0.03))
    bridge = tube(
        spline(
            [
                (-0.17, 0.06, 0.292),
                (-0.07, 0.125, 0.305),
                (0, 0.14, 0.31),
                (0.07, 0.125, 0.305),
                (0.17, 0.06, 0.292),
            ],
            40,
        ),
        0.036,
        24,
    )
    corners = [
        tube(
            spline([(way * 0.8, 0.155, 0.235), (way * 0.9, 0.165, 0.21), (way * 0.945, 0.16, 0.13)], 20),
            0.042,
            20,
        )
        for way in (-1, 1)
    ]
    temples = [
        tube(
            spline(
                [
                    (way * 0.945, 0.16, 0.15),
                    (way * 0.5, 0.14 + 0.02 * way, 0.1),
                    (-way * 0.25, 0.05, 0.07),
                    (-way * 0.6, -0.18, 0.05),
                    (-way * 0.78, -0.46, 0.05),
                ],
                60,
            ),
            np.linspace(0.04, 0.05, 60),
            20,
            flat=0.7,
        )
        for way in (-1, 1)
    ]
    pins = [
        revolve(fillet([(0.014, 0), (0.014, 0.012), (0, 0.012)], 0.004, 4)).moved(way * 0.875, 0.163, 0.262)
        for way in (-1, 1)
    ]
    acetate = glossy(_tortoise(), 0.05, (1, 2))
    return [
        Part(joined([*rims, bridge, *corners]), acetate),
        Part(joined(temples), acetate),
        Part(joined(lenses), glossy(_lens_tint(), 0.02)),
        Part(joined(pins), metal(GOLD, 0.1)),
    ]


def _lens_height(at: Points) -> Points:
    return 0.3 - 0.10 * at[:, 0] ** 2 + 0.02 * np.cos(at[:, 1] * 4)


def _lens_tint() -> Picture:
    """Smoke above, amber below."""
    fade = np.linspace(0, 1, 64, dtype=np.float32)[:, None] ** 1.6
    return blend((0.012, 0.012, 0.014), (0.24, 0.12, 0.05), fade)


def _tortoise() -> Picture:
    blots = noise((256, 512), (14, 22), 31) * 0.8 + noise((256, 512), (5, 8), 32) * 0.35 + 0.5
    return blend((0.30, 0.11, 0.025), (0.025, 0.010, 0.005), np.clip(blots, 0, 1))
