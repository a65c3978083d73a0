"""From what an engine gave to the file that is delivered."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, cast

from packshot.engines.base import Artefact
from packshot.errors import BadInputError
from packshot.imaging.formats import Format, VideoFormat
from packshot.shoots.models import Attempt, Shoot
from packshot.storage import storage

if TYPE_CHECKING:
    from packshot.imaging.photo import Photo
    from packshot.imaging.video import Still
    from packshot.shoots.paint import Plate

POSTER = 960  # px of the longest side of a video's still, which is shown in its place until it plays
LEEWAY_S, LEEWAY, MOST_LEEWAY = 0.5, 0.1, 0.25  # seconds, or part of what was asked for if that is more; and never more
LEEWAY_SHAPE = 0.02


@dataclass(frozen=True)
class Finishing:
    """What has to be made into a file: the engine's picture (a Photo, or an encoded file), and how.

    With a `plate` the product has still to be put into it. `varies`: it is one of several that may not look alike. With
    `seconds` it is a video that was to last so long.
    """

    content: Photo | bytes = field(repr=False)
    width: int
    height: int
    format: Format | VideoFormat
    seed: int | None
    facts: dict[str, Any]
    warnings: tuple[str, ...]
    plate: Plate | None = None
    varies: bool = False
    seconds: int = 0

    @classmethod
    def of(cls, shoot: Shoot, artefact: Artefact, warnings: tuple[str, ...], plate: Plate | None = None) -> Self:
        return cls(
            artefact.content,
            shoot.width,
            shoot.height,
            cast("Format | VideoFormat", shoot.format),
            artefact.seed,
            dict(artefact.facts),
            warnings,
            plate,
            varies=shoot.variations > 0,
            seconds=shoot.seconds,
        )


@dataclass(frozen=True)
class Made:
    """A file to deliver, a small picture of it, how it looks (imaging.similarity) where that matters, and findings.

    `stills` are the frames of a video that stand for it where it is judged; none for a picture.
    """

    data: bytes = field(repr=False)
    small: bytes = field(repr=False)
    look: str
    crc32: int
    warnings: list[str]
    facts: dict[str, Any]
    stills: tuple[Still, ...] = ()


def small_key(key: str) -> str:
    """Where the small picture for lists lies that goes with the finished file `key`."""
    return f"{key.rpartition('.')[0]}-small.webp"


def film_key(preview_key: str) -> str:
    """Where the small, marked video lies that goes with the marked picture of a video in review."""
    return f"{preview_key.rpartition('.')[0]}.mp4"


async def fetched(shoot: Shoot, attempt: Attempt, plate: Plate | None) -> Finishing:
    """The stored result of an attempt."""
    assert attempt.result_key
    artefact = Artefact(await storage().get(attempt.result_key), attempt.seed, attempt.facts)
    return Finishing.of(shoot, artefact, tuple(attempt.warnings), plate)


def finished(given: Finishing) -> Made:
    """The file. A BadInputError where the engine's own cannot be used, UnusablePlateError where it is of no use.

    An engine that made another size than was asked for is not resized upwards or cropped behind anybody's back: the
    picture keeps its size, and a warning says so.
    """
    if given.seconds:
        return _video(given)
    from packshot.imaging.decode import decode
    from packshot.imaging.finish import finish
    from packshot.imaging.own import small
    from packshot.imaging.photo import Photo
    from packshot.imaging.similarity import similarity_hash

    content = given.content
    photo = decode(content, name="The engine's picture") if isinstance(content, bytes) else content
    warnings, facts = list(given.warnings), dict(given.facts)
    if given.plate:
        picture, found = given.plate.laid(photo)
        photo, facts = Photo(picture.pixels), facts | found
        warnings += picture.warnings
    warnings += _of_size(given, photo.width, photo.height)
    data = finish(photo.pixels, [(photo.width, photo.height)], cast(Format, given.format))[0].data
    look = similarity_hash(photo.pixels) if given.varies else ""
    return Made(data, small(photo.pixels), look, zlib.crc32(data), warnings, facts)


def _of_size(given: Finishing, width: int, height: int) -> list[str]:
    """What there is to say where another size was made than was asked for."""
    if (width, height) == (given.width, given.height):
        return []
    return [f"The engine made {width}×{height} pixels, not the {given.width}×{given.height} asked for."]


def _video(given: Finishing) -> Made:
    """The vendor's own video, only packed anew. A BadInputError where it cannot be used.

    Of another shape or duration it is not what was bought. Of another size it is delivered with a warning, as a picture
    is.
    """
    from packshot.imaging.own import small
    from packshot.imaging.video import watch

    assert isinstance(given.content, bytes)
    video = watch(given.content)
    asked = f"{given.width}×{given.height}"
    problems: list[str] = []
    leeway_s = min(max(LEEWAY_S, LEEWAY * given.seconds), MOST_LEEWAY * given.seconds)
    if abs(video.seconds - given.seconds) > leeway_s:
        problems.append(f"It lasts {video.seconds:.1f} s, not the {given.seconds} s asked for.")
    if abs(video.width * given.height / (video.height * given.width) - 1) > LEEWAY_SHAPE:
        problems.append(f"It has {video.width}×{video.height} pixels, another shape than the {asked} asked for.")
    if problems:
        raise BadInputError(" ".join(problems), remedy="Have it made again.")
    warnings = [*given.warnings, *_of_size(given, video.width, video.height)]
    if not video.copied:
        warnings.append("This is the engine's own file as it came: its notes could not be taken out of it.")
    found = {"lasts": round(video.seconds, 2), "frames_a_second": round(video.rate, 2), "packed_as": video.codec}
    facts = {**given.facts, **found, "sound": video.sound}
    poster = small(video.stills[0].pixels, POSTER)
    return Made(video.data, poster, "", zlib.crc32(video.data), warnings, facts, video.stills)
