"""Turn a video that somebody else made into one to deliver or to look at, or say why not; it is never opened here."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.imaging._sandbox import Problem, Program, confined, scratch

VIDEOS = Program(Path(__file__).with_name("_filmstrip.py"), "video", ("av",), "av")

LONGEST = 480  # px of a marked video: enough to see how it moves, too few to sell with
_APART = 72  # px between two lines across it
_AGAIN = "Have it made again."
_WORDS = {
    "bytes": "has {megabytes:,.1f} MB; at most {max_megabytes:,.0f} MB.",
    "streams": "has {streams} streams of pictures; a video has one.",
    "codec": "is packed as {codec}; browsers play H.264, H.265, AV1 and VP9.",
    "large": "is {width:,} × {height:,} px; at most {max_side:,} px a side and {max_megapixels:,.0f} megapixels.",
    "small": "is only {width:,} × {height:,} px; at least {min_side:,} px a side.",
    "long": "lasts {lasts:,.1f} s; at most {max_seconds:,} s.",
    "changing": "changes its size on the way.",
    "turned": "lies on its side.",
    "black": "is black from its beginning to its end.",
    "unreadable": "cannot be read: it is damaged, or no MP4.",
    "damaged": "is damaged or cut short.",
    "memory": "needs more than {memory_gigabytes:.2g} GB of memory to decode.",
    "time": "takes longer than {seconds} s to decode.",
}


@dataclass(frozen=True)
class Limits:
    """What a video may be, and what opening it may cost: bytes, pixels, seconds that it lasts and that it takes."""

    max_bytes: int = 64 << 20
    max_pixels: int = 4096 * 2304
    max_side: int = 4096
    min_side: int = 16
    max_seconds: int = 61
    memory: int = 3 << 29
    seconds: int = 90

    @property
    def output_bytes(self) -> int:
        """The raw pixels of three of the largest frames, each row a little longer than its pixels; or the copy."""
        return max(3 * (self.max_pixels * 3 + self.max_side * 64), 2 * self.max_bytes)


LIMITS = Limits()


@dataclass(frozen=True, eq=False)
class Still:
    """A frame: `pixels` (H, W, 3), sRGB uint8, and `at` how many seconds it comes."""

    pixels: NDArray[np.uint8] = field(repr=False)
    at: float


@dataclass(frozen=True, eq=False)
class Video:
    """An MP4 whose every frame was decoded once. `data` is the file to deliver.

    `stills` are its first frame that is not black, one of its middle, and its last that is not black. `copied`: the
    file was packed anew, without encoding anything again, so that it says nothing but the video and begins to play
    before all of it has come; where not, `data` is the file as it was.
    """

    data: bytes = field(repr=False)
    width: int
    height: int
    seconds: float
    rate: float
    codec: str
    sound: bool
    stills: tuple[Still, ...] = field(repr=False)
    copied: bool = True


def watch(data: bytes, *, name: str = "The video", limits: Limits = LIMITS) -> Video:
    """The video in `data`, an MP4 with one stream of pictures in H.264, H.265, AV1 or VP9, perhaps with sound.

    Every frame is decoded, in a process of its own under `limits`; nothing is encoded. `name` is only repeated in
    messages. Raises BadInputError naming what is wrong; PackshotError where the decoder cannot run.
    """
    if len(data) > limits.max_bytes:
        raise _refusal(name, [("bytes", {"megabytes": len(data) / 1e6})], limits)
    task = {**asdict(limits), "output_bytes": limits.output_bytes}
    with scratch() as stills, scratch() as copy:
        found = confined(VIDEOS, data, task, {"output": stills, "copy": copy})
        if isinstance(found, list):
            raise _refusal(name, found, limits)
        told: list[dict[str, Any]] = found.pop("stills")
        copied: bool = found.pop("copied")
        copy.seek(0)
        file = copy.read() if copied else data
        return Video(file, **found, stills=_stills(stills, told, found["width"], found["height"]), copied=copied)


def marked(data: bytes, *, limits: Limits = LIMITS) -> bytes:
    """The video in `data`, small, silent and with lines across it, for looking at: an MP4 (VP9, sRGB as BT.709).

    At most LONGEST px a side and 15 frames a second. What `watch` takes this takes. Raises BadInputError where it takes
    too long or too much memory; PackshotError where the decoder cannot run.
    """
    task = {**asdict(limits), "output_bytes": limits.output_bytes, "longest": LONGEST, "apart": _APART}
    with scratch() as copy:
        found = confined(VIDEOS, data, task, {"copy": copy})
        if isinstance(found, list):
            raise _refusal("The video", found, limits)
        copy.seek(0)
        return copy.read()


def _stills(file: IO[bytes], told: list[dict[str, Any]], width: int, height: int) -> tuple[Still, ...]:
    """The raw pixels in `file`, rows cut to their pixels."""
    mapped = np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_COPY), np.uint8)
    return tuple(
        Still(rows[:, : width * 3].reshape(height, width, 3), one["at"])
        for one in told
        for rows in (mapped[one["offset"] : one["offset"] + one["stride"] * height].reshape(height, one["stride"]),)
    )


def _refusal(name: str, problems: list[Problem], limits: Limits) -> BadInputError:
    bounds = {
        "max_megabytes": limits.max_bytes / 1e6,
        "max_megapixels": limits.max_pixels / 1e6,
        "max_side": limits.max_side,
        "min_side": limits.min_side,
        "max_seconds": limits.max_seconds,
        "memory_gigabytes": limits.memory / 2**30,
        "seconds": limits.seconds,
    }
    messages = [_WORDS[code].format(**bounds, **values) for code, values in problems]
    return BadInputError(f"{name} " + " It ".join(messages), remedy=_AGAIN)
