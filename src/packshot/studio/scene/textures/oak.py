"""Oak boards with year rings, pores and joints."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.scene.lay import Tile
from packshot.studio.scene.paint import smoothstep
from packshot.studio.scene.textures import SIZE
from packshot.studio.scene.textures.noise import noise

_SEED = (2, 1)
_SPAN, _BOARDS = 1.6, 5  # floor units, so a board is about 11 cm wide
_RINGS = 13  # year rings to a board's width
_JOINT, _WORN = 1.3, 6.0  # pixels: a joint's half width, and of the wood worn beside it


@cache
def oak() -> Tile:
    """Boards that run across: (n, n) tone, 0 palest wood to 1 darkest grain.

    A board's face cuts the year rings at a depth that changes along it: where it comes near the pith the rings close
    into the arches that joiners call cathedrals, elsewhere they run straight.
    """
    rng = np.random.default_rng(_SEED)
    across = (np.arange(SIZE, dtype=np.float32)[:, None] + 0.5) * (_BOARDS / SIZE)
    board = across.astype(int)
    inside = across - board - 0.5
    heart = rng.uniform(-0.55, 0.55, _BOARDS)[board].astype(np.float32)
    depth = rng.uniform(0.15, 0.9, _BOARDS)[board].astype(np.float32)
    shade = rng.uniform(-1, 1, _BOARDS)[board].astype(np.float32)
    columns = (np.arange(SIZE)[None] + rng.integers(0, SIZE, _BOARDS)[board]) % SIZE

    wave = _sawn(noise(SIZE, (*_SEED, 1), 1.6, finest=5, stretch=(1.6, 0.8)), columns)
    wobble = _sawn(noise(SIZE, (*_SEED, 4), 1.4, finest=80, stretch=(5.0, 1.0)), columns)
    streak = _sawn(noise(SIZE, (*_SEED, 3), 1.0, finest=60, stretch=(14.0, 1.0)), columns)
    fibre = _sawn(noise(SIZE, (*_SEED, 2), 0.6, stretch=(40.0, 1.0)), columns)

    radius = np.hypot(inside - heart + 0.03 * wobble, 0.85 * depth + 0.13 * wave)
    ring = ((_RINGS * radius + 0.16 * wobble + 0.3 * streak) % 1).astype(np.float32)
    late = smoothstep(0.25, 0.95, ring) * smoothstep(1.0, 0.95, ring)
    pores = smoothstep(1.1, 2.4, noise(SIZE, (*_SEED, 5), 0.15, stretch=(18.0, 1.0))) * (1 - 0.6 * late)
    tone = 0.30 + 0.11 * shade + 0.16 * late + 0.055 * fibre + 0.06 * streak + 0.16 * pores
    joint = np.minimum(0.5 + inside, 0.5 - inside) * (SIZE / _BOARDS)
    tone += 0.5 * np.exp(-((joint / _JOINT) ** 2)) + 0.10 * np.exp(-((joint / _WORN) ** 2))
    return Tile(np.clip(tone, 0, 1).astype(np.float32), _SPAN)


def _sawn(field: Float, columns: NDArray[np.intp]) -> Float:
    """`field` with each row fetched from its board's `columns` (n, n), so that no grain runs on into the next board."""
    return np.take_along_axis(field, columns, axis=1)
