"""What the lens leaves sharp: the product's plane; floor and walls soften with their distance from it."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import FOCAL, Canvas
from packshot.studio.scene.lay import Ground, Real
from packshot.studio.scene.paint import blur, smoothstep, threefold
from packshot.studio.strips import strips

_SHARP_BEHIND, _SHARP_BEFORE = 0.30, 0.16  # floor units: the product's own depth is in focus
_BEFORE = 0.6  # blur in front of the product distracts more than blur behind it
_LEAST_DEPTH = 0.2  # floor units from the lens: nothing nearer is in the frame
_FIRST_LEVEL = 0.5  # pixels of sigma; less blur cannot be seen
_SMALL_SIDE = 320
_SMALLEST_SIDE = 16
_AFTERGLOW = 1.2  # small pixels: what is grown later must not show them


def softness(canvas: Canvas, z: Float | float, aperture: float) -> Float:
    """Sigma in pixels of a point `z` floor units behind the product, by the thin lens.

    `aperture` is the sigma at infinity in parts of the frame's shorter side.
    """
    side = min(canvas.width, canvas.height)
    camera = FOCAL * max(canvas.width, canvas.height) / side * cos(radians(canvas.elevation))
    depth = np.asarray(z, np.float32)
    beyond = np.maximum(depth - _SHARP_BEHIND, 0) + _BEFORE * np.maximum(-depth - _SHARP_BEFORE, 0)
    return (aperture * side * beyond / np.maximum(camera + depth, _LEAST_DEPTH)).astype(np.float32)


def soften(canvas: Canvas, picture: Float, ground: Ground, aperture: float) -> Float:
    """`picture` (rows, W) or (rows, W, C) of `ground`, each row blurred by its distance from the plane of focus."""
    sigma = softness(canvas, ground.z[:, 0], aperture)
    out = picture.copy()
    level = _FIRST_LEVEL
    while level < sigma.max():
        for band in _runs(np.flatnonzero(sigma > level)):
            _soften_band(picture, out, sigma, band, level)
        level *= 2
    return out


def _soften_band(picture: Float, out: Float, sigma: Float, band: slice, level: float) -> None:
    """Mixes into `out`'s `band` a blur of twice `level`, as far as each row's sigma is past `level`."""
    rim = int(6 * level) + 1
    start = max(band.start - rim, 0)
    blurred = blur(picture[start : band.stop + rim], 2 * level)[band.start - start :][: band.stop - band.start]
    blurred -= out[band]
    blurred *= np.clip(sigma[band] / level - 1, 0, 1).reshape(-1, *[1] * (picture.ndim - 1))
    out[band] += blurred


def _runs(rows: NDArray[np.intp]) -> list[slice]:
    """Sorted row numbers as slices of neighbours."""
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    return [slice(int(run[0]), int(run[-1]) + 1) for run in np.split(rows, breaks) if run.size]


def small(canvas: Canvas) -> Canvas:
    """The same view at a fixed, small size: whatever is out of focus is painted there, alike at every size."""
    factor = _SMALL_SIDE / max(canvas.width, canvas.height)
    x0, y0, x1, y1 = (round(edge * factor) for edge in canvas.product)
    width, height = (max(_SMALLEST_SIDE, round(length * factor)) for length in (canvas.width, canvas.height))
    return replace(canvas, width=width, height=height, product=(x0, y0, x1, y1))


def grow(canvas: Canvas, picture: Real) -> Float:
    """A small painting (h, w), (h, w, 1) or (h, w, 3) at the canvas's size: (H, W, 1) or (H, W, 3)."""
    size = (canvas.width, canvas.height)
    grown = np.asarray(cv2.resize(np.asarray(picture, np.float32), size, interpolation=cv2.INTER_CUBIC), np.float32)
    return grown if grown.ndim == 3 else grown[..., None]


def shine(canvas: Canvas, picture: Float, light: Real) -> None:
    """Multiplies the lowest rows of the frame, `picture` (rows, W, 3), in place by a small `light` (h, w, 1 or 3)."""
    grown = grow(canvas, light)[canvas.height - len(picture) :]
    for rows in strips(*picture.shape[:2]):
        picture[rows] *= threefold(grown[rows, :, 0]) if grown.shape[2] == 1 else grown[rows]


def pixels(canvas: Canvas) -> tuple[Float, Float]:
    """Row numbers (H, 1) and column numbers (1, W)."""
    return np.arange(canvas.height, dtype=np.float32)[:, None], np.arange(canvas.width, dtype=np.float32)[None]


def bokeh(picture: Float, radius: float) -> Float:
    """`picture` (H, W, C) through a wide-open lens: every point becomes a disc of `radius` pixels."""
    reach = int(np.ceil(radius + 1))
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    kernel = disc(steps[:, None], steps, (0.0, 0.0), radius)
    spread = cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(spread, (0, 0), _AFTERGLOW), np.float32)


def disc(rows: Float, columns: Float, centre: tuple[float, float], radius: float) -> Float:
    """(H, W): a point of light out of focus at `centre` (x, y): a soft-edged disc, a little brighter at its rim.

    `rows` (H, 1) and `columns` (1, W) are the pixels' numbers.
    """
    away = np.hypot(columns - np.float32(centre[0]), rows - np.float32(centre[1])).astype(np.float32)
    away /= radius
    shown = smoothstep(1 + 1 / radius, 1 - 1 / radius, away) * (0.8 + 0.2 * np.clip(away, 0, 1) ** 3)
    return shown.astype(np.float32)
