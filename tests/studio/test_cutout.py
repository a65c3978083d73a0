"""Cutting out: existing transparency, masks and boxes, odd pictures, exactness and repeatability."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from packshot.errors import BadInputError
from packshot.imaging.colour import srgb_to_linear
from packshot.imaging.photo import Photo
from packshot.studio.cutout.colour import product_colour, straight_rgba
from packshot.studio.cutout.cut import cut
from tests.generated.photos import GeneratedPhoto, photograph


@pytest.fixture(scope="module")
def mug() -> GeneratedPhoto:
    return photograph("mug", 3, size=640)


def iou(alpha: np.ndarray, truth: np.ndarray) -> float:
    return float(((alpha > 0.5) & (truth > 0.5)).sum() / ((alpha > 0.5) | (truth > 0.5)).sum())


def test_opaque_pixels_are_the_photos(mug: GeneratedPhoto) -> None:
    photo = Photo(mug.pixels)
    cutout = cut(photo)
    opaque = cutout.alpha == 1
    assert opaque.sum() > 0.9 * (mug.alpha == 1).sum()
    assert (cutout.colour[opaque] == srgb_to_linear(mug.pixels)[opaque]).all()
    rgba = straight_rgba(cutout, photo)
    full = rgba[..., 3] == 255
    assert (rgba[full][:, :3] == mug.pixels[full]).all()


def test_a_backdrop_seen_through_a_handle_is_cut_out(mug: GeneratedPhoto) -> None:
    cutout = cut(Photo(mug.pixels))
    assert cutout.verdict == "accept" and iou(cutout.alpha, mug.alpha) > 0.985


def test_same_bytes_on_one_or_two_threads(mug: GeneratedPhoto) -> None:
    threads = cv2.getNumThreads()
    try:
        results = []
        for count in (1, 2):
            cv2.setNumThreads(count)
            results.append(cut(Photo(mug.pixels)))
    finally:
        cv2.setNumThreads(threads)
    assert (results[0].alpha == results[1].alpha).all() and (results[0].colour == results[1].colour).all()


def test_sixteen_bits_stay_sixteen(mug: GeneratedPhoto) -> None:
    photo = Photo(mug.pixels.astype(np.uint16) * 257)
    cutout = cut(photo)
    assert cutout.verdict == "accept"
    assert straight_rgba(cutout, photo).dtype == np.uint16


def test_existing_transparency_is_taken_as_it_is(mug: GeneratedPhoto) -> None:
    alpha = np.rint(mug.alpha * 255).astype(np.uint8)
    cutout = cut(Photo(mug.pixels, alpha))
    assert cutout.verdict == "accept"
    assert np.abs(cutout.alpha - mug.alpha).max() < 0.03


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
def test_a_mask_of_ones_own_settles_it(mug: GeneratedPhoto, kind: str) -> None:
    hard = mug.alpha > 0.5
    most = 1.0 if kind == "float32" else np.iinfo(kind).max
    cutout = cut(Photo(mug.pixels), alpha=(hard * most).astype(kind))
    assert cutout.verdict == "accept" and iou(cutout.alpha, mug.alpha) > 0.99


def test_an_empty_mask_is_refused(mug: GeneratedPhoto) -> None:
    assert cut(Photo(mug.pixels), alpha=np.zeros(mug.alpha.shape, np.uint8)).verdict == "refuse"


def test_a_mask_of_another_size_says_both_sizes(mug: GeneratedPhoto) -> None:
    with pytest.raises(BadInputError, match="640"):
        cut(Photo(mug.pixels), alpha=np.zeros((10, 10), np.uint8))


@pytest.mark.parametrize("box", [(700, 700, 800, 800), (-50, -50, 0, 0), (100, 100, 100, 200), (300, 300, 200, 400)])
def test_a_box_that_holds_nothing_is_bad_input(mug: GeneratedPhoto, box: tuple[int, int, int, int]) -> None:
    with pytest.raises(BadInputError):
        cut(Photo(mug.pixels), box=box)


def test_a_box_finds_the_product_and_asks(mug: GeneratedPhoto) -> None:
    rows, columns = np.flatnonzero(mug.alpha.any(1)), np.flatnonzero(mug.alpha.any(0))
    box = (int(columns[0]) - 4, int(rows[0]) - 4, int(columns[-1]) + 5, int(rows[-1]) + 5)
    cutout = cut(Photo(mug.pixels), box=box)
    assert cutout.verdict != "accept" and iou(cutout.alpha, mug.alpha) > 0.9


@pytest.mark.parametrize("size", [(16, 16), (20, 400), (400, 20), (64, 64), (49, 1000)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_pictures_of_any_shape_are_refused(size: tuple[int, int], level: int) -> None:
    cutout = cut(Photo(np.full((*size, 3), level, np.uint8)))
    assert cutout.verdict == "refuse" and cutout.reasons
    assert np.isfinite(cutout.colour).all() and not cutout.alpha.any()


def test_every_doubt_has_words_and_a_remedy() -> None:
    from packshot.studio.cutout.confidence import WORDS

    for words, remedy in WORDS.values():
        assert words.endswith(".") and remedy.endswith(".") and "!" not in words + remedy


def test_what_is_nearly_opaque_keeps_its_own_colour_less_the_backdrop() -> None:
    """Steel beside wood, of which alpha is not quite sure: stained with the wood's colour it would look burnt."""
    wood, steel, backdrop = (np.array(srgb, np.uint8) for srgb in ((90, 50, 30), (200, 200, 205), (150, 150, 150)))
    pixels = np.tile(backdrop, (20, 40, 1))
    alpha = np.zeros((20, 40), np.float32)
    pixels[5:15, 5:15], alpha[5:15, 5:15] = wood, 1
    pixels[5:15, 15:30], alpha[5:15, 15:30] = steel, 0.95
    alpha[5:15, 30:32] = 0.5
    light = srgb_to_linear(pixels)
    colour = product_colour(pixels, alpha)
    own = (light[10, 20] - 0.05 * light[0, 0]) / 0.95
    assert np.allclose(colour[10, 20], own, atol=1e-3)
    assert np.allclose(colour[10, 31], light[10, 10], atol=1e-3), "of what is half backdrop nobody knows"
    assert (colour[alpha == 1] == light[alpha == 1]).all()
