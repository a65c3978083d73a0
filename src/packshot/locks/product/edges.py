"""Edges by their direction alone: the same whichever side is brighter, and however strong the light."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.geometry import Image, Mask, Matrix, apply

_KNEE = 24.0  # Sobel response on the 8-bit scale at which an edge counts half
_MOST_POINTS = 1500


@dataclass(frozen=True, eq=False)
class EdgePoints:
    """`at` (n, 2) x, y; `along` (n, 2) cosine and sine of the doubled direction times `strength` (n,), 0..1."""

    at: Float
    along: Float
    strength: Float

    @cached_property
    def power(self) -> float:
        return float(np.vdot(self.strength, self.strength))

    @cached_property
    def total(self) -> float:
        return float(self.strength.sum())


def directions(pixels: Image, sigma: float = 1.0) -> Float:
    """(H, W, 2): cosine and sine of the doubled gradient direction, times how surely there is an edge, 0..1."""
    power, cos, sin = (np.zeros(pixels.shape[:2], np.float32) for _ in range(3))
    for channel in cv2.split(pixels):  # the strongest of the three counts
        smooth = cv2.GaussianBlur(channel.astype(np.float32), (0, 0), sigma)
        x, y = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
        xx, yy = cv2.multiply(x, x), cv2.multiply(y, y)
        own = cv2.add(xx, yy)
        stronger = cv2.compare(own, power, cv2.CMP_GT)
        cv2.copyTo(cv2.subtract(xx, yy), stronger, cos)
        cv2.copyTo(cv2.multiply(x, y, scale=2), stronger, sin)
        cv2.max(own, power, power)
    length = cv2.sqrt(power)
    below = np.maximum(length * (length + np.float32(_KNEE)), np.float32(1e-6))
    return np.asarray(cv2.merge([cv2.divide(cos, below), cv2.divide(sin, below)]), np.float32)


def silhouette(pixels: Image, mask: Mask) -> Image:
    """The product on black or white, whichever is farther from it, so that its contour is an edge."""
    alone = pixels.copy()
    alone[~mask] = 0 if pixels[mask].mean() > 127 else 255
    return alone


def edge_points(pixels: Image, mask: Mask) -> EdgePoints:
    """The crests of the edges of the product and of its contour, evenly drawn from the stronger ones."""
    field = directions(silhouette(pixels, mask), 1.2)
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    strength = np.linalg.norm(field, axis=2) * near
    crest = (strength >= cv2.dilate(strength, np.ones((3, 3), np.uint8)) - 1e-6) & (strength > 0.12)
    y, x = np.nonzero(crest)
    if len(x) > _MOST_POINTS:
        chosen = np.argsort(-strength[y, x], kind="stable")[: 4 * _MOST_POINTS]
        chosen = np.random.default_rng(0).permutation(chosen)[:_MOST_POINTS]
        y, x = y[chosen], x[chosen]
    at = np.stack([x, y], axis=1).astype(np.float32)
    return EdgePoints(at, field[y, x], strength[y, x])


def agreement(points: EdgePoints, field: Float, H: Matrix, *, spare: float = 0.0) -> float:
    """How well `points` taken through `H` lie on edges of their direction in `field` (H, W, 2), up to 1.

    `spare` 0..1: how far parts of the product without any edge beneath them count against it.
    """
    if not len(points.at):
        return 0.0
    at = apply(H, points.at)
    turn = 2 * np.arctan2(H[1, 0] - H[0, 1], H[0, 0] + H[1, 1])
    below = np.asarray(cv2.remap(field, at[:, 0], at[:, 1], cv2.INTER_LINEAR), np.float32).reshape(-1, 2)
    same = points.along.T @ below
    along = float(np.cos(turn) * (same[0, 0] + same[1, 1]) + np.sin(turn) * (same[0, 1] - same[1, 0]))
    full = np.sqrt(points.power * (float(np.vdot(below, below)) + 1e-6))
    return float(along / (spare * points.total + (1 - spare) * full))
