"""Composing the picture: backdrop, shadow, reflection, the product itself, and the file's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from packshot.errors import DecisionNeededError
from packshot.imaging.colour import Float, Pixels, linear_to_srgb
from packshot.studio.cutout.result import Cutout, View
from packshot.studio.light.footing import find_footing
from packshot.studio.light.shadow import Shade, standing_shade
from packshot.studio.place import Framing, Placed, place
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.scene import Scene


@dataclass(frozen=True, eq=False)
class Picture:
    pixels: Pixels
    placed: Placed
    warnings: tuple[str, ...]


def compose(
    cutout: Cutout,
    scene: Scene,
    *,
    width: int,
    height: int,
    seed: int,
    framing: Framing = "standard",
    view: View | None = None,
    depth: Literal[8, 16] = 8,
) -> Picture:
    view = view or cutout.view
    placed = place(cutout, scene, width=width, height=height, framing=framing, view=view)
    elevation = float(np.clip(cutout.elevation or 14, 4, 35))
    x0, y0, x1, y1 = placed.box
    shade = None
    ground = placed.ground
    if scene.mode == "set":
        footing = find_footing(placed, elevation)
        ground = footing.ground / height
    canvas = Canvas(width, height, seed, placed.box, elevation, ground)
    light = scene.backdrop(canvas)
    if scene.mode == "set":
        shade = standing_shade(placed, footing, canvas, scene.light)
        a, b, c, d = shade.box
        light[b:d, a:c] *= shade.transmittance[..., None] ** np.float32(scene.light.tint)
    light[y0:y1, x0:x1] = light[y0:y1, x0:x1] * (1 - placed.alpha[..., None]) + placed.colour
    pixels = np.rint(linear_to_srgb(light) * 255).astype(np.uint8)
    return Picture(pixels, placed, ())
