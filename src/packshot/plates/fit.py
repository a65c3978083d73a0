"""Which size a model paints for a picture of another size, and which part of it the picture is."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt

from packshot.engines.base import Capabilities

Box = tuple[int, int, int, int]
_ROUNDS = 12


@dataclass(frozen=True)
class Fit:
    """A model paints `width` × `height` pixels, of which the picture is `window` (x0, y0, x1, y1), in its middle."""

    width: int
    height: int
    window: Box

    def window_in(self, width: int, height: int) -> Box:
        """The same part of what was painted with `width` × `height` pixels instead."""
        x0, y0, x1, y1 = self.window
        across, down = width / self.width, height / self.height
        left, top = round(x0 * across), round(y0 * down)
        return left, top, max(round(x1 * across), left + 1), max(round(y1 * down), top + 1)


def fit(can: Capabilities, width: int, height: int) -> Fit:
    """The size that a model of such capabilities paints for a picture of `width` × `height`.

    Of fixed sizes the one that most of is used, else the nearest above that its rules allow; larger pictures than it
    makes are painted as large as it can, and enlarged.
    """
    if can.sizes is not None:
        sizes = [(int(size.split("x")[0]), int(size.split("x")[1])) for size in can.sizes]
        return max((_within(size, width, height) for size in sizes), key=lambda one: (_area(one), -one.width))
    scale = 1.0
    made = _stepped(can, width, height)
    for _ in range(_ROUNDS):
        area, (least, most) = made[0] * made[1], can.pixels
        smallest, largest = can.sides
        if max(made) > largest:
            scale *= (largest - can.step) / max(made)
        elif area > most:
            scale *= sqrt(most / area) * 0.995
        elif min(made) < smallest:
            scale *= smallest / min(made)
        elif area < least:
            scale *= sqrt(least / area) * 1.005
        else:
            break
        made = _stepped(can, width * scale, height * scale)
    return _within(made, width, height, most=scale)


def _stepped(can: Capabilities, width: float, height: float) -> tuple[int, int]:
    """At least so large, a multiple of the model's step on both sides, and no more extreme than its ratio."""
    across, down = max(width, height / can.ratio), max(height, width / can.ratio)
    return ceil(across / can.step - 1e-9) * can.step, ceil(down / can.step - 1e-9) * can.step


def _within(size: tuple[int, int], width: int, height: int, most: float | None = None) -> Fit:
    """The largest window of the picture's shape in the middle of `size`, at most `most` times the picture."""
    scale = min(size[0] / width, size[1] / height, *([most] if most else []))
    across, down = max(1, floor(width * scale + 1e-6)), max(1, floor(height * scale + 1e-6))
    left, top = (size[0] - across) // 2, (size[1] - down) // 2
    return Fit(size[0], size[1], (left, top, left + across, top + down))


def _area(one: Fit) -> int:
    x0, y0, x1, y1 = one.window
    return (x1 - x0) * (y1 - y0)
