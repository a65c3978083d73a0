"""Uploads that are broken, disguised or meant to hurt: refused in words, quickly, within the child's limits."""

from __future__ import annotations

import contextlib
import json
import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from packshot.errors import BadInputError, PackshotError
from packshot.imaging import _sandbox
from packshot.imaging.decode import LIMITS, Limits, decode
from packshot.imaging.master import master
from packshot.imaging.photo import Photo

from .pictures import ADOBE_GAMMA, ADOBE_RGB, Array, black_png, chunk, encode, exif, gradients, profile, squeezed

PICTURE = gradients()
LARGER = gradients(400, 400)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><image href="http://a/"/></svg>'

Child = Callable[[str], None]


def refusal(data: bytes, name: str = "grandma.png", **options: Any) -> str:
    """What a person is told about an upload that must be refused."""
    with pytest.raises(BadInputError) as caught:
        decode(data, name=name, **options)
    assert caught.value.remedy
    assert name in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"this is only a text, whatever its name says\n" * 9, "is text;"),
        (SVG, "is an SVG drawing;"),
        (b"<!-- a comment --><svg/>", "is an SVG drawing;"),
        (b"<!doctype html><html></html>", "is a web page;"),
        (b"%PDF-1.7\n", "is a PDF document;"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n", "is a PostScript file;"),
        (b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://127.0.0.1/x)'\n", "is an MVG drawing;"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC picture;"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "is an AVIF picture;"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "is an MP4 video;"),
        (b"8BPS\0\1", "is a Photoshop document;"),
        (b"PK\x03\x04rest", "is a ZIP archive;"),
        (b"RIFF\x10\0\0\0AVI LIST", "is an AVI video;"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "is a camera's raw file (CR2);"),
        (b"\x7fELF\2\1\1", "is a program;"),
        (encode(PICTURE, "GIF"), "is a GIF picture;"),
        (encode(PICTURE, "BMP"), "is a BMP picture;"),
        (b"\xfe\xed\0\1\2\3", "is of no format that we know;"),
    ],
)
def test_what_is_no_photo_is_named(data: bytes, words: str):
    said = refusal(data)
    assert words in said
    assert "JPEG, PNG, WebP and TIFF" in said


def test_an_empty_file():
    assert "grandma.png is empty." in refusal(b"")


def test_a_names_tricks_do_not_reach_the_terminal():
    with pytest.raises(BadInputError) as caught:
        decode(b"", name="\x1b[31m\u202egnp.exe\n" + "a" * 500)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 200


def vips(pixels: Array) -> pyvips.Image:
    return pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def animation(format: str, **options: Any) -> bytes:
    frames = [Image.new("RGB", (64, 64), (level, 0, 0)) for level in (0, 90, 180)]
    return encode(frames[0], format, save_all=True, append_images=frames[1:], **options)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (encode(PICTURE[:1, :1], "PNG"), "is only 1 × 1 px; at least 16 px a side."),
        (encode(PICTURE[:15], "JPEG"), "is only 64 × 15 px;"),
        (black_png(12_001, 16), "is 12,001 px wide; at most 12,000 px a side. Export it smaller and try again."),
        (black_png(16, 12_001), "is 12,001 px high;"),
        (black_png(7_100, 7_100), "has 50.4 megapixels; at most 50."),
        (black_png(19_000, 19_000, rows=3), "is 19,000 px wide; at most 12,000 px a side. It is 19,000 px high;"),
        (animation("WEBP", duration=20), "holds 3 pictures;"),
        (animation("TIFF"), "holds 3 pictures;"),
        (animation("PNG", duration=20), "is an animation;"),
        (half(encode(LARGER, "JPEG")), "is damaged or cut short."),
        (half(encode(LARGER, "JPEG", progressive=True)), "is damaged or cut short."),
        (half(encode(LARGER, "JPEG")) + b"\xff\xd9", "is damaged or cut short."),
        (half(encode(LARGER, "PNG")), "is damaged or cut short."),
        (half(encode(LARGER, "WEBP")), "cannot be read: it is damaged or of a rare kind."),
        (half(encode(LARGER, "TIFF")), "is damaged or cut short."),
        (black_png(3_000, 3_000, rows=3), "is damaged or cut short."),
        (b"\x89PNG\r\n\x1a\n", "cannot be read: it is damaged or of a rare kind."),
        (b"\xff\xd8\xff\xe0", "cannot be read: it is damaged or of a rare kind."),
        (vips(LARGER).tiffsave_buffer(pyramid=True, subifd=True, tile=True), "keeps pictures within pictures"),
        (vips(np.dstack([LARGER] * 2)[..., :5]).tiffsave_buffer(), "has 2 channels besides its colours;"),
        (encode(Image.new("F", (32, 32)), "TIFF"), "photos can be grey, RGB or CMYK with 8 or 16 bits"),
    ],
)
def test_what_is_no_good_photo_is_told(data: bytes, words: str):
    assert words in refusal(data)


def test_all_that_is_wrong_is_said_at_once():
    padded = black_png(12_001, 15) + bytes(LIMITS.max_bytes)
    said = refusal(padded)
    assert (
        "is 25.0 MB; at most 25 MB. It is 12,001 px wide; at most 12,000 px a side. It is only 12,001 × 15 px;" in said
    )
    assert said.count("Export it smaller and try again.") == 1


def test_a_file_that_is_too_long():
    padded = encode(PICTURE, "PNG") + bytes(LIMITS.max_bytes)
    assert "is 25.0 MB; at most 25 MB." in refusal(padded)


def test_a_polyglot_gives_only_its_pixels():
    tail = b"PK\x03\x04<script>alert(1)</script>"
    photo = decode(encode(PICTURE, "JPEG", quality=95) + tail)
    data, _ = master(photo)
    assert b"PK\x03\x04" not in data
    assert b"script" not in data


def test_stray_bytes_between_a_jpegs_parts_do_no_harm():
    whole = encode(PICTURE, "JPEG", quality=95)
    tables = whole.index(b"\xff\xdb")
    photo = decode(whole[:tables] + b"\x12\x34\x56" + whole[tables:])
    np.testing.assert_array_equal(photo.pixels, decode(whole).pixels)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Lets the real child tell, at its end, what it used and what it was allowed; call it after decoding."""
    facts = tmp_path / "facts.json"
    program = tmp_path / "watched.py"
    program.write_text(
        "import json, os, resource, runpy\n"
        f"try: runpy.run_path({str(_sandbox.PICTURES.path)!r}, run_name='__main__')\n"
        "finally:\n"
        "    status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "    names = [name for name in dir(resource) if name.startswith('RLIMIT_')]\n"
        "    facts = {'limits': {name: resource.getrlimit(getattr(resource, name)) for name in names},\n"
        "             'peak': int(status['VmHWM'].split()[0]) * 1024, 'seconds': sum(os.times()[:2]),\n"
        "             'environment': dict(os.environ)}\n"
        f"    open({str(facts)!r}, 'w').write(json.dumps(facts))\n"
    )
    monkeypatch.setattr(_sandbox, "PICTURES", _sandbox.PICTURES._replace(path=program))
    return lambda: json.loads(facts.read_text())


def comment_bomb() -> bytes:
    """200 MB of comment in 200 KB."""
    return black_png(64, 64, extra=[chunk(b"zTXt", b"Comment\0\0" + squeezed(b"A" * 1_000_000, 200))])


def profile_bomb() -> bytes:
    """A colour profile of 200 MB in 200 KB."""
    return black_png(64, 64, extra=[chunk(b"iCCP", b"bomb\0\0" + squeezed(bytes(1_000_000), 200))])


@pytest.mark.parametrize(
    "bomb",
    [lambda: black_png(19_000, 19_000), lambda: black_png(9_000, 9_000, rows=3), comment_bomb, profile_bomb],
    ids=["decompression", "huge header, tiny body", "comment", "profile"],
)
def test_bombs_cost_little(bomb: Callable[[], bytes], watched: Callable[[], dict[str, Any]]):
    data = bomb()
    assert len(data) < 500_000
    with contextlib.suppress(BadInputError):
        decode(data)
    used = watched()
    assert used["peak"] < 100_000_000
    assert used["seconds"] < 2


def test_the_child_is_confined_and_knows_nothing(
    watched: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_canary")
    decode(encode(PICTURE, "PNG"))
    facts = watched()
    assert "canary" not in json.dumps(facts["environment"])
    assert facts["environment"]["VIPS_BLOCK_UNTRUSTED"] == "1"
    assert facts["limits"]["RLIMIT_AS"] == [1 << 30, 1 << 30]
    assert facts["limits"]["RLIMIT_CPU"][0] == 20
    assert facts["limits"]["RLIMIT_CORE"] == [0, 0]
    assert facts["limits"]["RLIMIT_FSIZE"][0] == 50_000_000 * 8


@pytest.mark.parametrize(("height", "options"), [(6_250, {}), (3_000, {"interlace": True})], ids=["50 MP", "turned"])
def test_a_large_photo_is_taken(height: int, options: dict[str, Any], watched: Callable[[], dict[str, Any]]):
    """50 megapixels, and 24 that must be held in memory to be turned."""
    level = pyvips.Image.xyz(8_000, height)[0].cast("uchar")
    large = level.bandjoin([level, level]).copy(interpretation="srgb")
    if options:
        large.set_type(pyvips.GValue.gint_type, "orientation", 6)
    photo = decode(large.jpegsave_buffer(Q=50, **options))
    assert photo.pixels.shape == ((8_000, height, 3) if options else (height, 8_000, 3))
    assert watched()["peak"] < 500_000_000


def test_a_child_that_needs_too_much_memory():
    turned = encode(np.zeros((4_000, 6_000, 3), np.uint8), "PNG", exif=exif(orientation=6))
    said = refusal(turned, limits=Limits(memory=100_000_000))
    assert "needs more than 0.093 GB of memory to decode." in said


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Child:
    """Puts a program of the test's own in the child's place."""

    def replace(program: str) -> None:
        path = tmp_path / "child.py"
        path.write_text(program)
        monkeypatch.setattr(_sandbox, "PICTURES", _sandbox.PICTURES._replace(path=path))

    return replace


@pytest.mark.parametrize("idle", ["time.sleep(60)", "while True: pass"], ids=["sleeps", "spins"])
def test_a_child_that_hangs_is_ended(child: Child, tmp_path: Path, idle: str):
    child(f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n{idle}\n")
    started = time.monotonic()
    assert "takes longer than 1 s to decode." in refusal(encode(PICTURE, "PNG"), limits=Limits(seconds=1))
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


@pytest.mark.parametrize(
    ("signal", "words"),
    [
        ("SIGSEGV", "is damaged"),
        ("SIGABRT", "needs more than 1 GB"),
        ("SIGKILL", "needs more than 1 GB"),
        ("SIGXCPU", "takes longer"),
    ],
)
def test_a_child_that_dies(child: Child, signal: str, words: str):
    child(
        "import os, signal, resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        f"os.kill(os.getpid(), signal.{signal})"
    )
    assert words in refusal(encode(PICTURE, "PNG"))


def test_a_decoder_that_does_not_start_is_not_blamed_on_the_photo(child: Child):
    child("import no_such_module")
    with pytest.raises(PackshotError, match="decoder stopped") as caught:
        decode(encode(PICTURE, "PNG"))
    assert not isinstance(caught.value, BadInputError)


def test_eight_at_once():
    good = encode(PICTURE, "PNG")
    uploads = [good, black_png(19_000, 19_000), good, half(encode(LARGER, "JPEG"))] * 2

    def outcome(data: bytes) -> object:
        try:
            return bool((decode(data).pixels == PICTURE).all())
        except BadInputError as error:
            return error.message.split(" ")[1]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, uploads)) == [True, "is", True, "is"] * 2


def seeds() -> list[bytes]:
    """Small valid files that between them use most of what the decoders can do."""
    icc = profile(ADOBE_RGB, ADOBE_GAMMA)
    rgba = np.dstack([PICTURE, PICTURE[..., 0]])
    return [
        encode(PICTURE, "JPEG", exif=exif(orientation=6), icc_profile=icc),
        encode(PICTURE, "JPEG", progressive=True),
        encode(Image.fromarray(PICTURE).convert("CMYK"), "JPEG"),
        encode(rgba, "PNG", exif=exif(orientation=3), icc_profile=icc),
        encode(Image.fromarray(PICTURE).quantize(16), "PNG", transparency=3),
        encode(PICTURE[..., 0].astype(np.uint16) * 257, "PNG"),
        vips(PICTURE).pngsave_buffer(interlace=True),
        encode(PICTURE, "WEBP"),
        encode(rgba, "WEBP", lossless=True, exif=exif(orientation=8), icc_profile=icc),
        encode(PICTURE, "TIFF", compression="tiff_lzw"),
        encode(PICTURE, "TIFF", compression="jpeg"),
        vips(PICTURE).tiffsave_buffer(tile=True, compression="deflate"),
    ]


def mutant(data: bytes, chance: random.Random) -> bytes:
    """`data` with bytes changed, runs overwritten, pieces lost, or its end cut off; half the time near its start."""
    torn = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(torn) if chance.random() < 0.5 else min(len(torn), 300))
        match chance.randrange(6):
            case 0:
                torn[place : place + 4] = bytes([chance.choice((0, 1, 127, 255))]) * 4
            case 1:
                del torn[place : place + chance.randint(1, 40)]
            case 2 if chance.random() < 0.2:
                del torn[max(place, 12) :]
            case _:
                torn[place] = chance.randrange(256)
    return bytes(torn)


@pytest.mark.parametrize("round", range(5))
def test_torn_files_are_photos_or_refused(round: int):
    """12 mutants a round; PACKSHOT_FUZZ=n makes n times as many."""
    chance = random.Random(round)
    for _ in range(int(os.environ.get("PACKSHOT_FUZZ", "1"))):
        for seed in seeds():
            try:
                photo = decode(mutant(seed, chance))
            except BadInputError as error:
                assert error.remedy
            else:
                assert isinstance(photo, Photo)
                assert photo.pixels.shape[2] == 3
