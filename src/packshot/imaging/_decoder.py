"""The child's program: decodes one upload under hard limits. decode.py runs it as a process; nothing imports it.

Standard input is the upload. Standard output gets one JSON object: either `problems`, a list of [code, values], or
`width`, `height`, `bands` and `depth` of the raw pixels written to the file descriptor that the task names. It imports
pyvips and nothing of Packshot, so that it starts in a few hundredths of a second and has nothing worth stealing.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import sys
from typing import Any

import pyvips

Problem = tuple[str, dict[str, Any]]

COLOUR_BANDS = {"b-w": 1, "grey16": 1, "srgb": 3, "rgb16": 3, "cmyk": 4}
DEPTHS = {"uchar": 8, "ushort": 16}
STAND_IN_PROFILES = {"srgb": "srgb", "rgb16": "srgb", "cmyk": "cmyk"}
HUGE_WEBP = 40_000_000  # pixels that may need more than 1 GB while libwebp decodes and libvips turns them
PROBE = bytes(level for r in range(5) for g in range(5) for b in range(5) for level in (r * 63, g * 63, b * 63))


class Unfit(Exception):  # noqa: N818 - a verdict on the picture, no fault of the program
    """The picture cannot be taken, for every reason that could be told at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


class Complaints(logging.Handler):
    """Remembers what libvips warned about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += record.getMessage().splitlines()

    @property
    def broken_jpeg(self) -> bool:
        """Whether a JPEG lost pixels: libjpeg only warns then. Stray bytes between its parts lose none."""
        return any("Corrupt JPEG data" in line and "extraneous" not in line for line in self.lines)


def confine(memory: int, seconds: int, output: int) -> None:
    """Limits that this process can never raise again: `memory` and `output` in bytes, processor and wall time."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # a signal of its own, then the end
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    if sys.platform != "darwin":  # macOS takes no limit on address space: there the header's checks bound memory
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.alarm(seconds)  # should the parent die, nobody else would end this process


def inspect(image: pyvips.Image, data: bytes, kind: str, task: dict[str, Any]) -> None:
    """Raise Unfit with all that the header shows to be wrong; no pixel is decoded for it."""
    width, height = image.width, image.height
    problems: list[Problem] = []
    if width > task["max_side"]:
        problems.append(("wide", {"width": width}))
    if height > task["max_side"]:
        problems.append(("tall", {"height": height}))
    if width * height > task["max_pixels"]:
        problems.append(("pixels", {"megapixels": width * height / 1e6}))
    if min(width, height) < task["min_side"]:
        problems.append(("small", {"width": width, "height": height}))
    frames = image.get_n_pages()
    if frames > 1:
        problems.append(("frames", {"frames": frames}))
    elif kind == "png" and b"acTL" in data[: data.find(b"IDAT")]:  # libvips shows only the first frame of an APNG
        problems.append(("animated", {}))
    if number(image, "n-subifds") > 0:
        problems.append(("nested", {}))
    colours, samples = str(image.interpretation), str(image.format)
    if colours not in COLOUR_BANDS or samples not in DEPTHS:
        problems.append(("encoding", {"colours": colours, "samples": samples}))
    elif (extra := image.bands - COLOUR_BANDS[colours]) not in (0, 1):
        problems.append(("channels", {"extra": extra}))
    if problems:
        raise Unfit(*problems)


def number(image: pyvips.Image, field: str) -> int:
    """A field of the header that holds a whole number; 0 where it is missing."""
    value = image.get(field) if image.get_typeof(field) else 0
    return value if isinstance(value, int) else 0


def upright_srgb(image: pyvips.Image) -> pyvips.Image:
    """`image` turned as its EXIF says, in sRGB, in its own depth, with its alpha if it has one."""
    if number(image, "orientation") > 1:
        image = image.copy_memory().autorot()  # turning reads rows out of order
    bands = COLOUR_BANDS[str(image.interpretation)]
    colour = to_srgb(image.extract_band(0, n=bands) if image.bands > bands else image)
    return colour.bandjoin(image.extract_band(bands)) if image.bands > bands else colour


def to_srgb(colour: pyvips.Image) -> pyvips.Image:
    """`colour` (1, 3 or 4 bands, no alpha) in sRGB: by its profile, by a typical one for CMYK, else as it stands."""
    profiled = bool(colour.get_typeof("icc-profile-data"))
    if colour.interpretation == "cmyk" or (profiled and not is_srgb(colour)):
        try:
            return by_profile(colour)
        except pyvips.Error:
            if colour.interpretation == "cmyk":
                raise
    return colour if colour.bands == 3 else colour.bandjoin([colour, colour])


def by_profile(colour: pyvips.Image) -> pyvips.Image:
    """`colour` in sRGB by its embedded profile, relative colorimetric with black point compensation."""
    stand_in = STAND_IN_PROFILES.get(str(colour.interpretation))
    source: dict[str, Any] = {"embedded": True, **({"input_profile": stand_in} if stand_in else {})}
    rendering: dict[str, Any] = {"intent": "relative", "black_point_compensation": True}
    if DEPTHS[str(colour.format)] == 8:
        return colour.icc_transform("srgb", depth=8, **source, **rendering)
    # In one step littlecms would go through a table that is up to 20 of 255 levels off at the edge of the gamut.
    in_lab = colour.icc_import(pcs="lab", **source, **rendering)
    return in_lab.icc_export(output_profile="srgb", pcs="lab", depth=16, **rendering)


def is_srgb(colour: pyvips.Image) -> bool:
    """Whether the profile is one of sRGB's many: it moves no probe by more than a level, so pixels can stay."""
    if colour.bands != 3:
        return False
    probe = pyvips.Image.new_from_memory(PROBE, len(PROBE) // 3, 1, 3, "uchar").copy(interpretation="srgb")
    probe.set_type(pyvips.GValue.blob_type, "icc-profile-data", colour.get("icc-profile-data"))
    moved = (by_profile(probe) - probe).abs().max()
    return isinstance(moved, float) and moved <= 1


def decode(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    """Check `data`, write its pixels to the descriptor `task["output"]` and report their layout."""
    complaints = Complaints()
    logging.getLogger("pyvips").addHandler(complaints)
    layout = write_pixels(data, task)
    # The image is closed by now, which is when libvips tells what libjpeg warned about.
    if task["kind"] == "jpeg" and complaints.broken_jpeg:
        raise Unfit(("damaged", {}))
    return layout


def write_pixels(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    kind: str = task["kind"]
    loader = getattr(pyvips.Image, f"{kind}load_buffer")  # the loader is named: libvips never guesses one
    image: pyvips.Image = loader(data, access="sequential", fail_on="error")
    inspect(image, data, kind, task)
    if task["header_only"]:
        raise Unfit()
    try:
        picture = upright_srgb(image)
        picture.rawsave_target(pyvips.Target.new_to_descriptor(task["output"]))
    except pyvips.Error as error:
        # libwebp does not say so when its memory ran out.
        starved = "out of memory" in str(error) or (kind == "webp" and image.width * image.height > HUGE_WEBP)
        raise Unfit(("memory" if starved else "damaged", {})) from error
    return {
        "width": picture.width,
        "height": picture.height,
        "bands": picture.bands,
        "depth": DEPTHS[str(image.format)],
    }


def main() -> None:
    """Read the task from the command line, confine this process, decode, report."""
    task = json.loads(sys.argv[1])
    confine(task["memory"], task["seconds"], task["output_bytes"])
    try:
        report = decode(sys.stdin.buffer.read(), task)
    except Unfit as unfit:
        report = {"problems": unfit.problems}
    except MemoryError:
        report = {"problems": [("memory", {})]}
    except (pyvips.Error, UnicodeDecodeError):  # pyvips repeats the file's own bytes in some messages
        report = {"problems": [("unreadable", {})]}
    os.write(1, json.dumps(report).encode())


if __name__ == "__main__":
    main()
