"""Fresh snow: drifts, lumps and a few glints."""

from __future__ import annotations

from functools import cache

import numpy as np

from packshot.studio.scene.lay import Tile
from packshot.studio.scene.paint import smoothstep
from packshot.studio.scene.textures import SIZE
from packshot.studio.scene.textures.noise import noise, slopes

_SEED = (5, 1)
_SPAN = 1.6
_LAMP = (0.128, 0.08)  # how much brighter a slope of 1 is that faces left, and one that faces the camera


@cache
def snow() -> Tile:
    """Snow in low light: (n, n) brightness about 1."""
    drifts = noise(SIZE, (*_SEED, 1), 1.3, finest=7)
    lumps = noise(SIZE, (*_SEED, 2), 1.0, finest=60, coarsest=8)
    crumbs = noise(SIZE, (*_SEED, 5), 0.5, finest=300, coarsest=40)
    right, down = slopes(34 * drifts + 2.2 * lumps + 0.25 * crumbs)
    grain = noise(SIZE, (*_SEED, 3), 0.0)
    brightness = 0.97 + _LAMP[0] * right - _LAMP[1] * down + 0.02 * grain
    glints = smoothstep(3.5, 4.6, noise(SIZE, (*_SEED, 4), 0.0))
    return Tile((np.clip(brightness, 0.5, 1.3) + 0.5 * glints).astype(np.float32), _SPAN)
