"""The doubts: pictures that could be read either way are asked about, and their like that could not are accepted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from packshot.imaging.photo import Photo
from packshot.studio.cutout.cut import cut
from tests.generated.photos import photograph, squeezed

Picture = NDArray[np.uint8]


def paper(level: int) -> Picture:
    return np.full((640, 640, 3), level, np.uint8)


def taken(picture: Picture) -> Photo:
    """`picture` through a lens, with a sensor's grain."""
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.7)
    return Photo(np.clip(soft + np.random.default_rng(0).normal(0, 1, soft.shape), 0, 255).astype(np.uint8))


def disc(hole: int) -> Picture:
    """A red disc with a dark grey `hole`, in pixels: a gap in deep shade, or a button."""
    picture = paper(205)
    cv2.circle(picture, (320, 320), 200, (170, 60, 40), -1)
    cv2.circle(picture, (320, 320), hole, (70, 70, 71), -1)
    return picture


def speaker(cone: int) -> Picture:
    """A pale box before dark paper with a round `cone` of nearly the paper's tone, or a hole."""
    picture = paper(44)
    cv2.rectangle(picture, (180, 120), (460, 520), (190, 180, 170), -1)
    cv2.circle(picture, (320, 320), 70, (cone, cone, cone), -1)
    return picture


def blocks(colours: int) -> Picture:
    """A heap of 36 blocks that touch, in so many colours."""
    rng = np.random.default_rng(4)
    paints = rng.integers(20, 200, (colours, 3))
    paints[:, 0] = 20 + 30 * (np.arange(colours) % 6)
    picture = paper(235)
    for index in range(36):
        x, y = 110 + 70 * (index % 6), 110 + 70 * (index // 6)
        cv2.rectangle(picture, (x, y), (x + 70, y + 70), tuple(int(part) for part in paints[index % colours]), -1)
    return picture


def dots(count: int) -> Picture:
    picture = paper(235)
    for index in range(count):
        cv2.circle(picture, (140 + 90 * (index % 5), 200 + 140 * (index // 5)), 38, (30, 70, 120), -1)
    return picture


@pytest.mark.parametrize(
    ("doubt", "doubtful", "plain"),
    [
        ("gaps", disc(30), disc(0)),
        ("holes", speaker(48), speaker(44)),
        ("colours", blocks(36), blocks(3)),
        ("several", dots(10), disc(0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_could_be_either_is_asked_about(doubt: str, doubtful: Picture, plain: Picture) -> None:
    asked, accepted = cut(taken(doubtful)), cut(taken(plain))
    assert asked.verdict != "accept" and doubt in [reason.code for reason in asked.reasons]
    assert accepted.verdict == "accept" and doubt not in [reason.code for reason in accepted.reasons]


def test_an_outline_that_could_run_elsewhere_is_asked_about() -> None:
    """Beads with their shade between them: the outline is much of the product, and most of it a guess."""
    necklace = photograph("necklace", 20, backdrop="grey")
    cutout = cut(Photo(necklace.pixels))
    assert cutout.verdict != "accept" and {"open", "thin"} <= {reason.code for reason in cutout.reasons}


def test_a_strongly_compressed_file_is_asked_about() -> None:
    mug = photograph("mug", 3, size=640).pixels
    coarse, fine = ([reason.code for reason in cut(Photo(squeezed(mug, quality))).reasons] for quality in (20, 60))
    assert "compressed" in coarse and "compressed" not in fine


def test_a_dark_opening_before_dark_paper_is_asked_about() -> None:
    """The inside of the shoe is a little darker than the paper beyond it, and evenly so, which no shade is."""
    shoe = photograph("shoe", 5051, backdrop="dark")
    cutout = cut(Photo(shoe.pixels))
    assert cutout.verdict != "accept" and "holes" in [reason.code for reason in cutout.reasons]
