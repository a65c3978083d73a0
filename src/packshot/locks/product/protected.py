"""Logos and texts, measured again at their own resolution once the product is located."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.locks.product.geometry import (
    Image,
    Mask,
    Matrix,
    correlation,
    grey,
    plausible,
    scale_of,
    scaling,
    shift,
    warp,
)
from packshot.locks.product.light import Light
from packshot.locks.product.locate import Scene, fit
from packshot.locks.product.measures import Compared, compare
from packshot.locks.product.version import scores_of
from packshot.locks.product.view import Box, Known, View

_MARGIN = 0.12  # of the box's longer side, kept around it
_SMALLEST, _LARGEST = 112, 352  # px: the longer side at which a region is compared
_LOST = 0.2  # correlation of brightness below which it is not the region at all
# What counts within a region, as version.TOLERANCES has it: so small a part never lies on itself as well as the whole.
_TOLERANCES = {
    "texture": 0.256,
    "detail": 0.42,
    "colour": 4.6,
    "part_colour": 11.7,
    "deformation": 0.045,
    "missing": 0.05,
}


@dataclass(frozen=True, eq=False)
class Region:
    """What a protected box is like in the picture: its score, the measure behind it, and what was compared."""

    box: Box
    score: float
    worst: str
    compared: Compared

    @property
    def lost(self) -> bool:
        return self.worst == "lost"


def measure(view: View, known: Known, scene: Scene, H: Matrix, light: Light | None) -> list[Region]:
    """Every protected box of `view`, where `H` takes the view's frame to the scene's `pixels`.

    `light` is the whole product's: a logo's own colour is no light.
    """
    to_fine = scene.to_fine @ H @ np.linalg.inv(known.to_photo)
    return [region(view, box, scene.fine, to_fine, light) for box in view.protected]


def region(view: View, box: Box, scene: Image, H: Matrix, light: Light | None = None) -> Region:
    """The box, where `H` takes the view's pixels to the scene's; in `light`, or its own."""
    pixels, mask, to_photo = patch(view, box, scale_of(H @ shift(box[0], box[1]), (box[3] - box[1], box[2] - box[0])))
    start = H @ to_photo
    tried = [
        start,
        fit((pixels, mask), scene, start, cv2.MOTION_TRANSLATION),
        fit((pixels, mask), scene, start, cv2.MOTION_AFFINE),
    ]
    rated = [
        (_alike(pixels, mask, scene, one), -order, one)
        for order, one in enumerate(tried)
        if plausible(one, pixels.shape)
    ]
    alike, _, best = max(rated, key=lambda one: one[:2], default=(-1.0, 0, start))
    compared = compare(pixels, mask, scene, best, longest=_LARGEST, magnify=True, light=light or "its own")
    if alike < _LOST:
        return Region(box, 0.0, "lost", compared)
    scores = scores_of(compared.measures, _TOLERANCES)
    worst = min(scores, key=lambda name: scores[name], default="lost")
    return Region(box, scores.get(worst, 0.0), worst, compared)


def patch(view: View, box: Box, scale: float) -> tuple[Image, Mask, Matrix]:
    """The box and a margin of the view as pixels, mask, and transform to the view, at the picture's resolution.

    `scale`: picture pixels for one of the view there. Small boxes are magnified, large ones reduced.
    """
    height, width = view.mask.shape
    x0, y0, x1, y1 = box
    margin = int(_MARGIN * max(x1 - x0, y1 - y0)) + 2
    x0, y0, x1, y1 = max(x0 - margin, 0), max(y0 - margin, 0), min(x1 + margin, width), min(y1 + margin, height)
    longer = max(x1 - x0, y1 - y0)
    factor = min(max(longer * min(scale, 1.0), _SMALLEST), _LARGEST) / longer
    size = max(round((x1 - x0) * factor), 12), max(round((y1 - y0) * factor), 12)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    pixels = np.asarray(cv2.resize(view.pixels[y0:y1, x0:x1], size, interpolation=how), np.uint8)
    mask = np.asarray(cv2.resize(view.mask[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA), np.uint8) > 127
    return pixels, mask, shift(x0, y0) @ scaling((x1 - x0) / size[0], (y1 - y0) / size[1])


def _alike(pixels: Image, mask: Mask, scene: Image, H: Matrix) -> float:
    pulled, _ = warp(scene, H, pixels.shape)
    return correlation(grey(pixels)[mask].astype(np.float32), grey(pulled)[mask].astype(np.float32))
