"""Closed-form matting, solved only where the trimap leaves it open."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.solver import solve_positive

EPSILON = 1e-6  # regularises the colour line of a window, in squared units of the image
STEPS = 80  # of conjugate gradients: the band is narrow, so they settle early


def closed_form(image: Float, trimap: Float) -> Float:
    """Alpha (h, w) float32 of `image` (h, w, 3) 0..1, for `trimap` 0 backdrop, 1 product, between: unknown.

    Minimises the matting Laplacian over 3×3 windows (Levin, Lischinski, Weiss: A closed-form solution to natural image
    matting, PAMI 2008), assembled only over windows that touch the unknown band.
    """
    from scipy.sparse import diags

    unknown = (trimap > 0) & (trimap < 1)
    if not unknown.any() or min(trimap.shape) < 3:
        return trimap.copy()
    laplacian, pixels = _laplacian(image, unknown)
    known_alpha = trimap.ravel()[pixels].astype(np.float64)
    is_open = unknown.ravel()[pixels]
    free, fixed = np.flatnonzero(is_open), np.flatnonzero(~is_open)
    rows = laplacian[free]
    system: Any = rows[:, free] + 1e-8 * diags(np.ones(len(free)))
    pull = -(rows[:, fixed] @ known_alpha[fixed])
    start = _first_guess(trimap, unknown).ravel()[pixels[free]]
    solution = solve_positive(system.tocsr(), pull, start.astype(np.float64), tolerance=1e-4, steps=STEPS)
    alpha = trimap.astype(np.float32).ravel().copy()
    alpha[pixels[free]] = np.clip(solution, 0, 1)
    return alpha.reshape(trimap.shape)


def _laplacian(image: Float, unknown: NDArray[np.bool_]) -> tuple[Any, NDArray[np.intp]]:
    """The matting Laplacian over the pixels of all windows around `unknown`, and which pixels those are."""
    from scipy.sparse import coo_array

    height, width = unknown.shape
    centres = cv2.dilate(unknown.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    centres[[0, -1]] = False
    centres[:, [0, -1]] = False
    y, x = np.nonzero(centres)
    dy, dx = np.mgrid[-1:2, -1:2].reshape(2, 9)
    windows = (y[:, None] + dy) * width + x[:, None] + dx
    colours = image.reshape(-1, 3)[windows].astype(np.float64)
    centred = colours - colours.mean(1, keepdims=True)
    covariance = np.matmul(centred.transpose(0, 2, 1), centred) / 9 + EPSILON / 9 * np.eye(3)
    affinity = (1 + np.matmul(np.matmul(centred, np.linalg.inv(covariance)), centred.transpose(0, 2, 1))) / 9
    entries = np.eye(9) - affinity
    pixels, numbered = np.unique(windows, return_inverse=True)
    numbered = numbered.reshape(windows.shape).astype(np.int32)
    rows = np.repeat(numbered, 9, axis=1).ravel()
    columns = np.tile(numbered, (1, 9)).ravel()
    matrix = coo_array((entries.ravel(), (rows, columns)), shape=(len(pixels), len(pixels)))
    return matrix.tocsr(), pixels


def _first_guess(trimap: Float, unknown: NDArray[np.bool_]) -> Float:
    """A ramp across the unknown band, so that the solver starts close."""
    to_product = cv2.distanceTransform((trimap < 1).view(np.uint8), cv2.DIST_L2, 3)
    to_backdrop = cv2.distanceTransform((trimap > 0).view(np.uint8), cv2.DIST_L2, 3)
    ramp = to_backdrop / np.maximum(to_backdrop + to_product, 1e-6)
    return np.where(unknown, ramp, trimap).astype(np.float32)
