"""From a photo's file to its cutout, which is kept so that a product is cut once and photographed many times."""

from __future__ import annotations

from pathlib import Path

from packshot.imaging.decode import decode
from packshot.studio.cutout.cache import CutoutCache, key_of
from packshot.studio.cutout.cut import cut
from packshot.studio.cutout.result import Cutout


def cut_file(data: bytes, *, name: str, cache_dir: Path, cache_mb: int) -> Cutout:
    """The cutout of the photo in `data`, from `cache_dir` where it is known. A BadInputError if it cannot be read."""
    photo = decode(data, name=name)
    kept = CutoutCache(cache_dir / "cutouts", limit=cache_mb * 1_000_000)
    return kept.get_or_cut(key_of(data), photo, lambda: cut(photo))
