"""The sparse systems of the cutout against the same systems written out in full."""

from __future__ import annotations

import numpy as np

from packshot.studio.cutout.closed_form import EPSILON, closed_form
from packshot.studio.cutout.walk import LEAST, RESISTANCE, walk

SIDE = 12


def picture() -> tuple[np.ndarray, np.ndarray]:
    """A noisy step (SIDE, SIDE, 3), and a trimap that leaves its middle open, up to the frame."""
    rng = np.random.default_rng(5)
    image = np.where(np.arange(SIDE)[None, :, None] < 6, 0.2, 0.7) + rng.normal(0, 0.05, (SIDE, SIDE, 3))
    trimap = np.full((SIDE, SIDE), 0.5, np.float32)
    trimap[:, :3], trimap[:, 9:] = 0, 1
    return image.astype(np.float32), trimap


def test_matting_solves_levins_laplacian() -> None:
    image, trimap = picture()
    full = np.zeros((SIDE**2, SIDE**2))
    for y in range(1, SIDE - 1):
        for x in range(1, SIDE - 1):
            at = [(y + dy) * SIDE + x + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
            colours = image.reshape(-1, 3)[at].astype(np.float64)
            centred = colours - colours.mean(0)
            spread = np.linalg.inv(centred.T @ centred / 9 + EPSILON / 9 * np.eye(3))
            full[np.ix_(at, at)] += np.eye(9) - (1 + centred @ spread @ centred.T) / 9
    known = trimap.ravel() != 0.5
    wanted = trimap.ravel().astype(np.float64)
    wanted[~known] = np.linalg.solve(
        full[np.ix_(~known, ~known)] + 1e-8 * np.eye((~known).sum()), -full[np.ix_(~known, known)] @ wanted[known]
    )
    assert np.abs(closed_form(image, trimap).ravel() - np.clip(wanted, 0, 1)).max() < 5e-3


def test_a_walk_meets_what_the_full_system_says() -> None:
    rng = np.random.default_rng(6)
    edges = rng.uniform(0, 1.5, (SIDE, SIDE)).astype(np.float32)
    backdrop, product = np.zeros((2, SIDE, SIDE), bool)
    backdrop[:, 0], product[4:8, 9:] = True, True
    leaning = rng.random((SIDE, SIDE)).astype(np.float32)
    pull = np.full((SIDE, SIDE), 0.02, np.float32)
    full, right = np.diag(pull.ravel().astype(np.float64)), (pull * leaning).ravel().astype(np.float64)
    for y in range(SIDE):
        for x in range(SIDE):
            for other in ((y, x + 1), (y + 1, x)):
                if max(other) < SIDE:
                    weight = 1 / (1 + (max(edges[y, x], edges[other]) / RESISTANCE) ** 2) + LEAST
                    a, b = y * SIDE + x, other[0] * SIDE + other[1]
                    full[[a, b], [a, b]] += weight
                    full[[a, b], [b, a]] -= weight
    decided = (backdrop | product).ravel()
    chance = product.ravel().astype(np.float64)
    chance[~decided] = np.linalg.solve(
        full[np.ix_(~decided, ~decided)], right[~decided] - full[np.ix_(~decided, decided)] @ chance[decided]
    )
    assert np.abs(walk(edges, backdrop, product, leaning, pull).ravel() - chance).max() < 5e-3
