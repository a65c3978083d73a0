"""The evidence as one picture: the product as it is, where it was found, and where it differs."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from packshot.imaging.colour import Float
from packshot.imaging.own import small
from packshot.locks.product.geometry import Image, Mask, Matrix, apply

_PANEL, _GAP, _RIM = 420, 14, 18
_CARD = (244, 242, 238)
_GROUND = (255, 255, 255)
_LINE = (196, 192, 185)
_FOUND = (30, 120, 90)
_WRONG = (200, 40, 30)
_HEAT = np.array([(255, 226, 120), (250, 150, 40), (214, 40, 30), (120, 0, 40)], np.float32)


def picture(
    own: Image,
    theirs: Image,
    mask: Mask,
    difference: Float,
    scene: Image,
    H: Matrix | None,
    shape: tuple[int, ...],
    astray: Float | None = None,
    regions: Sequence[tuple[Image, bool]] = (),
) -> bytes:
    """A WebP of three panels, and a row of the protected parts as pairs under it.

    `own`, `theirs` (h, w, 3) and `mask`, `difference` (h, w, 1 is at tolerance) lie on each other; `H` takes a frame
    of `shape` to `scene`, None where the product is nowhere. `astray` (n, 2): points of the outline in that frame that
    are not where they should be. `regions`: a protected part beside what is there, and whether they are the same. No
    words are drawn: Packshot brings no font that this could use; the verdict has them.
    """
    heat = _heat(theirs, mask, difference)
    if astray is not None:
        _dot(heat, astray * np.float32(own.shape[1] / shape[1]))
    panels = [_framed(_alone(own, mask)), _framed(_where(scene, H, shape)), _framed(heat)]
    rows = [_side_by_side(panels)]
    pairs = [_pair(pixels, ok) for pixels, ok in regions[:3]]
    if pairs:
        while len(pairs) < 3:
            pairs.append(np.full_like(pairs[0], _CARD))
        rows.append(_side_by_side(pairs))
    width = rows[0].shape[1]
    gap = np.full((_GAP, width, 3), _CARD, np.uint8)
    body = np.vstack([part for row in rows for part in (row, gap)][:-1])
    card = cv2.copyMakeBorder(body, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_CONSTANT, value=_CARD)
    return small(np.ascontiguousarray(card, np.uint8), longest=max(card.shape))


def _alone(own: Image, mask: Mask) -> Image:
    return np.where(mask[..., None], own, np.array(_GROUND, np.uint8))


def _where(scene: Image, H: Matrix | None, shape: tuple[int, ...]) -> Image:
    """The scene, dimmed but for the product, with a line around its place."""
    shown = scene.copy()
    if H is None:
        return shown
    height, width = shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    line = np.round(apply(H, corners)).astype(np.int32)[None]
    inside = np.zeros(scene.shape[:2], np.uint8)
    cv2.fillPoly(inside, line, 1)  # type: ignore[call-overload]
    shown = np.where(inside[..., None] > 0, shown, (0.55 * shown + 0.45 * 255).astype(np.uint8))
    thick = max(2, max(scene.shape) // 260)
    cv2.polylines(shown, line, True, _FOUND, thick, cv2.LINE_AA)  # type: ignore[call-overload]
    return np.asarray(shown, np.uint8)


def _heat(theirs: Image, mask: Mask, difference: Float) -> Image:
    """The found product in grey; from yellow at half the tolerance over red at it to dark red at twice."""
    grey = cv2.cvtColor(theirs, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    pale = 0.62 * grey + 0.38 * 255
    level = np.clip((difference - 0.5) / 1.5, 0, 1) * (len(_HEAT) - 1)
    low = np.minimum(level.astype(int), len(_HEAT) - 2)
    part = (level - low)[..., None]
    colour = _HEAT[low] * (1 - part) + _HEAT[low + 1] * part
    weight = np.clip((difference - 0.5) / 0.35, 0, 0.85)[..., None]
    return _alone(np.clip(pale * (1 - weight) + colour * weight, 0, 255).astype(np.uint8), mask)


def _dot(heat: Image, points: Float) -> None:
    """A thick line where the outline is not where it should be."""
    radius = max(2, max(heat.shape) // 160)
    for x, y in np.round(points).astype(int).tolist():
        cv2.circle(heat, (x, y), radius, _WRONG, -1, cv2.LINE_AA)


def _pair(pixels: Image, ok: bool) -> Image:
    """A protected part as it should be and as it is, framed by whether it is the same."""
    tile = _fit(pixels, _PANEL, _PANEL * 2 // 5)
    thick = 2 if ok else 5
    inner = tile[thick:-thick, thick:-thick]
    bordered = cv2.copyMakeBorder(
        inner, thick, thick, thick, thick, cv2.BORDER_CONSTANT, value=_FOUND if ok else _WRONG
    )
    return np.asarray(bordered, np.uint8)


def _framed(panel: Image) -> Image:
    tile = _fit(panel, _PANEL, _PANEL)
    return np.asarray(cv2.copyMakeBorder(tile[1:-1, 1:-1], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=_LINE), np.uint8)


def _fit(panel: Image, width: int, height: int) -> Image:
    """`panel` as large as fits on a white ground of that size, with some air."""
    factor = min(0.94 * width / panel.shape[1], 0.94 * height / panel.shape[0])
    size = max(round(panel.shape[1] * factor), 1), max(round(panel.shape[0] * factor), 1)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(panel, size, interpolation=how)
    tile = np.full((height, width, 3), _GROUND, np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = resized
    return tile


def _side_by_side(tiles: Sequence[Image]) -> Image:
    gap = np.full((tiles[0].shape[0], _GAP, 3), _CARD, np.uint8)
    return np.hstack([part for tile in tiles for part in (tile, gap)][:-1])
