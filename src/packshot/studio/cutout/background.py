"""The backdrop as a smooth surface of colour, fitted so that the product does not disturb it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.ranks import percentile
from packshot.studio.cutout.regions import Mask

SAMPLES = 10_000  # pixels fitted to: more change nothing but the time
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
    indices = np.flatnonzero(where.ravel())
    if len(indices) > SAMPLES:
        indices = indices[np.linspace(0, len(indices) - 1, SAMPLES).astype(int)]
    terms = _cubic(np.linspace(-1, 1, width)[indices % width], np.linspace(-1, 1, height)[indices // width])
    colours = lab.reshape(-1, 3)[indices].astype(np.float64)
    weights = np.ones(len(indices))
    ridge = 1e-5 * len(indices) * np.eye(TERMS)
    coefficients: NDArray[np.float64] = np.zeros((TERMS, 3))
    sigma, residual = 0.0, weights
    for _ in range(ROUNDS):
        weighted = weights[:, None]
        coefficients = np.asarray(
            np.linalg.solve(terms.T @ (terms * weighted) + ridge, terms.T @ (colours * weighted)), np.float64
        )
        missed = colours - terms @ coefficients
        residual = np.sqrt(np.einsum("ij,ij->i", missed, missed))
        sigma = 1.4826 * percentile(residual, 50) + 0.3  # 0.3 is the rounding of 8-bit files
        weights = 1 / (1 + (residual / (2.5 * sigma)) ** 4)
    return Surface(_spread_out(coefficients, height, width), sigma, float((residual < 3 * sigma).mean()))


def _cubic(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], -1)


def _spread_out(coefficients: NDArray[np.float64], height: int, width: int) -> Float:
    """The surface at every pixel: a polynomial in y for each power of x, which needs no (h, w, 10) array."""
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height)
    powers = np.stack([y**j for j in range(4)])
    planes = np.zeros((3, height, width), np.float32)
    term = 0
    for i in range(4):
        along_y = np.einsum("jc,jh->ch", coefficients[term : term + 4 - i], powers[: 4 - i]).astype(np.float32)
        planes += along_y[..., None] * x**i
        term += 4 - i
    return np.asarray(cv2.merge(list(planes)), np.float32)
