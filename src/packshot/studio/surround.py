"""The way around a fixed product: it lies on a canvas, somebody paints what is around it, its own pixels go back in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float, Pixels, linear_to_srgb
from packshot.studio.compose import Depth, Picture, encode, warnings_of
from packshot.studio.cutout.projection import spread_from
from packshot.studio.cutout.result import Cutout, View
from packshot.studio.errors import UnusablePlateError
from packshot.studio.framing import Framing
from packshot.studio.place import VISIBLE, Box, Placed, place
from packshot.studio.plate import fitted
from packshot.studio.scene.scene import Scene

CANVAS = 0.45  # linear light of the empty canvas: a light grey, which no product is lost on

_RIM = 2  # px around the product's edge whose painted colour holds some of the product's
_SPREAD = 2.0  # sigma of the colours that are drawn in under the edge
_ALIKE = 0.6  # correlation with the product as it was sent: more is the same, relit perhaps
_NEAR = 12.0  # levels of 255 between both on average: less is the same where there is no pattern to correlate


@dataclass(frozen=True, eq=False)
class Laid:
    """A product on an empty canvas: `pixels` (H, W, 3) uint8 sRGB, `mask` (H, W) uint8 white where may be painted."""

    pixels: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    product: Placed


def lay_out(
    cutout: Cutout, scene: Scene, *, width: int, height: int, window: Box, framing: Framing, view: View
) -> Laid:
    """The cutout on a canvas of `width` × `height` pixels, in the frame that is its `window` (x0, y0, x1, y1).

    The frame's product lies where `place` puts it. Raises as that does.
    """
    x0, y0, x1, y1 = window
    placed = place(cutout, scene, width=x1 - x0, height=y1 - y0, framing=framing, view=view)
    light = np.full((height, width, 3), CANVAS, np.float32)
    mask = np.full((height, width), 255, np.uint8)
    left, top, right, bottom = placed.box
    where = np.s_[y0 + top : y0 + bottom, x0 + left : x0 + right]
    light[where] = light[where] * (1 - placed.alpha[..., None]) + placed.colour
    mask[where][placed.alpha > VISIBLE] = 0
    return Laid(_eight(light), mask, placed)


def paste_back(
    painted: Pixels,
    window: Box,
    cutout: Cutout,
    scene: Scene,
    *,
    width: int,
    height: int,
    framing: Framing,
    view: View,
    depth: Depth = 8,
) -> tuple[Picture, dict[str, float]]:
    """The `window` of what was `painted` around the product, as `width` × `height` pixels with its own pixels put back.

    Wherever its alpha is 1 they are exactly the resampled product's. Under its soft edge goes the colour that was
    painted just outside, so that no rim of the canvas shows. Gives the picture and how like the product was what was
    painted over it, `alike` -1..1. Raises UnusablePlateError where that is another, or lies elsewhere: it would show
    beside the real one.
    """
    placed = place(cutout, scene, width=width, height=height, framing=framing, view=view)
    light = fitted(painted, window, width, height)
    x0, y0, x1, y1 = placed.box
    alike, apart = _likeness(light[y0:y1, x0:x1], placed)
    if alike < _ALIKE and apart > _NEAR:
        raise UnusablePlateError("The product was moved or redrawn where it had to stay.", remedy="Try again.")
    reach = _RIM + int(4 * _SPREAD)
    around = np.s_[max(y0 - reach, 0) : y1 + reach, max(x0 - reach, 0) : x1 + reach]
    region = light[around]
    alpha = np.zeros(light.shape[:2], np.float32)
    alpha[y0:y1, x0:x1] = placed.alpha
    cover = alpha[around]
    product = np.asarray(cv2.dilate((cover > VISIBLE).astype(np.uint8), np.ones((2 * _RIM + 1,) * 2, np.uint8))) > 0
    edge = product & (cover < 1)  # and the rim, which a vendor that blends at its mask has mixed with the canvas
    region[edge] = spread_from(region, ~product, _SPREAD, edge)
    inside = light[y0:y1, x0:x1]
    inside *= 1 - placed.alpha[..., None]
    inside += placed.colour
    picture = Picture(encode(light, depth), placed, warnings_of(placed))
    return picture, {"alike": round(alike, 3)}


def _likeness(painted: Float, placed: Placed) -> tuple[float, float]:
    """Correlation, and mean difference in levels of 255, of the product's opaque part with what was painted there."""
    solid = placed.alpha == 1
    if not solid.any():
        return 1.0, 0.0
    ours, theirs = (linear_to_srgb(light[solid]).mean(axis=1) * 255 for light in (placed.colour, painted))
    apart = float(np.abs(ours - theirs).mean())
    spread = float(ours.std() * theirs.std())
    alike = float(((ours - ours.mean()) * (theirs - theirs.mean())).mean()) / spread if spread > 1e-6 else 0.0
    return alike, apart


def _eight(light: Float) -> NDArray[np.uint8]:
    return np.asarray(encode(light, 8), np.uint8)
