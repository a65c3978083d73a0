"""The product lock as shoots ask it: photos with their outlines, and the profile that fits the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from packshot.errors import BadInputError
from packshot.locks.base import Lock, Thresholds, Verdict
from packshot.shoots.judging.locks import Evidence, Region, Side

if TYPE_CHECKING:
    from packshot.locks.product.view import Box, View


class ProductLock:
    """Compares pixels of ours with pixels of ours, so it can always look."""

    lock: Lock = "product"

    def missing(self) -> str:
        return ""

    def judge(self, evidence: Evidence, thresholds: Thresholds) -> Verdict:
        from packshot.locks.product.composited import Placement
        from packshot.locks.product.judge import judge
        from packshot.locks.product.view import bytes_of

        if not evidence.product:
            return Verdict("product", "not_applicable", "no_photo", "The photo of the product was deleted.", "none")
        picture = bytes_of(evidence.picture[..., :3])
        profile = "composited" if evidence.placed else "garment" if evidence.worn else "rigid"
        place = evidence.placed
        placement = Placement(tuple(place["box"]), tuple(place["source"])) if place else None
        shot, *sides = evidence.product
        try:
            return judge(
                [_view(shot), *_usable([one for one in sides if one.regions])],
                picture,
                others=_usable([one for one in sides if not one.regions]),
                profile=profile,
                placement=placement,
                thresholds=thresholds,
                evidence=("review", "reject"),  # drawn only where somebody will look at it
            )
        except BadInputError as problem:  # what cannot be compared, somebody has to look at
            words = problem.message
            return Verdict("product", "review", "cannot_compare", words, "none", profile, remedy=problem.remedy)


def _usable(sides: Sequence[Side]) -> Iterator[View]:
    """Views of the product's other sides, opened as they are asked for, without those that cannot be compared with."""
    for side in sides:
        try:
            view = _view(side)
        except BadInputError:
            continue
        yield view


def _view(side: Side) -> View:
    """The photo with its outline; without one, the whole photo is the product."""
    import numpy as np

    from packshot.imaging.own import opened
    from packshot.locks.product.view import View, bytes_of

    pixels = bytes_of(opened(side.photo.data)[..., :3])
    mask = np.full(pixels.shape[:2], 255, np.uint8)
    if side.photo.alpha is not None:
        mask = bytes_of(opened(side.photo.alpha)[..., 0])
    return View(np.ascontiguousarray(pixels), np.ascontiguousarray(mask), tuple(_boxes(side.regions, mask.shape)))


def _boxes(regions: Sequence[Region], shape: tuple[int, ...]) -> list[Box]:
    """The protected parts within the photo: an outline may have been drawn anew since they were marked."""
    height, width = shape[:2]
    boxes = [
        (max(one.x, 0), max(one.y, 0), min(one.x + one.width, width), min(one.y + one.height, height))
        for one in regions
    ]
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in boxes if x1 > x0 and y1 > y0]
