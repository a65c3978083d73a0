"""Where a floor ends and the wall behind it begins: both planes, their seam, and the dimness of the corner."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, cos, inf, radians, sin

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import FOCAL, Canvas
from packshot.studio.scene.focus import softness
from packshot.studio.scene.lay import Ground
from packshot.studio.scene.paint import smoothstep

_SHARPEST_SEAM = 0.7  # pixels


@dataclass(frozen=True, eq=False)
class Seam:
    """The far edge of the floor, in pixels of the frame.

    It lies on the floor line `z` units behind the product and blends over `reach` pixels to either side. `relief` (W,)
    or None: pixels by which uneven ground rises above it.
    """

    z: float
    reach: float
    relief: Float | None = None


def seam_at(canvas: Canvas, z: float, aperture: float, relief: Float | None = None) -> Seam:
    """The seam on the floor line `z` as a lens of `aperture` shows it; `relief` (W,) in the frame's shorter side."""
    reach = max(_SHARPEST_SEAM, 1.6 * float(softness(canvas, z, aperture)))
    return Seam(z, reach, None if relief is None else relief * min(canvas.width, canvas.height))


def ground_before(canvas: Canvas, seam: Seam) -> Ground:
    """The floor as far as `seam`, and as many rows more as blending and relief need."""
    rise = 0.0 if seam.relief is None else float(seam.relief.max())
    top = int(np.clip(canvas.line(seam.z) * canvas.height - seam.reach - rise - 1, 0, canvas.height - 2))
    x, z = canvas.floor()
    return Ground(top, x[top:], np.clip(z[top:], None, 4 * seam.z + 4))


def meet(canvas: Canvas, wall: Float, floor: Float, ground: Ground, seam: Seam) -> Float:
    """`wall` (H, W, 3), painted over in place, with `floor` (rows, W, 3) of `ground` before it."""
    line = canvas.line(seam.z) * canvas.height
    sunk = 0.0 if seam.relief is None else float(seam.relief.min())
    solid = int(np.clip(line + seam.reach - sunk - ground.top + 1, 0, floor.shape[0]))
    below = np.arange(ground.top, ground.top + solid, dtype=np.float32)[:, None] + np.float32(0.5 - line)
    if seam.relief is not None:
        below = below + seam.relief
    mixed = wall[ground.top : ground.top + solid]
    mixed += (floor[:solid] - mixed) * smoothstep(-seam.reach, seam.reach, below)[..., None]
    wall[ground.top + solid :] = floor[solid:]
    return wall


def crease(canvas: Canvas, z: float, amount: float) -> Float:
    """(H, 1): a factor, `amount` less in the corner at the floor line `z`, where less of the room's light arrives."""
    side = min(canvas.width, canvas.height)
    away = (canvas.v - canvas.line(z)) * canvas.height / side
    reach = np.where(away < 0, 0.10, 0.06) / (1 + z / 4)
    return (1 - amount * np.exp(-np.abs(away) / reach)).astype(np.float32)


def upright(canvas: Canvas, z: float) -> tuple[Float, Float]:
    """Coordinates on a wall that stands `z` units behind the product: x (H, W) and height above the floor (H, 1)."""
    side = min(canvas.width, canvas.height)
    focal = FOCAL * max(canvas.width, canvas.height)
    pitch = atan((0.5 - canvas.line(inf)) * canvas.height / focal)
    elevation = radians(canvas.elevation)
    reach = focal / side * cos(elevation) + z
    down = (canvas.v - 0.5) * (canvas.height / focal)
    away = reach / (cos(pitch) - down * sin(pitch))
    x = (canvas.u - 0.5) * (canvas.width / focal) * away
    height = focal / side * sin(elevation) - (down * cos(pitch) + sin(pitch)) * away
    return x.astype(np.float32), height.astype(np.float32)
