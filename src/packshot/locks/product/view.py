"""A view of the real product, as the lock is given it, and what is worked out from it once and kept."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.imaging.colour import Float, Pixels
from packshot.locks.product.edges import EdgePoints, directions, edge_points, silhouette
from packshot.locks.product.geometry import Image, Mask, Matrix, fitted, scaling, shift
from packshot.locks.product.keypoints import Keypoints, keypoints
from packshot.locks.product.outline import Outline, outline

FRAME = 448  # px: the longer side of the product in the frame in which pictures are compared
LEAST_SIDE = 32  # px
LEAST_PRODUCT = 16  # px of the product's shorter side
_MARGIN = 0.04  # of the product's longer side, kept around it
_KEPT = 32  # views whose keypoints stay in memory, at about two megabytes each

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of a view; the ends are outside."""


@dataclass(frozen=True, eq=False)
class View:
    """`pixels` (H, W, 3) uint8 sRGB; `mask` (H, W) uint8, product where above 127; `protected` boxes of logos, texts.

    BadInputError, naming everything at once, where they do not fit together.
    """

    pixels: Image
    mask: NDArray[np.uint8]
    protected: tuple[Box, ...] = ()

    def __post_init__(self) -> None:
        height, width = self.pixels.shape[:2]
        problems: list[str] = []
        if min(height, width) < LEAST_SIDE:
            problems.append(f"The product photo is {width} × {height} px; at least {LEAST_SIDE} px a side are needed.")
        if self.mask.shape != (height, width):
            rows, columns = self.mask.shape[:2]
            problems.append(f"The mask is {columns} × {rows} px and the photo {width} × {height}; both have one size.")
        elif not (self.mask > 127).any():
            problems.append("The mask is empty: no pixel of it is marked as product.")
        elif min(sides := _sides(self.mask)) < LEAST_PRODUCT:
            problems.append(f"The product is {sides[0]} × {sides[1]} px; at least {LEAST_PRODUCT} px are needed.")
        for x0, y0, x1, y1 in self.protected:
            if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
                problems.append(
                    f"The box {x0},{y0},{x1 - x0},{y1 - y0} is not within the photo of {width} × {height} px."
                )
            elif self.mask.shape == (height, width) and not (self.mask[y0:y1, x0:x1] > 127).any():
                problems.append(f"The box {x0},{y0},{x1 - x0},{y1 - y0} holds nothing of the product.")
        if problems:
            raise BadInputError(" ".join(problems), remedy="Give a photo and a white-on-black mask of the same size.")

    @cached_property
    def digest(self) -> bytes:
        """Of pixels and mask, to know the same view again."""
        of = hashlib.sha256(np.ascontiguousarray(self.pixels).data)
        of.update(np.ascontiguousarray(self.mask).data)
        return of.digest()


@dataclass(frozen=True, eq=False)
class Known:
    """A view in the frame in which pictures are compared: the product alone, its longer side at most FRAME px.

    `pixels` (h, w, 3) with the product's mean colour where it is not, `mask` (h, w), `to_photo` from the frame's pixels
    to the view's, `near` (h, w) where the product or its contour is, `directions` as edges.directions has them there,
    else 0. `texture`: the part of the product, 0..1, that has something near it to align and to compare by.
    """

    pixels: Image
    mask: Mask
    to_photo: Matrix
    keypoints: Keypoints
    edges: EdgePoints
    near: Mask
    directions: Float
    outline: Outline
    texture: float


def _sides(mask: NDArray[np.uint8]) -> tuple[int, int]:
    """Width and height of the box around the product."""
    columns, rows = (np.flatnonzero((mask > 127).any(axis=axis)) for axis in (0, 1))
    return int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1


def bytes_of(pixels: Pixels) -> NDArray[np.uint8]:
    """`pixels` of any shape, uint8 or uint16, in 8 bits."""
    return np.asarray(pixels, np.uint8) if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)


_known: OrderedDict[bytes, Known] = OrderedDict()
_guard = Lock()


def known(view: View) -> Known:
    """What is worked out from `view`, from memory where it was lately."""
    with _guard:
        if found := _known.get(view.digest):
            _known.move_to_end(view.digest)
            return found
    made = _prepared(view)
    with _guard:
        _known[view.digest] = made
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return made


def _prepared(view: View) -> Known:
    mask = view.mask > 127
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    margin = int(_MARGIN * max(y1 - y0, x1 - x0)) + 2
    cut = np.pad(view.pixels[y0:y1, x0:x1], ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    cover = np.pad(view.mask[y0:y1, x0:x1], margin)
    pixels = fitted(cut, FRAME).copy()
    size = pixels.shape[1], pixels.shape[0]
    inside = np.asarray(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), np.uint8) > 127
    pixels[~inside] = pixels[inside].mean(axis=0) if inside.any() else 127
    near = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    to_photo = shift(x0 - margin, y0 - margin) @ scaling(cut.shape[1] / size[0], cut.shape[0] / size[1])
    return Known(
        pixels,
        inside,
        to_photo,
        keypoints(pixels, inside),
        edge_points(pixels, inside),
        near,
        directions(pixels) * near[..., None],
        outline(inside, directions(silhouette(pixels, inside))),
        _texture(pixels, inside),
    )


def _texture(pixels: Image, mask: Mask) -> float:
    """The part of the product, away from its contour, that lies near a gradient above what grain and shading have."""
    lightness = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), np.uint8)[..., 0].astype(np.float32)
    smooth = cv2.GaussianBlur(lightness, (0, 0), 1.2)
    gradient = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)) / 8
    side = max(mask.shape)
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(3, side // 60)) > 0
    if not inner.any():
        return 0.0
    near = int(0.035 * side) * 2 + 1
    reached = cv2.dilate(((gradient > 4) & inner).astype(np.uint8), np.ones((near, near), np.uint8)) > 0
    return float((reached & inner).sum() / inner.sum())
