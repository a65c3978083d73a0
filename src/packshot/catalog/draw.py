"""The pixels of the catalog: a photo's master, the cutout in it, and what people see of that.

The libraries for pixels are imported where they are needed: a process that only waits for vendors is smaller for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from packshot.settings import settings

if TYPE_CHECKING:
    from packshot.imaging.colour import Pixels
    from packshot.studio.cutout.result import Cutout

PREVIEW = 1024  # longest side
FULL = 65535


@dataclass(frozen=True)
class Opened:
    """A photo's lossless master: `data` in a file of the given format, and what is in it; `preview` a small WebP."""

    data: bytes
    preview: bytes
    format: str
    width: int
    height: int
    depth: Literal[8, 16]


@dataclass(frozen=True)
class Drawn:
    """A cutout in files: `alpha` a 16-bit grey PNG of the photo's size, `preview` a WebP with transparency."""

    alpha: bytes
    preview: bytes
    confidence: float
    verdict: str
    reasons: list[dict[str, Any]]
    view: str
    elevation: float | None


def upload_bytes() -> int:
    """The most bytes that an upload may have."""
    return settings().max_upload_mb * 1_000_000


def open_upload(data: bytes, name: str) -> Opened:
    """The master of the photo in `data`, a file that somebody sent; a BadInputError where it cannot be used."""
    import numpy as np

    from packshot.imaging.decode import LIMITS, decode
    from packshot.imaging.finish import finish
    from packshot.imaging.master import master

    photo = decode(data, name=name, limits=replace(LIMITS, max_bytes=upload_bytes()))
    kept, format = master(photo)
    pixels: Any = photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
    preview = finish(pixels, [_preview_size(photo.width, photo.height)], "webp")[0].data
    return Opened(kept, preview, format, photo.width, photo.height, photo.depth)


def open_mask(data: bytes, name: str, width: int, height: int) -> bytes:
    """The mask in `data`, a file that somebody sent, as a grey PNG; a BadInputError unless it has the photo's size.

    White is the product; in a picture with transparency, whatever is opaque.
    """
    from packshot.imaging.decode import LIMITS, decode
    from packshot.imaging.master import grey_png
    from packshot.studio.cutout.remedies import checked_mask

    photo = decode(data, name=name, limits=replace(LIMITS, max_bytes=upload_bytes()))
    levels: Pixels = photo.alpha if photo.alpha is not None else photo.pixels.max(axis=2)
    checked_mask(levels, width, height)
    return grey_png(levels)


def draw(master: bytes, name: str, *, box: tuple[int, int, int, int] | None = None, mask: bytes | None = None) -> Drawn:
    """Cuts the product out of a master. A shoot that asks for this very outline later finds it cut already."""
    import numpy as np

    from packshot.imaging.decode import OWN_LIMITS
    from packshot.imaging.finish import finish
    from packshot.imaging.master import grey_png
    from packshot.studio.cutout.file import cut_file

    known: dict[str, Any] = {
        "name": name,
        "cache_dir": settings().cache_dir,
        "cache_mb": settings().cache_mb,
        "limits": OWN_LIMITS,
    }
    cutout = cut_file(master, alpha=mask, box=box, **known)
    alpha = grey_png(np.rint(cutout.alpha * FULL).astype(np.uint16))
    if cutout.verdict != "refuse":
        cut_file(master, alpha=alpha, **known)
    height, width = cutout.alpha.shape
    return Drawn(
        alpha=alpha,
        preview=finish(_rgba(cutout), [_preview_size(width, height)], "webp")[0].data,
        confidence=round(cutout.confidence, 3),
        verdict=cutout.verdict,
        reasons=[
            {"code": reason.code, "penalty": round(reason.penalty, 3), "words": reason.words, "remedy": reason.remedy}
            for reason in cutout.reasons
        ],
        view=cutout.view,
        elevation=cutout.elevation,
    )


def _preview_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, PREVIEW / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _rgba(cutout: Cutout) -> Pixels:
    """(H, W, 4) uint8 straight sRGB; black where nothing of the product shows."""
    import numpy as np

    from packshot.imaging.colour import linear_to_srgb

    rgba = np.zeros((*cutout.alpha.shape, 4), np.uint8)
    shows = cutout.alpha > 0
    rgba[shows, :3] = np.rint(linear_to_srgb(cutout.colour[shows]) * 255)
    rgba[..., 3] = np.rint(cutout.alpha * 255)
    return rgba
