"""The floor under the product in pixels: from the picture to the plane and back, as the canvas's camera sees it."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

import numpy as np

from packshot.imaging.colour import Float
from packshot.studio.scene.canvas import Canvas


@dataclass(frozen=True, eq=False)
class Floor:
    """Floor coordinates measured in pixels of the frame at the product: x right of the frame's centre, z away from it.

    `depth` (H,): z of each row's centre, infinite above the horizon; `stretch` (H,): floor pixels per pixel across.
    `foreshortening`: pixels that one upright pixel keeps under the camera's elevation.
    """

    width: int
    depth: Float
    stretch: Float
    foreshortening: float

    def z(self, row: Float) -> Float:
        """Depth under frame heights `row` (pixels, 0 at the frame's upper edge); held at the horizon's foot."""
        below = np.isfinite(self.depth)
        return np.interp(row, self._rows[below], self.depth[below]).astype(np.float32)

    def x(self, column: Float, row: Float) -> Float:
        """Floor x under `column` and `row` (pixels)."""
        return ((column - self.width / 2) * np.interp(row, self._rows, self.stretch)).astype(np.float32)

    def row(self, z: float) -> float:
        """Frame height (pixels) of the floor line `z`; the inverse of `z()`."""
        below = np.isfinite(self.depth)
        return float(np.interp(-z, -self.depth[below], self._rows[below]))

    def stretch_at(self, z: float) -> float:
        """Floor pixels per pixel across on the floor line `z`."""
        return float(np.interp(self.row(z), self._rows, self.stretch))

    @property
    def _rows(self) -> Float:
        return np.arange(self.depth.size, dtype=np.float32) + 0.5


def floor_of(canvas: Canvas) -> Floor:
    """The floor that `canvas` looks at."""
    unit = min(canvas.width, canvas.height)
    across, away = canvas.rows()
    return Floor(
        width=canvas.width,
        depth=away[:, 0] * unit,
        stretch=across[:, 0] * unit,
        foreshortening=max(cos(radians(canvas.elevation)), 0.1),
    )
