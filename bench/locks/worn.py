"""Garments as they are worn: draped, folded, photographed, and judged by their prints and colours."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from locks.edits import edited
from locks.pictures import FAITHFUL, photographed
from locks.products import GARMENTS, Rgb, product
from packshot.locks.product.judge import judge
from packshot.locks.product.view import View

KINDS = (FAITHFUL, "recolour", "logo", "text")
SEEDS = range(2000, 2003)


def worn() -> Iterator[tuple[str, str]]:
    """What was done to the garment, and the decision, for every one that it can be done to."""
    for name in GARMENTS:
        yield from worn_of(name, SEEDS)


def worn_of(name: str, seeds: range) -> Iterator[tuple[str, str]]:
    """The same of one garment."""
    whole = product(name)
    view = View(whole.pixels, whole.alpha, whole.boxes)
    for kind in KINDS:
        for seed in seeds:
            rng = np.random.default_rng(crc32(f"{name}|worn {kind}|{seed}".encode()))
            changed = (whole.pixels, whole.alpha) if kind == FAITHFUL else edited(whole, kind, rng)
            if changed is not None:
                picture, _ = photographed(*_draped(*changed, rng), rng)
                yield kind, judge([view], picture, profile="garment").decision


def _draped(pixels: Rgb, alpha: NDArray[np.uint8], rng: np.random.Generator) -> tuple[Rgb, NDArray[np.uint8]]:
    """Displaced smoothly by up to 4 % of the longer side, and shaded by folds."""
    height, width = alpha.shape
    side = max((alpha > 127).any(axis=1).sum(), (alpha > 127).any(axis=0).sum())
    y, x = np.indices(alpha.shape, np.float32)
    field = [_smooth(rng, (4, 4), (width, height)) for _ in range(2)]
    dx, dy = (0.04 * side * one / max(float(np.abs(one).max()), 1e-6) for one in field)
    to = (x + dx).astype(np.float32), (y + dy).astype(np.float32)
    folds = 1 + 0.08 * _smooth(rng, (6, 22), (width, height))
    moved = cv2.remap(pixels, *to, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.remap(alpha, *to, cv2.INTER_LINEAR)
    return np.clip(moved * folds[..., None], 0, 255).astype(np.uint8), np.asarray(cover, np.uint8)


def _smooth(rng: np.random.Generator, cells: tuple[int, int], size: tuple[int, int]) -> NDArray[np.float32]:
    grid = rng.normal(0, 1, cells).astype(np.float32)
    return np.asarray(cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC), np.float32)
