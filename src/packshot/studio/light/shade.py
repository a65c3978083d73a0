"""What the product's presence leaves of the light on the ground, in the crop of the frame that it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.light.occlusion import Layer, hidden, key_rays, sky_rays
from packshot.studio.place import Box, Placed
from packshot.studio.scene.paint import blur
from packshot.studio.scene.scene import Light

_BOUNCE = 0.5  # of the sky's light that the product hides, what it throws back in its own colour
_BOUNCING_PART = 0.4  # of its height that a floor sees
_CELLS_OF_BLUR = 1.2
_DARKEST_LINE, _DARKEST_SEAM = 0.97, 0.72  # at contact 1: the line where surfaces meet, the dimness beside it


@dataclass(frozen=True, eq=False)
class Shade:
    """`transmittance` (h, w, 3) float32 0..1 over `box` of the frame; everywhere else 1."""

    transmittance: Float
    box: Box


def bounce(placed: Placed) -> Float:
    """(3,) the mean linear colour of the product's lower part, which colours the light under it."""
    lower = round(placed.alpha.shape[0] * (1 - _BOUNCING_PART))
    cover = max(float(placed.alpha[lower:].sum()), 1.0)
    return (placed.colour[lower:].sum(axis=(0, 1)) / cover).astype(np.float32)


def shading(layers: list[Layer], run: tuple[float, float], light: Light, colour: Float) -> Float:
    """(rows, columns, 3) 0..1: the light left on the layers' grid; `run` is the shadow's along its (columns, rows)."""
    sky = blur(hidden(layers, sky_rays()), _CELLS_OF_BLUR)[..., None]
    key = blur(hidden(layers, key_rays(run, light.softness)), _CELLS_OF_BLUR)[..., None]
    left = (1 - light.ambient * sky * (1 - _BOUNCE * colour)) * (1 - light.cast * key)
    return _tinted([np.maximum(left[..., channel], 0) for channel in range(3)], light)


def contact(line: Float, seam: Float, light: Light) -> Float:
    """(h, w, 3) 0..1: the light left by the dark `line` of contact and the `seam` of dimness around it (h, w) 0..1."""
    left = (1 - light.contact * _DARKEST_LINE * line) * (1 - light.contact * _DARKEST_SEAM * seam)
    return _tinted([left.astype(np.float32)] * 3, light)


def _tinted(left: Sequence[Float], light: Light) -> Float:
    """(h, w, 3): what is `left` of the light in three channels (h, w), each to the power of the tint."""
    powers = [
        plane if tint == 1 else np.power(plane, np.float32(tint)) for plane, tint in zip(left, light.tint, strict=True)
    ]
    return np.asarray(cv2.merge(powers), np.float32)
