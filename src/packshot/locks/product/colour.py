"""Colours as people tell them apart: CIELAB and CIEDE2000, and blurs that stay within a mask."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float, linear_to_srgb

_25_TO_7 = 25.0**7
_WIDE = 3.0  # px: wider blurs are done on smaller copies


def lab_of(light: Float) -> Float:
    """CIELAB (H, W, 3), L 0..100, D65, of linear-light sRGB (H, W, 3); light outside 0..1 is clipped."""
    return np.asarray(cv2.cvtColor(linear_to_srgb(light), cv2.COLOR_RGB2LAB), np.float32)


def smooth(plane: Float, sigma: float) -> Float:
    """`plane` (H, W) or (H, W, C) blurred by a Gaussian of `sigma` px; wide blurs on a smaller copy."""
    factor = sigma / _WIDE
    size = plane.shape[1], plane.shape[0]
    small = int(size[0] / factor), int(size[1] / factor)
    if factor <= 1 or min(small) < 4:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    shrunk = cv2.GaussianBlur(cv2.resize(plane, small, interpolation=cv2.INTER_AREA), (0, 0), _WIDE)
    return np.asarray(cv2.resize(shrunk, size, interpolation=cv2.INTER_LINEAR), np.float32)


def within(plane: Float, weight: Float, sigma: float) -> Float:
    """`plane` (H, W) or (H, W, 3) blurred by `sigma` px over what `weight` (H, W, 0..1) covers only."""
    cover = smooth(weight, sigma) + np.float32(1e-4)
    if plane.ndim == 3:
        return np.asarray(smooth(plane * weight[..., None], sigma) / cover[..., None], np.float32)
    return np.asarray(smooth(plane * weight, sigma) / cover, np.float32)


def ciede2000(a: Float, b: Float) -> Float:
    """The colour difference ΔE00 of two CIELAB arrays (…, 3), as (…).

    Sharma, Wu, Dalal, The CIEDE2000 Color-Difference Formula, 2005, with all parametric factors 1.
    """
    L1, a1, b1 = a[..., 0], a[..., 1], a[..., 2]
    L2, a2, b2 = b[..., 0], b[..., 1], b[..., 2]
    mean_7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1 + 0.5 * (1 - np.sqrt(mean_7 / (mean_7 + _25_TO_7)))
    A1, A2 = a1 * stretch, a2 * stretch
    C1, C2 = np.hypot(A1, b1), np.hypot(A2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, A1)) % 360, np.degrees(np.arctan2(b2, A2)) % 360
    grey = C1 * C2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    h = np.where(grey, h1 + h2, (h1 + turn / 2) % 360)
    T = (
        1
        - 0.17 * np.cos(np.radians(h - 30))
        + 0.24 * np.cos(np.radians(2 * h))
        + 0.32 * np.cos(np.radians(3 * h + 6))
        - 0.20 * np.cos(np.radians(4 * h - 63))
    )
    dL = (L2 - L1) / (1 + 0.015 * (L - 50) ** 2 / np.sqrt(20 + (L - 50) ** 2))
    dC = (C2 - C1) / (1 + 0.045 * C)
    dH = 2 * np.sqrt(C1 * C2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * C * T)
    chroma_7 = C**7
    rotation = -np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))) * 2
    rotation = rotation * np.sqrt(chroma_7 / (chroma_7 + _25_TO_7))
    return np.asarray(np.sqrt(np.maximum(dL * dL + dC * dC + dH * dH + rotation * dC * dH, 0)), np.float32)
