"""From a photo's file to its cutout."""
from packshot.imaging.decode import decode
from packshot.studio.cutout.cut import cut
from packshot.studio.cutout.result import Cutout
from pathlib import Path


def cut_file(data: bytes, *, name: str, cache_dir: Path, cache_mb: int) -> Cutout:
    return cut(decode(data, name=name))
