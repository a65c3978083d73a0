"""The sample products: each judged as it should be, and what is accepted is cut well."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from packshot.imaging.photo import Photo
from packshot.studio.cutout.cut import cut
from packshot.studio.cutout.result import Cutout

SAMPLES = Path(__file__).parents[2] / "samples"
LISTED: list[dict[str, Any]] = yaml.safe_load((SAMPLES / "samples.yaml").read_text(encoding="utf-8"))
EACH, MEAN = 0.97, 0.985  # intersection over union of what is accepted
DRAWN = {"perfume": 0.97, "sand-vase": 0.95, "cropped-mug": 0.97}  # asked about, and worth looking at


@cache
def taken(name: str) -> Cutout:
    picture = cv2.imread(str(SAMPLES / "photos" / f"{name}.jpg"))
    assert picture is not None
    return cut(Photo(np.ascontiguousarray(picture[..., ::-1], np.uint8)))


@cache
def overlap(name: str) -> float:
    """Intersection over union at half coverage."""
    alpha = cv2.imread(str(SAMPLES / "alpha" / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    assert alpha is not None
    found, wanted = taken(name).alpha > 0.5, alpha > 127
    return float((found & wanted).sum() / (found | wanted).sum())


@pytest.mark.parametrize("sample", LISTED, ids=lambda sample: sample["name"])
def test_each_is_judged_as_it_should_be(sample: dict[str, Any]) -> None:
    cutout = taken(sample["name"])
    assert cutout.verdict == sample["expect"], cutout.reasons
    if cutout.verdict == "accept":
        assert overlap(sample["name"]) >= EACH
    else:
        assert cutout.reasons[0].words and cutout.reasons[0].remedy


def test_what_is_accepted_is_cut_well_on_the_whole() -> None:
    overlaps = [overlap(sample["name"]) for sample in LISTED if taken(sample["name"]).verdict == "accept"]
    assert len(overlaps) >= 13
    assert np.mean(overlaps) >= MEAN


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_asked_about_is_a_good_guess(name: str) -> None:
    assert taken(name).verdict == "ask" and overlap(name) >= DRAWN[name]


def test_no_shadow_is_left_under_a_dark_product() -> None:
    """The speaker stands in a hard shadow that is as dark as itself: none of it, and all of its feet."""
    alpha = cv2.imread(str(SAMPLES / "alpha/speaker.png"), cv2.IMREAD_GRAYSCALE)
    assert alpha is not None
    foot = np.s_[660:740, 180:880]  # from the lower edge of its front to the shadow's
    found, wanted = taken("speaker").alpha[foot] > 0.5, alpha[foot] > 127
    shadow = cv2.erode((~wanted).view(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    feet = cv2.erode(wanted.view(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    assert (found & shadow).mean() < 0.002 and (feet & ~found).mean() < 0.002


def test_light_that_a_product_throws_on_the_ground_is_not_cut_out_with_it() -> None:
    """The copper kettle lights the floor at its left foot, brighter than the backdrop and as warm as itself."""
    alpha = cv2.imread(str(SAMPLES / "alpha/kettle.png"), cv2.IMREAD_GRAYSCALE)
    assert alpha is not None
    beside = cv2.dilate((alpha > 127).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    foot = np.s_[600:700, 300:360]
    assert (taken("kettle").alpha[foot][beside[foot]] < 0.2).all()
