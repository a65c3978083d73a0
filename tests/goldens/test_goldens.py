"""The studio's pictures stay what they were: within 2 levels of the goldens, which `make goldens` makes again."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest
from packshot.studio.scene.library import SCENES

_spec = importlib.util.spec_from_file_location("goldens_make", Path(__file__).with_name("make.py"))
assert _spec and _spec.loader
goldens = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(goldens)

TOLERANCE = 2  # levels of 255: other processors round blurs and transforms differently


@pytest.mark.parametrize("view", ["standing", "above"])
@pytest.mark.parametrize("style", sorted(SCENES))
def test_style_looks_as_it_did(style: str, view: str) -> None:
    golden = cv2.cvtColor(cv2.imread(str(goldens.path(style, view))), cv2.COLOR_BGR2RGB)
    difference = np.abs(golden.astype(int) - goldens.picture(style, view).astype(int))
    assert difference.max() <= TOLERANCE, f"{style}: {difference.max()} levels, {(difference > TOLERANCE).mean():.2%}"
