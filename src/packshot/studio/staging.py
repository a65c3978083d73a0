"""Other ways to set up a style of the embedded studio: the product nearer or farther, the light from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from packshot.studio.framing import Framing
from packshot.studio.scene.scene import Light, Scene

StagedLight = Literal["designed", "low", "opposite"]
StagedHorizon = Literal["designed", "high"]
Distance = Literal["far", "wide", "middle", "standard", "near", "detail"]

LIGHTS: dict[StagedLight, str] = {
    "designed": "As the style was designed.",
    "low": "Lower and harder: longer, clearer shadows.",
    "opposite": "Lower and harder, from the other side.",
}
DISTANCES: dict[Distance, tuple[Framing, float]] = {
    "far": ("standard", 0.5),
    "wide": ("standard", 0.62),
    "middle": ("standard", 0.78),
    "standard": ("standard", 1.0),
    "near": ("standard", 1.25),
    "detail": ("detail", 1.0),
}
"""How far the camera is: the framing, and the product's size in parts of what the style gives it."""

_LARGEST = 0.84  # of the frame: what the framing "close" gives
_RAISED = 0.12  # of the frame's height, by which a high horizon lifts the product
_LOWER, _FLATTER, _HARDER, _DEEPER = (
    2.2,
    1.2,
    0.45,
    1.5,
)  # times the shadow's run, right and away, its softness and depth


@dataclass(frozen=True)
class Staging:
    """How a style is set up for one variation. The default is the style as it was designed."""

    distance: Distance = "standard"
    light: StagedLight = "designed"
    horizon: StagedHorizon = "designed"

    @property
    def framing(self) -> Framing:
        return DISTANCES[self.distance][0]


def staged(scene: Scene, staging: Staging) -> Scene:
    """`scene` set up otherwise, by nothing but its own parameters. Pure. A white scene has no light to move."""
    fill = min(max(_LARGEST, scene.fill), scene.fill * DISTANCES[staging.distance][1])
    if scene.mode == "white":
        return replace(scene, fill=fill)
    ground = scene.ground - (_RAISED if staging.horizon == "high" else 0)
    return replace(scene, fill=fill, ground=ground, light=_lit(scene.light, staging.light))


def _lit(light: Light, how: StagedLight) -> Light:
    if how == "designed":
        return light
    right, away = light.direction
    side = -1 if how == "opposite" else 1
    return replace(
        light,
        direction=(side * right * _LOWER, away * _FLATTER),
        softness=light.softness * _HARDER,
        cast=min(1.0, light.cast * _DEEPER),
    )


def makes_sense(scene: Scene, staging: Staging) -> bool:
    """Whether `staging` shows in the picture: a white scene has no light and no horizon, a detail hardly any."""
    plain = staging.light == "designed" and staging.horizon == "designed"
    return plain or (scene.mode != "white" and staging.distance != "detail")
