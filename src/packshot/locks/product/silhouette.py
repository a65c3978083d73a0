"""Finding a product with too few keypoints: its edges slid over the picture at many sizes and angles, then fitted."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.locks.product.edges import agreement, directions, silhouette
from packshot.locks.product.geometry import Image, Matrix, between, fitted, plausible, scale_of, scaling, shift, square
from packshot.locks.product.view import Known

_SEARCHED = 144  # px: the longer side of the picture that is searched
_SIZES = np.geomspace(0.24, 0.98, 12)  # of the product in the picture
_ANGLES = (-12, -6, 0, 6, 12)
_PLACES = 2  # best ones of every size and angle
_COLOUR_WEIGHT = 0.01  # agreement that a chroma difference of 1 costs
_MOST_COLOUR = 30.0
_STEPS = ((7.0, 0.05), (3.5, 0.02), (1.8, 0.008))  # px of blur, and the first simplex in parts of the product
_SPARE = 0.35
_EVALUATIONS = 260


def search(view: Known, scene: Image, most: int = 5) -> list[Matrix]:
    """The most promising transforms from the view's frame to `scene` (H, W, 3), best first."""
    small = fitted(scene, _SEARCHED)
    field = directions(small)
    energy = np.asarray((field * field).sum(axis=2), np.float32)
    chroma = _lab(small)
    alone = silhouette(view.pixels, view.mask)
    found: list[tuple[float, Matrix]] = []
    for share in _SIZES:
        factor = share * max(small.shape[:2]) / max(alone.shape[:2])
        for angle in _ANGLES:
            found += _slide(view, alone, float(factor), angle, field, energy, chroma)
    found.sort(key=lambda one: -one[0])
    up = between(small, scene)
    return [up @ H for _, H in found[:most]]


def _slide(
    view: Known, alone: Image, factor: float, angle: float, field: Float, energy: Float, chroma: Float
) -> list[tuple[float, Matrix]]:
    """The best places of the product at one size and angle."""
    height, width = alone.shape[0] * factor, alone.shape[1] * factor
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    c, s = abs(float(turn[0, 0])), abs(float(turn[0, 1]))
    size = int(height * s + width * c) + 1, int(height * c + width * s) + 1
    if size[0] >= field.shape[1] or size[1] >= field.shape[0] or min(size) < 8:
        return []
    turn[0, 2] += size[0] / 2 - width / 2
    turn[1, 2] += size[1] / 2 - height / 2
    to_template = square(np.asarray(turn, np.float64)) @ scaling(factor)
    smooth = cv2.GaussianBlur(alone, (0, 0), 0.42 / factor)
    ground = tuple(float(v) for v in alone[0, 0])
    template = cv2.warpPerspective(smooth, to_template, size, flags=cv2.INTER_LINEAR, borderValue=ground)
    mask = cv2.warpPerspective(view.mask.astype(np.uint8), to_template, size, flags=cv2.INTER_NEAREST) > 0
    if not mask.any():
        return []
    near = np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)), np.float32)
    edges = directions(np.asarray(template, np.uint8)) * near[..., None]
    norm = float(np.sqrt((edges * edges).sum())) + 1e-6
    along = cv2.matchTemplate(field[..., 0], edges[..., 0], cv2.TM_CCORR)
    along = along + cv2.matchTemplate(field[..., 1], edges[..., 1], cv2.TM_CCORR)
    below = np.maximum(cv2.matchTemplate(energy, near, cv2.TM_CCORR), 0)
    score = along / (norm * np.sqrt(below) + 0.15 * norm * norm + 1e-6)
    own = _lab(np.asarray(template, np.uint8))[mask][:, 1:]
    result: list[tuple[float, Matrix]] = []
    for _ in range(_PLACES):
        _, value, _, (x, y) = cv2.minMaxLoc(score)
        there = chroma[y : y + size[1], x : x + size[0]][mask][:, 1:]
        apart = min(float(np.abs(there - own).mean()), _MOST_COLOUR)
        result.append((value - _COLOUR_WEIGHT * apart, shift(x, y) @ to_template))
        score[max(0, y - 6) : y + 7, max(0, x - 6) : x + 7] = -1
    return result


def _lab(pixels: Image) -> Float:
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def refine(view: Known, scene: Image, H: Matrix, steps: tuple[tuple[float, float], ...] = _STEPS) -> Matrix:
    """`H` moved, turned, scaled, sheared and tilted, coarse to fine, until edges lie best on edges."""
    height, width = view.pixels.shape[:2]
    side = max(height, width)
    centre = width / 2, height / 2
    place = H
    for sigma, first in steps:
        factor = min(1.0, 3.5 / sigma / max(scale_of(place, view.pixels.shape), 0.5))
        small = cv2.resize(scene, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else scene
        field = np.asarray(
            cv2.GaussianBlur(directions(np.asarray(small, np.uint8), 1.2), (0, 0), sigma * factor * 0.8), np.float32
        )
        down = scaling(small.shape[1] / scene.shape[1], small.shape[0] / scene.shape[0])
        base = place

        def moved(p: NDArray[np.float64], base: Matrix = base) -> Matrix:
            linear = np.array(
                [[1 + p[0] + p[2], p[3] - p[1], 0], [p[1] + p[3], 1 + p[0] - p[2], 0], [p[6] / side, p[7] / side, 1.0]]
            )
            there = shift(centre[0] + p[4] * side, centre[1] + p[5] * side) @ linear @ shift(-centre[0], -centre[1])
            return base @ there

        def cost(p: NDArray[np.float64], field: Float = field, down: Matrix = down) -> float:
            return -agreement(view.edges, field, down @ moved(p), spare=_SPARE)

        better = moved(_least(cost, 8, first, _EVALUATIONS))
        better = better / better[2, 2]
        if plausible(better, view.pixels.shape):
            place = better
    return place


def _least(
    cost: Callable[[NDArray[np.float64]], float], parameters: int, first: float, most: int
) -> NDArray[np.float64]:
    """Where `cost` is least near 0, after at most about `most` evaluations.

    Nelder, Mead, A Simplex Method for Function Minimization, 1965; SciPy's costs a second to import.
    """
    simplex = np.vstack([np.zeros(parameters), first * np.eye(parameters)])
    values = np.array([cost(p) for p in simplex])
    used = len(values)
    while used < most:
        order = np.argsort(values, kind="stable")
        simplex, values = simplex[order], values[order]
        if np.abs(simplex[1:] - simplex[0]).max() < 3e-4 and values[-1] - values[0] < 1e-4:
            break
        middle = simplex[:-1].mean(axis=0)
        reflected = 2 * middle - simplex[-1]
        value = cost(reflected)
        used += 1
        if value < values[0]:
            further = 3 * middle - 2 * simplex[-1]
            at_further = cost(further)
            used += 1
            simplex[-1], values[-1] = (further, at_further) if at_further < value else (reflected, value)
        elif value < values[-2]:
            simplex[-1], values[-1] = reflected, value
        else:
            towards = reflected if value < values[-1] else simplex[-1]
            contracted = middle + 0.5 * (towards - middle)
            at_contracted = cost(contracted)
            used += 1
            if at_contracted < min(value, values[-1]):
                simplex[-1], values[-1] = contracted, at_contracted
            else:
                simplex[1:] = simplex[0] + 0.5 * (simplex[1:] - simplex[0])
                values[1:] = [cost(p) for p in simplex[1:]]
                used += parameters
    return simplex[int(values.argmin())]
