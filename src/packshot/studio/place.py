"""Placing the cutout in the frame: how large, where, and resampled in premultiplied linear light."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from packshot.errors import BadInputError
from packshot.imaging.colour import Float
from packshot.studio.cutout.result import Cutout, View
from packshot.studio.framing import MOST_EXTREME_ASPECT, Framing
from packshot.studio.resample import resampled
from packshot.studio.scene.scene import Scene

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels; the ends are outside."""

VISIBLE = 1 / 255  # less alpha than this shows in no 8-bit picture

_AIR = {"wide": 0.7}  # a wide shot's fill, in parts of the standard one's
_CLOSE_FILL = {"set": 0.84, "white": 0.95}
_TOP_MARGIN = 0.05
_LOWEST_GROUND = 0.955  # leaves the contact shadow its room within the frame
_OPTICAL_CENTRE = 0.58  # a flat product stands higher than the scene says, or the frame looks empty above it
_WIDER = 1.2  # across there is no floor in front and no wall above to leave room for; nor is there from above
_DETAIL_PART = 0.7  # side of the detail's window over the square root of the product's area
_DETAIL_CENTRE = 0.3  # of the product's height, from its top
_OPAQUE = 1 - 1e-4  # what rounding in the resampler leaves of 1
_LEAST_COVER = 1e-3  # under less alpha a colour cannot be told


@dataclass(frozen=True, eq=False)
class Placed:
    """The product as it stands in the frame.

    `colour` (h, w, 3) float32 linear light, multiplied by `alpha` (h, w) float32 0..1; both cover `box` of the frame,
    which lies inside it; `source` is the same box in the photo's pixels, and may reach beyond them. `scale`: frame
    pixels per photo pixel. `ground`: the height of the product's lowest point, 0 top to 1 bottom; a detail may leave it
    out of the frame.
    """

    colour: Float
    alpha: Float
    box: Box
    source: Box
    scale: float
    ground: float

    @property
    def facts(self) -> dict[str, list[int] | float]:
        """Where the product lies, for the record: its `box`, `source` and `scale`."""
        return {"box": list(self.box), "source": list(self.source), "scale": round(self.scale, 6)}


def place(
    cutout: Cutout,
    scene: Scene,
    *,
    width: int,
    height: int,
    framing: Framing = "standard",
    view: View = "standing",
) -> Placed:
    """The cutout in a frame of `width` × `height` pixels; never cut off, but by `framing` "detail".

    Raises BadInputError for a frame more extreme than 3:1 and for an empty cutout.
    """
    bounds = product_bounds(cutout.alpha)
    if framing == "detail":
        _refuse_narrow(width, height)
        return _detail(cutout, bounds, width, height)
    box, scale = allot(bounds, scene, width=width, height=height, framing=framing, view=view)
    colour, alpha = layer_of(cutout, bounds, (box[2] - box[0], box[3] - box[1]))
    return Placed(colour, alpha, box, bounds, scale, box[3] / height)


def allot(bounds: Box, scene: Scene, *, width: int, height: int, framing: Framing, view: View) -> tuple[Box, float]:
    """The box of the frame that a product takes which fills `bounds` of its photo, and frame pixels per photo pixel.

    BadInputError for a frame more extreme than 3:1. A detail's box is the standard framing's, which it is cut from.
    """
    _refuse_narrow(width, height)
    x0, y0, x1, y1 = bounds
    across, tall = _fill(scene, framing, view)
    if view == "standing" and scene.mode == "set":
        tall = min(tall, _LOWEST_GROUND - _TOP_MARGIN)
    scale = min(across * width / (x1 - x0), tall * height / (y1 - y0))
    size = max(2, round((x1 - x0) * scale)), max(2, round((y1 - y0) * scale))
    ground = _ground(scene, view, size[1] / height)
    left, bottom = round((width - size[0]) / 2), round(ground * height)
    return (left, bottom - size[1], left + size[0], bottom), scale


def _refuse_narrow(width: int, height: int) -> None:
    if not 1 / MOST_EXTREME_ASPECT <= width / height <= MOST_EXTREME_ASPECT:
        raise BadInputError(f"A frame of {width} × {height} pixels is too narrow.", remedy="Stay between 1:3 and 3:1.")


def product_bounds(alpha: Float) -> Box:
    """The box of all visible pixels of `alpha` (H, W)."""
    rows = np.flatnonzero((alpha > VISIBLE).any(1))
    columns = np.flatnonzero((alpha > VISIBLE).any(0))
    if not rows.size:
        raise BadInputError("The cutout is empty.", remedy="Cut the product out again or draw a box around it.")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _fill(scene: Scene, framing: Framing, view: View) -> tuple[float, float]:
    """The largest parts of the frame's width and height that the product may take."""
    if framing == "close":
        return _CLOSE_FILL[scene.mode], _CLOSE_FILL[scene.mode]
    fill = scene.fill * _AIR.get(framing, 1)
    if scene.mode == "white":
        return fill, fill
    roomy = min(fill * _WIDER, _CLOSE_FILL["set"])
    return roomy, roomy if view == "above" else fill


def _ground(scene: Scene, view: View, tall: float) -> float:
    """The height of the product's lowest point in the frame, for a product `tall` parts of the frame's height."""
    if scene.mode == "white" or view == "above":
        return 0.5 + tall / 2
    centred = min(scene.ground, _OPTICAL_CENTRE + tall / 2)
    return min(max(centred, tall + _TOP_MARGIN), _LOWEST_GROUND)


def _detail(cutout: Cutout, bounds: Box, width: int, height: int) -> Placed:
    """A window of the frame's shape on the upper half of the product, the whole frame filled."""
    x0, y0, x1, y1 = bounds
    side = _DETAIL_PART * sqrt((x1 - x0) * (y1 - y0))
    across = max(2, round(side * sqrt(width / height)))
    down = max(2, round(across * height / width))
    upper = cutout.alpha[y0 : (y0 + y1) // 2 + 1]
    centre_x = float(np.average(np.arange(upper.shape[1]) + 0.5, weights=upper.sum(0)))
    centre_y = y0 + _DETAIL_CENTRE * (y1 - y0)
    left, top = round(centre_x - across / 2), round(centre_y - down / 2)
    window = left, top, left + across, top + down
    colour, alpha = layer_of(cutout, window, (width, height))
    return Placed(colour, alpha, (0, 0, width, height), window, width / across, (y1 - top) / down)


def layer_of(cutout: Cutout, window: Box, size: tuple[int, int]) -> tuple[Float, Float]:
    """Premultiplied colour and alpha of the cutout's `window` at `size` (width, height): the same whenever it is asked.

    Colours are divided by the alpha of the same kernel and multiplied by it after clipping, so that the kernel's
    overshoot brightens no edge.
    """
    straight, cover = _crop(cutout.colour, window), _crop(cutout.alpha, window)
    if (straight.shape[1], straight.shape[0]) == size:
        return straight * cover[..., None], cover

    def layer(rows: slice) -> Float:
        part = np.empty((rows.stop - rows.start, 4, cover.shape[1]), np.float32)
        for channel in range(3):
            np.multiply(straight[rows, :, channel], cover[rows], out=part[:, channel])
        part[:, 3] = cover[rows]
        return part

    colour, alpha = np.empty((size[1], size[0], 3), np.float32), np.empty((size[1], size[0]), np.float32)
    for rows, made in resampled(layer, cover.shape, alpha.shape):
        seen = np.clip(made[:, 3], 0, 1, out=alpha[rows])
        seen[seen > _OPAQUE] = 1
        seen[seen < _LEAST_COVER] = 0
        gain = seen / np.maximum(made[:, 3], _LEAST_COVER)
        planes = [np.clip(made[:, channel] * gain, 0, seen) for channel in range(3)]
        cv2.merge(planes, colour[rows])
    return colour, alpha


def _crop(plane: Float, window: Box) -> Float:
    """`window` of a plane, nothing (0) where it reaches beyond."""
    height, width = plane.shape[:2]
    x0, y0, x1, y1 = window
    inner = plane[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    rims = [
        (min(max(-y0, 0), y1 - y0), min(max(y1 - height, 0), y1 - y0)),
        (min(max(-x0, 0), x1 - x0), min(max(x1 - width, 0), x1 - x0)),
        (0, 0),
    ]
    return np.pad(inner, rims[: plane.ndim]) if any(any(rim) for rim in rims) else inner
