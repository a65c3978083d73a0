"""What tone and hue say about a pixel: is it more like the product or more like the shade."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float
from packshot.studio.cutout.regions import Mask
from packshot.studio.cutout.survey import Survey

TONES, HUES = 32, 20  # bins of what markers look like


def lean(survey: Survey, shade: Mask, product: Mask) -> Float:
    """(h, w) 0 to 1: how much likelier a pixel's tone and hue are among the product's markers than in the `shade`.

    0.5 where neither has it.
    """
    tone = np.clip(survey.ratio * 24, 0, TONES - 1).astype(np.int32)
    hue = np.clip(3 * np.log2(1 + 10 * survey.excess), 0, HUES - 1).astype(np.int32)
    of_product = _frequencies(tone[product], hue[product])
    of_shade = _frequencies(tone[shade], hue[shade])
    at_any_depth = np.broadcast_to(of_shade.sum(0) / TONES, of_shade.shape)
    of_shade = (of_shade + at_any_depth) / 2
    unseen = 1e-3
    share = (of_product + unseen / 2) / (of_product + of_shade + unseen)
    return share.astype(np.float32)[tone, hue]


def _frequencies(tone: NDArray[np.int32], hue: NDArray[np.int32]) -> Float:
    counts = np.bincount(tone * HUES + hue, minlength=TONES * HUES).reshape(TONES, HUES).astype(np.float32)
    counts /= max(counts.sum(), 1)
    return cv2.GaussianBlur(counts, (0, 0), 0.8, sigmaY=1.5, borderType=cv2.BORDER_REFLECT).astype(np.float32)
