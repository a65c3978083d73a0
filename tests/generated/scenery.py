"""Painted surroundings in linear light: bricks, planks, hills, print and noise."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import srgb_to_linear

from .camera import Camera
from .shapes import Float


def clouds(rng: np.random.Generator, size: tuple[int, int], coarsest: int = 4, octaves: int = 6) -> Float:
    """Fractal noise 0..1, (H, W) for a `size` of width and height; `coarsest` cells across at first."""
    total = np.zeros((size[1], size[0]), np.float32)
    for octave in range(octaves):
        cells = coarsest << octave
        grid = rng.random((cells, cells), dtype=np.float32)
        total += cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC) * 0.55**octave
    return ((total - total.min()) / np.ptp(total)).astype(np.float32)


def _chance(*cells: Float) -> Float:
    """A number 0..1 for every cell address, always the same."""
    mixed = sum(cell * factor for cell, factor in zip(cells, (12.9898, 78.233), strict=False))
    wave = np.sin(mixed) * 43758.5453
    return wave - np.floor(wave)


def bricks(x: Float, y: Float, rng: np.random.Generator) -> Float:
    """A brick wall's colour (H, W, 3) at wall coordinates in product sizes."""
    long, high = rng.uniform(0.2, 0.3), rng.uniform(0.075, 0.1)
    course = np.floor(y / high)
    along = x / long + 0.5 * (course % 2)
    brick = np.floor(along)
    joint = np.minimum(np.minimum(along % 1, 1 - along % 1) * long, np.minimum(y / high % 1, 1 - y / high % 1) * high)
    stone = np.clip((joint - 0.006) / 0.004, 0, 1)[..., None]
    shade = 0.55 + 0.9 * _chance(brick, course)[..., None]
    clay = np.array(rng.uniform((0.2, 0.06, 0.035), (0.42, 0.14, 0.09)), np.float32)
    rough = 0.7 + 0.6 * clouds(rng, x.shape[::-1], 24, 5)[..., None]
    return ((stone * clay * shade + (1 - stone) * 0.42) * rough).astype(np.float32)


def planks(x: Float, z: Float, rng: np.random.Generator) -> Float:
    """Strongly grained planks' colour (H, W, 3) at floor coordinates in product sizes."""
    wide = rng.uniform(0.12, 0.25)
    board = np.floor(x / wide)
    gap = np.minimum(x / wide % 1, 1 - x / wide % 1) * wide
    hue = _chance(board, board * 0.37)
    rings = 14 * (x + 0.1 * np.sin(3 * z + 9 * hue)) / wide + 3 * np.sin(1.7 * z + 20 * hue)
    grain = 0.5 + 0.5 * np.sin(2 * np.pi * rings * (0.4 + 0.3 * hue))
    knots = clouds(rng, x.shape[::-1], 10, 4)
    light = (0.35 + 0.5 * grain + 0.5 * hue) * (0.6 + 0.8 * knots)
    colour = np.array(rng.uniform((0.22, 0.1, 0.04), (0.45, 0.26, 0.12)), np.float32)
    return (light[..., None] * colour * np.where(gap < 0.004, 0.2, 1)[..., None]).astype(np.float32)


def room(camera: Camera, wall: float) -> tuple[Float, Float, Float]:
    """Where pixels meet a wall `wall` product sizes behind: x and height (H, W), and 1 where it is seen."""
    _, z = camera.floor()
    columns, rows = np.meshgrid(
        np.arange(camera.width, dtype=np.float32) + 0.5, np.arange(camera.height, dtype=np.float32) + 0.5
    )
    rays = camera.rays(columns, rows)
    reach = (wall - camera.position[2]) / np.maximum(rays[..., 2], 1e-3)
    seen = (z > wall).astype(np.float32)
    return rays[..., 0] * reach, camera.position[1] + rays[..., 1] * reach, seen


def landscape(rng: np.random.Generator, size: int) -> Float:
    """Sky, ranges of hills in haze, trees and a meadow, (size, size, 3)."""
    down = ((np.arange(size, dtype=np.float32) + 0.5) / size)[:, None, None]
    blue = np.array([0.16, 0.36, 0.75], np.float32)
    haze = np.array([0.72, 0.8, 0.88], np.float32)
    picture = blue + (haze - blue) * np.clip(down / 0.55, 0, 1) + np.zeros((size, size, 3), np.float32)
    white = np.clip(clouds(rng, (size, size), 3) * 2.4 - 1.25, 0, 1)[..., None] * np.clip(1.2 - 2 * down, 0, 1)
    picture += (0.95 - picture) * white
    for layer in range(5):
        depth = layer / 4
        crest = 0.42 + 0.1 * layer + rng.uniform(0.05, 0.16) * (clouds(rng, (size, 1), 3 + 2 * layer, 5)[0] - 0.5)
        hill = np.array([0.05, 0.13, 0.035]) * rng.uniform(0.7, 1.5)
        colour = (haze * 0.75 * (1 - depth) + hill * depth) * (0.55 + 0.9 * clouds(rng, (size, size), 20, 4))[..., None]
        picture = np.where(down[..., 0] > crest[None], 1, 0)[..., None] * (colour - picture) + picture
    _plant_trees(picture, rng, size)
    return picture.astype(np.float32).clip(0, 1)


def _plant_trees(picture: Float, rng: np.random.Generator, size: int) -> None:
    for _ in range(int(rng.integers(14, 40))):
        foot = rng.uniform(0.6, 0.95)
        tall = size * 0.32 * (foot - 0.45)
        x, y = rng.uniform(0, size), foot * size
        green = rng.uniform((0.01, 0.04, 0.01), (0.05, 0.14, 0.03))
        cv2.line(picture, (int(x), int(y)), (int(x), int(y - tall)), (0.05, 0.03, 0.02), max(1, int(tall / 14)))
        for _ in range(60):
            spot = rng.normal((x, y - tall), (tall * 0.22, tall * 0.3))
            radius = max(1, int(tall * rng.uniform(0.04, 0.13)))
            tone = tuple(float(part) for part in green * rng.uniform(0.5, 2.2))
            cv2.circle(picture, (int(spot[0]), int(spot[1])), radius, tone, -1, cv2.LINE_AA)


def printed_page(rng: np.random.Generator, size: int) -> Float:
    """A page of paragraphs that fills the frame, a little askew, (size, size, 3)."""
    page: NDArray[np.uint8] = np.full((size, size), 244, np.uint8)
    line, y = rng.uniform(0.022, 0.032) * size, 0.06 * size
    while y < 0.95 * size:
        heading = rng.random() < 0.12
        height = line * (1.0 if heading else 0.55)
        x, end = 0.08 * size, size * rng.uniform(0.4, 0.6) if heading else size * rng.uniform(0.82, 0.93)
        while x < end:
            for _ in range(int(rng.integers(2, 9))):
                wide = height * rng.uniform(0.35, 0.7)
                top = y - height * rng.choice([0.62, 1.0])
                stroke = max(1, int(height * 0.16))
                kind = rng.integers(3)
                low, high = (int(x), int(top)), (int(x + wide * 0.75), int(y))
                if kind == 0:
                    cv2.rectangle(page, low, high, 40, stroke, cv2.LINE_AA)
                elif kind == 1:
                    cv2.line(page, low, (low[0], high[1]), 40, stroke, cv2.LINE_AA)
                else:
                    cv2.ellipse(
                        page,
                        (low, (high[0] - low[0], high[1] - low[1]), 0)[0],
                        (int(wide * 0.4), int(height * 0.3)),
                        0,
                        40,
                        320,
                        40,
                        stroke,
                        cv2.LINE_AA,
                    )
                x += wide
            x += height * 0.7
        y += line * (1.8 if heading or rng.random() < 0.15 else 1.25)
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-3, 3), rng.uniform(1.0, 1.1))
    askew: NDArray[np.uint8] = cv2.warpAffine(page, turn, (size, size), borderMode=cv2.BORDER_REPLICATE)
    light = 0.82 + 0.18 * clouds(rng, (size, size), 2, 2)
    return (srgb_to_linear(askew)[..., None] * light[..., None] * np.array([1, 0.98, 0.94])).astype(np.float32)
