"""Closed-form matting, solved only where the trimap leaves it open."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.solver import Vector, open_system, solve_positive

EPSILON = 1e-6  # regularises the colour line of a window, in squared units of the image
STEPS = 80  # of conjugate gradients: the band is narrow, so they settle early
PLACES = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]  # of a window's pixels about its centre


def closed_form(image: Float, trimap: Float) -> Float:
    """Alpha (h, w) float32 of `image` (h, w, 3) 0..1, for `trimap` 0 backdrop, 1 product, between: unknown.

    Minimises the matting Laplacian over 3×3 windows (Levin, Lischinski, Weiss: A closed-form solution to natural image
    matting, PAMI 2008), assembled only over windows that touch the unknown band.
    """
    unknown = (trimap > 0) & (trimap < 1)
    if not unknown.any() or min(trimap.shape) < 3:
        return trimap.copy()
    ties = _laplacian(image, unknown)
    diagonal = ties.pop((0, 0)) + 1e-8
    system, pull = open_system(unknown, trimap.astype(np.float64), ties, diagonal)
    start = _first_guess(trimap, unknown)[unknown].astype(np.float64)
    alpha = trimap.astype(np.float32)
    alpha[unknown] = np.clip(solve_positive(system, pull, start, tolerance=1e-4, steps=STEPS), 0, 1)
    return alpha


def _laplacian(image: Float, unknown: NDArray[np.bool_]) -> dict[tuple[int, int], Vector]:
    """The matting Laplacian: for each unknown pixel (n,) its tie to the one (rows, columns) further on."""
    height, width = unknown.shape
    centres = cv2.dilate(unknown.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    centres[[0, -1]] = False
    centres[:, [0, -1]] = False
    middle = np.flatnonzero(centres)
    windows = [middle + (down * width + across) for down, across in PLACES]
    planes = image.reshape(-1, 3).T.astype(np.float64)
    colours = np.stack([planes[:, window] for window in windows])
    colours -= colours.mean(0)
    spread = _inverse(np.einsum("wim,wjm->ijm", colours, colours) / 9 + EPSILON / 9 * np.eye(3)[..., None])
    scaled = np.einsum("ijm,wjm->wim", spread, colours)
    count = int(np.count_nonzero(unknown))
    number = np.full(height * width, count, np.intp)
    number[unknown.ravel()] = np.arange(count)
    rows = [number[window] for window in windows]
    ties = {(down, across): np.zeros(count + 1) for down in range(-2, 3) for across in range(-2, 3)}
    for first, (down, across) in enumerate(PLACES):
        for second, (below, beside) in enumerate(PLACES[: first + 1]):
            tie = -(1 + np.einsum("im,im->m", scaled[first], colours[second])) / 9
            if first == second:
                tie += 1
            else:
                ties[down - below, across - beside][rows[second]] += tie
            ties[below - down, beside - across][rows[first]] += tie
    return {place: tie[:count] for place, tie in ties.items()}


def _inverse(matrix: Vector) -> Vector:
    """The inverses of symmetric matrices (3, 3, m)."""
    (a, b, c), (_, d, e), (_, _, f) = matrix
    adjugate = np.array(
        [
            [d * f - e * e, c * e - b * f, b * e - c * d],
            [c * e - b * f, a * f - c * c, b * c - a * e],
            [b * e - c * d, b * c - a * e, a * d - b * b],
        ]
    )
    return adjugate / (a * adjugate[0, 0] + b * adjugate[0, 1] + c * adjugate[0, 2])


def _first_guess(trimap: Float, unknown: NDArray[np.bool_]) -> Float:
    """A ramp across the unknown band, so that the solver starts close."""
    to_product = cv2.distanceTransform((trimap < 1).view(np.uint8), cv2.DIST_L2, 3)
    to_backdrop = cv2.distanceTransform((trimap > 0).view(np.uint8), cv2.DIST_L2, 3)
    ramp = to_backdrop / np.maximum(to_backdrop + to_product, 1e-6)
    return np.where(unknown, ramp, trimap).astype(np.float32)
