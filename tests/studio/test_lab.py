"""CIELAB and back: as OpenCV has it, which follows the same standard."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.studio.cutout.lab import lab_to_linear, linear_to_lab

LIGHT = np.random.default_rng(1).random((200, 300, 3), np.float32) ** 3


def test_lab_is_opencvs() -> None:
    assert np.abs(linear_to_lab(LIGHT) - cv2.cvtColor(LIGHT, cv2.COLOR_LRGB2LAB)).max() < 0.05  # its root is a table


def test_greys_have_no_hue_and_white_is_100() -> None:
    greys = np.repeat(np.linspace(0, 1, 500, dtype=np.float32)[None, :, None], 3, axis=2)
    lab = linear_to_lab(greys)
    assert np.abs(lab[..., 1:]).max() < 0.02
    assert abs(lab[0, 0, 0]) < 1e-3 and abs(lab[0, -1, 0] - 100) < 1e-3
    assert (np.diff(lab[0, :, 0]) > 0).all()


def test_there_and_back() -> None:
    assert np.abs(lab_to_linear(linear_to_lab(LIGHT)) - LIGHT).max() < 1e-5
