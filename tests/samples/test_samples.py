"""The sample products that ship with Packshot: every one complete, believable as a test case, and small."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

SAMPLES = Path(__file__).parents[2] / "samples"
LISTED: list[dict[str, Any]] = yaml.safe_load((SAMPLES / "samples.yaml").read_text(encoding="utf-8"))
MEGABYTE = 1_000_000


@pytest.fixture(params=LISTED, ids=lambda sample: sample["name"])
def sample(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


def photo_of(sample: dict[str, Any]) -> np.ndarray:
    with Image.open(SAMPLES / "photos" / f"{sample['name']}.jpg") as image:
        assert image.mode == "RGB"
        return np.asarray(image)


def alpha_of(sample: dict[str, Any]) -> np.ndarray:
    with Image.open(SAMPLES / "alpha" / f"{sample['name']}.png") as image:
        assert image.mode == "L"
        return np.asarray(image)


def test_each_is_described_in_full(sample: dict[str, Any]):
    fields = {"name", "title", "view", "backdrop", "expect", "size", "why"}
    assert set(sample) == fields | ({"elevation"} if sample["view"] == "standing" else set())
    assert sample["view"] in ("standing", "above")
    assert sample["backdrop"] in ("plain", "uneven", "hard")
    assert sample["expect"] in ("accept", "ask", "refuse")
    assert 5 <= sample.get("elevation", 5) <= 30
    assert sample["why"].endswith(".")


def test_photo_and_alpha_have_the_listed_size(sample: dict[str, Any]):
    width, height = sample["size"]
    assert photo_of(sample).shape == (height, width, 3)
    assert alpha_of(sample).shape == (height, width)


def test_alpha_is_mostly_certain_with_a_soft_rim(sample: dict[str, Any]):
    alpha = alpha_of(sample)
    product, rim = (alpha > 127).mean(), ((alpha > 0) & (alpha < 255)).mean()
    assert 0.04 < product < 0.75
    assert 0.0005 < rim < 0.08
    assert len(np.unique(alpha)) > 64  # anti-aliased, not a mask of two values


def test_product_stays_inside_the_frame_unless_it_is_the_case(sample: dict[str, Any]):
    alpha = alpha_of(sample)
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert (border.max() > 0) == (sample["name"] == "cropped-mug")


def test_alpha_follows_the_photo(sample: dict[str, Any]):
    """The rim of the alpha lies on edges of the photo, so that the two can be used as a pair."""
    if sample["name"] in ("white-jar", "sand-vase"):
        pytest.skip("made to have hardly any edge")
    brightness = photo_of(sample).astype(np.float32).mean(2)
    steps = np.hypot(*np.gradient(brightness))
    alpha = alpha_of(sample)
    rim = (alpha > 32) & (alpha < 223)
    assert np.median(steps[rim]) > 4 * np.median(steps[alpha == 0])


def test_photos_are_well_exposed(sample: dict[str, Any]):
    photo = photo_of(sample)
    assert (photo == 255).all(2).mean() < 0.02
    assert 80 < photo.mean() < 245


def test_standard_backdrops_are_free_of_grain(sample: dict[str, Any]):
    """Neighbouring pixels of a studio backdrop differ by no more than a trace of sensor noise."""
    if sample["backdrop"] == "hard":
        pytest.skip("not a studio backdrop")
    bare = alpha_of(sample) == 0
    grey = photo_of(sample).astype(np.float32).mean(2)
    steps = np.abs(np.diff(grey, axis=1))[bare[:, 1:] & bare[:, :-1]]
    assert np.percentile(steps, 90) < 2.5


def test_the_set_covers_what_the_cutout_must_decide():
    def count(**wanted: str) -> int:
        return sum(all(sample[key] == value for key, value in wanted.items()) for sample in LISTED)

    assert count(expect="accept") >= 10
    assert count(expect="accept", view="above") >= 3
    assert count(expect="accept", backdrop="uneven") >= 2
    assert count(expect="ask") >= 2
    assert count(expect="refuse") >= 4
    assert any(sample["size"] != [1024, 1024] for sample in LISTED)


def test_nothing_is_unlisted_or_listed_twice():
    names = sorted(sample["name"] for sample in LISTED)
    assert names == sorted(set(names))
    assert names == sorted(path.stem for path in (SAMPLES / "photos").iterdir())
    assert names == sorted(path.stem for path in (SAMPLES / "alpha").iterdir())


def test_the_script_knows_how_to_make_each():
    known = subprocess.run(
        [sys.executable, "-c", "import products; print(*products.SHOTS)"],
        cwd=SAMPLES, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert sorted(known.stdout.split()) == sorted(sample["name"] for sample in LISTED)


def test_files_stay_small():
    sizes = [path.stat().st_size for folder in ("photos", "alpha") for path in (SAMPLES / folder).iterdir()]
    assert max(sizes) < MEGABYTE
    assert sum(sizes) < 8 * MEGABYTE
