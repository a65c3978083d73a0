"""How coarsely a photo was once compressed, read from its pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Pixels
from packshot.studio.cutout.ranks import percentile

BLOCK = 8  # JPEG's
ROUNDING = 2.0  # what rounding to 8 bits leaves on a coefficient that was zero
BLOCKS = 6000  # looked at, at most
FEW = 40  # coefficients: fewer say nothing
ONCE, TWICE = 1.25, 1.75  # steps: between them lies none of a comb's teeth
ABOUT = 0.75, 1.35  # steps: the first tooth, whose middle is a better step
TEETH, BESIDE = 4.5, 0.25  # steps: as far as teeth are looked at; most lie nearer to one (at quality 20: .06 to .15)
STRAY = 0.1  # of what lies about the first two teeth may lie between them


def compression_step(pixels: Pixels) -> float:
    """The step in 8-bit levels between the lowest frequencies of `pixels` (H, W, 3), 0 where there is no such comb.

    JPEG rounds the cosine transform of every 8×8 block to multiples of a step: about 3 at quality 85, 11 at 50, 28 at
    20. The smallest coefficients that are not zero show it. Photos scaled since then, and graphics, have none.
    """
    if pixels.dtype != np.uint8 or min(pixels.shape[:2]) < 4 * BLOCK:
        return 0.0
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    rows, columns = grey.shape[0] // BLOCK, grey.shape[1] // BLOCK
    blocks = grey[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2)
    blocks = blocks.reshape(-1, BLOCK, BLOCK)
    chosen = blocks[:: max(1, len(blocks) // BLOCKS)].astype(np.float32)
    waves = _cosines()
    lowest = [(0, 1), (1, 0), (1, 1)]
    sizes = [np.abs(np.einsum("nij,i,j->n", chosen, waves[v], waves[u])) for v, u in lowest]
    heard = np.concatenate([size[size > ROUNDING] for size in sizes])
    if len(heard) < FEW:
        return 0.0
    step = percentile(heard, 5)
    between = np.count_nonzero((heard > ONCE * step) & (heard < TWICE * step))
    if between >= STRAY * np.count_nonzero(heard < 2.25 * step):
        return 0.0
    # The same few edges in many blocks may leave such a gap; only a comb's teeth stand at multiples.
    tooth = percentile(heard[(heard > ABOUT[0] * step) & (heard < ABOUT[1] * step)], 50)
    low = heard[heard < TEETH * tooth]
    beside = np.abs(low - np.rint(low / tooth) * tooth)
    return step if percentile(beside, 80) < BESIDE * tooth else 0.0


def _cosines() -> NDArray[np.float32]:
    place = np.arange(BLOCK)
    waves = np.cos(np.pi * (2 * place[None] + 1) * place[:, None] / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    waves[0] /= np.sqrt(2)
    return waves.astype(np.float32)
