"""The composed picture keeps the product exact, white white, and every request's bytes the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from packshot.errors import BadInputError, DecisionNeededError
from packshot.studio.compose import Depth, camera_elevation, compose, encode, stage
from packshot.studio.cutout.result import View
from packshot.studio.framing import FRAMINGS, Framing
from packshot.studio.place import place, product_bounds
from packshot.studio.scene.library import SCENES

from .silhouettes import Shape, cutout

ASPECTS = [(180, 260), (160, 90), (300, 100), (100, 300), (200, 200)]


@pytest.fixture
def threads() -> Iterator[None]:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


@pytest.mark.parametrize("view", ["standing", "above"])
@pytest.mark.parametrize("slug", SCENES)
def test_the_opaque_product_is_its_own_pixels_in_every_style(slug: str, view: View) -> None:
    picture = compose(cutout("mug"), SCENES[slug], width=256, height=256, seed=3, view=view)
    product = picture.product
    x0, y0, x1, y1 = product.box
    solid = product.alpha == 1
    assert solid.sum() > 1000
    assert np.array_equal(picture.pixels[y0:y1, x0:x1][solid], encode(product.colour, 8)[solid])
    assert picture.opaque.sum() == solid.sum()


@pytest.mark.parametrize("depth", [8, 16])
def test_a_product_that_is_not_resized_keeps_the_photos_bytes(depth: Depth) -> None:
    whole = cutout("can", side=256)
    x0, y0, x1, y1 = product_bounds(whole.alpha)
    fill = (y1 - y0) / 256
    picture = compose(whole, replace(SCENES["soft-grey"], fill=fill), width=256, height=256, seed=0, depth=depth)
    assert picture.product.scale == 1
    placed = picture.pixels[picture.opaque]
    original = encode(whole.colour, depth)[y0:y1, x0:x1][picture.product.alpha == 1]
    assert picture.pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
    assert np.array_equal(placed, original)


def test_white_is_255_to_the_corners_and_the_product_fills_85_percent() -> None:
    for shape in ("can", "stool", "shirt"):
        picture = compose(cutout(shape), SCENES["white"], width=400, height=400, seed=1)
        away = np.ones((400, 400), bool)
        x0, y0, x1, y1 = picture.product.box
        away[y0:y1, x0:x1] = False
        assert (picture.pixels[away] == 255).all()
        assert max(x1 - x0, y1 - y0) / 400 == pytest.approx(0.85, abs=0.01)
        transparent = picture.product.alpha == 0
        assert (picture.pixels[y0:y1, x0:x1][transparent] == 255).all()


@pytest.mark.parametrize("shape", ["can", "stool", "bowl"])
def test_white_with_a_shadow_is_white_in_the_corners(shape: Shape) -> None:
    picture = compose(cutout(shape), SCENES["white-shadow"], width=300, height=300, seed=1).pixels
    for corner in (picture[:20, :20], picture[:20, -20:], picture[-6:, :6], picture[-6:, -6:]):
        assert (corner == 255).all()
    assert picture.min(axis=(1, 2))[200:].min() < 200


@pytest.mark.parametrize("slug", SCENES)
def test_the_same_seed_gives_the_same_bytes_on_one_thread_or_two(slug: str, threads: None) -> None:
    pictures = []
    for count in (1, 2):
        cv2.setNumThreads(count)
        pictures.append(compose(cutout("mug"), SCENES[slug], width=220, height=200, seed=5).pixels)
    assert np.array_equal(*pictures)


def test_dither_breaks_bands_outside_the_product_alone() -> None:
    first, second = (compose(cutout("can"), SCENES["dark"], width=256, height=256, seed=seed) for seed in (1, 2))
    differ = (first.pixels != second.pixels).any(axis=2)
    assert differ[~first.opaque].mean() > 0.2
    assert not differ[first.opaque].any()
    assert np.abs(first.pixels.astype(int) - second.pixels.astype(int)).max() <= 2


@pytest.mark.parametrize("shape", ["mug", "stool", "bowl"])
@pytest.mark.parametrize("framing", ["standard", "wide", "close"])
@pytest.mark.parametrize("size", ASPECTS)
def test_the_product_and_its_ground_stay_inside_the_frame(
    size: tuple[int, int], framing: Framing, shape: Shape
) -> None:
    width, height = size
    for slug in ("white", "soft-grey", "podium"):
        for view in ("standing", "above"):
            placed = place(cutout(shape), SCENES[slug], width=width, height=height, framing=framing, view=view)
            x0, y0, x1, y1 = placed.box
            assert 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height
            assert placed.alpha.shape == (y1 - y0, x1 - x0)
            if slug != "white" and view == "standing":
                assert placed.ground <= 0.96


def test_framings_differ_in_the_size_of_the_product() -> None:
    scales = [
        place(cutout("mug"), SCENES["soft-grey"], width=300, height=300, framing=framing).scale
        for framing in ("wide", "standard", "close", "detail")
    ]
    assert scales == sorted(scales)
    assert scales[-1] > 1.3 * scales[-2]


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("size", [(90, 260), (260, 90)])
def test_every_framing_composes_at_extreme_shapes(size: tuple[int, int], framing: Framing) -> None:
    for view in ("standing", "above"):
        picture = compose(
            cutout("mug"), SCENES["marble"], width=size[0], height=size[1], seed=1, framing=framing, view=view
        )
        assert picture.pixels.shape == (size[1], size[0], 3)


def test_a_detail_shows_the_upper_half_filling_the_frame() -> None:
    whole = cutout("can")
    picture = compose(whole, SCENES["soft-grey"], width=200, height=200, seed=1, framing="detail")
    _, y0, _, y1 = product_bounds(whole.alpha)
    middle = (picture.product.source[1] + picture.product.source[3]) / 2
    assert y0 < middle < (y0 + y1) / 2
    assert picture.opaque.mean() > 0.5


def test_frames_beyond_three_to_one_are_refused() -> None:
    with pytest.raises(BadInputError, match="310 × 100"):
        compose(cutout("can"), SCENES["white"], width=310, height=100, seed=1)


def test_an_empty_cutout_is_refused() -> None:
    nothing = cutout("can")
    nothing = replace(nothing, alpha=np.zeros_like(nothing.alpha))
    with pytest.raises(BadInputError, match="empty"):
        compose(nothing, SCENES["white"], width=100, height=100, seed=1)


def test_enlarging_is_told() -> None:
    small = cutout("can", side=120)
    assert compose(small, SCENES["white"], width=120, height=120, seed=1).warnings == ()
    (warning,) = compose(small, SCENES["white"], width=200, height=200, seed=1).warnings
    assert warning.startswith("Enlarged 2.0×")


def test_a_set_asks_how_the_product_lies_and_white_does_not() -> None:
    lost = cutout("can", view="unknown")
    assert compose(lost, SCENES["white"], width=100, height=100, seed=1).pixels.shape == (100, 100, 3)
    for slug in ("white-shadow", "soft-grey"):
        with pytest.raises(DecisionNeededError, match=r"standing.*above"):
            compose(lost, SCENES[slug], width=100, height=100, seed=1)
        assert compose(lost, SCENES[slug], width=100, height=100, seed=1, view="above").pixels.any()


@pytest.mark.parametrize(("given", "used"), [(None, 14.0), (1.0, 4.0), (22.0, 22.0), (60.0, 35.0)])
def test_the_sets_camera_looks_down_as_the_photos_did(given: float | None, used: float) -> None:
    product = cutout("can", elevation=given)
    assert camera_elevation(product) == used
    assert stage(product, SCENES["soft-grey"], width=100, height=100, seed=1).canvas.elevation == used


def test_resampling_leaves_no_ring_and_no_fringe() -> None:
    """A mid-grey product on nothing stays mid-grey to its edge, larger or smaller."""
    grey = cutout("can")
    inside = np.repeat(grey.alpha[..., None] > 0, 3, axis=2)
    grey = replace(grey, colour=np.where(inside, np.float32(0.3), np.float32(1.0)))
    for side in (97, 300, 611):
        placed = place(grey, SCENES["white"], width=side, height=side)
        seen = placed.alpha > 0.02
        assert np.allclose(placed.colour[seen] / placed.alpha[seen][:, None], 0.3, atol=2e-3)
        assert placed.alpha.max() == 1 and placed.alpha.min() == 0
