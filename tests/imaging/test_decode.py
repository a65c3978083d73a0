"""What becomes of a photo's pixels when it is opened."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms

from packshot.imaging.decode import decode
from packshot.imaging.master import master

from .pictures import (
    ADOBE_GAMMA,
    ADOBE_RGB,
    DISPLAY_P3,
    SRGB,
    SRGB_CURVE,
    Array,
    encode,
    exif,
    gradients,
    profile,
)

PICTURE = gradients()
DEEP = np.arange(64 * 64 * 3, dtype=np.uint16).reshape(64, 64, 3) * 5


def vips(pixels: Array) -> pyvips.Image:
    """RGB or RGBA `pixels` as libvips' image, which writes what Pillow cannot."""
    return pyvips.Image.new_from_array(pixels).copy(interpretation="srgb" if pixels.dtype == np.uint8 else "rgb16")


@pytest.mark.parametrize(
    "data",
    [
        encode(PICTURE, "PNG"),
        encode(PICTURE, "WEBP", lossless=True),
        encode(PICTURE, "TIFF"),
        encode(PICTURE, "TIFF", compression="tiff_lzw"),
        vips(PICTURE).pngsave_buffer(interlace=True),
        vips(PICTURE).tiffsave_buffer(tile=True, compression="deflate"),
    ],
    ids=["png", "webp", "tiff", "tiff-lzw", "png-interlaced", "tiff-tiled"],
)
def test_lossless_formats_keep_every_pixel(data: bytes):
    photo = decode(data)
    assert photo.depth == 8
    assert photo.alpha is None
    np.testing.assert_array_equal(photo.pixels, PICTURE)


@pytest.mark.parametrize(
    "options", [{"quality": 95}, {"quality": 95, "progressive": True}], ids=["baseline", "progressive"]
)
def test_jpeg_is_close(options: dict[str, Any]):
    photo = decode(encode(PICTURE, "JPEG", **options))
    assert np.abs(photo.pixels.astype(int) - PICTURE).mean() < 3


@pytest.mark.parametrize(
    "data",
    [
        vips(DEEP).pngsave_buffer(bitdepth=16),
        vips(DEEP).tiffsave_buffer(compression="deflate"),
        vips(DEEP).tiffsave_buffer(),
    ],
    ids=["png", "tiff-deflate", "tiff"],
)
def test_sixteen_bits_stay_sixteen_bits(data: bytes):
    photo = decode(data)
    assert photo.depth == 16
    np.testing.assert_array_equal(photo.pixels, DEEP)


def test_grey_becomes_rgb_in_its_depth():
    grey = PICTURE[..., 0]
    deep = DEEP[..., 0]
    np.testing.assert_array_equal(decode(encode(grey, "PNG")).pixels, np.dstack([grey] * 3))
    np.testing.assert_array_equal(decode(encode(deep, "PNG")).pixels, np.dstack([deep] * 3))
    bilevel = decode(encode(Image.fromarray(grey > 127), "PNG")).pixels
    assert set(np.unique(bilevel)) == {0, 255}


def test_alpha_is_kept_straight():
    alpha = PICTURE[..., 0]
    rgba = np.dstack([PICTURE, alpha])
    for data in (encode(rgba, "PNG"), encode(rgba, "TIFF"), encode(rgba, "WEBP", lossless=True, exact=True)):
        photo = decode(data)
        np.testing.assert_array_equal(photo.pixels, PICTURE)
        np.testing.assert_array_equal(photo.alpha, alpha)


def test_premultiplied_tiff_becomes_straight():
    alpha = np.full(PICTURE.shape[:2], 128, np.uint8)
    data = vips(np.dstack([PICTURE, alpha])).tiffsave_buffer(premultiply=True)
    photo = decode(data)
    assert np.abs(photo.pixels.astype(int) - PICTURE).max() <= 2


def test_deep_alpha_is_kept():
    alpha = DEEP[..., 1]
    photo = decode(vips(np.dstack([DEEP, alpha])).pngsave_buffer(bitdepth=16))
    np.testing.assert_array_equal(photo.alpha, alpha)
    grey = decode(vips(np.dstack([DEEP[..., 0], alpha])).copy(interpretation="grey16").pngsave_buffer(bitdepth=16))
    np.testing.assert_array_equal(grey.alpha, alpha)
    np.testing.assert_array_equal(grey.pixels[..., 2], DEEP[..., 0])


def test_alpha_that_hides_nothing_is_dropped():
    opaque = np.full(PICTURE.shape[:2], 255, np.uint8)
    assert decode(encode(np.dstack([PICTURE, opaque]), "PNG")).alpha is None


def test_palette_with_transparency():
    palette = Image.fromarray(PICTURE).quantize(16)
    photo = decode(encode(palette, "PNG", transparency=3))
    expected = np.asarray(palette.convert("RGB"))
    np.testing.assert_array_equal(photo.pixels, expected)
    np.testing.assert_array_equal(photo.alpha == 0, np.asarray(palette) == 3)


STORED = {  # how a camera stores the upright picture for each EXIF orientation
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: upright.swapaxes(0, 1)[::-1, ::-1],
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", STORED)
def test_pictures_land_upright(orientation: int):
    stored = np.ascontiguousarray(STORED[orientation](PICTURE))
    photo = decode(encode(stored, "PNG", exif=exif(orientation=orientation)))
    np.testing.assert_array_equal(photo.pixels, PICTURE)
    jpeg = decode(encode(stored, "JPEG", quality=95, exif=exif(orientation=orientation)))
    assert jpeg.pixels.shape == PICTURE.shape
    assert np.abs(jpeg.pixels.astype(int) - PICTURE).mean() < 3


def test_orientation_counts_in_every_format():
    stored = np.ascontiguousarray(STORED[6](PICTURE))
    for data in (
        encode(stored, "WEBP", lossless=True, exif=exif(orientation=6)),
        encode(stored, "TIFF", exif=exif(orientation=6)),
        encode(np.dstack([stored, stored[..., 0]]), "PNG", exif=exif(orientation=6)),
    ):
        np.testing.assert_array_equal(decode(data).pixels, PICTURE)


def through_littlecms(image: Image.Image, icc: bytes) -> Array:
    """The same transform by Pillow's binding, as the second opinion."""
    converted = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted
    return np.asarray(converted).astype(int)


@pytest.mark.parametrize(
    "icc",
    [profile(DISPLAY_P3, SRGB_CURVE), profile(ADOBE_RGB, ADOBE_GAMMA)],
    ids=["display-p3", "adobe-rgb"],
)
def test_wide_gamut_becomes_srgb(icc: bytes):
    expected = through_littlecms(Image.fromarray(PICTURE), icc)
    assert np.abs(expected - PICTURE).max() > 10, "the profile would not show"
    photo = decode(encode(PICTURE, "PNG", icc_profile=icc))
    assert np.abs(photo.pixels - expected).max() <= 2
    translucent = decode(encode(np.dstack([PICTURE, PICTURE[..., 0]]), "PNG", icc_profile=icc))
    assert np.abs(translucent.pixels - expected).max() <= 2
    np.testing.assert_array_equal(translucent.alpha, PICTURE[..., 0])


def test_wide_gamut_in_sixteen_bits():
    icc = profile(DISPLAY_P3, SRGB_CURVE)
    image = vips(PICTURE.astype(np.uint16) * 257)
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    photo = decode(image.pngsave_buffer(bitdepth=16))
    assert photo.depth == 16
    expected = through_littlecms(Image.fromarray(PICTURE), icc)
    assert np.abs(photo.pixels / 257 - expected).max() <= 2


def test_srgb_profiles_leave_pixels_alone():
    photo = decode(encode(PICTURE, "PNG", icc_profile=profile(SRGB, SRGB_CURVE)))
    np.testing.assert_array_equal(photo.pixels, PICTURE)


@pytest.mark.parametrize("junk", [b"junk" * 60, profile(ADOBE_RGB, ADOBE_GAMMA)[:200]], ids=["junk", "cut"])
def test_a_broken_profile_is_no_reason_to_refuse(junk: bytes):
    photo = decode(encode(PICTURE, "JPEG", quality=95, icc_profile=junk))
    assert np.abs(photo.pixels.astype(int) - PICTURE).mean() < 3


def test_cmyk_becomes_srgb():
    inks = Image.fromarray(PICTURE).convert("CMYK")
    press = pyvips.Image.profile_load("cmyk")
    expected = through_littlecms(inks, press)
    for data in (encode(inks, "TIFF"), encode(inks, "TIFF", icc_profile=press)):
        photo = decode(data)
        assert photo.depth == 8
        assert np.abs(photo.pixels - expected).max() <= 2
    jpeg = decode(encode(inks, "JPEG", quality=100, subsampling=0))  # Adobe stores JPEG's inks inverted
    assert np.abs(jpeg.pixels - expected).mean() < 2


def test_paper_stays_white_and_black_ink_black():
    paper = decode(encode(Image.new("CMYK", (32, 32), (0, 0, 0, 0)), "JPEG", quality=100))
    ink = decode(encode(Image.new("CMYK", (32, 32), (0, 0, 0, 255)), "JPEG", quality=100))
    assert paper.pixels.min() >= 250
    assert ink.pixels.max() <= 60


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_nothing_of_the_file_but_pixels_goes_on(format: str):
    secret = exif(make="SecretCam 9000", gps=True, orientation=6)
    data = encode(PICTURE, format, exif=secret, icc_profile=profile(DISPLAY_P3, SRGB_CURVE))
    assert b"SecretCam" in data
    kept, _ = master(decode(data))
    for trace in (b"SecretCam", b"test profile", b"Exif", b"EXIF", b"ICCP", b"iCCP", b"XMP"):
        assert trace not in kept


@pytest.mark.parametrize("alpha", [False, True], ids=["opaque", "alpha"])
@pytest.mark.parametrize("pixels", [PICTURE, DEEP], ids=["8 bit", "16 bit"])
def test_a_master_is_lossless(pixels: Array, alpha: bool):
    bands = np.dstack([pixels, pixels[..., 0]]) if alpha else pixels
    photo = decode(vips(bands).pngsave_buffer(bitdepth=pixels.dtype.itemsize * 8))
    data, format = master(photo)
    assert format == ("webp" if photo.depth == 8 else "png")
    again = decode(data)
    np.testing.assert_array_equal(again.pixels, photo.pixels)
    assert again.depth == photo.depth
    if alpha:
        np.testing.assert_array_equal(again.alpha, photo.alpha)
    else:
        assert again.alpha is None
