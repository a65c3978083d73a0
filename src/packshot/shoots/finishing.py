"""From what an engine gave to the file that is delivered."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, cast

from packshot.engines.base import Artefact
from packshot.imaging.formats import Format
from packshot.shoots.models import Attempt, Shoot
from packshot.storage import storage

if TYPE_CHECKING:
    from packshot.imaging.photo import Photo


@dataclass(frozen=True)
class Finishing:
    """What has to be made into a file: the engine's picture (a Photo, or an encoded file), and how."""

    content: Photo | bytes = field(repr=False)
    width: int
    height: int
    format: Format
    seed: int | None
    facts: dict[str, Any]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, shoot: Shoot, artefact: Artefact, warnings: tuple[str, ...]) -> Self:
        return cls(
            artefact.content,
            shoot.width,
            shoot.height,
            cast(Format, shoot.format),
            artefact.seed,
            dict(artefact.facts),
            warnings,
        )


@dataclass(frozen=True)
class Made:
    """A file to deliver, a small picture of it for lists, and how it looks (imaging.similarity)."""

    data: bytes = field(repr=False)
    small: bytes = field(repr=False)
    look: str
    crc32: int
    warnings: list[str]


def small_key(key: str) -> str:
    """Where the small picture for lists lies that goes with the finished file `key`."""
    return f"{key.rpartition('.')[0]}-small.webp"


async def fetched(shoot: Shoot, attempt: Attempt) -> Finishing:
    """The stored result of an attempt."""
    assert attempt.result_key
    artefact = Artefact(await storage().get(attempt.result_key), attempt.seed, attempt.facts)
    return Finishing.of(shoot, artefact, tuple(attempt.warnings))


def finished(given: Finishing) -> Made:
    """The file. A BadInputError where the engine's own cannot be opened.

    An engine that made another size than was asked for is not resized upwards or cropped behind anybody's back: the
    picture keeps its size, and a warning says so.
    """
    from packshot.imaging.decode import decode
    from packshot.imaging.finish import finish
    from packshot.imaging.own import small
    from packshot.imaging.similarity import similarity_hash

    content = given.content
    photo = decode(content, name="The engine's picture") if isinstance(content, bytes) else content
    warnings = list(given.warnings)
    if (photo.width, photo.height) != (given.width, given.height):
        warnings.append(
            f"The engine made {photo.width}×{photo.height} pixels, not the {given.width}×{given.height} asked for."
        )
    data = finish(photo.pixels, [(photo.width, photo.height)], given.format)[0].data
    return Made(data, small(photo.pixels), similarity_hash(photo.pixels), zlib.crc32(data), warnings)
