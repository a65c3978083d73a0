"""How alike pictures look: the same one stays the same in any file, and a hundred variations of the studio differ."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from packshot.imaging.colour import Pixels
from packshot.imaging.finish import finish
from packshot.imaging.formats import Format
from packshot.imaging.own import opened
from packshot.imaging.similarity import ALIKE, BITS, distance, distances, similarity_hash
from packshot.shoots.variations import staging_of, variations
from packshot.studio.compose import compose
from packshot.studio.cutout.file import cut_file
from packshot.studio.cutout.result import Cutout
from packshot.studio.scene.library import SCENES
from packshot.studio.staging import Staging, makes_sense, staged
from tests.faults.harness import FULL

SIDE = 96  # px of pictures that are only compared


def cutout_of(name: str, root: Path, folder: Path) -> Cutout:
    photo, alpha = (root / f"samples/photos/{name}.jpg").read_bytes(), (root / f"samples/alpha/{name}.png").read_bytes()
    return cut_file(photo, name=name, cache_dir=folder, cache_mb=64, alpha=alpha)


def shot(cutout: Cutout, style: str, staging: Staging, *, side: int = SIDE, seed: int = 1) -> Pixels:
    scene = staged(SCENES[style], staging)
    return compose(cutout, scene, width=side, height=side, seed=seed, framing=staging.framing, view="standing").pixels


@pytest.fixture(scope="module")
def mug(root: Path, cache_dir: Path) -> Cutout:
    return cutout_of("mug", root, cache_dir)


@pytest.mark.parametrize("style", ["white", "marble", "winter"])
@pytest.mark.parametrize(("format", "side"), [("jpeg", 512), ("webp", 300), ("avif", 160), ("png", 64)])
def test_the_same_picture_in_another_file_is_alike(mug: Cutout, style: str, format: Format, side: int) -> None:
    pixels = shot(mug, style, Staging(), side=512)
    other = opened(finish(pixels, [(side, side)], format)[0].data)
    assert distance(similarity_hash(pixels), similarity_hash(other)) <= 4


def test_depth_does_not_count_and_nor_does_a_seed_on_plain_paper(mug: Cutout) -> None:
    pixels = shot(mug, "soft-grey", Staging())
    deep = pixels.astype(np.uint16) * 257
    assert similarity_hash(deep) == similarity_hash(pixels)
    assert distance(similarity_hash(pixels), similarity_hash(shot(mug, "soft-grey", Staging(), seed=9))) < ALIKE


@pytest.mark.parametrize(
    "other", [("wood", Staging()), ("marble", Staging("far")), ("marble", Staging("detail")), ("dark", Staging("near"))]
)
def test_another_set_and_another_distance_are_not_alike(mug: Cutout, other: tuple[str, Staging]) -> None:
    assert distance(similarity_hash(shot(mug, "marble", Staging())), similarity_hash(shot(mug, *other))) >= ALIKE


def test_colour_alone_makes_a_difference() -> None:
    grey = np.full((40, 60, 3), 150, np.uint8)
    blue = grey.copy()
    blue[..., 2] = 220
    assert distance(similarity_hash(grey), similarity_hash(blue)) >= ALIKE


def test_distances_are_those_of_all_pairs() -> None:
    random = np.random.default_rng(4)
    hashes = [similarity_hash(random.integers(0, 256, (50, 70, 3), np.uint8)) for _ in range(5)]
    table = distances(hashes)
    assert [table[i, j] for i, j in combinations(range(5), 2)] == [distance(*pair) for pair in combinations(hashes, 2)]
    assert distance("0" * 64, "f" * 64) == BITS
    with pytest.raises(ValueError, match="64"):
        distance("00", "ff")


@pytest.mark.parametrize("name", ["mug", *(["tshirt"] if FULL else [])])
def test_the_studio_makes_a_hundred_of_which_no_two_are_alike(name: str, root: Path, cache_dir: Path) -> None:
    """As a shoot makes them: what looks like one before it gives way to the next that stands by."""
    cutout = cutout_of(name, root, cache_dir)
    spread = variations("studio", tuple(SCENES), "", 100)
    waiting = list(spread.points[100:])
    made: list[str] = []
    again = 0
    for point in spread.points[:100]:
        tries = 0
        look = similarity_hash(shot(cutout, point["style"], staging_of(point)))
        while any(distance(look, one) < ALIKE for one in made):
            tries += 1
            assert tries < 4, "a shoot would give this picture up"
            point = waiting.pop(0)
            look = similarity_hash(shot(cutout, point["style"], staging_of(point)))
        again += tries
        made.append(look)
    assert min(distance(*pair) for pair in combinations(made, 2)) >= ALIKE
    assert again <= 35


def test_a_style_as_it_was_designed_stays_as_it_was(mug: Cutout) -> None:
    for style, scene in SCENES.items():
        plain = compose(mug, scene, width=SIDE, height=SIDE, seed=1, view="standing")
        assert (shot(mug, style, Staging()) == plain.pixels).all()


def test_what_would_not_show_makes_no_variation() -> None:
    assert not makes_sense(SCENES["white"], Staging(light="low"))
    assert not makes_sense(SCENES["marble"], Staging("detail", "low"))
    assert not makes_sense(SCENES["white"], Staging("far"))
    assert makes_sense(SCENES["white"], Staging("middle"))


def test_the_product_keeps_its_pixels_in_every_staging(mug: Cutout) -> None:
    for staging in (Staging("far", "low"), Staging("near", "opposite", "high")):
        scene = staged(SCENES["marble"], staging)
        picture = compose(mug, scene, width=256, height=256, seed=1, view="standing")
        plain = compose(mug, staged(SCENES["soft-grey"], staging), width=256, height=256, seed=1, view="standing")
        both = picture.opaque & plain.opaque
        assert both.sum() > 500
        assert (picture.pixels[both] == plain.pixels[both]).all()
