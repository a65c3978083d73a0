"""What the lens leaves sharp: the product's plane; floor and walls soften with their distance from it."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import FOCAL, Canvas
from packshot.studio.scene.lay import Ground
from packshot.studio.scene.paint import blur

_SHARP_BEHIND = 0.30  # floor units: the product's own depth is all in focus
_SHARP_BEFORE = 0.16
_SMALL_SIDE = 320
_AFTERGLOW = 1.2  # small pixels: what is grown later must not show them


def softness(canvas: Canvas, z: Float | float, aperture: float) -> Float:
    """Sigma in pixels of a point `z` floor units behind the product, by the thin lens.

    `aperture` is the sigma at infinity in parts of the frame's shorter side.
    """
    away = FOCAL * max(canvas.width, canvas.height) / min(canvas.width, canvas.height)
    away *= cos(radians(canvas.elevation))
    depth = np.asarray(z, np.float32)
    beyond = np.maximum(depth - _SHARP_BEHIND, 0) + 0.6 * np.maximum(-depth - _SHARP_BEFORE, 0)
    return (aperture * min(canvas.width, canvas.height) * beyond / np.maximum(away + depth, 0.2)).astype(np.float32)


def soften(canvas: Canvas, picture: Float, ground: Ground, aperture: float) -> Float:
    """`picture` (rows, W) or (rows, W, C) of `ground`, each row blurred by its distance from the plane of focus."""
    sigma = softness(canvas, ground.z[:, 0], aperture)
    out = picture
    level = 0.5
    while level < sigma.max():
        rows = np.flatnonzero(sigma > level)
        out = out.copy() if out is picture else out
        for band in _runs(rows):
            _soften_band(picture, out, sigma, band, level)
        level *= 2
    return out


def _soften_band(picture: Float, out: Float, sigma: Float, band: slice, level: float) -> None:
    """Mixes into `out`'s `band` a blur of twice `level`, as far as each row's sigma is past `level`."""
    rim = int(6 * level) + 1
    start = max(band.start - rim, 0)
    blurred = blur(picture[start : band.stop + rim], 2 * level)[band.start - start :][: band.stop - band.start]
    part = np.clip(sigma[band] / level - 1, 0, 1).reshape(-1, *[1] * (picture.ndim - 1))
    out[band] += (blurred - out[band]) * part


def _runs(rows: np.ndarray) -> list[slice]:
    """Sorted row numbers as slices of neighbours."""
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    return [slice(int(run[0]), int(run[-1]) + 1) for run in np.split(rows, breaks) if run.size]


def small(canvas: Canvas) -> Canvas:
    """The same view at a fixed, small size: whatever is out of focus is painted there, alike at every size."""
    factor = _SMALL_SIDE / max(canvas.width, canvas.height)
    x0, y0, x1, y1 = (round(edge * factor) for edge in canvas.product)
    size = max(16, round(canvas.width * factor)), max(16, round(canvas.height * factor))
    return replace(canvas, width=size[0], height=size[1], product=(x0, y0, x1, y1))


def grow(canvas: Canvas, picture: Float) -> Float:
    """A small painting (h, w) or (h, w, C) at the canvas's size."""
    size = (canvas.width, canvas.height)
    return cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)


def bokeh(picture: Float, radius: float) -> Float:
    """`picture` seen through a wide-open lens: every point becomes a disc of `radius` pixels, slightly brighter at its rim."""
    reach = int(np.ceil(radius + 1))
    steps = np.arange(-reach, reach + 1, dtype=np.float32)
    away = np.hypot(steps[:, None], steps)
    disc = np.clip(radius + 0.5 - away, 0, 1) * (0.85 + 0.15 * np.clip(away / radius, 0, 1) ** 3)
    blurred = cv2.filter2D(picture, -1, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE)
    return cv2.GaussianBlur(blurred, (0, 0), _AFTERGLOW).astype(np.float32)
