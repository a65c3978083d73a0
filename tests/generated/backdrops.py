"""The paper behind and under the product: plain, swept or unevenly lit, with the product's shadows on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .camera import Camera
from .light import FLOOR_CELLS, FLOOR_SPAN
from .shapes import Float

BACKDROPS = ("white", "grey", "beige", "blue", "dark", "sweep", "uneven")

SHADOW_FILL = 0.13  # light in the deepest shadow on white paper


@dataclass(frozen=True, eq=False)
class Backdrop:
    """`colour` (3,) linear; `slope` brightens towards the far wall, `tilt` to the right, `vignette` darkens
    the corners (all as parts of 1); the paper rises into a wall `wall` product sizes behind, lit `wall_gain`
    times as brightly.
    """

    colour: Float
    slope: float
    tilt: float
    vignette: float
    wall: float
    wall_gain: float


def draw_backdrop(name: str, rng: np.random.Generator) -> Backdrop:
    """The backdrop called `name`, its colour and light a little different every time."""
    low, high = {
        "white": ((0.88, 0.88, 0.88), (1.02, 1.02, 1.02)),
        "grey": ((0.36, 0.36, 0.36), (0.62, 0.62, 0.62)),
        "beige": ((0.58, 0.48, 0.36), (0.76, 0.66, 0.52)),
        "blue": ((0.28, 0.42, 0.6), (0.42, 0.58, 0.78)),
        "dark": ((0.012, 0.012, 0.013), (0.04, 0.04, 0.042)),
        "sweep": ((0.4, 0.4, 0.4), (0.75, 0.75, 0.75)),
        "uneven": ((0.5, 0.48, 0.45), (0.8, 0.8, 0.8)),
    }[name]
    colour = (np.array(low) + rng.random() * (np.array(high) - np.array(low))).astype(np.float32)
    gentle = rng.uniform(-0.04, 0.04, 2)
    if name == "sweep":
        return Backdrop(
            colour,
            float(rng.uniform(-0.3, 0.2)),
            float(gentle[0]),
            0.05,
            float(rng.uniform(0.9, 2)),
            float(rng.uniform(0.7, 1.25)),
        )
    if name == "uneven":
        return Backdrop(
            colour,
            float(rng.uniform(-0.25, 0.25)),
            float(rng.uniform(-0.3, 0.3)),
            float(rng.uniform(0.1, 0.35)),
            2.5,
            1.0,
        )
    return Backdrop(
        colour,
        float(gentle[0]),
        float(gentle[1]),
        float(rng.uniform(0, 0.06)),
        float(rng.uniform(1.5, 3)),
        float(rng.uniform(0.94, 1.03)),
    )


def paint(backdrop: Backdrop, camera: Camera, floor_light: Float) -> Float:
    """The backdrop (H, W, 3) in linear light under `floor_light`, as light.floor_light gives it."""
    x, z = camera.floor()
    across = (np.arange(camera.width, dtype=np.float32) + 0.5)[None] / camera.width - 0.5
    down = (np.arange(camera.height, dtype=np.float32) + 0.5)[:, None] / camera.height - 0.5
    light = 1 + backdrop.tilt * across - backdrop.slope * down - backdrop.vignette * 2 * (across**2 + down**2)
    rise = np.clip((z - backdrop.wall) / 1.6 + 0.5, 0, 1)
    rise = rise * rise * (3 - 2 * rise)
    light = light * (1 + (backdrop.wall_gain - 1) * rise)
    column = (x / FLOOR_SPAN + 1) * (FLOOR_CELLS / 2) - 0.5
    row = (np.minimum(z, backdrop.wall) / FLOOR_SPAN + 1) * (FLOOR_CELLS / 2) - 0.5
    shadow = 1 - cv2.remap(floor_light, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=1.0)
    # Bright paper and a bright room fill the shadows on it.
    fill = SHADOW_FILL * float(backdrop.colour.mean())
    light = light * (1 - (1 - fill) * shadow * (1 - rise))
    return (light[..., None] * backdrop.colour).astype(np.float32)
