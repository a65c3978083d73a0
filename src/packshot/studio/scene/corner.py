"""Where a wall and the floor before it meet."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import Canvas
from packshot.studio.scene.focus import softness
from packshot.studio.scene.lay import Ground
from packshot.studio.scene.paint import smoothstep

_SLAB = 1  # a layer of the canvas's generator


def slid(canvas: Canvas, span: float) -> tuple[float, float]:
    """Which part of a tile `span` units wide lies under the product."""
    x, z = canvas.rng(_SLAB).uniform(0, span, 2)
    return float(x), float(z)


def meet(canvas: Canvas, wall: Float, floor: Float, ground: Ground, z: float, aperture: float, crease: float,
    relief: Float | None = None) -> Float:
    """`wall` (H, W, 3) with `floor` (rows, W, 3) laid before it, their seam as soft as the lens leaves it.

    `relief` (W,) lifts the seam, in the frame's shorter side, where the ground is not level. `crease` 0..1 is how much less light reaches the corner between them; it fades over a tenth of a unit or two.
    """
    seam = canvas.line(z) * canvas.height
    blurred = max(0.7, 1.6 * float(softness(canvas, z, aperture)))
    rows = canvas.v[:, 0] * canvas.height
    below = rows[ground.top :, None] - seam
    if relief is not None:
        below = below + relief * min(canvas.width, canvas.height)
    part = smoothstep(-blurred, blurred, below.astype(np.float32))[..., None]
    reach = 0.16 * min(canvas.width, canvas.height) / (1 + z / 2)
    dimmer = 1 - crease * np.exp(-np.abs(rows - seam) / np.where(rows < seam, reach, reach * 0.6)).astype(np.float32)
    out = wall
    out[ground.top :] += (floor - out[ground.top :]) * part
    out *= dimmer[:, None, None]
    return out


