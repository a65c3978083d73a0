"""From a photo's file to its cutout, which is kept so that a product is cut once and photographed many times."""

from __future__ import annotations

from pathlib import Path

from packshot.imaging.decode import decode
from packshot.imaging.photo import Photo
from packshot.studio.cutout.cache import CutoutCache, key_of
from packshot.studio.cutout.result import Cutout


def cut_file(data: bytes, *, name: str, cache_dir: Path, cache_mb: int) -> Cutout:
    """The cutout of the photo in `data`, from `cache_dir` where it is known. A BadInputError if it cannot be read."""

    def open_and_cut() -> tuple[Cutout, Photo]:
        from packshot.studio.cutout.cut import cut

        photo = decode(data, name=name)
        return cut(photo), photo

    kept = CutoutCache(cache_dir / "cutouts", limit=cache_mb * 1_000_000)
    return kept.get_or_cut(key_of(data), open_and_cut)
