"""Runs the decoder as a process of its own: limited, with an empty environment, and gone when the call returns."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

import numpy as np

from packshot.errors import PackshotError
from packshot.imaging.colour import Pixels
from packshot.imaging.photo import Photo
from packshot.imaging.sniff import Kind

Problem = tuple[str, dict[str, Any]]
"""What is wrong with an upload: a code, and the values that the words for it need."""


class Program(NamedTuple):
    """A program that opens what strangers give: what it opens, in a word, and which modules and packages it needs."""

    path: Path
    opens: str
    modules: tuple[str, ...]
    packages: str


PICTURES = Program(
    Path(__file__).with_name("_decoder.py"),
    "picture",
    ("pyvips", "_libvips", "_cffi_backend"),
    "pyvips pyvips-binary",
)

_ENDED_BY: dict[int, str] = {  # what it means when the kernel or glib ended the child
    signal.SIGXCPU: "time",
    signal.SIGALRM: "time",
    signal.SIGKILL: "memory",
    signal.SIGABRT: "memory",
    signal.SIGTRAP: "memory",
}


@dataclass(frozen=True)
class Limits:
    """What an upload may be, and what decoding it may cost: bytes, pixels, seconds of processor and of wall time."""

    max_bytes: int = 25_000_000
    max_pixels: int = 50_000_000
    max_side: int = 12_000
    min_side: int = 16
    memory: int = 1 << 30
    seconds: int = 20

    @property
    def output_bytes(self) -> int:
        """The raw pixels of the largest picture: four channels of 16 bits."""
        return self.max_pixels * 8


def run_decoder(data: bytes, kind: Kind, limits: Limits, *, header_only: bool) -> Photo | list[Problem]:
    """The photo in `data`, or what is wrong with it; with `header_only` no pixel is decoded and the list may be empty.

    Raises PackshotError where the decoder could not run at all.
    """
    task = {**asdict(limits), "output_bytes": limits.output_bytes, "kind": kind, "header_only": header_only}
    with scratch() as pixels:
        found = confined(PICTURES, data, task, {"output": pixels})
        return found if isinstance(found, list) else _photo(pixels, found)


def confined(
    program: Program, data: bytes, task: dict[str, Any], outputs: Mapping[str, IO[bytes]]
) -> dict[str, Any] | list[Problem]:
    """What `program` reports of `data`, or what is wrong with it. It writes to `outputs`, whose names `task` gets too.

    `task` has the limits: `memory` and `output_bytes` in bytes, `seconds`. Raises PackshotError where the program could
    not run at all.
    """
    with scratch() as upload, scratch() as report:
        upload.write(data)
        upload.seek(0)
        given = {**task, **{name: file.fileno() for name, file in outputs.items()}}
        try:
            child = subprocess.run(  # noqa: S603 - our own program; nothing of the upload stands on its command line
                [sys.executable, "-P", "-s", "-S", str(program.path), json.dumps(given)],
                stdin=upload,
                stdout=report,
                stderr=subprocess.DEVNULL,
                pass_fds=[file.fileno() for file in outputs.values()],
                env=_environment(program),
                timeout=task["seconds"],
                check=False,
            )
        except subprocess.TimeoutExpired:
            return [("time", {})]
        if child.returncode < 0:
            return [(_ENDED_BY.get(-child.returncode, "damaged"), {})]
        if child.returncode > 0:
            raise PackshotError(
                f"The {program.opens} decoder stopped with exit code {child.returncode}.",
                remedy=f"Its libraries may be damaged: pip install --force-reinstall {program.packages}.",
            )
        report.seek(0)
        verdict: dict[str, Any] = json.loads(report.read())
        return [(code, values) for code, values in verdict["problems"]] if "problems" in verdict else verdict


def scratch() -> IO[bytes]:
    """A nameless file, in memory where the system knows such: raw pixels of hundreds of megabytes are slow on disk."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("packshot"), "w+b")
    return TemporaryFile()


@cache
def _environment(program: Program) -> dict[str, str]:
    """All that the child knows of its surroundings: where its libraries are, and how they must behave."""
    specs = [find_spec(module) for module in program.modules]
    folders = [
        # A package lies one folder deeper than a plain module.
        Path(spec.origin).parents[1 if spec.submodule_search_locations else 0]
        for spec in specs
        if spec and spec.origin
    ]
    return {
        "PYTHONPATH": ":".join(dict.fromkeys(map(str, folders))),
        "MALLOC_ARENA_MAX": "1",  # glibc's further heaps would count 64 MB each against the limit, unused
        "VIPS_BLOCK_UNTRUSTED": "1",
        "VIPS_CONCURRENCY": "1",
    }


def _photo(file: IO[bytes], layout: dict[str, int]) -> Photo:
    """The raw pixels in `file`, mapped and not copied."""
    mapped = mmap(file.fileno(), 0, access=ACCESS_COPY)
    samples: Pixels = np.frombuffer(mapped, np.uint16) if layout["depth"] == 16 else np.frombuffer(mapped, np.uint8)
    samples = samples.reshape(layout["height"], layout["width"], layout["bands"])
    if layout["bands"] == 3:
        return Photo(samples)
    alpha = samples[..., 3].copy()
    opaque = alpha.min() == np.iinfo(alpha.dtype).max
    return Photo(samples[..., :3].copy(), None if opaque else alpha)
