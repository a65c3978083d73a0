"""The child's program: opens one video under hard limits. video.py runs it as a process; nothing imports it.

Standard input is the video. Standard output gets one JSON object: either `problems`, a list of [code, values], or what
the video is: `width`, `height`, `seconds`, `rate`, `codec`, `sound`, and `stills`, which tell where in the file
descriptor `output` the raw pixels of three frames lie. The descriptor `copy` gets the video again, the same packets in
a new file without anything else. With a `longest` side in its task it writes to `copy` a small, marked, silent one
instead, and reports nothing. It imports PyAV and nothing of Packshot, as _decoder.py does with pyvips.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
from fractions import Fraction
from importlib import import_module
from math import ceil
from typing import Any

import av
from av import logging
from av.container import Flags
from av.error import FFmpegError
from av.error import MemoryError as OutOfMemoryError
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

import_module("av.subtitles.stream")  # PyAV loads it with the first video, where the limit on memory may not allow it

Problem = tuple[str, dict[str, Any]]

CODECS = {"h264", "hevc", "av1", "vp9"}
SOUNDS = {"aac", "mp3", "opus", "ac3", "eac3", "flac", "alac"}
BLACK = 40  # of 255: whatever is darker is black, in full range and in a video's
LIT = 0.01  # of a frame that has to be lighter than that for it not to be black
PROBE = 64  # px a side of the small grey picture that this is told by
HEAD = 4096  # bytes for a file's head besides its tables
ENTRY = 64  # bytes at most that a packet takes in the tables of a file's head
RATE = 15  # frames a second of a marked video, at most
TICKS = Fraction(1, 90_000)
QUICK = {"deadline": "realtime", "cpu-used": "8", "crf": "34", "b": "0"}
LINES = ("color=white@0.5:x=0:y=0", "color=black@0.5:x=2:y=2")  # side by side, so that one shows on any ground


class Unfit(Exception):  # noqa: N818 - a verdict on the video, no fault of the program
    """The video cannot be taken."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems)
        self.problems = problems


def confine(memory: int, seconds: int, output: int) -> None:
    """Limits that this process can never raise again, as in _decoder.py."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    if sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.alarm(seconds)


def opened(data: bytes) -> Any:
    """The container in `data`. The demuxer is named: FFmpeg never guesses one, and follows nothing that leads away."""
    return av.open(io.BytesIO(data), "r", format="mp4", options={"enable_drefs": "0", "use_absolute_path": "0"})


def inspect(container: Any, task: dict[str, Any]) -> VideoStream:
    """The one video stream; Unfit with all that the head shows to be wrong, before a frame is decoded."""
    videos = list(container.streams.video)
    if len(videos) != 1:
        raise Unfit(("streams", {"streams": len(videos)}))
    stream: VideoStream = videos[0]
    width, height = stream.width, stream.height
    problems: list[Problem] = []
    if stream.codec.canonical_name not in CODECS:
        problems.append(("codec", {"codec": stream.codec.canonical_name}))
    if max(width, height) > task["max_side"] or width * height > task["max_pixels"]:
        problems.append(("large", {"width": width, "height": height}))
    if min(width, height) < task["min_side"]:
        problems.append(("small", {"width": width, "height": height}))
    told = seconds_told(container, stream)
    if told > task["max_seconds"]:
        problems.append(("long", {"lasts": told}))
    if problems:
        raise Unfit(*problems)
    stream.codec_context.thread_count = 1  # each thread would hold frames of its own against the limit
    return stream


def seconds_told(container: Any, stream: VideoStream) -> float:
    """How long the head says that the video lasts; 0 where it does not."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return float(container.duration or 0) / av.time_base


def is_black(frame: VideoFrame) -> bool:
    """Whether hardly anything in the frame is lighter than black."""
    levels = bytes(frame.reformat(width=PROBE, height=PROBE, format="gray").planes[0])
    return sum(level > BLACK for level in levels) < LIT * len(levels)


class Strip:
    """Three frames of a video as they pass: the first that shows something, one of the middle, the last that does."""

    def __init__(self, middle: float) -> None:
        self.middle_at = middle
        self.first: VideoFrame | None = None
        self.middle: VideoFrame | None = None
        self.last: VideoFrame | None = None
        self.frames = 0

    def take(self, frame: VideoFrame) -> None:
        self.frames += 1
        if is_black(frame):
            return
        if self.first is None:
            self.first = frame
        if self.middle is None and (frame.time or 0.0) >= self.middle_at:
            self.middle = frame
        self.last = frame

    @property
    def stills(self) -> list[VideoFrame]:
        if self.first is None or self.last is None:
            raise Unfit(("black", {}))
        return [self.first, self.middle or self.last, self.last]


def watch(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    """Decodes every frame of `data`, writes its stills and its copy, and reports what it is."""
    with opened(data) as container:
        stream = inspect(container, task)
        strip, packets = Strip(seconds_told(container, stream) / 2), 0
        began, ends = None, Fraction(0)
        for packet in container.demux(stream):
            packets += packet.size > 0
            if packet.is_corrupt:
                raise Unfit(("damaged", {}))
            for frame in packet.decode():
                if frame.is_corrupt or frame.pts is None or frame.time_base is None:
                    raise Unfit(("damaged", {}))
                if (frame.width, frame.height) != (stream.width, stream.height):
                    raise Unfit(("changing", {}))
                if frame.rotation:
                    raise Unfit(("turned", {}))
                at = frame.pts * frame.time_base
                began = at if began is None else min(began, at)
                ends = max(ends, at + (frame.duration or 0) * frame.time_base)
                if ends - began > task["max_seconds"]:
                    raise Unfit(("long", {"lasts": float(ends - began)}))
                strip.take(frame)
        if began is None or strip.frames < min(packets, stream.frames or packets):  # what was cut off has no frames
            raise Unfit(("damaged", {}))
        report = {
            "width": stream.width,
            "height": stream.height,
            "seconds": float(ends - began),
            "rate": float(stream.average_rate or 0),
            "codec": stream.codec.canonical_name,
            "sound": any(is_sound(one) for one in container.streams),
            "stills": write_stills(strip.stills, task["output"]),
        }
    report["copied"] = copy(data, task["copy"])
    return report


def mark(data: bytes, task: dict[str, Any]) -> dict[str, Any]:
    """Writes a small video without sound, with lines across it, for looking at: VP9, for x264 and x265 are GPL."""
    made = io.BytesIO()
    with opened(data) as source:
        stream = inspect(source, task)
        head = HEAD + ENTRY * RATE * ceil(seconds_told(source, stream) or task["max_seconds"])
        scale = min(1.0, task["longest"] / max(stream.width, stream.height))
        width, height = (max(2, 2 * round(side * scale / 2)) for side in (stream.width, stream.height))
        lines, after = grid(width, height, task["apart"]), -1.0
        with av.open(made, "w", format="mp4", options=tidy(head)) as target:
            target.flags |= Flags.bitexact.value
            marked: VideoStream = target.add_stream("libvpx-vp9", rate=RATE, options=QUICK)
            marked.width, marked.height, marked.pix_fmt = width, height, "yuv420p"
            marked.codec_context.time_base = TICKS
            marked.codec_context.thread_count = 1
            marked.codec_context.colorspace = Colorspace.ITU709
            for frame in source.decode(stream):
                at = frame.time or 0.0
                if at < after:
                    continue
                after = at + 0.9 / RATE
                lines.push(frame.reformat(width, height, "yuv420p", matrix_of(frame), Colorspace.ITU709))
                drawn = lines.pull()
                assert isinstance(drawn, VideoFrame)
                drawn.pts, drawn.time_base = round(at / TICKS), TICKS
                target.mux(marked.encode(drawn))
            target.mux(marked.encode(None))
    with open(task["copy"], "wb", closefd=False) as file:
        file.write(made.getvalue())
    return {}


def grid(width: int, height: int, apart: int) -> Graph:
    """What draws lines over frames, `apart` px from each other."""
    graph = Graph()
    chain = [
        graph.add_buffer(width=width, height=height, format=VideoFormat("yuv420p"), time_base=TICKS),
        *(graph.add("drawgrid", f"width={apart}:height={apart}:thickness=2:{line}") for line in LINES),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*chain).configure()
    return graph


def write_stills(frames: list[VideoFrame], output: int) -> list[dict[str, Any]]:
    """The frames as raw RGB in the descriptor; where each lies, how long its rows are, and its moment in seconds."""
    stills: list[dict[str, Any]] = []
    offset = 0
    for frame in frames:
        plane = frame.reformat(format="rgb24", src_colorspace=matrix_of(frame)).planes[0]
        pixels = bytes(plane)
        with open(output, "wb", closefd=False) as file:
            file.write(pixels)
        stills.append({"offset": offset, "stride": plane.line_size, "at": round(frame.time or 0.0, 3)})
        offset += len(pixels)
    return stills


def matrix_of(frame: VideoFrame) -> Colorspace:
    """Which colours the frame's samples mean: as its file says, else as browsers take it, by its size."""
    if frame.colorspace in (Colorspace.ITU709, Colorspace.ITU601, Colorspace.SMPTE170M, Colorspace.FCC):
        return Colorspace(frame.colorspace)
    return Colorspace.ITU709 if frame.height >= 720 or frame.width >= 1280 else Colorspace.ITU601


def copy(data: bytes, output: int) -> bool:
    """The same pictures and sound, not encoded again, in a file whose head comes first and that says nothing else.

    False where they cannot be put into a new file; then nothing is written.
    """
    made = io.BytesIO()
    try:
        with opened(data) as source:
            wanted = [one for one in source.streams if one.type == "video" or is_sound(one)]
            entries = sum(packet.size > 0 for packet in source.demux(wanted))
            extra = sum(len(one.codec_context.extradata or b"") for one in wanted)
        head = HEAD + ENTRY * entries + 2 * extra
        with opened(data) as source, av.open(made, "w", format="mp4", options=tidy(head)) as target:
            target.flags |= Flags.bitexact.value  # no name of a program, no date
            wanted = [one for one in source.streams if one.type == "video" or is_sound(one)]
            streams = {one.index: target.add_stream_from_template(one, opaque=True) for one in wanted}
            for stream in streams.values():
                stream.metadata.clear()
            for packet in source.demux(wanted):
                if packet.dts is None:
                    continue
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    except (FFmpegError, ValueError):
        return False
    with open(output, "wb", closefd=False) as file:
        file.write(made.getvalue())
    return True


def is_sound(stream: Any) -> bool:
    return stream.type == "audio" and stream.codec.canonical_name in SOUNDS


def tidy(head: int) -> dict[str, str]:
    """How the copy is written: room of `head` bytes is left at its beginning, so that it plays before all of it came.

    FFmpeg's faststart would open a finished file again, and this one has no name.
    """
    return {"moov_size": str(head), "movflags": "+disable_chpl"}


def main() -> None:
    """Read the task from the command line, confine this process, watch the video or mark it, report."""
    task = json.loads(sys.argv[1])
    logging.set_level(logging.PANIC)
    confine(task["memory"], task["seconds"], task["output_bytes"])
    try:
        report = (mark if "longest" in task else watch)(sys.stdin.buffer.read(), task)
    except Unfit as unfit:
        report = {"problems": unfit.problems}
    except (MemoryError, OutOfMemoryError):
        report = {"problems": [("memory", {})]}
    except (FFmpegError, UnicodeDecodeError, OverflowError, ValueError):
        report = {"problems": [("unreadable", {})]}
    os.write(1, json.dumps(report).encode())


if __name__ == "__main__":
    main()
