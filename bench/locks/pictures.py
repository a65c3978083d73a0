"""Pictures that show a product faithfully, with all that light, distance and files do, or with something changed."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from locks.edits import edited
from locks.products import HELD_OUT, TUNED, Product, Rgb, product

SIDE = 1024
FAITHFUL = "faithful"
UNFAITHFUL = (
    *("recolour", "part_recolour", "part_removed", "mirror", "texture", "wave", "stretch", "other", "blur"),
    *("local_warp", "logo", "text"),
)
Float = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Try:
    """A product as its photo shows it, and a picture (SIDE, SIDE, 3) uint8 sRGB of it, changed as `kind` says."""

    product: Product
    kind: str
    seed: int
    picture: Rgb
    H: NDArray[np.float64]


def make(name: str, kind: str, seed: int) -> Try | None:
    """The try; None where no change of this kind shows on the product. The same arguments give the same bytes."""
    whole = product(name)
    rng = np.random.default_rng(crc32(f"{name}|{kind}|{seed}".encode()))
    stretch = 1.0
    if kind == FAITHFUL:
        pixels, alpha = whole.pixels, whole.alpha
    elif kind == "stretch":
        pixels, alpha = whole.pixels, whole.alpha
        stretch = float(np.sqrt(rng.uniform(1.14, 1.3))) ** (1 if rng.random() < 0.5 else -1)
    elif kind == "other":
        pool = HELD_OUT if name in HELD_OUT else TUNED
        others = [one for one in pool if one.split("-")[0] != name.split("-")[0]]
        there = product(others[int(rng.integers(len(others)))])
        pixels, alpha = there.pixels, there.alpha
    else:
        changed = edited(whole, kind, rng)
        if changed is None:
            return None
        pixels, alpha = changed
    picture, H = photographed(pixels, alpha, rng, stretch)
    return Try(whole, kind, seed, picture, H)


def photographed(
    pixels: Rgb, alpha: NDArray[np.uint8], rng: np.random.Generator, stretch: float = 1.0
) -> tuple[Rgb, NDArray[np.float64]]:
    """The product in another place, size, light and file, and the transform from its photo.

    42 to 85 % of the frame, ± 12°, mild perspective, gain, gamma, white balance ± 3 % of encoded values, which is ± 7 %
    of light, light from one side, half the times a soft shadow across it, noise, JPEG or WebP of quality 62 to 92.
    """
    y, x = np.nonzero(alpha > 8)
    x0, y0, x1, y1 = int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1
    layer = np.dstack([pixels, alpha])[y0:y1, x0:x1].astype(np.float32)
    layer = np.pad(layer, ((3, 3), (3, 3), (0, 0)))
    layer[..., :3] *= layer[..., 3:] / 255
    H, placed = _placed(layer, rng, stretch)
    cover = np.clip(placed[..., 3:] / 255, 0, 1)
    colour = np.asarray(np.clip(placed[..., :3] / np.maximum(cover, 1e-3), 0, 255), np.float32)
    colour = _lit(colour, rng)
    contact = cv2.GaussianBlur(np.roll(cover[..., 0], (18, 12), (0, 1)), (0, 0), 16)
    ground = backdrop(rng) * (1 - 0.35 * contact)[..., None]
    picture = ground * (1 - cover) + colour * cover
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 0.8)))
    picture = np.clip(picture + rng.uniform(0, 2.5) * rng.standard_normal(picture.shape, np.float32), 0, 255).astype(
        np.uint8
    )
    return filed(picture, rng), H @ np.array([[1.0, 0, 3 - x0], [0, 1, 3 - y0], [0, 0, 1]])


def filed(picture: Rgb, rng: np.random.Generator) -> Rgb:
    """What a JPEG or WebP of quality 62 to 92 gives back."""
    quality = int(rng.integers(62, 93))
    kind, option = (".jpg", cv2.IMWRITE_JPEG_QUALITY) if rng.random() < 0.6 else (".webp", cv2.IMWRITE_WEBP_QUALITY)
    _, data = cv2.imencode(kind, np.ascontiguousarray(picture[..., ::-1]), [option, quality])
    read = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert read is not None
    return np.ascontiguousarray(read[..., ::-1], np.uint8)


def _placed(layer: Float, rng: np.random.Generator, stretch: float) -> tuple[NDArray[np.float64], Float]:
    height, width = layer.shape[:2]
    scale = float(rng.uniform(0.42, 0.85)) * SIDE / max(height, width)
    angle = np.deg2rad(rng.uniform(-12, 12))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    there = ((corners - (width / 2, height / 2)) * (scale * stretch, scale / stretch)) @ turn.T
    there += (rng.uniform(-0.025, 0.025, (4, 2)) * (width, height) * scale) @ turn.T
    low, high = there.min(axis=0), there.max(axis=0)
    free = SIDE - (high - low)
    there += np.where(free > 8, 4 - low + rng.random(2) * np.maximum(free - 8, 1), SIDE / 2 - (low + high) / 2)
    H = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    smooth = cv2.GaussianBlur(layer, (0, 0), 0.45 / scale) if scale < 0.7 else layer
    placed = cv2.warpPerspective(smooth, H, (SIDE, SIDE), flags=cv2.INTER_CUBIC)
    return np.asarray(H, np.float64), np.asarray(placed, np.float32)


def _lit(colour: Float, rng: np.random.Generator) -> Float:
    gain, gamma = rng.uniform(0.78, 1.2), rng.uniform(0.82, 1.22)
    tint = (255 * gain * (1 + rng.uniform(-0.03, 0.03, 3))).astype(np.float32)
    lit = np.clip(colour / 255, 0, 1) ** np.float32(gamma) * tint
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE
    heading = float(rng.uniform(0, 2 * np.pi))
    c, s = float(np.cos(heading)), float(np.sin(heading))
    lit = lit * (1 + float(rng.uniform(0, 0.22)) * 2 * ((x - 0.5) * c + (y - 0.5) * s))[..., None]
    if rng.random() < 0.5:
        px, py = rng.uniform(0.2, 0.8, 2).tolist()
        across = np.exp(-((x - px) * c + (y - py) * s) * float(rng.uniform(12, 40)))
        lit = lit * (1 - float(rng.uniform(0.1, 0.32)) / (1 + across))[..., None]
    return np.asarray(lit, np.float32)


def backdrop(rng: np.random.Generator) -> Float:
    """(SIDE, SIDE, 3) float32 0..255: a gradient, clouds, boards, or a blurred room of coloured things."""
    kind = int(rng.integers(4))
    top, bottom = (rng.integers(60, 250, 3).astype(np.float32) for _ in range(2))
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE
    ground = top * (1 - y[..., None]) + bottom * y[..., None]
    if kind == 1:
        for cells in (4, 9, 23, 61):
            grid = rng.normal(0, 26 / cells**0.35, (cells, cells)).astype(np.float32)
            ground = ground + cv2.resize(grid, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)[..., None]
    elif kind == 2:
        boards = rng.normal(0, 16, 12).astype(np.float32)[np.minimum((x * 11.5).astype(int), 11)]
        fibre = cv2.resize(rng.normal(0, 9, (24, 512)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        ground = ground + (boards + fibre - 40 * ((x * 11.5) % 1 < 0.03))[..., None]
    elif kind == 3:
        ground = np.ascontiguousarray(ground, np.float32)
        for _ in range(26):
            a, b = (tuple(int(v) for v in rng.integers(-60, SIDE + 60, 2)) for _ in range(2))
            colour = tuple(float(v) for v in rng.integers(20, 245, 3))
            if rng.random() < 0.5:
                cv2.rectangle(ground, a, b, colour, -1)
            else:
                cv2.circle(ground, a, int(rng.integers(20, 160)), colour, -1)
        ground = cv2.GaussianBlur(ground, (0, 0), float(rng.uniform(0.8, 12)))
    grain = cv2.GaussianBlur(5 * rng.standard_normal((SIDE, SIDE), np.float32), (0, 0), 1.2)
    return np.clip(np.asarray(ground, np.float32) + grain[..., None], 0, 255)
