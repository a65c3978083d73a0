"""Who wins each undecided pixel: a random walk from it that avoids edges, and where it arrives first."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask, disc
from packshot.studio.cutout.solver import solve_positive

RESISTANCE = 0.5  # edge strength at which a step is half as likely as on flat ground
LEAST = 1e-4  # of a step's weight that even the hardest edge leaves, so that the system stays solvable


def walk(edges: Float, backdrop: Mask, product: Mask, leaning: Float, pull: Float) -> Float:
    """(h, w) float32: the chance that a walk from the pixel meets `product` before `backdrop`.

    `edges` (h, w) hinder it. `leaning` 0..1 is where colour alone would put the pixel, `pull` how much that counts
    (0 nothing). Random walker segmentation with priors (Grady, PAMI 2006), solved only over the undecided pixels.
    """
    from scipy.sparse import coo_array

    chance = product.astype(np.float32)
    undecided = ~(backdrop | product)
    if not undecided.any() or not product.any() or not backdrop.any():
        return chance
    near = cv2.dilate(undecided.view(np.uint8), disc(1)).astype(bool)
    pixels = np.flatnonzero(near.ravel())
    number = np.full(near.size, -1, np.int32)
    number[pixels] = np.arange(len(pixels), dtype=np.int32)
    first, second, weight = _steps(edges, near)
    first, second = number[first], number[second]
    count = len(pixels)
    off = coo_array((-weight, (first, second)), shape=(count, count)).tocsr()
    off = off + off.T
    prior = pull.ravel()[pixels].astype(np.float64)
    degree = -np.asarray(off.sum(axis=1)).ravel() + prior + 1e-9
    is_open = undecided.ravel()[pixels]
    free, fixed = np.flatnonzero(is_open), np.flatnonzero(~is_open)
    rows = off[free]
    diagonal = coo_array((degree[free], (np.arange(len(free)), np.arange(len(free)))), shape=(len(free), len(free)))
    system = (rows[:, free] + diagonal).tocsr()
    wanted = leaning.ravel()[pixels].astype(np.float64)
    known = product.ravel()[pixels].astype(np.float64)
    right = prior[free] * wanted[free] - rows[:, fixed] @ known[fixed]
    start = np.full(len(free), 0.5)
    solution = solve_positive(system, right, start, tolerance=1e-3, steps=300)
    chance.reshape(-1)[pixels[free]] = np.clip(solution, 0, 1)
    return chance


def _steps(edges: Float, near: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """All steps between neighbours in `near`: from, to, weight."""
    width = edges.shape[1]
    index = np.arange(edges.size).reshape(edges.shape)
    firsts, seconds, strengths = [], [], []
    for a, b, shift in ((np.s_[:, :-1], np.s_[:, 1:], 1), (np.s_[:-1], np.s_[1:], width)):
        both = near[a] & near[b]
        firsts.append(index[a][both])
        seconds.append(index[a][both] + shift)
        strengths.append(np.maximum(edges[a][both], edges[b][both]))
    strength = np.concatenate(strengths).astype(np.float64)
    weight = 1 / (1 + (strength / RESISTANCE) ** 2) + LEAST
    return np.concatenate(firsts), np.concatenate(seconds), weight
