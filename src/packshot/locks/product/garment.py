"""Garments that are worn: prints looked for where they should be, and the colours; the rest a person has to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float, srgb_to_linear
from packshot.locks.product.colour import lab_of, smooth
from packshot.locks.product.estimate import affine, similarity
from packshot.locks.product.geometry import Mask, Matrix, apply, grey, plausible, scale_of, shift, warp
from packshot.locks.product.keypoints import matches
from packshot.locks.product.light import normalised
from packshot.locks.product.locate import Scene
from packshot.locks.product.protected import Region, patch, region
from packshot.locks.product.silhouette import search
from packshot.locks.product.view import Box, Known, View

_LOOSE = 0.06  # of the picture's longer side: cloth drapes
_AROUND = 0.14  # of the garment's longer side: how far from its place a print is looked for
_CLOSE = 6.0  # px of the picture
_FEW = 6  # matches
_BINS = 24  # of a* and of b*, from -96 to 96


Pairs = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Worn:
    """`regions`: its prints as they are in the picture; `palette`: how much of its colours is not there, 0..1."""

    H: Matrix
    regions: Sequence[Region]
    palette: float


def look(view: View, known: Known, scene: Scene, prints: Sequence[Box]) -> Worn | None:
    """The garment's `prints`, boxes of the view, and its colours in the scene; None where it is nowhere."""
    pairs = matches(known.keypoints, scene.points)
    H = _roughly(known, scene, pairs)
    if H is None:
        return None
    regions = [_print(view, known, scene, H, box, pairs) for box in prints]
    return Worn(H, regions, _palette(known, scene, H))


def _roughly(known: Known, scene: Scene, pairs: Pairs) -> Matrix | None:
    """By keypoints that agree loosely, as cloth drapes; else by edges."""
    if len(pairs) >= _FEW:
        here, there = known.keypoints.at[pairs[:, 0]], scene.points.at[pairs[:, 1]]
        agreed = similarity(here, there, _LOOSE * max(scene.pixels.shape[:2]))
        if agreed and agreed.support >= _FEW and plausible(agreed.transform, known.pixels.shape):
            return agreed.transform
    places = search(known, scene.pixels, most=1)
    return places[0] if places else None


def _print(view: View, known: Known, scene: Scene, H: Matrix, box: Box, pairs: Pairs) -> Region:
    """One print where it looks most like itself: by its own keypoints, where it slides best, or where the whole is."""
    to_frame = np.linalg.inv(known.to_photo)
    starts = [H @ to_frame]
    near = _AROUND * max(known.pixels.shape) * scale_of(H, known.pixels.shape)
    here, there = known.keypoints.at[pairs[:, 0]], scene.points.at[pairs[:, 1]]
    if len(pairs):
        at = apply(known.to_photo, here)
        x0, y0, x1, y1 = box
        within = (at[:, 0] >= x0) & (at[:, 0] <= x1) & (at[:, 1] >= y0) & (at[:, 1] <= y1)
        within &= np.linalg.norm(apply(H, here) - there, axis=1) < near
        if within.sum() >= 5:
            agreed = affine(at[within], there[within], _CLOSE)
            if agreed and agreed.support >= 5:
                starts.insert(0, agreed.transform)
    starts.append(_slid(view, scene, starts[-1], box, near))
    regions = [region(view, box, scene.fine, scene.to_fine @ start) for start in starts]
    return max(regions, key=lambda one: one.score)


def _slid(view: View, scene: Scene, H: Matrix, box: Box, near: float) -> Matrix:
    """`H` moved so that the print correlates best within `near` px of where it was."""
    scale = scale_of(H @ shift(box[0], box[1]), (box[3] - box[1], box[2] - box[0]))
    pixels, _, to_view = patch(view, box, scale)
    up = scale_of(H @ to_view, pixels.shape)
    rim = int(near / up) + 1
    size = pixels.shape[0] + 2 * rim, pixels.shape[1] + 2 * rim
    if max(size) > 1200 or not plausible(H @ to_view, pixels.shape):
        return H
    window, _ = warp(scene.pixels, H @ to_view @ shift(-rim, -rim), size)
    alike = cv2.matchTemplate(grey(window), grey(pixels), cv2.TM_CCOEFF_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(alike)
    return H @ to_view @ shift(x - rim, y - rim) @ np.linalg.inv(to_view)


def _palette(known: Known, scene: Scene, H: Matrix) -> float:
    """1 less the overlap of both distributions of a* and b*, in the garment's light, forgiving small shifts."""
    pulled, inside = warp(scene.pixels, H, known.pixels.shape)
    inner = cv2.erode((known.mask & inside).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    if inner.sum() < 200:
        return 1.0
    own, theirs = srgb_to_linear(known.pixels), srgb_to_linear(pulled)
    a, b = (lab_of(light) for light in normalised(own, theirs, inner))
    return float(1 - np.minimum(_spread(a, inner), _spread(b, inner)).sum())


def _spread(lab: Float, inner: Mask) -> Float:
    counts, _, _ = np.histogram2d(lab[inner][:, 1], lab[inner][:, 2], bins=_BINS, range=((-96, 96), (-96, 96)))
    soft = smooth(counts.astype(np.float32), 0.8)
    return np.asarray(soft / max(float(soft.sum()), 1e-6), np.float32)
