"""Videos of others are opened apart, packed anew without being touched, and refused in words where they are no use."""

from __future__ import annotations

import io
import random
import struct
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from packshot.errors import BadInputError
from packshot.imaging import video
from packshot.imaging.video import Limits, Video, marked, watch

from .films import film

PLAIN = film()


def packets(data: bytes) -> list[tuple[str, bytes]]:
    """What is in a file's streams, packed as it is."""
    with av.open(io.BytesIO(data), "r") as file:
        return [(one.stream.type, bytes(one)) for one in file.demux() if one.size]


def refusal(data: bytes, **options: Any) -> str:
    with pytest.raises(BadInputError) as caught:
        watch(data, limits=Limits(**options))
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize(
    ("codec", "named"), [("libx264", "h264"), ("libx265", "hevc"), ("libvpx-vp9", "vp9"), ("libsvtav1", "av1")]
)
def test_what_browsers_play_is_taken_and_never_encoded_again(codec: str, named: str) -> None:
    given = film(codec)
    found = watch(given)
    assert (found.width, found.height, found.codec, found.sound, found.copied) == (96, 64, named, False, True)
    assert found.seconds == pytest.approx(2, abs=0.01) and found.rate == pytest.approx(8, abs=0.1)
    assert packets(found.data) == packets(given)
    assert found.data.index(b"moov") < found.data.index(b"mdat")
    assert b"secret" in given and b"secret" not in found.data and b"Lavf" not in found.data


def test_its_stills_are_its_beginning_middle_and_end() -> None:
    first, middle, last = watch(film(black=3)).stills
    assert [first.at, middle.at, last.at] == [0.375, 1.0, 1.875], "what is black at first shows nothing"
    assert first.pixels.shape == (64, 96, 3) and first.pixels.mean() > 60
    pattern = np.kron(np.random.default_rng(0).integers(60, 255, (8, 12, 3)), np.ones((8, 8, 1)))
    for still, number in ((first, 3), (middle, 8), (last, 15)):
        apart = np.abs(still.pixels.astype(float) - np.roll(pattern, 2 * number, axis=1)).mean()
        assert apart < 30, "the very frame, in its colours"


def test_sound_stays() -> None:
    given = film(sound=True)
    found = watch(given)
    assert found.sound and packets(found.data) == packets(given)


@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9"])
def test_what_is_looked_at_before_it_is_bought_is_small_silent_and_marked(codec: str) -> None:
    given = film(codec, size=(960, 640), frames=32, rate=32, sound=True)
    found = watch(marked(given))
    assert (found.width, found.height, found.codec, found.sound) == (480, 320, "vp9", False)
    assert found.seconds == pytest.approx(1, abs=0.1) and found.rate < 18
    bare, lined = watch(given).stills[0].pixels, found.stills[0].pixels.astype(float)
    small = bare.reshape(320, 2, 480, 2, 3).mean(axis=(1, 3))
    across = np.abs(lined - small).mean(axis=2)
    lines = across[[72, 144, 216, 288]].mean(), across[:, [72, 144, 216, 288, 360, 432]].mean()
    assert min(lines) > 3 * np.median(across), "the same picture, but for its lines"
    assert np.median(across) < 12


def test_nothing_is_made_larger_to_be_looked_at() -> None:
    found = watch(marked(PLAIN))
    assert (found.width, found.height) == (96, 64) and found.seconds == pytest.approx(2, abs=0.1)
    with pytest.raises(BadInputError, match="at most 1 s"):
        marked(PLAIN, limits=Limits(max_seconds=1))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no MP4"),
        (b"<!doctype html>", "no MP4"),
        (b"\0\0\0\x18ftypisom" + bytes(400), "no MP4"),
        (PLAIN[: len(PLAIN) // 2], "no MP4"),  # its head is at its end
        (film(format="matroska"), "no MP4"),
        (film("mpeg4"), "packed as mpeg4"),
        (film(streams=2), "2 streams"),
        (film(black=16), "is black"),
    ],
    ids=["empty", "html", "a head and nothing", "cut", "matroska", "mpeg4", "two streams", "black"],
)
def test_what_is_no_use_is_said(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_what_was_cut_off_behind_its_head_is_noticed() -> None:
    whole = watch(PLAIN).data
    assert "cut short" in refusal(whole[: len(whole) * 3 // 4])


def test_what_is_too_much_is_said_before_it_is_decoded() -> None:
    assert "lasts 2.0 s; at most 1 s" in refusal(PLAIN, max_seconds=1)
    assert "96 × 64 px; at most 80 px" in refusal(PLAIN, max_side=80)
    assert "is only 96 × 64" in refusal(PLAIN, min_side=70)
    assert "at most 0 MB" in refusal(PLAIN, max_bytes=100)


def test_a_head_that_promises_too_much_costs_little() -> None:
    """270 million samples in a table of a few bytes."""
    bomb = bytearray(PLAIN)
    sizes, times = bomb.index(b"stsz"), bomb.index(b"stts")
    bomb[sizes + 8 : sizes + 16] = struct.pack(">II", 1, 0x0FFFFFFF)
    bomb[times + 12 : times + 20] = struct.pack(">II", 0x0FFFFFFF, 1)
    began = time.process_time()
    refusal(bytes(bomb), seconds=10)
    assert time.process_time() - began < 5, "this process waits"


def test_whatever_is_broken_ends_in_words() -> None:
    dice = random.Random(5)
    for _ in range(12):
        data = bytearray(PLAIN)
        for _ in range(dice.randint(1, 40)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            assert isinstance(watch(bytes(data)), Video)
        except BadInputError as error:
            assert error.remedy


def test_too_little_memory_and_too_much_time_are_words_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert refusal(PLAIN, memory=100_000_000), "FFmpeg does not always say that it was memory"
    (program := tmp_path / "spins.py").write_text("while True: pass\n")
    monkeypatch.setattr(video, "VIDEOS", video.VIDEOS._replace(path=program))
    assert "longer than 1 s" in refusal(PLAIN, seconds=1)


def test_the_child_is_confined(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program, facts = tmp_path / "watched.py", tmp_path / "facts"
    program.write_text(
        "import os, resource, runpy\n"
        f"try: runpy.run_path({str(video.VIDEOS.path)!r}, run_name='__main__')\n"
        f"finally: open({str(facts)!r}, 'w').write(repr([resource.getrlimit(resource.RLIMIT_AS)[1],\n"
        "    resource.getrlimit(resource.RLIMIT_FSIZE)[1], sorted(os.environ)]))\n"
    )
    monkeypatch.setattr(video, "VIDEOS", video.VIDEOS._replace(path=program))
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_canary")
    watch(PLAIN)
    limits = Limits()
    assert facts.read_text().startswith(f"[{limits.memory}, {limits.output_bytes}, ")
    assert "STRIPE" not in facts.read_text()
