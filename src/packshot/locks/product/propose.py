"""Finding logos and texts on a product photo by themselves, and only where it is sure."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.locks.product.geometry import Image, Mask, fitted
from packshot.locks.product.view import Box, View

_LOOKED_AT = 720  # px: the product's longer side
_STROKE = 7  # px there: the widest strokes of print that is looked for are about three times as wide
_CONTRAST = 26  # of 255 between ink and ground
_LEAST, _MOST = 0.04, 0.6  # of the product's longer side
_LETTERS = 3  # shapes in a row from which on it is a text
_MARGIN = 0.02


def propose(view: View, most: int = 6) -> tuple[Box, ...]:
    """Boxes of the view that hold print, the largest first; none where nothing is clearly print.

    Ink is what is darker or brighter than its ground by more than _CONTRAST within strokes of a few pixels (a black-hat
    and a top-hat). Print is a group of such shapes close to each other, of like height and stroke, on a plain ground.
    """
    mask = view.mask > 127
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y0, x0 = int(rows[0]), int(columns[0])
    cut = slice(y0, int(rows[-1]) + 1), slice(x0, int(columns[-1]) + 1)
    small = fitted(np.ascontiguousarray(view.pixels[cut]), _LOOKED_AT)
    size = small.shape[1], small.shape[0]
    inside = np.asarray(cv2.resize(view.mask[cut], size, interpolation=cv2.INTER_AREA), np.uint8) > 200
    inside = cv2.erode(np.pad(inside.astype(np.uint8), 1), np.ones((13, 13), np.uint8))[1:-1, 1:-1] > 0
    lightness = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.uint8)[..., 0]
    found: list[tuple[int, int, int, int]] = []
    for ink in (_ink(lightness, cv2.MORPH_BLACKHAT, inside), _ink(lightness, cv2.MORPH_TOPHAT, inside)):
        found += _groups(ink, inside)
    factor = (cut[1].stop - x0) / size[0]
    boxes = [_back(box, factor, (x0, y0), mask.shape) for box in _merged(found)]
    return tuple(sorted(boxes, key=lambda b: -(b[2] - b[0]) * (b[3] - b[1]))[:most])


def _ink(lightness: Image, hat: int, inside: Mask) -> Image:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3 * _STROKE, 3 * _STROKE))
    standing_out = np.asarray(cv2.morphologyEx(lightness, hat, kernel), np.uint8)
    return ((standing_out > _CONTRAST) & inside).astype(np.uint8)


def _groups(ink: Image, inside: Mask) -> list[tuple[int, int, int, int]]:
    """Rows of letter-like shapes."""
    side = max(ink.shape)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    depth: Float = np.asarray(cv2.distanceTransform(ink, cv2.DIST_L2, 3), np.float32)
    letters: list[tuple[int, int, int, int]] = []
    for index in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[index])
        if not (0.008 * side < height < 0.2 * side and 0.15 < width / height < 4 and area >= 10):
            continue
        if not 0.12 < area / (width * height) < 0.92:
            continue
        there = labels[y : y + height, x : x + width] == index
        inner = depth[y : y + height, x : x + width][there]
        ridge = inner[inner > 0.6 * inner.max()]
        if ridge.size and 2 * inner.max() < 0.75 * min(width, height) + 2 and ridge.std() < 0.45 * ridge.mean():
            letters.append((x, y, x + width, y + height))
    groups: list[tuple[int, int, int, int]] = []
    for row in _rows(letters):
        x0, y0 = min(b[0] for b in row), min(b[1] for b in row)
        x1, y1 = max(b[2] for b in row), max(b[3] for b in row)
        if len(row) >= _LETTERS and _LEAST * side <= x1 - x0 <= _MOST * side and _plain((x0, y0, x1, y1), ink, inside):
            groups.append((x0, y0, x1, y1))
    return groups


def _rows(letters: list[tuple[int, int, int, int]]) -> list[list[tuple[int, int, int, int]]]:
    """Shapes of like height that stand beside each other, no farther apart than they are tall."""
    rows: list[list[tuple[int, int, int, int]]] = []
    for letter in sorted(letters):
        tall = letter[3] - letter[1]
        for row in rows:
            last = row[-1]
            height = last[3] - last[1]
            overlap = min(last[3], letter[3]) - max(last[1], letter[1])
            if (
                letter[0] - last[2] < 1.1 * max(tall, height)
                and overlap > 0.5 * min(tall, height)
                and 0.5 < tall / height < 2
            ):
                row.append(letter)
                break
        else:
            rows.append([letter])
    return rows


def _plain(box: tuple[int, int, int, int], ink: Image, inside: Mask) -> bool:
    """Whether the ground around the group is on the product and has no such shapes: a pattern goes on, a text ends."""
    x0, y0, x1, y1 = box
    rim = max(4, (y1 - y0) // 2)
    wide = slice(max(y0 - rim, 0), y1 + rim), slice(max(x0 - rim, 0), x1 + rim)
    around = int(ink[wide].sum()) - int(ink[y0:y1, x0:x1].sum())
    area = ink[wide].size - (y1 - y0) * (x1 - x0)
    return bool(around < 0.06 * area and inside[y0:y1, x0:x1].mean() > 0.95)


def _merged(boxes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Boxes that overlap, as one."""
    merged: list[tuple[int, int, int, int]] = []
    for box in sorted(boxes):
        for index, other in enumerate(merged):
            if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                merged[index] = (
                    *(min(box[0], other[0]), min(box[1], other[1])),
                    *(max(box[2], other[2]), max(box[3], other[3])),
                )
                break
        else:
            merged.append(box)
    return merged


def _back(box: tuple[int, int, int, int], factor: float, origin: tuple[int, int], shape: tuple[int, ...]) -> Box:
    x0, y0, x1, y1 = (v * factor for v in box)
    margin = _MARGIN * max(x1 - x0, y1 - y0) + 2
    return (
        max(int(x0 - margin) + origin[0], 0),
        max(int(y0 - margin) + origin[1], 0),
        min(int(x1 + margin) + 1 + origin[0], shape[1]),
        min(int(y1 + margin) + 1 + origin[1], shape[0]),
    )
