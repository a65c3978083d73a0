"""A painted empty scene as a set: fitted to the frame, looked over, and the product composed into it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from packshot.imaging.colour import Float, Pixels, linear_to_srgb, srgb_to_linear
from packshot.studio.compose import camera_elevation
from packshot.studio.cutout.result import Cutout, View
from packshot.studio.errors import UnusablePlateError
from packshot.studio.framing import Framing
from packshot.studio.place import Box, allot, product_bounds
from packshot.studio.resample import resampled
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.paint import blur
from packshot.studio.scene.scene import Scene

MOST_ENLARGEMENT = 4.0  # of a plate: more of it is mush
SOFT_ENLARGEMENT = 1.6  # beyond it people are told
LEAST_KEPT = 0.5  # of a plate's area after it is cut to the frame's shape

_OVERHEAD = 90.0
_DEPTH = 1.5  # of the frame's shorter side: from the product to the wall behind it, as far as a table is deep
_LOOK = 256  # px of the longer side that a plate is looked over at
_FLAT = 1.0  # L* between the darkest and the lightest hundredth: less is one flat colour
_WHITE = 97.0  # L* of a flat colour that can have been asked for
_STRONG = 8.0  # ΔE a pixel: the outline of something rather than a pattern
_STANDS = 0.45  # of the product's height above its ground: where something in its place would show
_FRONT = 0.07  # of the frame's height below its ground: where something would stand before it
_ASIDE = 0.08  # of the product's width to either side
_OUTER = 1 / 8  # of the frame's width at both sides: the scene as it is without anything
_BUSIER, _BUSIER_WITH_STEPS = 9.0, 20.0  # times as many of them in the middle: something stands there
_AROUND, _MOST_DIM = 8.0, 4.0  # sigma of the light around, and how much fainter an edge may be in less of it
_LEAST_OUTLINE = 0.015  # of the pixels: fewer strong edges are a vein of marble, and no outline
_FEWEST = 0.002  # of the pixels: fewer strong edges at the sides are none at all
_EDGE_OF_FLOOR = 6.0  # L* between what is above and below a line through the whole width: wall and floor
_FAINTER = 0.5  # of that: such a line further up may be where the floor begins
_AROUND_EDGE = 8  # rows above and below that are held against each other, so that no gap between planks counts
_BELOW = 0.03  # of the frame's height: so far below the product's ground such a line leaves it on the wall


@dataclass(frozen=True)
class Stand:
    """Where the product is going to stand in a frame, so that a scene can be painted for it.

    `box` (x0, y0, x1, y1) in pixels of a frame of `width` × `height`; `elevation` in degrees; the product's `ground`
    and where the floor `begins` as heights in the frame, 0 top to 1 bottom. `view` "above": it lies, and the camera
    looks straight down.
    """

    width: int
    height: int
    box: Box
    view: View
    elevation: float
    ground: float
    begins: float


def stand_of(cutout: Cutout, scene: Scene, *, width: int, height: int, framing: Framing, view: View) -> Stand:
    """Where `compose` will put the cutout. Costs no pixels. Raises as `place` does."""
    box, _ = allot(product_bounds(cutout.alpha), scene, width=width, height=height, framing=framing, view=view)
    elevation, ground = (_OVERHEAD, 0.5) if view == "above" else (camera_elevation(cutout), box[3] / height)
    return stand_at(box, width=width, height=height, view=view, elevation=elevation, ground=ground)


def stand_at(box: Box, *, width: int, height: int, view: View, elevation: float, ground: float) -> Stand:
    """The same for a product of which no more is known than its `box`."""
    begins = 0.0 if view == "above" else Canvas(width, height, 0, box, elevation, ground).line(_DEPTH)
    return Stand(width, height, box, view, elevation, ground, begins)


def plate_scene(like: Scene, plate: Pixels, window: Box) -> Scene:
    """`like` with the `window` (x0, y0, x1, y1) of `plate` (H, W, 3), sRGB, for a backdrop; its light and surface stay.

    Steps and falling snow are the painted sets' own: a plate is a floor, and what falls on it was painted with it.
    """

    def backdrop(canvas: Canvas) -> Float:
        return fitted(plate, window, canvas.width, canvas.height)

    return replace(like, backdrop=backdrop, tabletop=backdrop, mode="set", overlay=None, steps=None)


def fitted(picture: Pixels, window: Box, width: int, height: int) -> Float:
    """(height, width, 3) float32 linear light: the `window` of `picture`, resampled."""
    x0, y0, x1, y1 = window
    part = picture[y0:y1, x0:x1]
    if part.shape[:2] == (height, width):
        return srgb_to_linear(part)

    def planes(rows: slice) -> Float:
        return np.ascontiguousarray(srgb_to_linear(part[rows]).transpose(0, 2, 1))

    light = np.empty((height, width, 3), np.float32)
    for rows, made in resampled(planes, part.shape[:2], (height, width)):
        np.clip(made.transpose(0, 2, 1), 0, 1, out=light[rows])
    return light


def look_over(plate: Pixels, window: Box, stand: Stand, *, steps: bool = False) -> dict[str, float]:
    """How fit the `window` of `plate` is for a product at `stand`; UnusablePlateError with the reason where it is not.

    `steps`: something to stand on was asked for, so there may be edges below the ground. Gives what was measured:
    `enlarged` (times), `busy` (edges where the product stands over those beside it), `floor_edge` (0..1, -1 for none).
    """
    x0, y0, x1, y1 = window
    kept = (x1 - x0) * (y1 - y0) / (plate.shape[0] * plate.shape[1])
    enlarged = max(stand.width / (x1 - x0), stand.height / (y1 - y0))
    if enlarged > MOST_ENLARGEMENT or kept < LEAST_KEPT:
        size, wanted = f"{plate.shape[1]}×{plate.shape[0]}", f"{stand.width}×{stand.height}"
        raise UnusablePlateError(
            f"The painted scene has {size} pixels, too few for {wanted}.",
            remedy="Ask for a smaller picture, or one of another shape.",
        )
    lab = _lab(plate[y0:y1, x0:x1])
    dark, light = np.percentile(lab[..., 0], (1, 99))
    if light - dark < _FLAT and light < _WHITE:
        raise UnusablePlateError("The painted scene is one flat colour.", remedy="Try again.")
    edge = -1.0 if stand.view == "above" else _floor_edge(lab[..., 0])
    if edge > stand.ground + _BELOW and not steps:
        raise UnusablePlateError(
            f"The painted floor begins {edge:.0%} of the way down, below where the product stands.", remedy="Try again."
        )
    busy = _busier(lab, stand, front=not steps)
    if busy > (_BUSIER_WITH_STEPS if steps else _BUSIER):
        raise UnusablePlateError("Something was painted where the product stands.", remedy="Try again.")
    return {"enlarged": round(enlarged, 2), "busy": round(busy, 2), "floor_edge": round(edge, 3)}


def _lab(picture: Pixels) -> Float:
    """(h, w, 3) float32 CIELAB of sRGB pixels, _LOOK on the longer side."""
    scale = _LOOK / max(picture.shape[:2])
    size = max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale))
    light = np.asarray(cv2.resize(srgb_to_linear(picture), size, interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.cvtColor(linear_to_srgb(light), cv2.COLOR_RGB2LAB), np.float32)


def _floor_edge(lightness: Float) -> float:
    """The height of the uppermost step from one lightness to another through the whole width, 0 top to 1 bottom.

    -1 where there is none: a cove, or a floor out of focus.
    """
    sums = np.concatenate([[0.0], np.cumsum(np.median(lightness, axis=1))])
    rows = np.arange(_AROUND_EDGE, lightness.shape[0] - _AROUND_EDGE)
    above, below = (
        (sums[rows] - sums[rows - _AROUND_EDGE]) / _AROUND_EDGE,
        (sums[rows + _AROUND_EDGE] - sums[rows]) / _AROUND_EDGE,
    )
    steps = np.abs(below - above)
    if steps.max() <= _EDGE_OF_FLOOR:
        return -1.0
    first = int(np.argmax(steps > _FAINTER * _EDGE_OF_FLOOR))
    return float(rows[first + int(np.argmax(steps[first : first + _AROUND_EDGE]))]) / lightness.shape[0]


def _busier(lab: Float, stand: Stand, *, front: bool) -> float:
    """How many times as many strong edges there are where the product stands as at the frame's sides beside it.

    What something has for an outline the floor's own pattern has not, or has everywhere; in the dark it has it fainter.
    """
    height, width = lab.shape[:2]
    smooth = blur(lab, 1.0)
    edges = np.zeros((height, width), np.float32)
    edges[:, :-1] += np.linalg.norm(np.diff(smooth, axis=1), axis=2)
    down = np.linalg.norm(np.diff(smooth, axis=0), axis=2)
    edges[:-1] += np.maximum(down - np.median(down, axis=1, keepdims=True), 0)  # a horizon is nobody's outline
    around = blur(np.ascontiguousarray(lab[..., 0]), _AROUND)
    edges *= np.clip(float(np.percentile(around, 90)) / np.maximum(around, 1), 1, _MOST_DIM)
    x0, y0, x1, y1 = stand.box
    aside = _ASIDE * (x1 - x0)
    left, right = round((x0 - aside) / stand.width * width), round((x1 + aside) / stand.width * width)
    lying = stand.view == "above"
    top = (y0 if lying else y1 - _STANDS * (y1 - y0)) / stand.height
    bottom = y1 / stand.height + (_FRONT if front and not lying else 0)
    strong = edges[round(top * height) : round(bottom * height)] > _STRONG
    outer = max(8, round(_OUTER * width))
    sides = np.concatenate([strong[:, :outer], strong[:, -outer:]], axis=1)
    outline = float(strong[:, max(left, 0) : min(right, width)].mean())
    return outline / max(float(sides.mean()), _FEWEST) if outline > _LEAST_OUTLINE else 0.0
