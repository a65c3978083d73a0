"""The product's own pixels in a picture, one by one, where the record of its making says that they were laid."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from packshot.cli.given import read
from packshot.errors import BadInputError
from packshot.imaging.sniff import kind_of
from packshot.locks.base import Verdict

if TYPE_CHECKING:
    from packshot.imaging.photo import Photo
    from packshot.locks.product.composited import Placement
    from packshot.studio.cutout.result import Cutout

_HOW = "Make the picture with `packshot shoot --json > shots.jsonl`, and give that file with --record."
_LOSSLESS = ("png", "tiff")
_REMEDY = (
    "Lay the product's pixels back over it. If it was saved in a lossy format on the way, judge that file instead."
)


@dataclass(frozen=True)
class Laid:
    """Where a picture of `size` (width, height) has the product: `source` of the photo at `box`, in pixels of each."""

    size: tuple[int, int]
    box: tuple[float, float, float, float]
    source: tuple[float, float, float, float]

    @property
    def placement(self) -> Placement:
        from packshot.locks.product.composited import Placement

        return Placement(self.box, self.source)

    @property
    def whole(self) -> bool:
        """Whether it was laid at this size: a picture that was made smaller afterwards has boxes between pixels."""
        return all(float(edge).is_integer() for edge in (*self.box, *self.source))


def laid(record: Path | None, image: Path) -> Laid:
    """What the file `record` of `packshot shoot --json` says of `image`: by its name, or there is only one picture."""
    if record is None:
        raise BadInputError("The profile composited needs to know where the engine laid the product.", remedy=_HOW)
    made = [one for one in _records(record) if one.get("path")]
    named = [one for one in made if Path(one["path"]).name == image.name] or (made if len(made) == 1 else [])
    if not named:
        raise BadInputError(f"{record} has no picture {image.name} among {len(made)}.", remedy=_HOW)
    one = named[-1]  # made again, its record follows
    if "placed" not in one:
        way = one.get("way") or "another way"
        raise BadInputError(
            f"{record} does not say where the product was laid: the picture was made by {way}.",
            remedy="Where the product is drawn anew, use --profile rigid.",
        )
    try:
        width, height = (int(side) for side in str(one["size"]).split("x"))
        box, source = (_corners(one["placed"][name]) for name in ("box", "source"))
    except (KeyError, TypeError, ValueError):
        raise BadInputError(f"{record} is damaged where it speaks of {one['path']}.", remedy=_HOW) from None
    return Laid((width, height), box, source)


def proven(verdict: Verdict, where: Laid, cutout: Cutout, picture: Photo, data: bytes) -> Verdict:
    """`verdict` of the lock, and in a lossless file of the size that was composed a proof instead of it.

    There every pixel that the product covers wholly has to be the photo's own: one that is not is a rejection.
    """
    if kind_of(data) not in _LOSSLESS or not where.whole:
        return verdict
    from packshot.studio.compose import encode
    from packshot.studio.place import layer_of

    x0, y0, x1, y1 = (int(edge) for edge in where.box)
    a, b, c, d = (int(edge) for edge in where.source)
    colour, alpha = layer_of(cutout, (a, b, c, d), (x1 - x0, y1 - y0))
    own = encode(colour, picture.depth)
    opaque = alpha == 1
    altered = int(((picture.pixels[y0:y1, x0:x1] != own).any(axis=2) & opaque).sum())
    of = int(np.count_nonzero(opaque))
    proven = replace(verdict, measures={**verdict.measures, "pixels": float(of), "altered": float(altered)})
    if altered:
        words = f"{altered:,} of the {of:,} pixels that the product covers are not the photo's."
        return replace(proven, decision="reject", reason="pixels_altered", words=words, remedy=_REMEDY, score=0.0)
    if verdict.decision != "accept" or not of:
        return proven
    return replace(proven, words=f"All {of:,} pixels that the product covers are the photo's own.")


def _records(file: Path) -> list[dict[str, Any]]:
    """The JSON objects of `file`, one a line, or one alone over several."""
    try:
        text = read(file).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(f"{file} is no text.", remedy=_HOW) from None
    try:
        whole = json.loads(text)
        found = whole if isinstance(whole, list) else [whole]
    except ValueError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as problem:
            raise BadInputError(f"{file} is not JSON: {problem}.", remedy=_HOW) from None
    return [one for one in found if isinstance(one, dict)]


def _corners(given: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(edge) for edge in given)
    if not (x0 < x1 and y0 < y1 and max(map(abs, (x0, y0, x1, y1))) < 1e6):
        raise ValueError
    return x0, y0, x1, y1
