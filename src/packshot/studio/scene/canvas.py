"""The frame to be filled: its size, its camera, and where the product stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import atan, cos, radians, sin, tan

import numpy as np

from packshot.imaging.colour import Float

FOCAL = 1.9  # focal length in units of the frame's longer side: about an 68 mm lens on full frame


@dataclass(frozen=True)
class Canvas:
    """A pinhole camera over a floor plane.

    `width`, `height` in pixels. `elevation` in degrees: how steeply the camera looks down on the point where the
    product stands. `ground`: that point's height in the frame, 0 top to 1 bottom. `product`: the product's box
    (x0, y0, x1, y1) in pixels. Floor coordinates are in units of the frame's shorter side, as seen at the product:
    x to the right, z away from the camera, both 0 where the product stands. `footprint`: the smallest circle around all
    that touches the floor, as its middle's x and z and its radius.
    """

    width: int
    height: int
    seed: int
    product: tuple[int, int, int, int]
    elevation: float = 14.0
    ground: float = 0.86
    footprint: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def scale(self) -> float:
        """Pixels of the longer side per 1024: multiply lengths tuned at 1024 px by it."""
        return max(self.width, self.height) / 1024

    def rng(self, layer: int) -> np.random.Generator:
        """A generator of its own for each layer, so that adding one never changes another."""
        return np.random.default_rng((self.seed, layer))

    @cached_property
    def u(self) -> Float:
        """(1, W) float32: column centres, 0 left to 1 right."""
        return ((np.arange(self.width) + 0.5) / self.width).astype(np.float32)[None]

    @cached_property
    def v(self) -> Float:
        """(H, 1) float32: row centres, 0 top to 1 bottom."""
        return ((np.arange(self.height) + 0.5) / self.height).astype(np.float32)[:, None]

    @property
    def _focal(self) -> float:
        return FOCAL * max(self.width, self.height)

    @property
    def _pitch(self) -> float:
        return radians(self.elevation) - atan((self.ground - 0.5) * self.height / self._focal)

    @property
    def _distance(self) -> float:
        return self._focal / min(self.width, self.height)

    def line(self, z: float) -> float:
        """Height in the frame (0 top to 1 bottom, may lie outside) of the floor line `z` units behind the product."""
        rise = self._distance * sin(radians(self.elevation))
        below_horizon = atan(rise / (self._distance * cos(radians(self.elevation)) + z))
        return 0.5 + tan(below_horizon - self._pitch) * self._focal / self.height

    def floor(self) -> tuple[Float, Float]:
        """Floor coordinates x (H, W) and z (H, 1) under every pixel, float32; z is infinite above the horizon."""
        across, z = self.rows()
        return (self.u - np.float32(0.5)) * np.float32(self.width) * across, z

    def rows(self) -> tuple[Float, Float]:
        """What of the floor each row shows: units per pixel across, 0 above the horizon, and z; both (H, 1) float32."""
        y = ((self.v - 0.5) * self.height / self._focal).astype(np.float64)
        rise = self._distance * sin(radians(self.elevation))
        down = y * cos(self._pitch) + sin(self._pitch)
        with np.errstate(divide="ignore"):
            reach = np.where(down > 1e-6, rise / np.maximum(down, 1e-6), np.inf)
        forward = (cos(self._pitch) - y * sin(self._pitch)) * reach
        z = forward - self._distance * cos(radians(self.elevation))
        across = np.where(np.isfinite(reach), reach, 0) / self._focal
        return across.astype(np.float32), z.astype(np.float32)
