"""Which of a canvas's random generators draws what, so that no two parts of a set share their chance."""

from enum import IntEnum


class Draw(IntEnum):
    """The layer to hand to `Canvas.rng`."""

    SLAB = 1
    WINDOW = 2
    ROOM = 3
    FLAKES = 4
    NICHE = 5
    DRIFTS = 6
