"""Everything that is measured of a product once it is located: structure, colour, shape, sharpness, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from packshot.imaging.colour import Float, srgb_to_linear
from packshot.locks.product.colour import ciede2000, lab_of, smooth, within
from packshot.locks.product.flow import displacement, taken_back
from packshot.locks.product.geometry import Image, Mask, Matrix, scale_of, scaling, stretches, warp
from packshot.locks.product.light import Light, light_of, normalised
from packshot.locks.product.ssim import noise_aware_map
from packshot.locks.product.version import TOLERANCES

_LEAST_SCALE = 0.18
_BLURS = (0.0, 0.5, 0.8, 1.1, 1.5, 2.0, 2.7, 3.6, 5.0)  # px
_SHARP_PX, _SHARP, _LEAST_SHARP = 1.2, 1.0, 0.02  # what so much blur takes off in lightness, and the part that shows it
_EXPLAINED = 0.3  # of the difference may be left with the blur
_FORGIVEN_BLUR = 1.1  # px: what resizing and encoding do
_LIGHTNESS_WEIGHT = 0.35  # of a lightness difference: most of one is light


@dataclass(frozen=True, eq=False)
class Compared:
    """`measures` by name, as version.TOLERANCES knows them; all pictures are of one size (h, w).

    `own` and `theirs` uint8 sRGB: the product as it should be and as it is, `mask` where it is. `difference` (h, w):
    how much of what a person may see differs there, where 1 is at tolerance. `apart` (h, w): ΔE00 of both, smoothed.
    `light`: what was taken out.
    """

    measures: dict[str, float]
    own: Image
    theirs: Image
    mask: Mask
    difference: Float
    apart: Float
    light: Light | None = None


def compare(
    pixels: Image,
    mask: Mask,
    scene: Image,
    H: Matrix,
    *,
    longest: int,
    magnify: bool = False,
    light: Light | Literal["its own", "as it is"] = "its own",
    flow: bool = True,
) -> Compared:
    """The product `pixels` (h, w, 3) within `mask` against `scene`, where `H` says it is.

    Compared at the lower of both resolutions, or at that of `pixels` where `magnify` says so, and no side above
    `longest` px. `light`, unless given, is worked out,
    or compared too where it counts "as it is". With `flow` off, every pixel has to be where `H` says.
    """
    scale = 1.0 if magnify else scale_of(H, pixels.shape)
    factor = min(1.0, max(_LEAST_SCALE, scale), longest / max(pixels.shape[:2]))
    size = max(round(pixels.shape[1] * factor), 8), max(round(pixels.shape[0] * factor), 8)
    own = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    cover = np.asarray(cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA), np.uint8) > 200
    theirs, inside = warp(scene, H @ scaling(pixels.shape[1] / size[0], pixels.shape[0] / size[1]), own.shape)
    whole = max(int(cover.sum()), 1)
    measures = {"outside": 1 - float((inside & cover).sum()) / whole}
    cover &= inside
    inner = cv2.erode(cover.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2) > 0
    if inner.sum() < 200:
        inner = cover
    if inner.sum() < 16:
        nothing = np.zeros(cover.shape, np.float32)
        return Compared(measures, own, theirs, cover, nothing, nothing)
    larger, smaller = stretches(H, pixels.shape)
    measures["aspect"] = larger / smaller - 1

    light_own, light_theirs = srgb_to_linear(own), srgb_to_linear(theirs)
    if light == "its own":
        light = light_of(light_own, light_theirs, inner)
    if isinstance(light, Light):
        light_own, light_theirs = normalised(light_own, light_theirs, inner, light)
    a, b = lab_of(light_own), lab_of(light_theirs)
    noise = _noise(a[..., 0], b[..., 0], inner)
    fill = a[inner].mean(axis=0)
    a[~cover] = fill
    b[~cover] = fill
    if flow:
        measures["deformation"], moved = displacement(a[..., 0], b[..., 0], inner, noise)
        b = taken_back(b, moved)
        b[~cover] = fill
    compared = _compare(measures, own, theirs, cover, inner, a, b, noise)
    return replace(compared, light=light) if isinstance(light, Light) else compared


def _compare(
    measures: dict[str, float], own: Image, theirs: Image, cover: Mask, inner: Mask, a: Float, b: Float, noise: float
) -> Compared:
    """The rest, on CIELAB `a` and `b` that lie on each other and are equally lit."""
    side = max(cover.shape)
    weight, whole = inner.astype(np.float32), cover.astype(np.float32)
    x, y = np.ascontiguousarray(a[..., 0]), np.ascontiguousarray(b[..., 0])
    blur = _blur(x, y, whole, inner)
    measures["blur"] = blur * (448 / max(side, 200)) ** 0.5
    if blur:
        x = np.where(cover, within(x, whole, min(blur, _FORGIVEN_BLUR)), x).astype(np.float32)
    structure = noise_aware_map(x, y, noise)
    measures["texture"] = 1 - float(structure[inner].mean())
    contrast = np.maximum(np.minimum(_spread(x), 12), np.minimum(_spread(y), 12)) * weight
    sigma = 0.022 * side
    told = smooth(contrast, sigma) + 1.2 + 0.8 * noise
    detail = smooth(contrast * np.clip(1 - structure, 0, 1.2), sigma) / told
    measures["detail"] = float(np.percentile(detail[inner], 99.6))

    apart = _colour_difference(a, b, weight)
    measures["colour"] = float(apart[inner].mean())
    patch = within(apart, weight, 0.018 * side)
    measures["part_colour"] = float(np.percentile(patch[inner], 98.5))
    gone = (within(apart, weight, 0.015 * side) > 13) & (within(structure, weight, 0.015 * side) < 0.55) & inner
    _, _, stats, _ = cv2.connectedComponentsWithStats(gone.astype(np.uint8))
    measures["missing"] = float(stats[1:, cv2.CC_STAT_AREA].max() / inner.sum()) if len(stats) > 1 else 0.0
    difference = np.maximum(detail / TOLERANCES["detail"], patch / TOLERANCES["part_colour"]) * inner
    return Compared(measures, own, theirs, cover, np.asarray(difference, np.float32), apart)


def _noise(own: Float, theirs: Float, inner: Mask) -> float:
    """The standard deviation of their grain in lightness, where ours is flattest."""
    ours = np.abs(own - np.asarray(cv2.GaussianBlur(own, (0, 0), 1.5)))
    flat = inner & (ours <= np.percentile(ours[inner], 35))
    grain = np.abs(theirs - np.asarray(cv2.GaussianBlur(theirs, (0, 0), 1.0)))[flat]
    return 1.6 * 1.4826 * float(np.median(grain))  # the blur keeps part of it; median to standard deviation


def _blur(own: Float, theirs: Float, whole: Float, inner: Mask) -> float:
    """The blur of ours, px, that explains theirs best where ours has something that could be blurred.

    0 where there is nothing, and where it explains too little: what was drawn anew is like something blurred, too.
    """
    sharp = (np.abs(own - within(own, whole, _SHARP_PX)) > _SHARP) & inner
    where = (cv2.dilate(sharp.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & inner
    if where.sum() < _LEAST_SHARP * inner.sum():
        return 0.0
    error = [float(np.square((within(own, whole, sigma) if sigma else own) - theirs)[where].mean()) for sigma in _BLURS]
    best = int(np.argmin(error))
    return _BLURS[best] if error[best] < _EXPLAINED * error[0] else 0.0


def _spread(plane: Float) -> Float:
    mean = np.asarray(cv2.GaussianBlur(plane, (0, 0), 2))
    return np.sqrt(np.maximum(np.asarray(cv2.GaussianBlur(plane * plane, (0, 0), 2)) - mean * mean, 0))


def _colour_difference(a: Float, b: Float, weight: Float) -> Float:
    """ΔE00 (h, w) of both, smoothed, at half their size; lightness weighs less, as most of its difference is light."""
    sigma = max(1.0, 0.008 * max(weight.shape))
    size = weight.shape[1], weight.shape[0]
    half = max(size[0] // 2, 4), max(size[1] // 2, 4)
    first, second = (
        np.asarray(cv2.resize(within(x, weight, sigma), half, interpolation=cv2.INTER_AREA), np.float32) for x in (a, b)
    )
    second[..., 0] = first[..., 0] + _LIGHTNESS_WEIGHT * (second[..., 0] - first[..., 0])
    return np.asarray(cv2.resize(ciede2000(first, second), size, interpolation=cv2.INTER_LINEAR), np.float32)
