"""Who wins each undecided pixel: a random walk from it that avoids edges, and where it arrives first."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask, around
from packshot.studio.cutout.solver import Vector, open_system, solve_positive

RESISTANCE = 0.5  # edge strength at which a step is half as likely as on flat ground
LEAST = 1e-4  # of a step's weight that even the hardest edge leaves, so that the system stays solvable


def walk(edges: Float, backdrop: Mask, product: Mask, leaning: Float, pull: Float) -> Float:
    """(h, w) float32: the chance that a walk from the pixel meets `product` before `backdrop`.

    `edges` (h, w) hinder it. `leaning` 0..1 is where colour alone would put the pixel, `pull` how much that counts
    (0 nothing). Random walker segmentation with priors (Grady, PAMI 2006), solved only over the undecided pixels.
    """
    chance = product.astype(np.float32)
    undecided = ~(backdrop | product)
    if not undecided.any() or not product.any() or not backdrop.any():
        return chance
    crop = around(undecided, 1)
    opened, known = undecided[crop], product[crop].astype(np.float64)
    ties = {place: -weight[opened] for place, weight in _steps(edges[crop].astype(np.float64)).items()}
    prior = pull[crop][opened].astype(np.float64)
    degree = prior - sum(ties.values()) + 1e-9
    system, pulled = open_system(opened, known, ties, degree)
    right = prior * leaning[crop][opened] + pulled
    solution = solve_positive(system, right, np.full(len(right), 0.5), tolerance=1e-3, steps=300)
    window = chance[crop]
    window[opened] = np.clip(solution, 0, 1)
    return chance


def _steps(edges: Vector) -> dict[tuple[int, int], Vector]:
    """The weight (h, w) of a step from each pixel to the one a row or column on; 0 out of the picture."""
    weights: dict[tuple[int, int], Vector] = {}
    for down, across in ((0, 1), (1, 0)):
        height, width = edges.shape
        here, there = np.s_[: height - down, : width - across], np.s_[down:, across:]
        weight = 1 / (1 + (np.maximum(edges[here], edges[there]) / RESISTANCE) ** 2) + LEAST
        for place, at in (((down, across), here), ((-down, -across), there)):
            weights[place] = np.zeros_like(edges)
            weights[place][at] = weight
    return weights
