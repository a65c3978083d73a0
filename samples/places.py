"""Sets that are no studio: a kitchen corner full of things, and a boldly grained table top."""

from __future__ import annotations

import numpy as np

from geometry import Mesh, fillet, revolve, rounded_box, surface
from materials import glossy, matte
from prints import Picture, linear, noise, wood
from sets import Part, Parts


def kitchen(size: float) -> Parts:
    """A wooden table before a brick wall, with jars, books and a lemon about."""
    table = _quarter(4 * size, 3 * size).moved(0, 0.2 * size, -0.002)
    wall = _quarter(5 * size, 4 * size).turned("x", 90).moved(0, 1.5 * size, 1.2 * size)
    canister = revolve(fillet([(0, 0), (0.2, 0), (0.2, 0.5), (0.17, 0.54), (0, 0.54)], 0.02)).scaled(size, size, size)
    lid = revolve(fillet([(0, 0), (0.21, 0), (0.21, 0.09), (0, 0.1)], 0.02)).scaled(size, size, size)
    lemon = revolve([(0.11 * np.sin(a) ** 0.9, 0.1 - 0.14 * np.cos(a)) for a in np.linspace(0, np.pi, 40)])
    lemon = lemon.turned("y", 80).scaled(size, size, size)
    book = rounded_box(0.95, 0.6, 0.1, 0.02, 0.01).scaled(size, size, size)
    return [
        Part(table, glossy(wood("#a9743f", "#5d3618", 2, (1024, 1024), 9), 0.25)),
        Part(wall, matte(_bricks())),
        Part(canister.moved(-0.85 * size, 0.75 * size), glossy("#3d6f74", 0.1)),
        Part(lid.moved(-0.85 * size, 0.75 * size, 0.54 * size), matte("#a8773f")),
        Part(canister.scaled(0.8, 0.8, 0.75).moved(-0.4 * size, 1.1 * size), glossy("#d9b13b", 0.1)),
        Part(book.turned("z", 12).moved(0.85 * size, 0.8 * size), matte("#8c2f33")),
        Part(book.turned("z", 24).moved(0.88 * size, 0.82 * size, 0.1 * size), matte("#e4d8bd")),
        Part(lemon.moved(0.8 * size, 0.3 * size, 0.04 * size), glossy("#e8c22a", 0.3)),
        Part(lemon.turned("z", 70).moved(0.78 * size, 0.75 * size, 0.26 * size), glossy("#e8c22a", 0.3)),
    ]


def planks(size: float) -> Parts:
    """A table of boards with bold, uneven grain."""
    boards = [wood(light, dark, 40 + k, (256, 1024), 4) for k, (light, dark) in enumerate(PLANKS)]
    gap = np.full((6, 1024, 3), 0.01, np.float32)
    table = np.concatenate([row for board in boards for row in (board, gap)])
    return [Part(_quarter(2.6 * size, 2.6 * size), glossy(table, 0.2))]


PLANKS = (
    ("#b98449", "#5a3417"),
    ("#8c5a2c", "#3c2110"),
    ("#c6935a", "#6b3f1d"),
    ("#9b6733", "#452712"),
    ("#b27c43", "#553015"),
    ("#8a572a", "#3f2310"),
)


def _quarter(width: float, depth: float) -> Mesh:
    """A flat rectangle about the origin."""
    return surface([[(x, y, 0.0) for x in (-width / 2, width / 2)] for y in (-depth / 2, depth / 2)])


def _bricks(courses: int = 22, across: int = 10, brick: tuple[int, int] = (46, 116)) -> Picture:
    rng = np.random.default_rng(9)
    height, width = brick
    mortar = (
        np.array(linear("#b5aca0"), np.float32)
        * (1 + 0.06 * noise((courses * height, across * width), (2, 2), 1))[..., None]
    )
    wall = mortar.copy()
    fired = [np.array(linear(colour)) for colour in ("#85564a", "#976657", "#714a42", "#a0765f", "#8a5f52")]
    for course in range(courses):
        for k in range(across):
            left = k * width + (course % 2) * width // 2
            colour = fired[int(rng.integers(len(fired)))] * rng.uniform(0.8, 1.15)
            columns = (np.arange(left + 4, left + width - 4)) % (across * width)
            wall[course * height + 4 : (course + 1) * height - 4, columns] = colour
    grain = 1 + 0.10 * noise(wall.shape[:2], (1.2, 1.2), 2) + 0.08 * noise(wall.shape[:2], (6, 6), 3)
    return np.clip(wall * grain[..., None], 0.01, 0.9).astype(np.float32)
