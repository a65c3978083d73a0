"""What is sent to a vendor is the picture and nothing else of the file, in a form that the vendor takes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from packshot.engines.base import Reference
from packshot.engines.pictures import clear_changes, from_base64, is_picture, is_video, sent, white_changes
from packshot.errors import BadInputError

pytestmark = pytest.mark.anyio


def file(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, format, **options)  # type: ignore[arg-type]
    return data.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8))


async def test_place_and_camera_stay_here_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"  # turned, and who turned it
    picture = await sent(Reference(file(Image.new("RGB", (300, 200), "teal"), "JPEG", exif=exif), name="at-home.jpg"))
    assert (picture.width, picture.height) == (200, 300) and picture.mime == "image/webp"
    assert b"camera" not in picture.data and "home" not in picture.name
    with Image.open(io.BytesIO(picture.data)) as opened:
        assert opened.size == (200, 300) and not opened.getexif()
    assert picture.data_url.startswith("data:image/webp;base64,") and from_base64(picture.data_url) == picture.data


async def test_sixteen_bits_and_tiff_are_sent_as_eight_bits_that_vendors_open() -> None:
    image = Image.fromarray(np.full((80, 90), 65_535, np.uint16))
    picture = await sent(Reference(file(image, "TIFF")))
    with Image.open(io.BytesIO(picture.data)) as opened:
        assert opened.format == "WEBP" and opened.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


async def test_transparency_is_kept() -> None:
    picture = await sent(Reference(file(Image.new("RGBA", (90, 80), (255, 0, 0, 128)))))
    with Image.open(io.BytesIO(picture.data)) as opened:
        assert opened.convert("RGBA").getpixel((5, 5)) == (255, 0, 0, 128)


async def test_what_is_too_large_is_sent_as_large_as_fits() -> None:
    data = file(noise(600, 400))
    assert len((await sent(Reference(data))).data) > 300_000
    smaller = await sent(Reference(data), most_bytes=100_000)
    assert len(smaller.data) <= 100_000 and smaller.width / smaller.height == pytest.approx(1.5, abs=0.01)
    with pytest.raises(BadInputError, match="too large"):
        await sent(Reference(data), most_bytes=100)


async def test_a_mask_keeps_its_meaning_for_both_kinds_of_vendors() -> None:
    picture = await sent(Reference(file(noise(100, 80))))
    half = Image.new("L", (100, 80), 0)
    half.paste(255, (0, 0, 50, 80))  # the left half may change
    with Image.open(io.BytesIO(await white_changes(file(half), picture))) as white:
        assert white.mode == "L" and white.getpixel((10, 40)) == 255 and white.getpixel((90, 40)) == 0
    with Image.open(io.BytesIO(await clear_changes(file(half), picture))) as clear:
        assert clear.format == "PNG" and clear.mode == "RGBA"
        assert clear.getpixel((10, 40))[3] == 0 and clear.getpixel((90, 40))[3] == 255  # type: ignore[index]
    with pytest.raises(BadInputError, match="90×80"):
        await clear_changes(file(Image.new("L", (90, 80))), picture)


async def test_what_cannot_be_read_is_bad_input() -> None:
    with pytest.raises(BadInputError, match=r"list\.txt"):
        await sent(Reference(b"milk", name="list.txt"))


def test_what_begins_like_a_picture_or_a_video() -> None:
    assert is_picture(file(noise(80, 80))) and not is_picture(b"<html>")
    assert is_video(b"\x00\x00\x00\x18ftypmp42") and not is_video(file(noise(80, 80)))
    assert from_base64("no base64!") is None and from_base64(None) is None
