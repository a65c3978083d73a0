"""Where the product is in a picture: by keypoints, else by its edges; then fitted to the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.edges import EdgePoints, agreement, directions
from packshot.locks.product.estimate import affine, homography, similarity
from packshot.locks.product.geometry import (
    Image,
    Mask,
    Matrix,
    apply,
    between,
    correlation,
    fitted,
    grey,
    plausible,
    scaling,
    square,
    warp,
)
from packshot.locks.product.keypoints import Keypoints, keypoints, matches
from packshot.locks.product.outline import astray
from packshot.locks.product.silhouette import refine, search
from packshot.locks.product.view import Known

FINE = 2048  # px: the longer side of the largest picture that is looked at
SCENE = 1024  # px: that of the copy in which products are located and compared
_EDGES_AT = 512  # px: that of the copy whose edges are compared with the product's
_POINTS_AT = 640  # px: the longer side of the copy in which keypoints are looked for
_FITTED_AT = 256  # px: the longer side of the frame in which pixels are fitted
_LOOSE, _CLOSE = 0.0128, 0.008  # of the picture's longer side: how far a match may lie from where it should
_SURE = 0.9  # agreement of structure from which on a place is not sought better
_FEW = 6  # matches below which nothing is said
_STRONG, _STRONG_SHARE = 14, 0.06  # matches from which on, and part of the view's points, edges are not asked


@dataclass(frozen=True, eq=False)
class Scene:
    """The picture that is judged, and what is worked out from it once.

    `fine` is what small parts are judged by, `pixels` a copy of SCENE px for the whole; all the rest is of that copy.
    """

    fine: Image
    pixels: Image
    points: Keypoints
    edges: Float

    def contour(self, points: EdgePoints, H: Matrix) -> float:
        """How well `points` taken through `H` lie on the picture's edges."""
        return agreement(points, self.edges, self._to_edges @ H)

    def astray(self, view: Known, H: Matrix, apart: Float) -> Float:
        """The points of the view's outline that are not where `H` takes them; `apart` as outline.astray has it."""
        return astray(view.outline, view.mask, self.edges, self._to_edges @ H, apart)

    @property
    def _to_edges(self) -> Matrix:
        height, width = self.edges.shape[:2]
        return scaling(width / self.pixels.shape[1], height / self.pixels.shape[0])

    @property
    def to_fine(self) -> Matrix:
        return between(self.pixels, self.fine)

    @staticmethod
    def of(pixels: Image) -> Scene:
        """The scene in `pixels` (H, W, 3) uint8 sRGB of any size."""
        fine = fitted(pixels, FINE)
        shown = fitted(fine, SCENE)
        small = fitted(shown, _POINTS_AT)
        points = keypoints(small)
        at = apply(between(small, shown), points.at) if len(points.at) else points.at
        edges = cv2.GaussianBlur(directions(fitted(shown, _EDGES_AT), 0.8), (0, 0), 1.0)
        return Scene(fine, shown, Keypoints(at, points.descriptors), np.asarray(edges, np.float32))


@dataclass(frozen=True, eq=False)
class Found:
    """`H` from the view's frame to the scene; `how`: keypoints, edges or given.

    `support`: matches that agree. `grey`, `structure` and `contour` -1..1: how well brightness, edges within the
    product and all its edges agree there.
    """

    H: Matrix
    how: str
    support: int
    grey: float
    structure: float
    contour: float

    @property
    def rank(self) -> float:
        return 0.35 * self.grey + 0.3 * self.structure + 0.7 * self.contour

    @property
    def convincing(self) -> bool:
        """Whether this is the product at all, however much of it is changed."""
        return self.grey >= 0.35 or self.structure >= 0.25 or self.contour >= 0.45


def locate(view: Known, scene: Scene) -> Found | None:
    """The best place of the product, or None where nothing speaks for one."""
    H, support, cover = _by_keypoints(view, scene)
    strong = H is not None and support >= max(_STRONG, _STRONG_SHARE * len(view.keypoints.at))
    starts: list[tuple[str, Matrix]] = []
    if H is not None:
        starts.append(("keypoints", H))
        if not strong or cover < 0.4:
            starts.append(("keypoints", refine(view, scene.pixels, H)))
    if not strong:
        coarse = [refine(view, scene.pixels, start, ((7.0, 0.05),)) for start in search(view, scene.pixels)]
        coarse.sort(key=lambda one: -scene.contour(view.edges, one))
        starts += [("edges", refine(view, scene.pixels, one, ((3.5, 0.02), (1.8, 0.008)))) for one in coarse[:2]]
    best: Found | None = None
    for how, start in starts:
        rigid = fit(view, scene.pixels, start, cv2.MOTION_AFFINE if how == "edges" or support < 20 else None)
        for one in (start, rigid):
            found = _rated(view, scene, one, how, support)
            if best is None or found.rank > best.rank:
                best = found
    if best is None:
        return None
    finer = _rated(view, scene, fit(view, scene.pixels, best.H, None), best.how, support)
    best = finer if finer.rank > best.rank else best
    if best.structure < _SURE and best.convincing:
        edged = refine(view, scene.pixels, best.H, ((1.8, 0.008),))
        for one in (edged, fit(view, scene.pixels, edged, None)):
            finer = _rated(view, scene, one, best.how, support)
            best = finer if finer.rank > best.rank else best
    return best


def given(view: Known, scene: Scene, H: Matrix) -> Found:
    """The place that an engine says it laid the product at."""
    return _rated(view, scene, H, "given", 0)


def _by_keypoints(view: Known, scene: Scene) -> tuple[Matrix | None, int, float]:
    """The transform, how many matches agree on it, and the part of the product that they span.

    A similarity first; freer ones only where they keep nearly all matches, a homography only where these lie all over.
    """
    pairs = matches(view.keypoints, scene.points)
    if len(pairs) < _FEW:
        return None, len(pairs), 0.0
    here, there = view.keypoints.at[pairs[:, 0]], scene.points.at[pairs[:, 1]]
    side, shape = max(scene.pixels.shape[:2]), view.pixels.shape
    best = similarity(here, there, _LOOSE * side)
    if best is None or best.support < _FEW:
        return None, best.support if best else 0, 0.0
    hull = cv2.convexHull(here[best.kept])
    cover = float(cv2.contourArea(hull) / max(int(view.mask.sum()), 1))
    near = np.linalg.norm(apply(best.transform, here) - there, axis=1) < 5 * _CLOSE * side
    a, b = here[near], there[near]
    if len(a) >= 10:
        freer = affine(a, b, _CLOSE * side)
        if freer and freer.support >= max(8, 0.9 * best.support) and plausible(freer.transform, shape):
            best = freer
    if len(a) >= 18:
        freer = homography(a, b, 0.7 * _CLOSE * side)
        if freer and freer.support >= max(14, 0.9 * best.support) and plausible(freer.transform, shape):
            rows, columns = np.flatnonzero(view.mask.any(axis=1)), np.flatnonzero(view.mask.any(axis=0))
            spread = np.ptp(a[freer.kept], axis=0) / (np.ptp(columns) + 1, np.ptp(rows) + 1)
            if spread.min() > 0.35:
                best = freer
    return (best.transform if plausible(best.transform, shape) else None), best.support, cover


def fit(
    view: Known | tuple[Image, Mask], scene: Image, H: Matrix, motion: int | None = None, rounds: int = 24
) -> Matrix:
    """`H` moved until brightness correlates best; `motion` is a homography unless given. `H` where that fails.

    Evangelidis, Psarakis, Parametric Image Alignment Using Enhanced Correlation Coefficient Maximization, 2008.
    """
    pixels, mask = view if isinstance(view, tuple) else (view.pixels, view.mask)
    motion = cv2.MOTION_HOMOGRAPHY if motion is None else motion
    small = fitted(pixels, _FITTED_AT)
    factor = small.shape[1] / pixels.shape[1], small.shape[0] / pixels.shape[0]
    to_small = scaling(*factor)
    pulled, inside = warp(scene, H @ np.linalg.inv(to_small), small.shape)
    size = small.shape[1], small.shape[0]
    where = np.asarray(cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)) > 127
    where &= inside
    if where.sum() < 100:
        return H
    step: Any = np.eye(3, dtype=np.float32) if motion == cv2.MOTION_HOMOGRAPHY else np.eye(2, 3, dtype=np.float32)
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, rounds, 3e-4)
    template, moving = grey(small).astype(np.float32), grey(pulled).astype(np.float32)
    try:
        _, step = cv2.findTransformECC(template, moving, step, motion, criteria, where.astype(np.uint8) * 255, 5)
    except cv2.error:  # it found no way up
        return H
    step = np.asarray(step, np.float64) if len(step) == 3 else square(step)
    moved = H @ np.linalg.inv(to_small) @ step @ to_small
    moved = moved / moved[2, 2]
    return moved if plausible(moved, pixels.shape) else H


def _rated(view: Known, scene: Scene, H: Matrix, how: str, support: int) -> Found:
    pulled, _ = warp(scene.pixels, H, view.pixels.shape)
    own, theirs = view.directions, directions(pulled) * view.near[..., None]
    structure = float(np.vdot(own, theirs) / np.sqrt(np.vdot(own, own) * np.vdot(theirs, theirs) + 1e-6))
    brightness = correlation(
        grey(view.pixels)[view.mask].astype(np.float32), grey(pulled)[view.mask].astype(np.float32)
    )
    return Found(H, how, support, brightness, structure, scene.contour(view.edges, H))
