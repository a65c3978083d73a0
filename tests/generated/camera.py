"""The camera: a pinhole over the floor that is aimed so that the product fills its part of the frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan, cos, radians, sin

import numpy as np

from .shapes import Float


@dataclass(frozen=True)
class Camera:
    """Looks down by `pitch` radians from `distance` along the ray that leaves the floor's origin at
    `elevation` degrees.

    `focal` and `centre` (x, y) in pixels; `width`, `height` of the frame in pixels.
    """

    width: int
    height: int
    elevation: float
    distance: float
    pitch: float
    focal: float
    centre: tuple[float, float]

    def resized(self, size: tuple[int, int]) -> Camera:
        """The same view in a frame of another width and height, of about the same aspect."""
        scale = max(size) / max(self.width, self.height)
        centre = self.centre[0] * scale, self.centre[1] * scale
        return replace(self, width=size[0], height=size[1], focal=self.focal * scale, centre=centre)

    @property
    def position(self) -> Float:
        lift = radians(self.elevation)
        return np.array([0, self.distance * sin(lift), -self.distance * cos(lift)], np.float32)

    @property
    def forward(self) -> Float:
        return np.array([0, -sin(self.pitch), cos(self.pitch)], np.float32)

    @property
    def up(self) -> Float:
        return np.array([0, cos(self.pitch), sin(self.pitch)], np.float32)

    def project(self, points: Float) -> tuple[Float, Float]:
        """Pixel coordinates (N, 2), pixel centres at halves, and depth (N,) on the axis of points (N, 3)."""
        away = points - self.position
        depth = away @ self.forward
        x = self.centre[0] + self.focal * away[:, 0] / depth
        y = self.centre[1] - self.focal * (away @ self.up) / depth
        return np.stack([x, y], axis=1).astype(np.float32), depth.astype(np.float32)

    def rays(self, x: Float, y: Float) -> Float:
        """Directions (..., 3), not of unit length, through the pixel coordinates `x` and `y`."""
        across = ((x - self.centre[0]) / self.focal)[..., None]
        down = ((y - self.centre[1]) / self.focal)[..., None]
        right = np.array([1, 0, 0], np.float32)
        return (self.forward + across * right - down * self.up).astype(np.float32)

    def floor(self) -> tuple[Float, Float]:
        """Floor coordinates x and z (H, W) under every pixel; far away (1e3) at and above the horizon."""
        y = (np.arange(self.height, dtype=np.float32) + 0.5 - self.centre[1]) / self.focal
        x = (np.arange(self.width, dtype=np.float32) + 0.5 - self.centre[0]) / self.focal
        down = sin(self.pitch) + y * cos(self.pitch)
        reach = self.position[1] / np.maximum(down, 1e-6)
        z = np.minimum(self.position[2] + reach * (cos(self.pitch) - y * sin(self.pitch)), 1e3)
        reach = np.minimum(reach, 1e3)
        return (x[None] * reach[:, None]).astype(np.float32), np.repeat(z[:, None], self.width, 1).astype(np.float32)


def aim(
    points: Float,
    size: tuple[int, int],
    elevation: float,
    fill: float,
    lens: float,
    offset: tuple[float, float],
) -> Camera:
    """A camera whose frame (width, height) the points fill by `fill`, off the centre by `offset` of the
    frame.

    `lens` is the focal length in units of the longer side. A handful of fixed-point steps bring the box
    within a pixel.
    """
    width, height = size
    focal = lens * max(size)
    want_x, want_y = width * (0.5 + offset[0]), height * (0.5 + offset[1])
    distance, pitch, centre_x = 3.0, radians(elevation), width / 2
    for _ in range(8):
        camera = Camera(width, height, elevation, distance, pitch, focal, (centre_x, height / 2))
        pixels, _ = camera.project(points)
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        used = max((high[0] - low[0]) / width, (high[1] - low[1]) / height)
        pitch += atan(((low[1] + high[1]) / 2 - want_y) / focal)
        centre_x += want_x - (low[0] + high[0]) / 2
        distance *= float(used / fill) ** 0.9
    return Camera(width, height, elevation, distance, pitch, focal, (float(centre_x), height / 2))
