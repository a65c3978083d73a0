"""Shadows under dark products, drawn from formulas: taken off where they are shadows, kept or asked about where not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from packshot.imaging.colour import linear_to_srgb
from packshot.imaging.photo import Photo
from packshot.studio.cutout.cut import cut
from packshot.studio.cutout.result import Cutout

SIDE = 640
TOP, FOOT, LEFT, RIGHT = 180, 440, 160, 480  # of a dark box
HIGH = 18  # rows of shadow, or of plinth, under it


def box_on(under: NDArray[np.float32], soft: float) -> NDArray[np.uint8]:
    """A dark, faintly blue box on white; below it `under` (HIGH,) of linear light, its border blurred by `soft`."""
    light = np.full((SIDE, SIDE, 3), 0.85, np.float32)
    light[FOOT : FOOT + HIGH, LEFT + 6 : RIGHT - 6] = under[:, None, None]
    light = cv2.GaussianBlur(light, (0, 0), soft)
    weave = (
        1
        + 0.25
        * np.sin(np.arange(RIGHT - LEFT) * 1.1)[None, :, None]
        * np.sin(np.arange(FOOT - TOP) * 1.1)[:, None, None]
    )
    light[TOP:FOOT, LEFT:RIGHT] = np.float32([0.03, 0.032, 0.04]) * weave
    light[FOOT - 2 : FOOT, LEFT:RIGHT] = 0.012
    light = cv2.GaussianBlur(light, (0, 0), 0.7)
    light += np.random.default_rng(1).normal(0, 0.002, light.shape).astype(np.float32) * np.sqrt(light)
    return np.rint(linear_to_srgb(np.clip(light, 0, 1)) * 255).astype(np.uint8)


def kept_below(cutout: Cutout) -> float:
    """How much of what lies under the box was taken for product."""
    return float((cutout.alpha[FOOT + 3 : FOOT + HIGH, LEFT + 20 : RIGHT - 20] > 0.5).mean())


@pytest.mark.parametrize("soft", [1.0, 3.0])
def test_a_shadow_that_fades_is_taken_off(soft: float) -> None:
    cutout = cut(Photo(box_on(np.linspace(0.05, 0.13, HIGH, dtype=np.float32), soft)))
    assert cutout.verdict == "accept" and kept_below(cutout) < 0.02
    assert (cutout.alpha[TOP + 8 : FOOT - 4, LEFT + 4 : RIGHT - 4] > 0.5).all()


def test_an_even_plinth_is_not_taken_off_unasked() -> None:
    """As dark as a shadow all over and with a border as sharp as the box's own."""
    cutout = cut(Photo(box_on(np.full(HIGH, 0.07, np.float32), 0.01)))
    assert kept_below(cutout) > 0.98 or cutout.verdict != "accept"


def test_a_plinth_of_another_colour_stays() -> None:
    pixels = box_on(np.full(HIGH, 0.07, np.float32), 0.01)
    plinth = pixels[FOOT : FOOT + HIGH, LEFT + 6 : RIGHT - 6]
    plinth[..., 0], plinth[..., 2] = 110, 40
    assert kept_below(cut(Photo(pixels))) > 0.98
