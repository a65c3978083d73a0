"""What a person can add when the photo alone is not enough: a box around the product, or a mask of it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.imaging.colour import Float, Pixels
from packshot.studio.cutout.matte import band, solve
from packshot.studio.cutout.regions import Mask, opened, without_islands
from packshot.studio.cutout.survey import WORK, shrunk

BOX_WORK = 320  # longest side for GrabCut, whose time grows with every pixel
ROUNDS = 5
BOXED_MOST = 0.79  # a box cannot prove its edges: a person has to look
Box = tuple[int, int, int, int]


def checked_box(box: Box, width: int, height: int) -> Box:
    """`box` (x0, y0, x1, y1) in pixels; raises BadInputError unless it lies in the picture, 8 px wide at least."""
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise BadInputError(
            f"The box {x0},{y0} to {x1},{y1} lies outside the picture of {width}×{height} pixels.",
            remedy="Draw it again inside the picture.",
        )
    if min(x1 - x0, y1 - y0) < 8:
        raise BadInputError(f"The box is only {x1 - x0}×{y1 - y0} pixels.", remedy="Draw it around the whole product.")
    return box


def checked_mask(mask: NDArray[Any], width: int, height: int) -> Float:
    """`mask` as alpha (H, W) float32 0..1; raises BadInputError where it is not a grey picture of the photo's size."""
    if mask.shape != (height, width):
        raise BadInputError(
            f"The mask has the shape {mask.shape}, the photo is {width}×{height} pixels.",
            remedy="Upload a grey mask of exactly the photo's size.",
        )
    if mask.dtype == np.bool_:
        return mask.astype(np.float32)
    if np.issubdtype(mask.dtype, np.unsignedinteger):
        return mask.astype(np.float32) / np.float32(np.iinfo(mask.dtype).max)
    if not np.issubdtype(mask.dtype, np.floating):
        raise BadInputError(f"A mask of {mask.dtype} cannot be read.", remedy="Upload an 8 or 16 bit grey mask.")
    alpha = mask.astype(np.float32)
    if not np.isfinite(alpha).all() or alpha.min(initial=0) < 0 or alpha.max(initial=0) > 1:
        raise BadInputError("The mask holds values outside 0 to 1.", remedy="Scale it to 0 (backdrop) to 1 (product).")
    return alpha


def refined(pixels: Pixels, alpha: Float) -> Float:
    """`alpha` as it is where it has soft edges; a hard one gets its edge solved in a narrow band."""
    soft = np.count_nonzero((alpha > 0.02) & (alpha < 0.98))
    hard = alpha > 0.5
    edge = np.count_nonzero(hard[:, 1:] != hard[:, :-1]) + np.count_nonzero(hard[1:] != hard[:-1])
    if not edge or soft > 0.25 * edge:
        return alpha
    small = cv2.resize(alpha, shrunk(pixels, WORK).shape[1::-1], interpolation=cv2.INTER_AREA)
    return solve(pixels, band(small > 0.5, 2))


def box_outline(pixels: Pixels, box: Box) -> Mask:
    """The product inside `box` by GrabCut (Rother, Kolmogorov, Blake, SIGGRAPH 2004), at the survey's size."""
    work = shrunk(pixels, WORK)
    small = shrunk(work, BOX_WORK)
    if small.dtype == np.uint16:
        small = (small >> 8).astype(np.uint8)
    height, width = small.shape[:2]
    scale = width / pixels.shape[1], height / pixels.shape[0]
    x0, x1 = (int(np.clip(round(x * scale[0]), 0, width)) for x in (box[0], box[2]))
    y0, y1 = (int(np.clip(round(y * scale[1]), 0, height)) for y in (box[1], box[3]))
    marks = np.full((height, width), cv2.GC_BGD, np.uint8)
    marks[y0:y1, x0:x1] = cv2.GC_PR_FGD
    if (marks == cv2.GC_BGD).sum() < 16 or (marks == cv2.GC_PR_FGD).sum() < 16:
        return np.zeros(work.shape[:2], bool)
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(small), marks, (0, 0, 0, 0), *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    product = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.float32)
    mask = cv2.resize(product, work.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return without_islands(opened(mask, 2), 0.2)
