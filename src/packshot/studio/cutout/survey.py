"""What a photo at working size says about every pixel: how far from the backdrop, how much in shadow, how steep."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from packshot.imaging.colour import Float, Pixels, srgb_to_linear
from packshot.studio.cutout.background import Surface, fit_surface
from packshot.studio.cutout.compression import compression_step
from packshot.studio.cutout.guided import guided_filter
from packshot.studio.cutout.lab import lab_to_linear, linear_to_lab
from packshot.studio.cutout.ranks import percentile
from packshot.studio.cutout.regions import Mask, frame, reachable

WORK = 640  # longest side in pixels: enough to find the outline, cheap enough to do it in half a second
HIGHLIGHT = 0.9  # linear light that the brightest half percent of the picture is brought to
MOST_GAIN = 8.0  # three stops: beyond that an 8-bit file holds too few levels
BORDER = 0.035  # of the shorter side: where the backdrop is looked for first
FINE, COARSE = 0.8, 2.5  # pixels: an edge is steeper at the fine scale, a penumbra equally steep at both
COARSE_FILE = 9.0  # compression step (JPEG quality 60) from which colour is put back on the edges of lightness
BLEED = 8  # pixels that colour bleeds over an edge in a strongly compressed file
FLAT = 4.0  # variance of L below which there is no edge for colour to follow
CALM = 2.0  # pixels: averages the colour noise of JPEG files away
COLOURED = 8.0  # units of a and b: no grey looks like that, however noisy
BOUNCE = 0.25  # of the product's own saturation: what it throws into its shadow at most
ALL = np.ones((1, 3), np.float32)  # sums the channels: NumPy is slow along so short an axis
DARKEST = 2e-3  # linear light below which ratios mean nothing


@dataclass(frozen=True, eq=False)
class Survey:
    """Measurements of a photo at working size (h, w); lengths in working pixels, colours in CIELAB units.

    `lab` (h, w, 3) smoothed Lab. `gradient` its steepness per pixel; `crispness` what of that is an edge rather than
    the ramp of a shadow's penumbra. `distance` ΔE to the backdrop. `ratio` linear light relative to the backdrop (1 on
    it, below in shadow) and `hue` the difference in a and b to the backdrop shaded that far: 0 in any shadow of white
    light. `cast` (h, w, 2): that difference, averaged over a few pixels; `excess`: its size in units of what a real
    shadow may have. `shadow`:
    could be the backdrop in shade. `neutral`: the same, at any depth of shade. `backdrop`: connected to the border and
    like it. `rim`: the outermost pixels. `tolerance`: ΔE up to which a pixel counts as backdrop; `sigma`: the
    backdrop's own deviation. `noise` and `grain`: median gradient and 90th percentile of crispness on the backdrop.
    `roughness`: the border's deviation from a smooth surface; `evenness` the share of it that follows the surface.
    `saturation`: the median hue of what is clearly coloured, 0 where nothing is. `gain`: how much the photo was
    brightened first. `step`: see compression_step.
    """

    lab: Float
    gradient: Float
    crispness: Float
    distance: Float
    ratio: Float
    cast: Float
    hue: Float
    excess: Float
    shadow: Mask
    neutral: Mask
    backdrop: Mask
    rim: Mask
    tolerance: float
    sigma: float
    noise: float
    grain: float
    roughness: float
    evenness: float
    gain: float
    step: float
    saturation: float

    @property
    def size(self) -> int:
        """The longer side in pixels."""
        return max(self.distance.shape)


def shrunk(pixels: Pixels, longest: int) -> Pixels:
    """`pixels` with its longer side at most `longest`, area-averaged; the same array if it is small enough."""
    height, width = pixels.shape[:2]
    scale = min(1.0, longest / max(height, width))
    if scale == 1.0:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    smaller = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return smaller.astype(np.uint8) if pixels.dtype == np.uint8 else smaller.astype(np.uint16)


def survey(pixels: Pixels) -> Survey:
    """Survey of `pixels` (H, W, 3) sRGB uint8 or uint16, at least 16 px either way."""
    light = srgb_to_linear(shrunk(pixels, WORK))
    gain = exposure_gain(light)
    raw = linear_to_lab(np.minimum(light * np.float32(gain), 1))
    step = compression_step(pixels)
    lab = np.asarray(cv2.bilateralFilter(raw if step < COARSE_FILE else realigned(raw), 5, 6, 3), np.float32)
    gradient = steepness(lab, FINE)
    crispness = np.maximum(gradient - 1.2 * steepness(lab, COARSE), 0)
    shape = gradient.shape
    border = frame(shape, max(4, round(BORDER * min(shape))))
    fitted = fit_surface(lab, border)
    surface, backdrop, sigma = _grow_backdrop(lab, gradient, border, fitted)
    distance = difference(lab, surface)
    lit = _light(surface)
    ratio = np.asarray(cv2.transform(_light(lab) / lit, np.full((1, 3), 1 / 3, np.float32)), np.float32)
    shaded = linear_to_lab(lit * ratio[..., None])
    cast = lab[..., 1:] - shaded[..., 1:]
    hue = np.hypot(cast[..., 0], cast[..., 1])
    tint, saturation = shadow_tint(distance, ratio, hue, backdrop, sigma)
    calm = cv2.GaussianBlur(cast, (0, 0), CALM)
    calm_hue = np.hypot(calm[..., 0], calm[..., 1])
    calm_tint = _allowed_tint(calm_hue, ratio, backdrop, saturation)
    return Survey(
        lab=lab,
        gradient=gradient,
        crispness=crispness,
        distance=distance,
        ratio=ratio,
        cast=np.asarray(calm, np.float32),
        hue=hue,
        excess=(calm_hue / calm_tint).astype(np.float32),
        shadow=(ratio > 0.12) & (ratio < 1.02) & (hue < tint),
        neutral=(ratio < 1.02) & (hue < 1.5 * tint),
        backdrop=backdrop,
        rim=frame(shape, 2),
        tolerance=max(4.5, 4 * sigma),
        sigma=sigma,
        noise=percentile(gradient[backdrop], 50) if backdrop.any() else 9.0,
        grain=percentile(crispness[backdrop], 90) if backdrop.any() else 9.0,
        roughness=fitted.sigma,
        evenness=fitted.inliers,
        gain=gain,
        step=step,
        saturation=saturation,
    )


def exposure_gain(light: Float) -> float:
    """The factor, 1 to 8, that brings the brightest half percent of linear `light` (h, w, 3) to a proper exposure."""
    brightest = percentile(np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2]), 99.5)
    return float(np.clip(HIGHLIGHT / max(brightest, 1e-4), 1.0, MOST_GAIN))


def realigned(lab: Float) -> Float:
    """`lab` with a and b following the edges of L: files keep colour at half the resolution or worse, in blocks."""
    result = lab.copy()
    for channel in (1, 2):
        result[..., channel] = guided_filter(lab[..., 0], lab[..., channel], BLEED, FLAT)
    return result


def shadow_tint(distance: Float, ratio: Float, hue: Float, backdrop: Mask, sigma: float) -> tuple[Float, float]:
    """(h, w) how much hue a shadow may have, and how much the product has, both in units of a and b.

    A shadow is tinted by light that the product throws into it, always less saturated than the product and the more
    the deeper the shade; the rest is noise, taken from the lit backdrop.
    """
    noise = percentile(hue[backdrop], 95) if backdrop.any() else 3.0
    coloured = (distance > max(12.0, 6 * sigma)) & (hue > COLOURED + noise)
    saturation = percentile(hue[coloured], 50) if coloured.sum() > 0.002 * coloured.size else 0.0
    return _allowed_tint(hue, ratio, backdrop, saturation), saturation


def _allowed_tint(hue: Float, ratio: Float, backdrop: Mask, saturation: float) -> Float:
    noise = percentile(hue[backdrop], 95) if backdrop.any() else 3.0
    bounce = float(np.clip(BOUNCE * saturation, 3, 12))
    return (1 + 1.2 * noise + bounce * np.clip(1.3 - ratio, 0.4, 1)).astype(np.float32)


def steepness(lab: Float, sigma: float) -> Float:
    """(h, w) float32: the colour change per pixel at the scale of `sigma` pixels, all channels together."""
    soft = cv2.GaussianBlur(lab, (0, 0), sigma)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0) / 8
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1) / 8
    return np.sqrt(np.asarray(cv2.transform(across**2 + down**2, ALL), np.float32))


def difference(one: Float, other: Float) -> Float:
    """(h, w) ΔE between two pictures (h, w, 3) in Lab."""
    return np.sqrt(np.asarray(cv2.transform((one - other) ** 2, ALL), np.float32))


def _light(lab: Float) -> Float:
    return np.clip(lab_to_linear(lab), DARKEST, 1.0)


def _grow_backdrop(lab: Float, gradient: Float, border: Mask, fitted: Surface) -> tuple[Float, Mask, float]:
    """Refits the surface on all that is connected to the border and like it; returns surface, that mask and sigma."""
    surface, sigma = fitted.lab, max(fitted.sigma, 0.6)
    backdrop = np.zeros(border.shape, bool)
    for _ in range(2):
        distance = difference(lab, surface)
        backdrop = reachable((distance < max(4.0, 3.5 * sigma)) & (gradient < 4), border)
        if backdrop.mean() < 0.08:
            break
        refitted = fit_surface(lab, backdrop)
        surface, sigma = refitted.lab, max(refitted.sigma, 0.6)
    return surface, backdrop, sigma
