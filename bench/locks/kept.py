"""Pictures of the embedded studio, judged as composited: as they are, as files give them back, and tampered with."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

import cv2
import numpy as np

from locks.pictures import filed
from locks.products import Rgb, product
from packshot.imaging.photo import Photo
from packshot.locks.product.composited import Placement
from packshot.locks.product.judge import judge
from packshot.locks.product.view import View
from packshot.studio.compose import compose
from packshot.studio.cutout.cut import cut
from packshot.studio.scene.library import SCENES

PRODUCTS = ("mug", "tea-carton", "handbag", "sneaker", "watch", "kettle")
STYLES = ("white", "marble", "podium")


def kept() -> Iterator[tuple[str, str]]:
    """What was done to the picture, and the decision."""
    for name in PRODUCTS:
        for style in STYLES:
            yield from kept_of(name, style)


def kept_of(name: str, style: str) -> Iterator[tuple[str, str]]:
    """The same of one product in one style."""
    whole = product(name)
    cutout = cut(Photo(whole.pixels), alpha=whole.alpha)
    rng = np.random.default_rng(crc32(f"{name}|{style}".encode()))
    seen = "above" if cutout.view == "above" else "standing"
    made = compose(cutout, SCENES[style], width=1024, height=1024, seed=1, view=seen)
    view = View(whole.pixels, np.round(cutout.alpha * 255).astype(np.uint8), whole.boxes)
    placement = Placement(made.product.box, made.product.source)
    pixels = np.asarray(made.pixels, np.uint8)
    pictures = {
        "as composed": pixels,
        "as a file of quality 62 to 92": filed(pixels, rng),
        "recoloured": _recoloured(pixels, made.opaque),
        "a patch of it replaced": _patched(pixels, made.product.box, rng),
        "moved by 6 px": np.roll(pixels, (4, 6), (0, 1)),
    }
    for kind, picture in pictures.items():
        yield kind, judge([view], picture, profile="composited", placement=placement).decision


def _recoloured(pixels: Rgb, opaque: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Rgb:
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + 25) % 180
    hsv[..., 1] = np.maximum(hsv[..., 1], 60)
    turned = np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)
    return np.where(opaque[..., None], turned, pixels)


def _patched(pixels: Rgb, box: tuple[int, int, int, int], rng: np.random.Generator) -> Rgb:
    """A tenth of the product's width, in the middle of it, from elsewhere on it, upside down."""
    x0, y0, x1, y1 = box
    side = max((x1 - x0) // 10, 16)
    cx, cy = (x0 + x1) // 2, (y0 + y1) // 2
    there = int(rng.integers(y0 + side, y1 - 2 * side))
    result = pixels.copy()
    donor = pixels[there : there + side, cx - 2 * side : cx - side][::-1, ::-1]
    result[cy : cy + side, cx : cx + side] = 255 - donor
    return result
