"""Pictures whose engine laid the product's own pixels in and says where: they have to be there, unchanged."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float, linear_to_srgb, srgb_to_linear
from packshot.locks.product.geometry import Image, Matrix, scaling, shift
from packshot.locks.product.locate import Scene
from packshot.locks.product.measures import Compared, compare
from packshot.locks.product.view import Box, View

_LONGEST = 1024  # px: the longer side at which the pixels are held against each other


@dataclass(frozen=True)
class Placement:
    """`source`, a box of the view that may reach beyond it, stands at `box` of the picture; pixels of each.

    A picture that was made smaller once it was composed has a box between pixels.
    """

    box: tuple[float, float, float, float]
    source: tuple[float, float, float, float]

    @property
    def transform(self) -> Matrix:
        """From the view's pixels to the picture's."""
        (x0, y0, x1, y1), (u0, v0, u1, v1) = self.source, self.box
        return shift(u0, v0) @ scaling((u1 - u0) / (x1 - x0), (v1 - v0) / (y1 - y0)) @ shift(-x0, -y0)


def compare_kept(view: View, placement: Placement, scene: Scene, picture_size: tuple[int, int]) -> Compared:
    """The view's wholly opaque pixels against those of the scene, in place, in their light, without any fitting.

    `picture_size`: width and height of the picture that `placement` speaks of.
    """
    x0, y0, x1, y1 = placement.source
    u0, v0, u1, v1 = placement.box
    height, width = scene.fine.shape[:2]
    to_fine = scaling(width / picture_size[0], height / picture_size[1])
    across = (u1 - u0) * width / picture_size[0]
    down = (v1 - v0) * height / picture_size[1]
    factor = min(1.0, _LONGEST / max(across, down))
    size = max(round(across * factor), 8), max(round(down * factor), 8)
    source = x0, y0, x1, y1 = round(x0), round(y0), round(x1), round(y1)
    own = linear_to_srgb(_resized(srgb_to_linear(_cut(view.pixels, source)), size))
    cover = _resized(np.asarray(_cut(view.mask, source) / 255, np.float32), size)
    to_view = shift(x0, y0) @ scaling((x1 - x0) / size[0], (y1 - y0) / size[1])
    return compare(
        np.round(own * 255).astype(np.uint8),
        cover > 1 - 1e-3,
        scene.fine,
        to_fine @ placement.transform @ to_view,
        longest=_LONGEST,
        magnify=True,
        light="as it is",
        flow=False,
    )


def _cut(plane: Image | NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """`box` of a plane, nothing (0) beyond its edges."""
    height, width = plane.shape[:2]
    x0, y0, x1, y1 = box
    inner = plane[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    rims = [(max(-y0, 0), max(y1 - height, 0)), (max(-x0, 0), max(x1 - width, 0)), (0, 0)]
    return np.pad(inner, rims[: plane.ndim])


def _resized(plane: Float, size: tuple[int, int]) -> Float:
    """In linear light, averaged where it gets smaller."""
    smaller = size[0] * size[1] < plane.shape[0] * plane.shape[1]
    resized = cv2.resize(plane, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    return np.clip(np.asarray(resized, np.float32), 0, 1)
