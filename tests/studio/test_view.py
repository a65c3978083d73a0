"""Standing or from above: never mistaken for one another, and the camera's elevation close to the truth."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from packshot.studio.cutout.survey import survey
from packshot.studio.cutout.view import view_of
from tests.generated.photos import HELD_OUT_KINDS, GeneratedPhoto, photograph

SEEDS = (1001, 1002)
ROUND = ("vase", "jar", "candle")


def looked_at(photo: GeneratedPhoto) -> tuple[str, float | None]:
    surveyed = survey(photo.pixels)
    height, width = surveyed.distance.shape
    return view_of(surveyed, cv2.resize(photo.alpha, (width, height), interpolation=cv2.INTER_AREA))


@pytest.mark.parametrize("kind", HELD_OUT_KINDS)
def test_kinds_never_tuned_on_are_told_or_asked_about(kind: str) -> None:
    """Slender feet may shade too little to be sure; taking the one for the other never happens."""
    photos = [photograph(kind, seed, size=640) for seed in SEEDS]
    told = [looked_at(photo)[0] for photo in photos]
    assert all(view in (photo.view, "unknown") for view, photo in zip(told, photos, strict=True)), told
    assert photos[0].view in told, told


@pytest.mark.parametrize("kind", ROUND)
def test_a_round_foot_tells_the_elevation(kind: str) -> None:
    photo = photograph(kind, 1003, size=640)
    _, elevation = looked_at(photo)
    assert elevation is not None and photo.elevation is not None
    assert abs(elevation - photo.elevation) < 5


def test_without_shade_nothing_is_claimed() -> None:
    photo = photograph("vase", 1001, size=640)
    opaque = photo.alpha[..., None] > 0.5
    shadeless = np.where(opaque, photo.pixels, 255).astype(np.uint8)
    surveyed = survey(shadeless)
    assert view_of(surveyed, photo.alpha)[0] == "unknown"


def test_a_long_thing_at_a_slant_does_not_stand() -> None:
    pixels = np.full((480, 480, 3), 235, np.uint8)
    alpha = np.zeros((480, 480), np.float32)
    cv2.line(alpha, (140, 120), (340, 360), 1.0, 40)
    pixels[alpha > 0] = (120, 40, 30)
    assert view_of(survey(pixels), alpha)[0] == "above"
