"""Turn an upload into a photo, or say in plain words why not, without ever parsing a picture in this process."""

from __future__ import annotations

from dataclasses import replace

from packshot.errors import BadInputError
from packshot.imaging._sandbox import Limits, Problem, run_decoder
from packshot.imaging.photo import Photo
from packshot.imaging.sniff import ACCEPTED, Kind, describe, kind_of

LIMITS = Limits()
# A master of ours is lossless: larger than any upload, and as WebP it takes more memory to open.
OWN_LIMITS = replace(LIMITS, max_bytes=LIMITS.output_bytes, memory=2 << 30)

_LONGEST_NAME = 80  # characters of a file's name that a message repeats
_SMALLER = "Export it smaller and try again."
_AGAIN = "Save it again from its source and try again."

_WORDS = {
    "bytes": ("is {megabytes:,.1f} MB; at most {max_megabytes:,.0f} MB.", _SMALLER),
    "wide": ("is {width:,} px wide; at most {max_side:,} px a side.", _SMALLER),
    "tall": ("is {height:,} px high; at most {max_side:,} px a side.", _SMALLER),
    "pixels": ("has {megapixels:,.1f} megapixels; at most {max_megapixels:,.0f}.", _SMALLER),
    "small": (
        "is only {width:,} × {height:,} px; at least {min_side:,} px a side.",
        "Choose a larger picture; 1,000 px or more a side give good results.",
    ),
    "frames": ("holds {frames:,} pictures; a photo is one.", "Export the one you want and try again."),
    "animated": ("is an animation; a photo is one picture.", "Export one frame and try again."),
    "nested": (
        "keeps pictures within pictures, as a camera's raw file does.",
        "Develop it to a JPEG, PNG or plain TIFF and try again.",
    ),
    "encoding": (
        "stores its colours as {colours} {samples}; photos can be grey, RGB or CMYK with 8 or 16 bits a channel.",
        "Convert it to 8 or 16 bit RGB and try again.",
    ),
    "channels": (
        "has {extra} channels besides its colours; at most one, for transparency.",
        "Flatten it and try again.",
    ),
    "unreadable": ("cannot be read: it is damaged or of a rare kind.", _AGAIN),
    "damaged": ("is damaged or cut short.", _AGAIN),
    "memory": ("needs more than {memory_gigabytes:.2g} GB of memory to decode.", _SMALLER),
    "time": ("takes longer than {seconds} s to decode.", _SMALLER),
}


def decode(data: bytes, *, name: str = "photo", limits: Limits = LIMITS) -> Photo:
    """The photo in `data`, the bytes of a JPEG, PNG, WebP or TIFF of one frame with 8 or 16 bits a channel.

    EXIF orientation is applied, an embedded ICC profile turned into sRGB (relative colorimetric, black point
    compensation) unless it is sRGB already, alpha kept straight, or dropped where it is opaque everywhere; metadata is
    left behind. `name` is only repeated in messages. Decoding happens in a process of its own under `limits`.

    Raises BadInputError naming every problem that can be told at once; PackshotError where the decoder cannot run.
    """
    name = _presentable(name)
    kind = check_kind(data, name=name)
    if len(data) > limits.max_bytes:
        raise _refusal(name, [("bytes", {"megabytes": len(data) / 1e6}), *_header_problems(data, limits)], limits)
    outcome = run_decoder(data, kind, limits, header_only=False)
    if isinstance(outcome, Photo):
        return outcome
    raise _refusal(name, outcome, limits)


def check_kind(data: bytes, *, name: str = "photo") -> Kind:
    """The format of `data`, for which a file's first kilobyte is enough; a BadInputError where it is none of ours."""
    if not data:
        raise BadInputError(f"{_presentable(name)} is empty.", remedy="Choose another file and try again.")
    kind = kind_of(data)
    if kind is None:
        raise BadInputError(
            f"{_presentable(name)} is {describe(data)}; photos can be {ACCEPTED}.",
            remedy="Export it as one of these and try again.",
        )
    return kind


def _header_problems(data: bytes, limits: Limits) -> list[Problem]:
    """What the header of a file that is too long says besides: its end is cut off, so damage means nothing."""
    kind = kind_of(data)
    assert kind
    outcome = run_decoder(data[: limits.max_bytes], kind, limits, header_only=True)
    return [problem for problem in outcome if problem[0] != "unreadable"] if isinstance(outcome, list) else []


def _refusal(name: str, problems: list[Problem], limits: Limits) -> BadInputError:
    bounds = {
        "max_megabytes": limits.max_bytes / 1e6,
        "max_megapixels": limits.max_pixels / 1e6,
        "max_side": limits.max_side,
        "min_side": limits.min_side,
        "memory_gigabytes": limits.memory / 2**30,
        "seconds": limits.seconds,
    }
    messages = [_WORDS[code][0].format(**bounds, **values) for code, values in problems]
    remedies = dict.fromkeys(_WORDS[code][1] for code, _ in problems)
    return BadInputError(f"{name} " + " It ".join(messages), remedy=" ".join(remedies))


def _presentable(name: str) -> str:
    """`name` without what could upset a terminal or a log, and no longer than a line."""
    clean = "".join(c if c.isprintable() else "�" for c in name)
    return clean if len(clean) <= _LONGEST_NAME else clean[: _LONGEST_NAME - 1] + "…"
