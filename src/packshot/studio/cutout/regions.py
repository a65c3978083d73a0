"""Boolean masks and their connected regions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.imaging.colour import Float

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]


def disc(radius: int) -> NDArray[np.uint8]:
    """A round structuring element of `radius` pixels."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)).astype(np.uint8)


def grow(mask: Mask, radius: int) -> Mask:
    """`mask` dilated by a disc; nothing grows in from outside the picture."""
    return cv2.dilate(mask.view(np.uint8), disc(radius)).astype(bool)


def shrink(mask: Mask, radius: int) -> Mask:
    """`mask` eroded by a disc; the frame does not eat into it."""
    return cv2.erode(mask.view(np.uint8), disc(radius)).astype(bool)


def opened(mask: Mask, radius: int) -> Mask:
    """What of `mask` a disc of `radius` fits into."""
    if not mask.any():
        return mask.copy()
    window = around(mask, radius + 1)  # a wide disc takes long; where nothing is there is nothing to look for
    result = np.zeros_like(mask)
    result[window] = cv2.morphologyEx(mask[window].astype(np.uint8), cv2.MORPH_OPEN, disc(radius)).astype(bool)
    return result


def smoothed(mask: Mask, sigma: float) -> Mask:
    """`mask` with its outline straightened at the scale of `sigma` pixels."""
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma) > 0.5


def depth(mask: Mask) -> Float:
    """(H, W) float32: each pixel's distance in pixels to the outside of `mask`."""
    return cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 3).astype(np.float32)


def thin(mask: Mask) -> Mask:
    """Parts of `mask` narrower than about 7 px: straps, wires, chair legs."""
    return mask & ~grow(shrink(mask, 3), 4)


def frame(shape: tuple[int, int], width: int) -> Mask:
    """The outermost `width` pixels of a picture."""
    mask = np.ones(shape, bool)
    mask[width:-width, width:-width] = False
    return mask


def around(mask: Mask, margin: int) -> tuple[slice, slice]:
    """The window that holds all of `mask` and `margin` pixels around; `mask` must not be empty."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )


def reachable(mask: Mask, seed: Mask) -> Mask:
    """The regions of `mask` (4-connected) that hold a pixel of `seed`."""
    count, found = cv2.connectedComponents(mask.view(np.uint8), connectivity=4)
    labels = np.asarray(found, np.int32)
    kept = np.zeros(count, bool)
    kept[labels[seed & mask]] = True
    kept[0] = False
    return kept[labels]


@dataclass(frozen=True, eq=False)
class Region:
    """One connected region: its window into the picture (padded), its mask there, and its area in pixels."""

    window: tuple[slice, slice]
    mask: Mask
    area: int
    bottom: int

    def ring(self, inner: int, outer: int) -> Mask:
        """Pixels between `inner` and `outer` pixels outside the region, within the window."""
        near = grow(self.mask, inner) if inner else self.mask
        return grow(self.mask, outer) & ~near


def regions(mask: Mask, *, least: int = 1, padding: int = 6, connectivity: int = 8) -> Iterator[Region]:
    """The connected regions of `mask` with at least `least` pixels, in scan order."""
    count, labels, stats = _labelled(mask, connectivity)
    for index in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[index])
        if area < least:
            continue
        window = (
            slice(max(0, y - padding), y + height + padding),
            slice(max(0, x - padding), x + width + padding),
        )
        yield Region(window, labels[window] == index, area, y + height)


def without_islands(mask: Mask, share: float) -> Mask:
    """`mask` without the regions smaller than `share` of its largest."""
    _, labels, stats = _labelled(mask, 8)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = areas > share * areas.max(initial=0)
    kept[0] = False
    return kept[labels]


def _labelled(mask: Mask, connectivity: int) -> tuple[int, Labels, Labels]:
    """How many regions `mask` has with the outside (0), the number of each pixel's, and OpenCV's figures of each.

    Its usual method takes twice as long for the same numbers.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(
        mask.view(np.uint8), connectivity, cv2.CV_32S, cv2.CCL_BBDT
    )
    return count, np.asarray(labels, np.int32), np.asarray(stats, np.int32)
