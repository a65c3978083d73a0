"""The backdrop as a smooth surface of colour, fitted so that the product does not disturb it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask

SAMPLES = 20_000  # pixels fitted to: more change nothing but the time
ROUNDS = 6  # of reweighting; the weights settle after four or five
TERMS = 10  # of a cubic in two variables


@dataclass(frozen=True, eq=False)
class Surface:
    """`lab` (h, w, 3) the fitted surface; `sigma` the robust residual in ΔE; `inliers` the share within three sigma."""

    lab: Float
    sigma: float
    inliers: float


def fit_surface(lab: Float, where: Mask) -> Surface:
    """Cubic surface per channel of `lab` (h, w, 3) through the pixels `where`, by iteratively reweighted least squares.

    The weights fall off beyond 2.5 sigma (sigma from the median absolute residual), so up to about half of the pixels
    may belong to something else.
    """
    height, width = where.shape
    y = np.linspace(-1, 1, height)[:, None] * np.ones((1, width))
    x = np.linspace(-1, 1, width)[None] * np.ones((height, 1))
    indices = np.flatnonzero(where.ravel())
    if len(indices) > SAMPLES:
        indices = indices[np.linspace(0, len(indices) - 1, SAMPLES).astype(int)]
    terms = _cubic(x.ravel()[indices], y.ravel()[indices])
    colours = lab.reshape(-1, 3)[indices].astype(np.float64)
    weights = np.ones(len(indices))
    ridge = 1e-5 * len(indices) * np.eye(TERMS)
    coefficients, sigma, residual = np.zeros((TERMS, 3)), 0.0, weights
    for _ in range(ROUNDS):
        weighted = weights[:, None]
        coefficients = np.linalg.solve(terms.T @ (terms * weighted) + ridge, terms.T @ (colours * weighted))
        residual = np.sqrt(((colours - terms @ coefficients) ** 2).sum(1))
        sigma = 1.4826 * float(np.median(residual)) + 0.3  # 0.3 is the rounding of 8-bit files
        weights = 1 / (1 + (residual / (2.5 * sigma)) ** 4)
    return Surface(_spread_out(coefficients, height, width), sigma, float((residual < 3 * sigma).mean()))


def _cubic(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], -1)


def _spread_out(coefficients: NDArray[np.float64], height: int, width: int) -> Float:
    """The surface at every pixel: a polynomial in y for each power of x, which needs no (h, w, 10) array."""
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    surface = np.zeros((height, width, 3))
    term = 0
    for i in range(4):
        along_y = np.zeros((height, 3))
        for j in range(4 - i):
            along_y += (y**j)[:, None] * coefficients[term]
            term += 1
        surface += along_y[:, None] * (x**i)[None, :, None]
    return surface.astype(np.float32)
