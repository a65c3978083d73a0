"""What is printed, woven or grown into a surface: lettering, wood, speckle, leather grain and cloth."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

Picture = NDArray[np.float32]
Colour = tuple[float, float, float]


def linear(colour: Colour | str) -> Colour:
    """A hex colour (#rrggbb, sRGB) in linear light."""
    if not isinstance(colour, str):
        return colour
    encoded = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return float(light[0]), float(light[1]), float(light[2])


def blend(first: Colour | str, second: Colour | str, share: NDArray[np.floating[Any]]) -> Picture:
    """(H, W, 3) float32: the first colour, with the second's `share` (H, W) of it, in linear light."""
    cover = share[..., None]
    return (np.array(linear(first)) * (1 - cover) + np.array(linear(second)) * cover).astype(np.float32)


class Print:
    """A printed sheet: lengths in fractions of its height, y downwards; drawn twice as large."""

    def __init__(self, paper: str, aspect: float = 1.0, height: int = 1024) -> None:
        self.height = height * 2
        self.width = round(self.height * aspect)
        self.image = Image.new("RGB", (self.width, self.height), paper)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self, words: str, x: float, y: float, size: float, ink: str, spacing: float = 0.0, weight: float = 0.0
    ) -> Print:
        """Words centred at (x, y); `spacing` between letters and stroke `weight` in fractions of the size."""
        font = ImageFont.load_default(size * self.height)
        gap, stroke = spacing * size * self.height, round(weight * size * self.height)
        widths = [font.getlength(letter) for letter in words]
        at = x * self.height - (sum(widths) + gap * (len(words) - 1)) / 2
        for letter, width in zip(words, widths, strict=True):
            self.draw.text(
                (at + width / 2, y * self.height),
                letter,
                ink,
                font,
                "mm",
                stroke_width=stroke,
                stroke_fill=ink,
            )
            at += width + gap
        return self

    def bar(self, x0: float, y0: float, x1: float, y1: float, ink: str) -> Print:
        self.draw.rectangle([value * self.height for value in (x0, y0, x1, y1)], fill=ink)
        return self

    def disc(self, x: float, y: float, radius: float, ink: str) -> Print:
        return self.oval(x, y, radius, radius, ink)

    def oval(self, x: float, y: float, across: float, down: float, ink: str) -> Print:
        box = (x - across, y - down, x + across, y + down)
        self.draw.ellipse([value * self.height for value in box], fill=ink)
        return self

    def shape(self, points: list[tuple[float, float]], ink: str) -> Print:
        self.draw.polygon([(x * self.height, y * self.height) for x, y in points], fill=ink)
        return self

    def line(self, points: list[tuple[float, float]], ink: str, width: float) -> Print:
        self.draw.line(
            [(x * self.height, y * self.height) for x, y in points], ink, round(width * self.height), "curve"
        )
        return self

    def picture(self) -> Picture:
        """(H, W, 3) float32 in linear light."""
        half = self.image.resize((self.width // 2, self.height // 2), Image.Resampling.BOX)
        encoded = np.asarray(half, dtype=np.float32) / 255
        return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def noise(shape: tuple[int, int], grain: tuple[float, float], seed: int) -> Picture:
    """Smooth noise of unit deviation that tiles; `grain` is its size in pixels (down, across)."""
    rough = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    soft = gaussian_filter(rough, grain, mode="wrap")
    return (soft / soft.std()).astype(np.float32)


def wood(light: str, dark: str, seed: int, shape: tuple[int, int] = (512, 1024), rings: float = 7.0) -> Picture:
    """(H, W, 3) planks' grain running along the width, in linear light."""
    down, across = shape
    drift = noise(shape, (down / 9, across / 4), seed) * 0.55 + noise(shape, (down / 40, across / 5), seed + 1) * 0.1
    y = np.linspace(0, rings, down, dtype=np.float32)[:, None]
    ring = gaussian_filter(((y + drift) % 1.0) ** 2.2, 1.2)
    fibre = noise(shape, (0.7, across / 18), seed + 2) * 0.10 + noise(shape, (1.8, across / 9), seed + 3) * 0.07
    pores = np.clip(noise(shape, (0.6, across / 60), seed + 4) - 1.9, 0, 1) * 0.35
    return blend(light, dark, np.clip(ring * 0.75 + fibre + pores + 0.12, 0, 1))


def speckled(picture: Picture, ink: str, count: int, radius: tuple[float, float], seed: int) -> Picture:
    """Stoneware's iron specks: `count` soft dots of `radius` (least, most) in pixels."""
    rng = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    cover = np.zeros((height, width), np.float32)
    for x, y, r in zip(rng.random(count), rng.random(count), rng.uniform(*radius, count) ** 1.5, strict=True):
        row, column, reach = int(y * height), int(x * width), int(r * 2) + 2
        rows = np.arange(row - reach, row + reach + 1)
        columns = np.arange(column - reach, column + reach + 1)
        apart = np.hypot(rows[:, None] - y * height, columns[None] - x * width)
        window = np.ix_(rows % height, columns % width)
        cover[window] = np.maximum(cover[window], np.clip(r - apart + 0.5, 0, 1) * rng.uniform(0.35, 0.9))
    return (picture * (1 - cover[..., None]) + np.array(linear(ink)) * cover[..., None]).astype(np.float32)


def pebbles(shape: tuple[int, int], count: int, seed: int) -> Picture:
    """Leather's grain as heights 0..1: rounded cells with creases between them; tiles."""
    rng = np.random.default_rng(seed)
    height, width = shape
    centres = rng.random((count, 2)) * shape
    tiled = np.concatenate([centres + np.array([a * height, b * width]) for a in (-1, 0, 1) for b in (-1, 0, 1)])
    grid = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), -1).reshape(-1, 2)
    near: Any = cKDTree(tiled).query(grid, k=2)[0]
    crease = (near[:, 1] - near[:, 0]).reshape(shape) / np.sqrt(height * width / count)
    return gaussian_filter(1 - np.exp(-((crease / 0.22) ** 2)), 0.8, mode="wrap").astype(np.float32)


def weave(threads: int, pixels: int = 512) -> Picture:
    """A plain weave's heights 0..1: `threads` each way over a square tile."""
    turn = np.linspace(0, threads * np.pi, pixels, endpoint=False)
    warp, weft = np.abs(np.sin(turn))[None], np.abs(np.sin(turn))[:, None]
    over = (np.floor(turn / np.pi)[:, None] + np.floor(turn / np.pi)[None]) % 2
    up = np.where(over > 0, warp * (0.55 + 0.45 * weft), weft * (0.55 + 0.45 * warp))
    return gaussian_filter(up, 0.7, mode="wrap").astype(np.float32)


def knit(columns: int, rows: int, pixels: int = 512) -> Picture:
    """Jersey's heights 0..1: columns of small interlocking V shapes."""
    x = np.linspace(0, columns, pixels, endpoint=False)[None]
    y = np.linspace(0, rows, pixels, endpoint=False)[:, None]
    lean = np.abs((x % 1) - 0.5) * 0.9
    loop = np.abs(np.sin(np.pi * (y + lean)))
    column = np.abs(np.sin(np.pi * x * 2)) ** 0.6
    return gaussian_filter(loop * column, 0.7, mode="wrap").astype(np.float32)
