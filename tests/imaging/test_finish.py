"""What leaves: exact sizes, exact colours, and nothing in the file that was not meant to be there."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import pyvips
from PIL import JpegImagePlugin

from packshot.errors import BadInputError
from packshot.imaging.decode import decode
from packshot.imaging.finish import Depth, finish
from packshot.imaging.formats import FORMATS, Format
from packshot.imaging.resize import resize

from .pictures import Array, gradients, read

COLOUR_SPACE, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0xA001, 0x011A, 0x011B, 0x0128
INCH, SRGB = 2, 1
EXIF_IFD = 0x8769

EVERY = [(format, depth) for format in FORMATS for depth in FORMATS[format].depths]
LOSSLESS = [("png", 8), ("png", 16), ("tiff", 8), ("tiff", 16)]


def product(side: int = 256) -> Array:
    """(side, side, 3) uint8: a shaded red ball with noise on white, corners 255."""
    y, x = np.mgrid[:side, :side] / (side - 1) * 2 - 1
    ball = x**2 + y**2 < 0.5
    shade = np.sqrt(np.clip(1 - x**2 - y**2, 0, 1))
    noise = np.random.default_rng(1).normal(0, 6, (side, side, 3))
    picture = np.full((side, side, 3), 255.0)
    picture[ball] = (shade[..., None] * (220, 40, 60) + noise)[ball]
    return picture.clip(0, 255).astype(np.uint8)


PRODUCT = product()


def lanczos(length: int, wanted: int) -> Array:
    """The (wanted, length) matrix of the Lanczos-3 filter stretched by the ratio, edges repeated."""
    ratio = length / wanted
    centres = (np.arange(wanted) + 0.5) * ratio - 0.5
    reach = int(np.ceil(3 * ratio)) + 1
    matrix = np.zeros((wanted, length))
    for row, centre in enumerate(centres):
        places = np.arange(int(centre) - reach, int(centre) + reach + 2)
        distance = (places - centre) / ratio
        weights = np.where(np.abs(distance) < 3, np.sinc(distance) * np.sinc(distance / 3), 0)
        np.add.at(matrix[row], places.clip(0, length - 1), weights / weights.sum())
    return matrix


def reference(pixels: Array, width: int, height: int) -> Array:
    """`pixels` resized in float64, clipped."""
    rows, columns = lanczos(pixels.shape[0], height), lanczos(pixels.shape[1], width)
    return np.einsum("yi,ijc,xj->yxc", rows, pixels.astype(float), columns, optimize=True).clip(0, 255)


def test_formats_are_those_of_the_type():
    assert tuple(FORMATS) == get_args(Format)
    for name, encoding in FORMATS.items():
        assert encoding.extension == name
        assert encoding.mime == f"image/{name}"


@pytest.mark.parametrize(("format", "depth"), EVERY)
def test_files_say_their_size_density_and_colour_and_no_more(format: Format, depth: int):
    sizes = [(128, 128), (256, 256), (100, 100)]
    files = finish(PRODUCT, sizes, format, depth=depth)
    assert [(file.width, file.height) for file in files] == sizes
    for file in files:
        image = read(file.data)
        assert image.size == (file.width, file.height)
        assert image.format == file.format.upper()
        assert image.info["icc_profile"][36:40] == b"acsp"
        assert "xmp" not in image.info
        tags = image.getexif()
        assert (tags[X_RESOLUTION], tags[Y_RESOLUTION], tags[RESOLUTION_UNIT]) == (300, 300, INCH)
        if format != "tiff":  # whose own tags these are; it has no EXIF block
            assert set(tags) == {X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, EXIF_IFD, 0x0112, 0x0213}
            assert tags.get_ifd(EXIF_IFD)[COLOUR_SPACE] == SRGB
        if format in ("png", "jpeg"):
            assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)


@pytest.mark.parametrize(("format", "depth"), EVERY)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_stays_white(format: Format, depth: int, dtype: type):
    white = np.full((300, 300, 3), np.iinfo(dtype).max, dtype)
    for file in finish(white, [(300, 300), (211, 211), (150, 150), (60, 60)], format, depth=depth):
        assert (np.asarray(read(file.data).convert("RGB")) == 255).all()
        if format in ("png", "tiff"):
            assert (decode(file.data).pixels == 2**depth - 1).all()


@pytest.mark.parametrize("format", ["webp", "jpeg"])
def test_white_around_a_product_stays_white(format: Format):
    for file in finish(PRODUCT, [(256, 256), (128, 128)], format):
        corner = np.asarray(read(file.data))[: file.height // 8, : file.width // 8]
        assert (corner == 255).all()


@pytest.mark.parametrize(("format", "depth"), LOSSLESS)
def test_the_full_size_is_exact(format: Format, depth: int):
    photo = decode(finish(PRODUCT, [(256, 256)], format, depth=depth)[0].data)
    assert photo.depth == depth
    np.testing.assert_array_equal(photo.pixels, PRODUCT.astype(int) * (257 if depth == 16 else 1))


RAMP = (np.arange(4096) * 16).astype(np.uint16).reshape(64, 64).repeat(8, axis=0).repeat(8, axis=1)


@pytest.mark.parametrize("format", ["png", "tiff"])
def test_deep_ramps_are_kept(format: Format):
    file = finish(np.dstack([RAMP] * 3), [(512, 512)], format, depth=16)[0]
    np.testing.assert_array_equal(decode(file.data).pixels[..., 1], RAMP)


@pytest.mark.parametrize("depth", [10, 12, 16])
def test_avif_holds_more_levels_than_eight_bits(depth: Depth):
    file = finish(np.dstack([RAMP] * 3), [(512, 512)], "avif", depth=depth)[0]
    stored = pyvips.Image.heifload_buffer(file.data)
    assert stored.get("bits-per-sample") == min(depth, 12)
    assert len(np.unique(stored.numpy()[4::8, 4::8, 1])) > 900


@pytest.mark.parametrize("side", [230, 200, 171, 128, 100, 64, 32])
def test_sizes_agree_with_the_filter_in_float(side: int):
    sizes = [(256, 256), (230, 230), (200, 200), (171, 171), (128, 128), (100, 100), (64, 64), (32, 32)]
    files = finish(PRODUCT, sizes, "png", depth=16)
    made = decode(files[sizes.index((side, side))].data).pixels / 257
    expected = reference(PRODUCT, side, side)
    inner = slice(side // 8, -side // 8)
    error = (made - expected)[inner, inner]
    assert abs(error.mean()) <= 0.05
    assert np.sqrt((error**2).mean()) <= 0.25


@pytest.mark.parametrize("side", [64, 32, 29])
def test_a_small_size_alone_is_filtered_in_one_step(side: int):
    error = resize(PRODUCT.astype(np.uint16) * 257, side, side) / 257 - reference(PRODUCT, side, side)
    assert np.sqrt((error[4:-4, 4:-4] ** 2).mean()) <= 0.1


def test_eight_bit_files_are_rounded_not_cut():
    small = finish(PRODUCT, [(100, 100)], "png")[0]
    error = decode(small.data).pixels - reference(PRODUCT, 100, 100)
    assert abs(error.mean()) <= 0.05


def test_a_deep_picture_in_eight_bits_is_rounded():
    deep = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    photo = decode(finish(np.dstack([deep] * 3), [(256, 256)], "png")[0].data)
    np.testing.assert_array_equal(photo.pixels[..., 0], np.rint(deep / 257))


@pytest.mark.parametrize("sizes", [[(301, 211), (150, 105), (151, 106), (17, 12), (1, 1)], [(211, 148)]])
def test_odd_sizes_are_met_exactly(sizes: list[tuple[int, int]]):
    for file, size in zip(finish(gradients(211, 301), sizes, "png"), sizes, strict=True):
        assert read(file.data).size == size


@pytest.mark.parametrize("side", range(33, 64))
def test_every_size_is_met(side: int):
    assert resize(gradients(64, 64), side, side).shape == (side, side, 3)


@pytest.mark.parametrize(("format", "depth"), EVERY)
def test_the_same_picture_gives_the_same_bytes(format: Format, depth: int):
    sizes = [(128, 128), (64, 64)]
    first, second = (finish(PRODUCT, sizes, format, depth=depth) for _ in range(2))
    assert [file.data for file in first] == [file.data for file in second]


def test_a_size_does_not_depend_on_the_others_order():
    forward = finish(PRODUCT, [(128, 128), (64, 64)], "png")
    backward = finish(PRODUCT, [(64, 64), (128, 128)], "png")
    assert [file.data for file in forward] == [file.data for file in reversed(backward)]


RED, GREEN = (200, 40, 60), (0, 255, 0)


def disc() -> Array:
    """A red disc cut out of green that still stands under the transparency and must not bleed into the rim."""
    y, x = np.mgrid[:200, :200] / 199 * 2 - 1
    inside = x**2 + y**2 < 0.6
    return np.dstack([np.where(inside[..., None], RED, GREEN), inside * 255]).astype(np.uint8)


@pytest.mark.parametrize("format", [name for name, encoding in FORMATS.items() if encoding.alpha])
def test_transparency_is_kept_without_a_rim(format: Format):
    full, small = finish(disc(), [(200, 200), (90, 90)], format)
    assert read(full.data).mode == "RGBA"
    rgba = np.asarray(read(small.data)).astype(int)
    assert rgba[0, 0, 3] == 0
    assert rgba[45, 45, 3] == 255
    lossless = format in ("png", "tiff")
    assert np.abs(rgba[45, 45, :3] - RED).max() <= (0 if lossless else 4)
    rim = (rgba[..., 3] > 20) & (rgba[..., 3] < 235)
    assert rim.any()
    assert np.abs(rgba[rim][:, :3] - RED).mean() < (2 if lossless else 40)


def test_jpeg_keeps_colour_at_full_resolution():
    assert JpegImagePlugin.get_sampling(read(finish(PRODUCT, [(256, 256)], "jpeg")[0].data)) == 0


def refusal(*arguments: object, **options: object) -> str:
    with pytest.raises(BadInputError) as caught:
        finish(*arguments, **options)  # type: ignore[arg-type]
    assert caught.value.remedy
    return str(caught.value)


def test_what_cannot_be_had_is_said_at_once():
    said = refusal(PRODUCT, [(512, 512), (256, 256), (100, 50), (0, 9)], "jpeg", depth=16)
    assert "jpeg cannot hold 16 bits a channel." in said
    assert "512 × 512 px is larger than the picture, 256 × 256 px." in said
    assert "100 × 50 px has another shape than the picture" in said
    assert "0 × 9 px is not a size." in said


def test_jpeg_has_no_transparency():
    assert "jpeg has no transparency" in refusal(disc(), [(90, 90)], "jpeg")


@pytest.mark.parametrize("pixels", [np.zeros((9, 9, 2), np.uint8), np.zeros((9, 9, 3), np.float32)])
def test_what_is_no_picture_is_a_mistake_of_the_program(pixels: Array):
    with pytest.raises((TypeError, ValueError)):
        finish(pixels, [(9, 9)], "png")
    with pytest.raises((TypeError, ValueError)):
        resize(pixels, 3, 3)
    with pytest.raises(ValueError, match="0 × 3 px"):
        resize(PRODUCT, 0, 3)


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3), (40, 60, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_resize_keeps_shape_and_kind(shape: tuple[int, ...], dtype: type):
    full = np.full(shape, np.iinfo(dtype).max, dtype)
    for width, height in ((30, 20), (60, 40), (90, 70), (7, 33)):
        resized = resize(full, width, height)
        assert resized.dtype == dtype
        assert resized.shape == (height, width, *shape[2:])
        assert (resized == np.iinfo(dtype).max).all()


def test_resize_takes_a_view():
    view = gradients(80, 120)[::2, ::2]
    np.testing.assert_array_equal(resize(view, 30, 20), resize(view.copy(), 30, 20))
