"""Our own files again: small ones, and copies that lose nothing their format can hold."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from packshot.errors import BadInputError
from packshot.imaging.decode import decode
from packshot.imaging.finish import FORMATS, Format, finish
from packshot.imaging.own import copy, opened, small


def noise(*shape: int, dtype: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(7).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize(("shape", "size"), [((600, 900, 3), (480, 320)), ((900, 600, 4), (320, 480))])
def test_small_ones_keep_their_shape(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    for dtype in (np.uint8, np.uint16):
        with Image.open(io.BytesIO(small(noise(*shape, dtype=dtype)))) as image:
            assert (image.format, image.size) == ("WEBP", size)
            assert image.has_transparency_data == (shape[2] == 4)


def test_small_pictures_are_not_enlarged() -> None:
    with Image.open(io.BytesIO(small(noise(64, 100, 3)))) as image:
        assert image.size == (100, 64)


def test_sixteen_bits_look_the_same_as_eight() -> None:
    grey = np.full((480, 480, 3), 128, np.uint8)
    deep = grey.astype(np.uint16) * 257
    assert abs(int(opened(small(deep)).mean()) - 128) <= 1


@pytest.mark.parametrize("source", ["png", "tiff"])
@pytest.mark.parametrize("wanted", ["png", "tiff"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_lossless_copies_are_exact(source: Format, wanted: Format, dtype: type) -> None:
    pixels = noise(90, 120, 3, dtype=dtype)
    file = finish(pixels, [(120, 90)], source, depth=8 if dtype == np.uint8 else 16)[0].data
    assert (opened(copy(file, wanted)) == pixels).all()


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("wanted", FORMATS)
def test_every_format_becomes_every_other(source: Format, wanted: Format) -> None:
    pixels = np.full((90, 120, 3), (200, 120, 40), np.uint8)
    again = opened(copy(finish(pixels, [(120, 90)], source)[0].data, wanted))
    assert again.shape == (90, 120, 3)
    assert np.abs(again.astype(int) - pixels).max() <= 6
    if wanted not in ("avif",):
        assert decode(copy(finish(pixels, [(120, 90)], source)[0].data, wanted)).width == 120


def test_what_is_no_file_of_ours_is_refused() -> None:
    with pytest.raises(BadInputError):
        opened(b"<html>")
