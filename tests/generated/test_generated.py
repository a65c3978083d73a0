"""The generator itself: repeatable, exact in its alpha, fair in what it shows."""

from __future__ import annotations

import numpy as np
import pytest

from packshot.imaging.colour import linear_to_srgb, srgb_to_linear

from .backdrops import BACKDROPS
from .fairness import hidden_share
from .photos import (
    FAIR,
    HELD_OUT_KINDS,
    HELD_OUT_SEEDS,
    KINDS,
    TUNING_KINDS,
    TUNING_SEEDS,
    lay,
    photograph,
)
from .refusals import REFUSALS

SMALL = 160


def test_what_is_held_out_is_never_tuned_on():
    assert not set(TUNING_KINDS) & set(HELD_OUT_KINDS)
    assert set(TUNING_KINDS) | set(HELD_OUT_KINDS) == set(KINDS)
    assert not set(TUNING_SEEDS) & set(HELD_OUT_SEEDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_one_whole_product_in_the_frame(kind: str):
    photo = photograph(kind, 3, size=SMALL)
    assert photo.pixels.shape == (SMALL, SMALL, 3) and photo.pixels.dtype == np.uint8
    assert photo.alpha.shape == (SMALL, SMALL) and photo.alpha.dtype == np.float32
    assert photo.alpha.min() == 0 and photo.alpha.max() <= 1
    border = np.concatenate([photo.alpha[[0, -1]].ravel(), photo.alpha[:, [0, -1]].ravel()])
    assert border.max() == 0
    rows, columns = np.nonzero(photo.alpha > 0.5)
    assert max(np.ptp(rows), np.ptp(columns)) > 0.45 * SMALL
    assert (photo.elevation is not None and photo.elevation >= 80) == (photo.view == "above")


def test_the_same_arguments_give_the_same_bytes_and_another_seed_another_picture():
    first, again, other = (photograph("mug", seed, size=SMALL) for seed in (5, 5, 6))
    assert np.array_equal(first.pixels, again.pixels) and np.array_equal(first.alpha, again.alpha)
    assert not np.array_equal(first.alpha, other.alpha)


@pytest.mark.parametrize("kind", KINDS)
def test_products_are_neither_black_holes_nor_blown_out(kind: str):
    layers = lay(kind, 3, size=SMALL)
    covered = layers.alpha > 0.5
    colour = layers.product[covered] / layers.alpha[covered][:, None]
    assert colour.min() >= 0 and colour.max() < 16
    assert np.mean(colour.max(axis=1) < 0.002) < 0.01
    assert np.mean(colour.min(axis=1) > 1) < 0.1


@pytest.mark.parametrize(("kind", "seed"), [("bowl", 0), ("teapot", 0), ("belt", 2)])
def test_a_seed_names_one_product_at_every_size(kind: str, seed: int):
    small, large = (lay(kind, seed, size=size).alpha for size in (SMALL, 3 * SMALL))
    shrunk = large.reshape(SMALL, 3, SMALL, 3).mean(axis=(1, 3))
    assert np.abs(small - shrunk).mean() < 0.01


@pytest.mark.parametrize("kind", ["mug", "spectacles", "t_shirt"])
def test_the_picture_is_product_over_backdrop_with_the_alpha_returned(kind: str):
    layers = lay(kind, 2, size=SMALL)
    photo = photograph(kind, 2, size=SMALL, noise=0)
    alpha = photo.alpha[..., None]
    expected = linear_to_srgb(layers.product + (1 - alpha) * layers.backdrop) * 255
    assert np.abs(photo.pixels - expected).max() <= 0.51
    assert np.all(layers.product[photo.alpha == 0] == 0)
    bare = photo.alpha == 0
    assert np.allclose(linear_to_srgb(layers.backdrop[bare]) * 255, photo.pixels[bare], atol=0.51)


def test_coverage_agrees_with_a_picture_of_four_times_the_samples():
    coarse, fine = (lay("headphones", 4, size=size).alpha for size in (SMALL, 2 * SMALL))
    halved = fine.reshape(SMALL, 2, SMALL, 2).mean(axis=(1, 3))
    assert abs(coarse.sum() / halved.sum() - 1) < 0.02
    assert np.abs(coarse - halved).mean() < 0.01


@pytest.mark.parametrize(("kind", "seed", "backdrop"), [*(("shoe", 11, name) for name in BACKDROPS), ("shoe", 0, None)])
def test_a_person_sees_the_contour_also_at_a_size_that_was_not_judged(kind: str, seed: int, backdrop: str | None):
    layers = lay(kind, seed, size=768, backdrop=backdrop)
    assert hidden_share(layers.product, layers.alpha, layers.backdrop) <= FAIR


def test_fairness_notices_a_product_of_the_backdrops_colour():
    layers = lay("bowl", 1, size=SMALL)
    camouflaged = layers.alpha[..., None] * layers.backdrop
    assert hidden_share(camouflaged, layers.alpha, layers.backdrop) > 0.95


def test_exposure_moves_the_light_by_stops():
    plain, darker = (photograph("jar", 7, size=SMALL, backdrop="grey", ev=ev, noise=0) for ev in (0.0, -1.0))
    corner = (slice(0, 12), slice(0, 12))
    ratio = srgb_to_linear(darker.pixels[corner]).mean() / srgb_to_linear(plain.pixels[corner]).mean()
    assert abs(ratio - 0.5) < 0.01


def test_the_frame_may_be_wider_than_high():
    photo = photograph("belt", 1, size=(200, 120))
    assert photo.pixels.shape == (120, 200, 3) and photo.alpha.shape == (120, 200)


@pytest.mark.parametrize("name", REFUSALS)
def test_every_picture_to_be_refused_is_a_picture_of_its_own(name: str):
    first, again, other = (REFUSALS[name](seed, 128) for seed in (1, 1, 2))
    assert first.shape == (128, 128, 3) and first.dtype == np.uint8
    assert np.array_equal(first, again) and not np.array_equal(first, other)
