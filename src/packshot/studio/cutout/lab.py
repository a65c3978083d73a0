"""CIELAB of linear light and back, without OpenCV's, whose first call fills tables for a twelfth of a second."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float

_XYZ = np.array(  # of linear sRGB, over that of its white (IEC 61966-2-1, D65)
    [
        [0.412453 / 0.950456, 0.357580 / 0.950456, 0.180423 / 0.950456],
        [0.212671, 0.715160, 0.072169],
        [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754],
    ],
    np.float32,
)
_LIGHT = np.linalg.inv(_XYZ)
_LAB = np.array([[0, 116, 0, -16], [500, -500, 0, 0], [0, 200, -200, 0]], np.float32)  # of the roots of X, Y and Z
_ROOTS = np.linalg.inv(np.vstack([_LAB, [0, 0, 0, 1]]))[:3].astype(np.float32)
_DARK, _STEEPNESS, _OFFSET = np.float32(216 / 24389), 841 / 108, 16 / 116  # up to it the root is a straight line


def linear_to_lab(light: Float) -> Float:
    """(h, w, 3) CIELAB, D65, of linear sRGB `light` (h, w, 3) 0..1 (CIE 15:2018)."""
    xyz = np.asarray(cv2.transform(light, _XYZ), np.float32)
    roots = np.cbrt(xyz)
    dark = xyz <= _DARK
    roots[dark] = xyz[dark] * np.float32(_STEEPNESS) + np.float32(_OFFSET)
    return np.asarray(cv2.transform(roots, _LAB), np.float32)


def lab_to_linear(lab: Float) -> Float:
    """(h, w, 3) linear sRGB of CIELAB (h, w, 3); outside 0..1 where sRGB has no such colour."""
    roots = np.asarray(cv2.transform(lab, _ROOTS), np.float32)
    xyz = roots * roots * roots
    dark = roots <= np.cbrt(_DARK)
    xyz[dark] = (roots[dark] - np.float32(_OFFSET)) / np.float32(_STEEPNESS)
    return np.asarray(cv2.transform(xyz, _LIGHT), np.float32)
