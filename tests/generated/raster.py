"""From triangles to samples: which face is seen where, how much of each pixel is covered, and what lies there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import Camera
from .shapes import Float, Index, Mesh

FINE = 4  # coverage samples along a pixel's side
COARSE = 2  # shaded samples along a pixel's side
SHIFT = 5  # fractional bits of the coordinates that OpenCV fills


@dataclass(frozen=True, eq=False)
class Samples:
    """What the camera sees of a mesh, at `COARSE` samples a pixel side over the box (x0, y0, x1, y1) in pixels.

    `covered` (h, w) float32: the part of every sample that the product covers. For the N samples that are covered at all,
    in the order of `covered > 0`: `face` (N,), `corners` (N, 3) the vertices, `weights` (N, 3) barycentric.
    """

    box: tuple[int, int, int, int]
    covered: Float
    face: Index
    corners: Index
    weights: Float
    x: Float
    y: Float

    def blend(self, per_vertex: Float) -> Float:
        """Values per vertex (V, D) interpolated to the samples (N, D)."""
        result = self.weights[:, :1] * per_vertex[self.corners[:, 0]]
        result += self.weights[:, 1:2] * per_vertex[self.corners[:, 1]]
        result += self.weights[:, 2:] * per_vertex[self.corners[:, 2]]
        return result

    def to_pixels(self, values: Float, camera: Camera) -> Float:
        """Values of the samples (N, D), times their coverage, as a frame (H, W, D)."""
        x0, y0, x1, y1 = self.box
        grid = np.zeros((*self.covered.shape, values.shape[1]), np.float32)
        covered = self.covered > 0
        grid[covered] = values * self.covered[covered][:, None]
        frame = np.zeros((camera.height, camera.width, values.shape[1]), np.float32)
        shrunk = cv2.resize(grid, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        frame[y0:y1, x0:x1] = shrunk.reshape(y1 - y0, x1 - x0, -1)
        return frame


def facing(
    mesh: Mesh, closed: NDArray[np.bool_], viewpoint: Float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Faces that look at the viewpoint, and those to be drawn: all of an open sheet's, else the ones that look at it."""
    a, b, c = (mesh.points[mesh.faces[:, corner]] for corner in range(3))
    towards = np.einsum("ij,ij->i", np.cross(b - a, c - a), viewpoint - a) > 0
    return towards, towards | ~closed


def rasterise(mesh: Mesh, drawn: NDArray[np.bool_], camera: Camera) -> Samples:
    """Paints the `drawn` faces from far to near at `FINE` samples a pixel side."""
    pixels, depth = camera.project(mesh.points)
    x0, y0 = np.maximum(np.floor(pixels.min(axis=0)).astype(int) - 2, 0)
    x1, y1 = np.minimum(np.ceil(pixels.max(axis=0)).astype(int) + 2, (camera.width, camera.height))
    faces = np.flatnonzero(drawn)
    faces = faces[np.argsort(-depth[mesh.faces[faces]].mean(axis=1), kind="stable")]
    # Pixel centres lie at halves for the camera and at whole numbers for OpenCV.
    fine = (pixels - np.array([x0, y0], np.float32)) * FINE - 0.5
    corners = np.round(fine * (1 << SHIFT)).astype(np.int32)[mesh.faces[faces]]
    canvas = np.full(((y1 - y0) * FINE, (x1 - x0) * FINE), -1, np.int32)
    for triangle, face in zip(corners, faces.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, triangle, face, lineType=8, shift=SHIFT)
    return _samples(canvas, mesh, pixels, (int(x0), int(y0), int(x1), int(y1)))


def _samples(canvas: Index, mesh: Mesh, pixels: Float, box: tuple[int, int, int, int]) -> Samples:
    block = FINE // COARSE
    parts = [canvas[row::block, column::block] for row in range(block) for column in range(block)]
    covered = np.mean([part >= 0 for part in parts], axis=0, dtype=np.float32)
    seen = parts[0]
    for part in parts[1:]:
        seen = np.where(seen < 0, part, seen)
    rows, columns = np.nonzero(seen >= 0)
    face = seen[rows, columns]
    corners = mesh.faces[face]
    x = (box[0] + (columns + 0.5) / COARSE).astype(np.float32)
    y = (box[1] + (rows + 0.5) / COARSE).astype(np.float32)
    weights = _barycentric(pixels, mesh.faces)[face]
    second = weights[:, 0] + weights[:, 1] * x + weights[:, 2] * y
    third = weights[:, 3] + weights[:, 4] * x + weights[:, 5] * y
    shares = np.clip(np.stack([1 - second - third, second, third], axis=1), 0, 1)
    shares /= shares.sum(axis=1, keepdims=True)
    return Samples(box, covered, face, corners, shares, x, y)


def _barycentric(pixels: Float, faces: Index) -> Float:
    """Per face (F, 6): the second and third corner's weight as affine functions of x and y."""
    a, b, c = (pixels[faces[:, corner]].astype(np.float64) for corner in range(3))
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    second_x, second_y = ac[:, 1] / area, -ac[:, 0] / area
    third_x, third_y = -ab[:, 1] / area, ab[:, 0] / area
    second = -(second_x * a[:, 0] + second_y * a[:, 1])
    third = -(third_x * a[:, 0] + third_y * a[:, 1])
    return np.stack([second, second_x, second_y, third, third_x, third_y], axis=1).astype(np.float32)
