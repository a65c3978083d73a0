"""Products with exact alpha: Packshot's own samples and generated ones, two of three with a printed logo and text."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # the tests' generated products

from tests.generated.photos import HELD_OUT_KINDS, photograph  # noqa: E402 -- needs the line above

Rgb = NDArray[np.uint8]
Plane = NDArray[np.uint8]
Edit = Literal["logo", "text"]
Box = tuple[int, int, int, int]

SIDE = 900  # px of the generated photos
_TUNED_SAMPLES = ("mug", "pump-bottle", "handbag", "sneaker", "speaker", "notebook", "tshirt", "sand-vase", "lamp")
_HELD_OUT_SAMPLES = (
    *("tea-carton", "perfume", "chair", "plant", "kettle", "watch", "sunglasses", "white-jar", "bowl-on-planks"),
)
_TUNED_KINDS = ("bottle", "mug", "jar", "candle", "carton", "bag", "shoe", "t_shirt", "wristwatch", "teapot", "stool")
TUNED = (*_TUNED_SAMPLES, *(f"{kind}-7" for kind in _TUNED_KINDS))
HELD_OUT = (*_HELD_OUT_SAMPLES, *(f"{kind}-5007" for kind in HELD_OUT_KINDS))
GARMENTS = ("tshirt", "t_shirt-7", "t_shirt-11", "t_shirt-5011", "trousers-7", "sock-5007", "hat-5007")
_BRANDS = ("OLIVA", "NORTH", "KOMA", "MAISON V", "RUNNR", "LUMEN", "ARDEA", "TIDE & CO", "FABLE", "QUARRY")
_LINES = (
    "cold pressed 500 ml",
    "made by hand in Porto",
    "since 1987",
    "net wt 375 g",
    "extra fine no. 12",
    "100 % wool",
)


@dataclass(frozen=True, eq=False)
class Product:
    """`pixels` (H, W, 3) uint8 sRGB, the photo; `alpha` (H, W) uint8; boxes of its logo and text, where it has them."""

    name: str
    pixels: Rgb
    alpha: Plane
    logo: Box | None = None
    text: Box | None = None

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(box for box in (self.logo, self.text) if box)


def product(name: str, edit: Edit | None = None, seed: int = 0) -> Product:
    """The product `name`, a sample or KIND-SEED; with `edit` its logo or text is another, drawn from `seed`."""
    pixels, alpha = _bare(name)
    return _printed(name, pixels, alpha, edit, seed)


@lru_cache(64)
def _bare(name: str) -> tuple[Rgb, Plane]:
    file = ROOT / f"samples/photos/{name}.jpg"
    if file.exists():
        pixels = np.asarray(Image.open(file).convert("RGB"))
        alpha = np.asarray(Image.open(ROOT / f"samples/alpha/{name}.png").convert("L"))
        return pixels, alpha
    kind, seed = name.rsplit("-", 1)
    photo = photograph(kind, int(seed), size=SIDE)
    return photo.pixels, np.round(photo.alpha * 255).astype(np.uint8)


def _printed(name: str, pixels: Rgb, alpha: Plane, edit: Edit | None, seed: int) -> Product:
    """The print goes where the product has most room, in the light that falls there."""
    if crc32(name.encode()) % 3 == 0:
        return Product(name, pixels, alpha)
    room = cv2.distanceTransform(np.pad((alpha > 200).astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    radius = float(room.max())
    if radius < 48:
        return Product(name, pixels, alpha)
    y, x = np.unravel_index(int(room.argmax()), room.shape)
    half_w, half_h = int(0.8 * radius), int(0.56 * radius)
    top, left = int(y) - half_h, int(x) - half_w
    print_rng = np.random.default_rng(crc32(f"print {name}".encode()))
    layer, logo, text = _label(2 * half_w, 2 * half_h, print_rng, edit, np.random.default_rng((seed, 17)))
    there = slice(top, top + 2 * half_h), slice(left, left + 2 * half_w)
    under = pixels[there].astype(np.float32)
    bright = cv2.GaussianBlur(under.mean(axis=2), (0, 0), radius / 6)
    light = np.clip(bright / max(float(np.median(bright)), 1), 0.6, 1.4)[..., None]
    cover = layer[..., 3:].astype(np.float32) / 255
    result = pixels.copy()
    result[there] = np.clip(under * (1 - cover) + layer[..., :3] * light * cover, 0, 255).astype(np.uint8)

    def at(box: Box) -> Box:
        return box[0] + left, box[1] + top, box[2] + left, box[3] + top

    return Product(name, result, alpha, at(logo), at(text))


def _label(
    width: int, height: int, rng: np.random.Generator, edit: Edit | None, other: np.random.Generator
) -> tuple[NDArray[np.uint8], Box, Box]:
    """(height, width, 4) of a label with a mark, a name and a line; and the boxes of mark and text."""
    up = 3
    picture = Image.new("RGBA", (width * up, height * up))
    draw = ImageDraw.Draw(picture)
    dark = bool(rng.integers(2))
    paper = tuple(int(v) for v in (rng.integers(20, 80, 3) if dark else rng.integers(215, 250, 3)))
    ink = tuple(int(v) for v in (rng.integers(190, 250, 3) if dark else rng.integers(10, 110, 3)))
    draw.rounded_rectangle((0, 0, width * up - 1, height * up - 1), height * up // 9, fill=(*paper, 255))
    size = height * up * 0.30
    centre = width * up * 0.5, height * up * 0.27
    mark, turn = int(rng.integers(4)), 0.0
    colour = tuple(int(v) for v in rng.integers(20, 235, 3))
    if edit == "logo":
        mark = (mark + int(other.integers(1, 4))) % 4
        turn = float(other.uniform(0, 1))
    _mark(draw, centre, size * 0.72, mark, turn, colour)
    logo = tuple(int(v / up) for v in (*(c - size * 0.8 for c in centre), *(c + size * 0.8 for c in centre)))
    words = [_BRANDS[int(rng.integers(len(_BRANDS)))], _LINES[int(rng.integers(len(_LINES)))]]
    boxes: list[tuple[float, float, float, float]] = []
    for index, (word, part, line) in enumerate(zip(words, (0.28, 0.13), (0.63, 0.85), strict=True)):
        font = ImageFont.load_default(size=_fitting(word, height * up * part, width * up * 0.88))
        boxes.append(draw.textbbox((width * up / 2, height * up * line), word, font=font, anchor="mm"))
        shown = _other(word, other, whole=index == 0) if edit == "text" else word
        draw.text((width * up / 2, height * up * line), shown, font=font, fill=(*ink, 255), anchor="mm")
    text = [min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)]
    small = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    clip = (width, height, width, height)
    x0, y0, x1, y1 = (int(min(max(v, 0), most)) for v, most in zip(logo, clip, strict=True))
    t0, t1, t2, t3 = (int(min(max(v / up, 0), most)) for v, most in zip(text, clip, strict=True))
    return small, (x0, y0, x1, y1), (t0, t1, t2, t3)


def _fitting(word: str, tall: float, wide: float) -> float:
    font = ImageFont.load_default(size=tall)
    return tall * min(1.0, wide / font.getlength(word))


def _other(word: str, rng: np.random.Generator, *, whole: bool) -> str:
    """As a generator garbles words: at least two letters, up to most of them."""
    letters = [i for i, c in enumerate(word) if c.isalnum()]
    count = max(2, round(len(letters) * float(rng.uniform(0.35, 0.9))))
    characters = list(word)
    for i in rng.choice(letters, min(count, len(letters)), replace=False):
        choice = [c for c in ("ABCDEFGHKMNPRSTUVWXZ" if whole else "abcdeghknoprstuvxz") if c != characters[i]]
        characters[i] = choice[int(rng.integers(len(choice)))]
    return "".join(characters)


def _mark(
    draw: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    size: float,
    kind: int,
    turn: float,
    colour: tuple[int, ...],
) -> None:
    """One of four marks: a disc with a bar, a star, a ring, a peak."""
    x, y = centre
    fill = (*colour, 255)
    white = (250, 250, 248, 255)
    if kind == 0:
        draw.ellipse((x - size, y - size, x + size, y + size), fill=fill)
        draw.rectangle((x - size * 0.22, y - size * 0.7, x + size * 0.22, y + size * 0.7), fill=white)
    elif kind == 1:
        points = [
            (x + r * np.sin(a), y - r * np.cos(a))
            for i in range(10)
            for r, a in [(size if i % 2 == 0 else size * 0.45, (i + turn) * np.pi / 5)]
        ]
        draw.polygon(points, fill=fill)
    elif kind == 2:
        draw.ellipse((x - size, y - size, x + size, y + size), outline=fill, width=max(int(size * 0.3), 2))
        draw.ellipse((x - size * 0.3, y - size * 0.3, x + size * 0.3, y + size * 0.3), fill=fill)
    else:
        draw.polygon([(x - size, y + size), (x, y - size), (x + size, y + size)], fill=fill)
        draw.polygon([(x - size * 0.2, y + size), (x + size * 0.35, y), (x + size * 0.9, y + size)], fill=white)
