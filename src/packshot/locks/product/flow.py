"""How far parts of the product are from where they should be, after it lies where it should as a whole."""

from __future__ import annotations

import threading

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.colour import smooth
from packshot.locks.product.geometry import Mask

_FORGIVEN = 0.012  # of the longer side: so much is taken back before pixels are compared; the measure still has it
_SMOOTH = 0.03
_LEAST_SIDE = 16  # px: less than a patch of the search and its margin
_EVEN = 0.02
_PRIOR = 0.05  # weight of no movement beside that of the edges


_own = threading.local()


def _dis() -> cv2.DISOpticalFlow:
    """This thread's own: it keeps its pyramids between calls, and two at once would end the process."""
    if not hasattr(_own, "dis"):
        _own.dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return _own.dis


def displacement(own: Float, theirs: Float, inner: Mask, noise: float) -> tuple[float, Float]:
    """The displacement in parts of the longer side that 99 % of the textured product does not pass, and the flow
    (H, W, 2) in pixels that takes back what is forgiven of it.

    `own`, `theirs` (H, W): lightness 0..100. Kroeger and others, Fast Optical Flow using Dense Inverse Search, 2016,
    both ways on locally equalised pictures; what does not come back to where it left is not believed.
    """
    if min(inner.shape) < _LEAST_SIDE:
        return 0.0, np.zeros((*inner.shape, 2), np.float32)
    side = max(inner.shape)
    a, b = _even(own, theirs, _EVEN * side, noise)
    there = np.asarray(_dis().calc(a, b, None), np.float32)  # type: ignore[call-overload] -- no flow to start from
    back = np.asarray(_dis().calc(b, a, None), np.float32)  # type: ignore[call-overload]
    y, x = np.indices(inner.shape, np.float32)
    returned = there + np.asarray(cv2.remap(back, x + there[..., 0], y + there[..., 1], cv2.INTER_LINEAR))
    lost = np.linalg.norm(returned, axis=2)
    gx = np.asarray(cv2.Sobel(own, cv2.CV_32F, 1, 0), np.float32)
    gy = np.asarray(cv2.Sobel(own, cv2.CV_32F, 0, 1), np.float32)
    gradient = np.asarray(np.hypot(gx, gy), np.float32)
    texture = np.minimum(gradient / (20 + 10 * noise), 1) ** 1.5 * inner
    trust = np.asarray(texture * np.exp(-((lost / (1 + 0.004 * side)) ** 2)), np.float32)
    weight = smooth(trust, _SMOOTH * side)
    steady = _across_edges(there, gx, gy, trust, _SMOOTH * side)
    length = np.linalg.norm(steady, axis=2)
    judged = inner & (weight > 0.05) & (texture > 0.2)
    measure = float(np.percentile(length[judged], 99)) / side if judged.sum() > 50 else 0.0
    forgiven = np.minimum(1, _FORGIVEN * side / np.maximum(length, 1e-6))
    return measure, np.asarray(steady * forgiven[..., None], np.float32)


def _across_edges(flow: Float, x: Float, y: Float, trust: Float, sigma: float) -> Float:
    """The steady flow (H, W, 2) that explains best how edges of the gradient `x`, `y` moved across themselves.

    Along an edge nothing shows how far it moved, and dense flow says anything there: the legs of a table. (Lucas,
    Kanade, An Iterative Image Registration Technique, 1981, on the flow itself, with a prior of no movement.)
    """
    length = np.sqrt(x * x + y * y) + np.float32(1e-6)
    x, y = x / length, y / length
    across = flow[..., 0] * x + flow[..., 1] * y
    planes = [trust * x * x, trust * x * y, trust * y * y, trust * across * x, trust * across * y, trust]
    xx, xy, yy, bx, by, whole = (smooth(np.asarray(plane, np.float32), sigma) for plane in planes)
    prior = _PRIOR * whole + np.float32(1e-3)
    xx, yy = xx + prior, yy + prior
    determinant = xx * yy - xy * xy
    return np.asarray(cv2.merge([(yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant]), np.float32)


def taken_back(plane: Float, flow: Float) -> Float:
    """`plane` (H, W, …) with every pixel from where `flow` says it went."""
    y, x = np.indices(plane.shape[:2], np.float32)
    moved = cv2.remap(plane, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _even(
    a: Float, b: Float, sigma: float, noise: float
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint8]], ...]:
    """Both with their local mean taken off and divided by the larger local contrast, in 8 bits."""
    means = [smooth(x, sigma) for x in (a, b)]
    squares = [smooth(x * x, sigma) for x in (a, b)]
    spread = [np.sqrt(np.maximum(s - m * m, 0)) for s, m in zip(squares, means, strict=True)]
    contrast = np.maximum(*spread) + 1.5 + 2 * noise
    return tuple(
        np.clip((x - m) / contrast * 45 + 128, 0, 255).astype(np.uint8) for x, m in zip((a, b), means, strict=True)
    )
