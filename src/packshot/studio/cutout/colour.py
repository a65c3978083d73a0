"""The product's own colour where it mixes with the backdrop; where it is opaque the photo's colour stays as it is."""

from __future__ import annotations

import numpy as np

from packshot.imaging.colour import Float, Pixels, linear_to_srgb, srgb_to_linear
from packshot.imaging.photo import Photo
from packshot.studio.cutout.projection import spread_from
from packshot.studio.cutout.regions import Mask, grow, shrink
from packshot.studio.cutout.result import Cutout

OWN = (0.6, 0.9)  # of alpha, from which a translucent pixel begins to keep its own colour, and keeps all of it


def product_colour(pixels: Pixels, alpha: Float) -> Float:
    """Straight linear-light colour (H, W, 3) float32 of the product in `pixels`, for its `alpha`.

    Translucent pixels take the colour of the nearest opaque ones, a pixel further in where the product is thick enough,
    because the outermost opaque pixel still holds some of the lens's blur. The nearly opaque ones keep their own, less
    the backdrop's part: where alpha is unsure of something that looks like the backdrop, a neighbour's colour would be
    a stain. Opaque and empty pixels keep the photo's.
    """
    colour = srgb_to_linear(pixels)
    mixed = (alpha > 0) & (alpha < 1)
    if not mixed.any():
        return colour
    rows, columns = np.flatnonzero(mixed.any(1)), np.flatnonzero(mixed.any(0))
    crop = np.s_[max(0, rows[0] - 4) : rows[-1] + 5, max(0, columns[0] - 4) : columns[-1] + 5]
    source = _clean(alpha[crop])
    window = colour[crop]
    own = mixed[crop] & (alpha[crop] > OWN[0])
    seen = window[own]
    window[mixed[crop]] = spread_from(window, source, 1.2, mixed[crop])
    if own.any():
        share = alpha[crop][own][:, None]
        backdrop = spread_from(srgb_to_linear(pixels[crop]), alpha[crop] == 0, 2.0, own)
        unmixed = np.clip((seen - (1 - share) * backdrop) / share, 0, 1)
        weight = np.clip((share - OWN[0]) / (OWN[1] - OWN[0]), 0, 1)
        weight = weight**2 * (3 - 2 * weight)
        window[own] = weight * unmixed + (1 - weight) * window[own]
    return colour


def _clean(alpha: Float) -> Mask:
    """Pixels that show nothing but the product; failing those, the most opaque ones."""
    opaque = alpha >= 1
    inner = shrink(opaque, 1)
    clean = inner | (opaque & ~grow(inner, 3))
    if clean.any():
        return clean
    return alpha >= alpha.max()


def straight_rgba(cutout: Cutout, photo: Photo) -> Pixels:
    """(H, W, 4) straight sRGB and alpha in `photo`'s depth; opaque pixels are the photo's, bit for bit."""
    full = np.iinfo(photo.pixels.dtype).max
    levels = np.rint(cutout.alpha * full)
    mixed = (levels > 0) & (levels < full)
    result: Pixels = np.empty_like(photo.pixels, shape=(*levels.shape, 4))
    result[..., :3] = photo.pixels
    result[mixed, :3] = np.rint(linear_to_srgb(cutout.colour[mixed]) * full)
    result[levels == 0, :3] = 0
    result[..., 3] = levels
    return result
