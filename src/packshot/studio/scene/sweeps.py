"""The plain sets: pure white, and seamless paper in white, grey, beige and graphite."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float, hex_to_linear
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.focus import grow, small
from packshot.studio.scene.lay import lit
from packshot.studio.scene.paint import blur, pool, vignette
from packshot.studio.scene.scene import Light, Scene, Surface

_FOOT, _HANG = 0.5, 1.8  # floor units behind the product where the paper leaves the floor, and where it hangs
_ROUND = 0.06  # of the frame's height: how softly its brightness turns there
_OVEREXPOSED = 1.1  # high-key white: only the deeper shadow leaves it, none reaches the corners


def _white(canvas: Canvas) -> Float:
    return np.full((canvas.height, canvas.width, 3), _OVEREXPOSED, np.float32)


@dataclass(frozen=True)
class _Paper:
    """A roll of seamless paper and its light, as brightness in parts of the paper's own `colour`.

    `front` at the frame's lower edge, `floor` under the product, `curve` where the paper turns up and faces the lamp,
    `top` at the frame's upper edge; `table` under a product that lies; `glow` more behind the product, and `corners`
    less in the frame's corners.
    """

    colour: str
    front: float
    floor: float
    curve: float
    top: float
    table: float
    glow: float
    corners: float

    def sweep(self, canvas: Canvas) -> Float:
        """The paper behind and under a product that stands."""
        ground = min(canvas.ground, 1.0)
        foot, hang = canvas.line(_FOOT), canvas.line(_HANG)
        heights = [0.0, max(hang, 0.05), max((foot + hang) / 2, 0.1), ground, max(1.0, ground + 0.05)]
        column = np.interp(canvas.v[:, 0], heights, self._brightness()).astype(np.float32)
        rounded = blur(np.repeat(column[:, None], 2, axis=1), 0, _ROUND * canvas.height)[:, :1, None]
        middle = (canvas.product[0] + canvas.product[2]) / 2 / canvas.width
        scout = small(canvas)
        glow = 1 + self.glow * pool(scout, (middle - 0.05, ground - 0.42), (0.4, 0.34))
        return self._lit(rounded * grow(canvas, glow * vignette(scout, self.corners)))

    def sheet(self, canvas: Canvas) -> Float:
        """The paper under a product that lies, lit from the upper left."""
        scout = small(canvas)
        light = self.table * (1 + 0.35 * self.glow * pool(scout, (0.3, 0.25), (0.7, 0.7)))
        return self._lit(grow(canvas, light * vignette(scout, self.corners)))

    def _brightness(self) -> list[float]:
        return [self.top, (self.top + self.curve) / 2, self.curve, self.floor, self.front]

    def _lit(self, light: NDArray[np.floating[Any]]) -> Float:
        return lit(light[..., 0], hex_to_linear(self.colour))


_GREY = _Paper("#e2e2e3", front=0.9, floor=0.97, curve=1.0, top=0.78, table=0.95, glow=0.15, corners=0.13)
_BEIGE = _Paper("#dfcdb8", front=0.88, floor=0.97, curve=1.0, top=0.76, table=0.95, glow=0.15, corners=0.18)
_GRAPHITE = _Paper("#383b41", front=0.5, floor=0.95, curve=0.8, top=0.2, table=0.5, glow=2.2, corners=0.55)

SCENES: tuple[Scene, ...] = (
    Scene(
        "white",
        "Pure white",
        "The marketplace's main picture: nothing but the product on 255 white.",
        _white,
        _white,
        mode="white",
        fill=0.85,
    ),
    Scene(
        "white-shadow",
        "White with a shadow",
        "White to the corners, with the product's own soft shadow.",
        _white,
        _white,
        fill=0.7,
        light=Light(direction=(0.5, 0.3), contact=0.9, cast=0.4, ambient=0.6),
        surface=Surface(reflection=0.06, roughness=0.8, falloff=0.25),
    ),
    Scene(
        "soft-grey",
        "Soft grey",
        "Light grey seamless paper under a large softbox; it flatters every product.",
        _GREY.sweep,
        _GREY.sheet,
        light=Light(contact=0.9, cast=0.45, ambient=0.6),
        surface=Surface(reflection=0.03, roughness=2.0, falloff=0.2),
    ),
    Scene(
        "beige",
        "Beige",
        "Warm beige paper, for leather, wood, cosmetics and food.",
        _BEIGE.sweep,
        _BEIGE.sheet,
        light=Light(contact=0.9, cast=0.42, ambient=0.6, tint=(0.88, 1.0, 1.14)),
        surface=Surface(reflection=0.02, roughness=2.0, falloff=0.2),
    ),
    Scene(
        "dark",
        "Dark",
        "Graphite paper with a pool of light behind the product.",
        _GRAPHITE.sweep,
        _GRAPHITE.sheet,
        light=Light(contact=1.0, cast=0.6, ambient=0.75),
        surface=Surface(reflection=0.14, roughness=1.0, falloff=0.4),
    ),
)
