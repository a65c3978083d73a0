"""From a photo's file to its cutout, which is kept so that a product is cut once and photographed many times."""

from __future__ import annotations

from pathlib import Path

from packshot.imaging.decode import LIMITS, Limits, decode
from packshot.imaging.photo import Photo
from packshot.studio.cutout.cache import CutoutCache, key_of
from packshot.studio.cutout.result import Cutout


def cut_file(
    data: bytes,
    *,
    name: str,
    cache_dir: Path,
    cache_mb: int,
    alpha: bytes | None = None,
    box: tuple[int, int, int, int] | None = None,
    limits: Limits = LIMITS,
) -> Cutout:
    """The cutout of the photo in `data`, from `cache_dir` where it is known. A BadInputError if it cannot be read.

    `alpha`, a grey picture of the photo's size, is the outline where it is known; then nothing is searched. `box`
    (x0, y0, x1, y1) in pixels is where the product is. `limits` bound both files.
    """

    def open_and_cut() -> tuple[Cutout, Photo]:
        from packshot.studio.cutout.cut import cut

        photo = decode(data, name=name, limits=limits)
        outline = None if alpha is None else decode(alpha, name=f"The outline of {name}", limits=limits)
        return cut(photo, alpha=None if outline is None else outline.pixels[..., 0], box=box), photo

    kept = CutoutCache(cache_dir / "cutouts", limit=cache_mb * 1_000_000)
    return kept.get_or_cut(key_of(data, box=box, mask=alpha), open_and_cut)
