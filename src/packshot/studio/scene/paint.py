"""The strokes that sets and shadows are painted with: blurs, ramps, pools of light and vignettes."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas

_FULL_SIZE_SIGMA = 4.0  # a wider Gaussian leaves nothing that half the pixels could not carry
_LARGEST_STEP = 32
_LEAST_SIGMA = 0.15  # a kernel of one pixel


def smoothstep(start: float, end: float, x: Float) -> Float:
    """0 at `start`, 1 at `end` (which may be the smaller) and beyond, a cubic ease between; like `x`."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mix(one: Float, other: Float, part: ArrayLike) -> Float:
    """`one` where `part` is 0, `other` where it is 1, linear between; shapes broadcast."""
    return (one + (other - one) * np.asarray(part, np.float32)).astype(np.float32)


def lay_over(picture: Float, other: Float, cover: NDArray[np.floating[Any]]) -> None:
    """Mixes `other` (h, w, 3) into `picture` (h, w, 3), in place, by `cover` (h, w) 0..1."""
    picture += (other - picture) * threefold(np.asarray(cover, np.float32))


def threefold(plane: Float) -> Float:
    """`plane` (h, w) once for each of three channels (h, w, 3); NumPy is slow at repeating along so short an axis."""
    return np.asarray(cv2.merge([plane, plane, plane]), np.float32).reshape(*plane.shape, 3)


def blur(picture: Float, sigma: float, sigma_down: float | None = None, *, outside: float | None = None) -> Float:
    """Gaussian blur of (H, W) or (H, W, C ≤ 4) by `sigma` pixels across and `sigma_down` (the same) down.

    Beyond its edges the picture goes on as they are, or as `outside` where given. Each axis is worked at the
    resolution that its sigma leaves anything to see in, so that a wide blur costs no more than a narrow one.
    """
    across, down = sigma, sigma if sigma_down is None else sigma_down
    if max(across, down) < _LEAST_SIGMA:
        return picture.copy()
    rim_x, rim_y = (0, 0) if outside is None else (int(3 * across) + 1, int(3 * down) + 1)
    if outside is not None:
        picture = _rimmed(picture, rim_x, rim_y, outside)
    height, width = picture.shape[:2]
    step_x, step_y = _step(across, width), _step(down, height)
    size = (round(width / step_x), round(height / step_y))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    sigmas = _left_over(across, step_x), _left_over(down, step_y)
    small = cv2.GaussianBlur(small, (0, 0), sigmas[0], sigmaY=sigmas[1], borderType=cv2.BORDER_REPLICATE)
    full = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(full[rim_y : height - rim_y, rim_x : width - rim_x], np.float32)


def _rimmed(picture: Float, rim_x: int, rim_y: int, value: float) -> Float:
    rims = [(rim_y, rim_y), (rim_x, rim_x), (0, 0)][: picture.ndim]
    return np.pad(picture, rims, constant_values=value)


def _step(sigma: float, length: int) -> float:
    if sigma <= _FULL_SIZE_SIGMA:
        return 1
    return max(1, min(sigma / 2, _LARGEST_STEP, length / 4))


def _left_over(sigma: float, step: float) -> float:
    """What of `sigma` remains to blur, in small pixels: boxing down and interpolating up blur too.

    Their variances are step²/12 and step²/6.
    """
    blurred = step * step * (1 / 12 + 1 / 6) if step > 1 else 0
    return max(sqrt(max(sigma * sigma - blurred, 0)) / step, 0.01)


def ramp(canvas: Canvas, stops: Sequence[tuple[float, str]], *, soften: float = 0.0) -> Float:
    """(H, W, 3): from top to bottom through `stops` (height 0..1, colour `#rrggbb`), mixed in linear light.

    `soften` rounds the stops' corners: a Gaussian sigma in parts of the frame's height.
    """
    heights = [height for height, _ in stops]
    colours = np.stack([hex_to_linear(code) for _, code in stops])
    column = np.stack([np.interp(canvas.v[:, 0], heights, colours[:, channel]) for channel in range(3)], -1)
    column = column.astype(np.float32)[:, None]
    if soften > 0:
        column = blur(np.repeat(column, 2, axis=1), 0, soften * canvas.height)[:, :1]
    return np.repeat(column, canvas.width, axis=1)


def pool(canvas: Canvas, centre: tuple[float, float], radius: tuple[float, float]) -> Float:
    """(H, W, 1): a Gaussian pool of light, 1 at `centre` and 1/e at `radius`, in parts of the frame."""
    across = ((canvas.u - centre[0]) / radius[0]) ** 2
    down = ((canvas.v - centre[1]) / radius[1]) ** 2
    return (np.exp(-across) * np.exp(-down))[..., None].astype(np.float32)


def vignette(canvas: Canvas, amount: float, *, start: float = 0.35) -> Float:
    """(H, W, 1): a factor, 1 within `start` of the way to the corners and falling to 1 - `amount` there."""
    reach = np.sqrt(((canvas.u - 0.5) ** 2 + (canvas.v - 0.5) ** 2) * 2).astype(np.float32)
    return (1 - amount * smoothstep(start, 1.0, reach))[..., None]
