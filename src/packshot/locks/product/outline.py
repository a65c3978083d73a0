"""The product's outline: which part of it is not where it should be, because it is bent, covered or gone.

Pixels are compared within the outline only, so what a generator lets bulge out of it is seen nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.geometry import Mask, Matrix, apply

_STEP = 0.006  # of the longer side: between points of the outline, and between places looked at across it
_REACH = 10  # places to either side
_OWN = 2  # places off that are still its own
_ALONG = 3.0  # points over which evidence is taken together
_LEAST = 24  # points of an outline that says anything
_EDGE = 0.25  # agreement from which on there is an edge
_FAINT = 0.6  # of the agreement elsewhere: with less, the edge is not at its own place
_INNER = 2  # places inwards at which the product's colour is looked at
_OTHER = 4.0  # ΔE00 from which on it is not the product that ends there


@dataclass(frozen=True, eq=False)
class Outline:
    """`at`, `normals` (n, 2): points in even steps and what leads straight out of the product there, in pixels.

    `own` (n, k): how surely the product itself has an edge along its outline at every place across it, 0..1. `closed`:
    where each of the closed lines of which it consists begins, and n.
    """

    at: Float
    normals: Float
    own: Float
    closed: tuple[int, ...]


def outline(mask: Mask, own: Float) -> Outline:
    """That of `mask` (H, W), holes too; `own` (H, W, 2): edges.directions of the product."""
    side = max(mask.shape)
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    at, normals, closed = [np.zeros((0, 2), np.float32)], [np.zeros((0, 2), np.float32)], [0]
    for contour in found:
        points = np.vstack([contour[:, 0], contour[:1, 0]]).astype(np.float32)
        along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
        count = int(along[-1] / (_STEP * side))
        if count < _LEAST:
            continue
        even = np.linspace(0, along[-1], count, endpoint=False)
        line = np.stack([np.interp(even, along, points[:, i]) for i in (0, 1)], axis=1).astype(np.float32)
        ahead = _round(np.roll(line, -1, axis=0) - np.roll(line, 1, axis=0), 1.5)
        length = np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-6
        at.append(line)  # OpenCV goes round with the product on the right, holes the other way
        normals.append(np.asarray(np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / length, np.float32))
        closed.append(closed[-1] + count)
    line, out = np.vstack(at), np.vstack(normals)
    evidence = _edges(line, out, own, np.eye(3), side)
    return Outline(line, out, np.asarray(cv2.dilate(evidence, np.ones((1, 5), np.uint8)), np.float32), tuple(closed))


def astray(line: Outline, mask: Mask, field: Float, H: Matrix, apart: Float) -> Float:
    """The points (m, 2) of the outline without an edge at their place, but with one beside it or another colour within.

    `field` (H, W, 2): edges.directions of the picture, to which `H` goes. `apart` (h, w): ΔE00 of the product and of
    what is there, of the same picture as `mask` in another size. Where the product cannot be told from what is behind
    it, nothing is said.
    """
    if not len(line.at):
        return line.at
    side = max(mask.shape)
    theirs = _edges(line.at, line.normals, field, H, side)
    beside = theirs.copy()
    inner = np.arange(theirs.shape[1]) < _REACH - _OWN
    beside[:, inner] = np.maximum(beside[:, inner] - line.own[:, inner], 0)
    evidence = np.vstack([_round(beside[a:b], _ALONG) for a, b in zip(line.closed, line.closed[1:], strict=False)])
    here = evidence[:, _REACH - _OWN : _REACH + _OWN + 1].max(axis=1)
    there = np.delete(evidence, np.s_[_REACH - _OWN : _REACH + _OWN + 1], axis=1).max(axis=1)
    at = (line.at - line.normals * _INNER * _STEP * side) * np.float32(max(apart.shape) / side)
    other = cv2.remap(apart, at[:, :1], at[:, 1:], cv2.INTER_LINEAR)[:, 0] > _OTHER
    lost = (here < _FAINT * there) & (there > _EDGE) | (here < _EDGE) & other
    return line.at[lost]


def _edges(at: Float, normals: Float, field: Float, H: Matrix, side: int) -> Float:
    """(n, k): how surely an edge along the outline lies in `field` at every place across it, 0..1."""
    across = np.arange(-_REACH, _REACH + 1, dtype=np.float32) * np.float32(_STEP * side)
    places = at[:, None] + normals[:, None] * across[:, None]
    there = apply(H, np.asarray(places, np.float32).reshape(-1, 2)).reshape(places.shape)
    below = np.asarray(cv2.remap(field, there[..., 0], there[..., 1], cv2.INTER_LINEAR), np.float32)
    out = there[:, _REACH + 1] - there[:, _REACH - 1]
    angle = 2 * np.arctan2(out[:, 1:], out[:, :1])
    return np.asarray(np.maximum(np.cos(angle) * below[..., 0] + np.sin(angle) * below[..., 1], 0), np.float32)


def _round(line: Float, sigma: float) -> Float:
    """A closed `line` (n, k) blurred along itself."""
    pad = int(3 * sigma) + 1
    around = np.concatenate([line[-pad:], line, line[:pad]])
    return np.asarray(cv2.GaussianBlur(around, (1, 0), sigmaX=0.1, sigmaY=sigma)[pad:-pad], np.float32)
