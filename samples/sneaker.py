"""A sneaker: an upper stretched between sole and collar, with tongue, laces and eyelets."""

from __future__ import annotations

import numpy as np

from geometry import Mesh, Points, easing, extruded, fillet, joined, loft, ring, shell, spline, surface, tube
from materials import cloth, embossed, glossy, metal
from prints import Picture, Print, knit, weave
from sets import Part, Parts

SOLE = [
    (1.43, 0.04),
    (1.27, 0.36),
    (0.8, 0.5),
    (0.15, 0.42),
    (-0.5, 0.35),
    (-1.12, 0.34),
    (-1.4, 0.0),
    (-1.12, -0.34),
    (-0.5, -0.37),
    (0.15, -0.44),
    (0.8, -0.5),
    (1.25, -0.36),
]
COLLAR = [
    (0.24, 0.0, 1.04),
    (0.15, 0.15, 1.02),
    (-0.15, 0.22, 0.92),
    (-0.6, 0.245, 0.84),
    (-1.02, 0.19, 0.92),
    (-1.2, 0.0, 1.0),
    (-1.02, -0.19, 0.92),
    (-0.6, -0.245, 0.84),
    (-0.15, -0.22, 0.92),
    (0.15, -0.15, 1.02),
]
AROUND = 240


def sneaker() -> Parts:
    """A low sneaker: blue suede and knit upper on a gum sole, with laces."""
    outline = spline(SOLE, AROUND, closed=True)
    outline = np.vstack([outline, outline[:1]])
    mid = extruded(
        outline,
        fillet([(0.06, 0.05), (-0.02, 0.05), (0.0, 0.17), (-0.005, 0.27), (0.05, 0.29)], [0.02, 0.08, 0.03], 8),
    )
    tread = extruded(outline, fillet([(0.05, 0), (0.0, 0.0), (-0.03, 0.07), (0.03, 0.08)], [0.02, 0.01], 6))
    stripe = extruded(outline, fillet([(0.0, 0.195), (-0.006, 0.2), (-0.006, 0.216), (0.0, 0.221)], 0.003, 4))
    upper = _upper(outline)
    inside = upper[-1] * [0.9, 0.75, 0] + np.array([-0.03, 0, 0.35])
    lining = np.stack([upper[-1] * (1 - t) + inside * t for t in np.linspace(0, 1, 8)])
    laces, eyes = _laces(upper)
    return [
        Part(mid.bent(_sprung), glossy("#c98d4e", 0.4)),
        Part(stripe.bent(_sprung), glossy("#5f3a1c", 0.4)),
        Part(tread.bent(_sprung), glossy("#9c6430", 0.45)),
        Part(surface(upper), embossed(cloth(_upper_print(), sheen=0.5), knit(8, 8, 256), 0.006, (36, 12))),
        Part(loft(lining, capped=False), cloth("#d9cfc0")),
        Part(_tongue(), embossed(cloth("#24476b"), knit(8, 8, 256), 0.004, (3, 5))),
        Part(laces, embossed(cloth("#efe9dc"), weave(4, 128), 0.004, (2, 12))),
        Part(eyes, metal("#c9b08a", 0.2)),
    ]


def _sprung(points: Points) -> Points:
    """The toe lifts a little, the heel stands higher."""
    x, y, z = points.T
    lift = 0.13 * np.clip((x - 0.55) / 0.9, 0, 1) ** 2
    heel = 1 + 0.35 * easing([-1.5, -0.9, 0.5, 1.5], [1, 0.9, 0.15, 0], np.clip(x, -1.5, 1.5))
    return np.column_stack([x, y, z * heel + lift])


def _upper(outline: Points) -> Points:
    """(R, C, 3): from the sole up over the foot to the collar, each column a cubic Bézier curve."""
    foot = _sprung(np.column_stack([outline * 0.985, np.full(len(outline), 0.26)]))
    collar = spline(COLLAR, AROUND, closed=True)
    collar = np.vstack([collar, collar[:1]])
    # Degrees from the toe, on either side: what each side's curve looks like hangs on it.
    turn = np.abs((np.linspace(0, 1, AROUND + 1) + 0.5) % 1 - 0.5) * 360
    keys = [0, 25, 55, 95, 140, 180]
    swell = easing(keys, [0.1, 0.09, 0.06, 0.05, 0.05, 0.07], turn)
    rise = easing(keys, [0.36, 0.34, 0.28, 0.22, 0.22, 0.26], turn)
    lean = easing(keys, [0.62, 0.5, 0.25, 0.12, 0.06, 0.02], turn)
    droop = easing(keys, [0.3, 0.25, 0.16, 0.14, 0.18, 0.26], turn)
    outward = foot[:, :2] / np.linalg.norm(foot[:, :2], axis=1, keepdims=True)
    low = foot + np.column_stack([outward * swell[:, None], rise])
    high = collar + np.column_stack([(foot - collar)[:, :2] * lean[:, None], -droop])
    t = np.linspace(0, 1, 48)[:, None, None]
    rows = (1 - t) ** 3 * foot + 3 * t * (1 - t) ** 2 * low + 3 * t**2 * (1 - t) * high + t**3 * collar
    middle = np.array([-0.45, 0, 0])
    inward = (middle - collar) * [1, 1, 0]
    inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-9)
    roll = [
        collar + inward * a + np.array([0, 0, b])
        for a, b in ((0.02, 0.022), (0.045, 0.022), (0.065, 0.0), (0.07, -0.05))
    ]
    return np.concatenate([rows, np.stack(roll)])


def _upper_print() -> Picture:
    """The upper unrolled: u from the toe round the shoe, v from the sole up."""
    knit_blue, suede, cream, thread = "#2f5d8a", "#24476b", "#efe6d2", "#9db6cf"
    leather = Print(knit_blue, aspect=3.0, height=700)
    for toe in (0.0, 3.0):
        leather.oval(toe, 1.0, 0.42, 0.5, thread).oval(toe, 1.0, 0.41, 0.486, suede)
    leather.oval(1.5, 1.05, 0.34, 0.74, thread).oval(1.5, 1.05, 0.33, 0.725, suede)
    for way in (-1, 1):
        for start, end, top in ((0.58, 0.86, 0.36), (0.72, 0.96, 0.44)):
            stripe = ((start, 0.98), (start + 0.08, 0.98), (end + 0.06, top), (end, top))
            leather.shape([(1.5 + way * x, y) for x, y in stripe], cream)
    leather.bar(0, 0, 3.0, 0.13, suede)
    return leather.picture()


def _tongue() -> Mesh:
    path = spline([(0.62, 0.74), (0.4, 0.93), (0.24, 1.08), (0.14, 1.21), (0.09, 1.3)], 30)
    across = np.linspace(-1, 1, 30)
    grid = [[(x, 0.19 * s, z - 0.07 * s**2) for s in across] for x, z in path]
    return shell(np.array(grid), 0.045)


def _laces(upper: Points) -> tuple[Mesh, Mesh]:
    """Bars across the throat, and the eyelets they come from."""
    rows, bars, eyes = upper.shape[0] - 4, [], []
    for k in range(6):
        row = round(rows * (0.6 + 0.066 * k))
        reach = 13 + k
        left, right = upper[row, reach], upper[row, AROUND - reach]
        top = upper[row, 0] + np.array([0.0, 0, 0.035])
        shoulders = [end * 0.45 + top * 0.55 + [0, 0, 0.03] for end in (left, right)]
        bars.append(tube(spline([left, shoulders[0], top, shoulders[1], right], 30), 0.036, 16, flat=0.5))
        eyes += [ring(0.03, 0.011).turned("x", 55 * way).moved(*end) for way, end in ((-1, left), (1, right))]
    return joined(bars), joined(eyes)
