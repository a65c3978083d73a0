"""Takes a path tracer's grain away without touching prints and edges: non-local means with a guide."""

from __future__ import annotations

import cv2
import numpy as np

from prints import Picture

PATCH = 5
SEARCH = 3
SCALES = 3
STRENGTH = 0.6  # of the noise's own deviation: differences below it are taken for noise
LEAST_ALBEDO = 0.06  # metals and black parts are filtered as they are, not divided by next to nothing


def denoised(passes: Picture, albedo: Picture, normal: Picture, cover: Picture) -> Picture:
    """The mean of independent passes (P, H, W, 3), linear light, filtered.

    Light is divided by the surface's colour first, so that textures stay sharp. `albedo` and `normal`
    (H, W, 3) and the product's coverage `cover` (H, W) keep edges apart. Coarser copies of the picture give
    the broad shades, where a small window would leave blotches (Delbracio et al. 2014, Boosting Monte Carlo
    Rendering by Ray Histogram Fusion).
    """
    ground = np.maximum(albedo, LEAST_ALBEDO)
    light = (_without_fireflies(passes) / ground).astype(np.float32)
    shading = np.concatenate([normal / 0.12, albedo / 0.16, cover[..., None] / 0.1], -1).astype(np.float32)
    return (_at_scales(light, shading, SCALES) * ground).astype(np.float32)


def _at_scales(light: Picture, shading: Picture, scales: int) -> Picture:
    fine = _half_by_half(light, shading)
    if scales == 1:
        return fine
    size = fine.shape[1] // 2, fine.shape[0] // 2
    coarse = _at_scales(np.stack([_resized(one, size) for one in light]), _resized(shading, size), scales - 1)
    return fine + _resized(coarse - _resized(fine, size), (fine.shape[1], fine.shape[0]))


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    smaller = size[0] < picture.shape[1]
    layers = [
        cv2.resize(layer, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        for layer in np.moveaxis(picture, -1, 0)
    ]
    return np.stack(layers, -1).astype(np.float32)


def _half_by_half(light: Picture, shading: Picture) -> Picture:
    """Each half of the passes, filtered with weights from the other half.

    After Rousselle et al. 2012, Adaptive Rendering with Non-Local Means Filtering.
    """
    halves = light[0::2].mean(0), light[1::2].mean(0)
    spread = light.mean(3).var(0, ddof=1) / (len(light) / 2)
    variance = cv2.blur(spread, (5, 5)) + 1e-7
    guides = [half.mean(2) for half in halves]
    here = [*guides, variance, *np.moveaxis(shading, -1, 0)]
    around = [_bordered(layer) for layer in (*halves, *here)]
    height, width = variance.shape
    total, weights = [np.zeros_like(half) for half in halves], [np.zeros_like(variance) for _ in halves]
    for down in range(2 * SEARCH + 1):
        for across in range(2 * SEARCH + 1):
            window = slice(down, down + height), slice(across, across + width)
            there = [layer[window] for layer in around]
            for k, likeness in enumerate(_likeness(here, there[2:])):
                total[1 - k] += there[1 - k] * likeness[..., None]
                weights[1 - k] += likeness
    return (total[0] / weights[0][..., None] + total[1] / weights[1][..., None]) / 2


def _likeness(here: list[Picture], there: list[Picture]) -> list[Picture]:
    """How alike two places are in each half: as far as surfaces allow and noise explains."""
    unlike = np.zeros_like(here[2])
    for one, other in zip(here[3:], there[3:], strict=True):
        np.maximum(unlike, (one - other) ** 2, out=unlike)
    noise = here[2] + there[2]
    alike = here[2] + np.minimum(here[2], there[2])
    scale = 1 / (1e-8 + STRENGTH**2 * noise)
    found: list[Picture] = []
    for k in range(2):
        apart = cv2.blur(((here[k] - there[k]) ** 2 - alike) * scale, (PATCH, PATCH))
        found.append(np.exp(-np.maximum(apart, unlike)))
    return found


def _bordered(picture: Picture) -> Picture:
    rim = [(SEARCH, SEARCH)] * 2 + [(0, 0)] * (picture.ndim - 2)
    return np.pad(picture, rim, mode="edge")


def _without_fireflies(passes: Picture) -> Picture:
    """Passes whose rare very bright samples are held to what the other passes saw."""
    level = passes.mean(3)
    around = np.stack([cv2.blur(one, (3, 3)) for one in np.sort(level, axis=0)[-3:-1]]).mean(0)
    limit = around * 1.6 + 0.02
    return passes * np.minimum(1, limit / np.maximum(level, 1e-6))[..., None]
