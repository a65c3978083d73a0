"""From triangles to samples: which face is seen where, and how much of each pixel is covered."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import Camera
from .shapes import Float, Index, Mesh, unit

FINE = 4  # coverage samples along a pixel's side
SHIFT = 5  # fractional bits of the coordinates that OpenCV fills


@dataclass(frozen=True, eq=False)
class Samples:
    """What the camera sees of a mesh: one sample where a pixel shows one smooth surface, four where it shows
    an edge.

    For every sample: `pixel` its flat index in the frame and `share` the part 0..1 of that pixel it stands
    for; `x`, `y` in pixels; `face`, the face's vertices `corners` (N, 3) and their barycentric `weights` (N,
    3).
    """

    pixel: NDArray[np.intp]
    share: Float
    x: Float
    y: Float
    face: Index
    corners: Index
    weights: Float

    def blend(self, per_vertex: Float) -> Float:
        """Values per vertex (V, D) interpolated to the samples (N, D)."""
        result = self.weights[:, :1] * per_vertex[self.corners[:, 0]]
        result += self.weights[:, 1:2] * per_vertex[self.corners[:, 1]]
        result += self.weights[:, 2:] * per_vertex[self.corners[:, 2]]
        return result

    def gather(self, colour: Float, camera: Camera) -> Float:
        """The samples' colours (N, 3) as a frame (H, W, 4): colour times coverage, and the coverage."""
        shape = (camera.height, camera.width)
        frame = np.empty((*shape, 4), np.float32)
        for channel in range(3):
            total = np.bincount(self.pixel, colour[:, channel] * self.share, minlength=shape[0] * shape[1])
            frame[..., channel] = total.reshape(shape)
        frame[..., 3] = np.bincount(self.pixel, self.share, minlength=shape[0] * shape[1]).reshape(shape)
        return frame


def facing(mesh: Mesh, closed: NDArray[np.bool_], viewpoint: Float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Faces (F,) that look at the viewpoint, and faces to be drawn: those and an open sheet's others."""
    a, b, c = (mesh.points[mesh.faces[:, corner]] for corner in range(3))
    towards = np.einsum("ij,ij->i", np.cross(b - a, c - a), viewpoint - a) > 0
    return towards, towards | ~closed


def rasterise(mesh: Mesh, part: Index, drawn: NDArray[np.bool_], camera: Camera) -> Samples:
    """Paints the `drawn` faces from far to near; `part` (F,) is the piece of the product a face is of."""
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
    column, row, share, face = _choose(canvas, _look(mesh, part))
    x, y = (x0 + column).astype(np.float32), (y0 + row).astype(np.float32)
    pixel = np.floor(y).astype(np.intp) * camera.width + np.floor(x).astype(np.intp)
    weights = _barycentric(pixels, mesh.faces, face, x, y)
    return Samples(pixel, share, x, y, face, mesh.faces[face], weights)


def _look(mesh: Mesh, part: Index) -> Index:
    """A number per face, equal for faces of one part that point about the same way."""
    a, b, c = (mesh.points[mesh.faces[:, corner]] for corner in range(3))
    steps = np.round(unit(np.cross(b - a, c - a)) * 3).astype(np.int32) + 3
    return ((part * 7 + steps[:, 0]) * 7 + steps[:, 1]) * 7 + steps[:, 2]


def _choose(canvas: Index, look: Index) -> tuple[Float, Float, Float, Index]:
    """Columns, rows (in pixels of the canvas's box), shares and faces of the samples to be shaded."""
    half = FINE // 2
    height, width = canvas.shape[0] // FINE, canvas.shape[1] // FINE
    solid = (canvas >= 0).astype(np.float32)
    covered = cv2.resize(solid, (width * 2, height * 2), interpolation=cv2.INTER_AREA)
    # The top left of every quadrant speaks for it unless that one is bare.
    seen = np.maximum(canvas[::half, ::half], canvas[half - 1 :: half, half - 1 :: half])
    seen = np.where(canvas[::half, ::half] >= 0, canvas[::half, ::half], seen)
    covered[seen < 0] = 0
    quadrants = [(row, column) for row in (0, 1) for column in (0, 1)]
    kinds = [np.where(seen[r::2, c::2] >= 0, look[seen[r::2, c::2]], -1) for r, c in quadrants]
    whole = sum(covered[r::2, c::2] for r, c in quadrants) >= 4
    smooth = whole & (kinds[0] == kinds[1]) & (kinds[0] == kinds[2]) & (kinds[0] == kinds[3])
    rows, columns = np.nonzero(smooth)
    found = [(columns + 0.5, rows + 0.5, np.ones(len(rows)), seen[::2, ::2][smooth])]
    for r, c in quadrants:
        rough = (seen[r::2, c::2] >= 0) & ~smooth
        rows, columns = np.nonzero(rough)
        place = columns + 0.25 + 0.5 * c, rows + 0.25 + 0.5 * r
        found.append((*place, covered[r::2, c::2][rough] / 4, seen[r::2, c::2][rough]))
    column, row, share, face = (np.concatenate(part) for part in zip(*found, strict=True))
    return column.astype(np.float32), row.astype(np.float32), share.astype(np.float32), face


def _barycentric(pixels: Float, faces: Index, face: Index, x: Float, y: Float) -> Float:
    """Weights (N, 3) of the corners of each sample's face, kept inside the face."""
    a, b, c = (pixels[faces[:, corner]].astype(np.float64) for corner in range(3))
    ab, ac = b - a, c - a
    area = ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0]
    area = np.where(np.abs(area) < 1e-6, 1e-6, area)
    slopes = np.stack([a[:, 0], a[:, 1], ac[:, 1] / area, -ac[:, 0] / area, -ab[:, 1] / area, ab[:, 0] / area])
    own = slopes.T.astype(np.float32)[face]
    x, y = x - own[:, 0], y - own[:, 1]
    second = own[:, 2] * x + own[:, 3] * y
    third = own[:, 4] * x + own[:, 5] * y
    weights = np.clip(np.stack([1 - second - third, second, third], axis=1), 0, 1)
    return weights / weights.sum(axis=1, keepdims=True)
