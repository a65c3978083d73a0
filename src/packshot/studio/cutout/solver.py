"""Conjugate gradients for the two sparse systems of the cutout, the same to the bit on any number of threads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def solve_positive(system: Any, right: Vector, start: Vector, *, tolerance: float, steps: int) -> Vector:
    """x of `system` @ x = `right` for a sparse symmetric positive definite system, preconditioned by its diagonal.

    SciPy's own takes its dot products from BLAS, whose sums depend on how many threads it finds.
    """
    scale = 1 / system.diagonal()
    x = start.copy()
    residual = right - system @ x
    enough = tolerance**2 * max(_dot(right, right), 1e-12)
    eased = scale * residual
    direction = eased.copy()
    slope = _dot(residual, eased)
    for _ in range(steps):
        if _dot(residual, residual) <= enough:
            break
        pushed = system @ direction
        step = slope / max(_dot(direction, pushed), 1e-300)
        x += step * direction
        residual -= step * pushed
        eased = scale * residual
        new_slope = _dot(residual, eased)
        direction *= new_slope / max(slope, 1e-300)
        direction += eased
        slope = new_slope
    return x


def _dot(a: Vector, b: Vector) -> float:
    return float(np.einsum("i,i->", a, b))
