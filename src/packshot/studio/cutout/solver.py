"""Conjugate gradients for the two sparse systems of the cutout, the same to the bit on any number of threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class System:
    """A symmetric positive definite matrix over the open pixels of a picture, each tied to a few others near it.

    `diagonal` (n,). `weights` (k, n): what ties pixel i to the pixel `neighbours` (k, n) names; n names none.
    """

    diagonal: Vector
    neighbours: NDArray[np.intp]
    weights: Vector

    def __matmul__(self, x: Vector) -> Vector:
        reached = np.append(x, 0)[self.neighbours]
        return self.diagonal * x + np.einsum("kn,kn->n", self.weights, reached)


def open_system(
    opened: NDArray[np.bool_], known: Vector, ties: dict[tuple[int, int], Vector], diagonal: Vector
) -> tuple[System, Vector]:
    """The system over the pixels that are True in `opened` (H, W), and what the others pull them by.

    `known` (H, W) are the others' values, `ties` the matrix's entries (n,) for the pixel (rows, columns) further on, in
    scan order; where that is outside the picture the entry has to be 0.
    """
    pixels = np.flatnonzero(opened)
    count = len(pixels)
    number = np.full(opened.size, count, np.intp)
    number[pixels] = np.arange(count)
    values = known.ravel()
    neighbours = np.empty((len(ties), count), np.intp)
    pull = np.zeros(count)
    for row, ((down, across), weight) in enumerate(ties.items()):
        other = np.clip(pixels + (down * opened.shape[1] + across), 0, opened.size - 1)
        neighbours[row] = number[other]
        pull -= np.where(neighbours[row] == count, weight * values[other], 0)
    return System(diagonal, neighbours, np.stack(list(ties.values()))), pull


def solve_positive(system: System, right: Vector, start: Vector, *, tolerance: float, steps: int) -> Vector:
    """x of `system` @ x = `right`, preconditioned by the diagonal, from `start` in at most `steps` steps."""
    scale = 1 / system.diagonal
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
    """Without BLAS, whose sums depend on how many threads it finds."""
    return float(np.einsum("i,i->", a, b))
