"""One style of the embedded studio as data: its backdrop, its light and how its surface takes shadow and reflection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.drum import Drum

Backdrop = Callable[[Canvas], Float]
"""Paints a canvas: (H, W, 3) float32 linear light, 0..about 1.2, deterministic in the canvas's seed."""


@dataclass(frozen=True)
class Light:
    """Where the key light comes from and how hard it is.

    `direction`: the shadow's run on the floor per unit of product height, (right, away). `softness`: 1 is a large
    softbox. `contact`, `cast`, `ambient`: strengths 0..1 of the dark line under the product, of the thrown shadow and
    of the broad dimming around. `tint`: exponents per channel, so that shadows on snow turn blue.
    """

    direction: tuple[float, float] = (0.75, 0.28)
    softness: float = 1.0
    contact: float = 0.9
    cast: float = 0.5
    ambient: float = 0.6
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Surface:
    """How the floor mirrors: `reflection` 0..1 at the ground line, `roughness` 1 is satin, `falloff` in heights."""

    reflection: float = 0.0
    roughness: float = 1.0
    falloff: float = 0.35


@dataclass(frozen=True)
class Scene:
    """A style of the embedded studio.

    `backdrop` paints it for a product that stands, `tabletop` for one photographed from above. `fill` is the part of
    the frame that the product takes, `ground` the line it stands on (0 top to 1 bottom). `mode` "white" is the
    marketplace's picture: no shadow, no horizon, 255 to the corners.
    """

    slug: str
    title: str
    words: str
    backdrop: Backdrop
    tabletop: Backdrop
    mode: Literal["set", "white"] = "set"
    fill: float = 0.6
    ground: float = 0.86
    light: Light = field(default_factory=Light)
    surface: Surface = field(default_factory=Surface)
    overlay: Callable[[Canvas, Float, Float], None] | None = None
    """Paints over everything but the product (falling snow), in place: (canvas, picture, alpha)."""
    steps: Callable[[Canvas], tuple[Drum, ...]] | None = None
    """The round steps under a product that stands, from the lowest up; None for a plain floor."""
