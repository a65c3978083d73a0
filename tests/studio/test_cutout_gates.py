"""The gates: what has to be accepted is, and cut well; what has to be refused is; and nothing wrong gets through.

Seeds, and most kinds, are those that the cutout was never tuned on. PACKSHOT_GATES=full runs many more of them.
"""

from __future__ import annotations

import os
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from packshot.imaging.photo import Photo
from packshot.studio.cutout.cut import cut
from packshot.studio.cutout.result import Cutout
from tests.generated.backdrops import BACKDROPS
from tests.generated.photos import HELD_OUT_KINDS, HELD_OUT_SEEDS, TUNING_KINDS, GeneratedPhoto, photograph, squeezed
from tests.generated.refusals import REFUSALS

FULL = os.environ.get("PACKSHOT_GATES") == "full"
SIZE = 768
EACH, MEAN = 0.97, 0.985  # intersection over union of what is accepted
LEAST_ACCEPTED = 0.6
TREATED = 2 if FULL else 5  # every which photo is also darkened, or compressed


def overlap(cutout: Cutout, truth: NDArray[np.float32]) -> float:
    """Intersection over union at half coverage."""
    found, wanted = cutout.alpha > 0.5, truth > 0.5
    return float((found & wanted).sum() / max(1, (found | wanted).sum()))


def chosen() -> list[tuple[str, int, str]]:
    """Kinds, seeds and backdrops: each new kind once; in full before every backdrop, and the known kinds twice."""
    new = [
        (kind, HELD_OUT_SEEDS[(number + row) % len(HELD_OUT_SEEDS)], BACKDROPS[(number + row) % len(BACKDROPS)])
        for number, kind in enumerate(HELD_OUT_KINDS)
        for row in range(len(BACKDROPS) if FULL else 1)
    ]
    known = [
        (kind, HELD_OUT_SEEDS[50 + row], BACKDROPS[(number + 3 * row) % len(BACKDROPS)])
        for number, kind in enumerate(TUNING_KINDS)
        for row in range(2)
    ]
    return new + known if FULL else new


@cache
def taken(kind: str, seed: int, backdrop: str, ev: float = 0.0) -> GeneratedPhoto:
    return photograph(kind, seed, size=SIZE, backdrop=backdrop, ev=ev)


def accepted(pictures: list[tuple[NDArray[np.uint8], NDArray[np.float32]]]) -> list[float]:
    """The overlap of each that is accepted."""
    cutouts = [(cut(Photo(pixels)), truth) for pixels, truth in pictures]
    return [overlap(cutout, truth) for cutout, truth in cutouts if cutout.verdict == "accept"]


def check(overlaps: list[float]) -> None:
    assert min(overlaps) >= EACH, sorted(overlaps)[:5]
    assert np.mean(overlaps) >= MEAN


def test_plain_backdrops_are_accepted_and_cut_well() -> None:
    pictures = [(photo.pixels, photo.alpha) for photo in (taken(*what) for what in chosen())]
    overlaps = accepted(pictures)
    assert len(overlaps) >= LEAST_ACCEPTED * len(pictures)
    check(overlaps)


def test_two_stops_too_dark_nothing_wrong_is_accepted() -> None:
    pictures = [(photo.pixels, photo.alpha) for photo in (taken(*what, ev=-2.0) for what in chosen()[::TREATED])]
    overlaps = accepted(pictures)
    assert overlaps
    check(overlaps)


@pytest.mark.parametrize("quality", [20, 50])
def test_strong_compression_is_never_accepted_blindly(quality: int) -> None:
    photos = [taken(*what) for what in chosen()[1::TREATED]]
    overlaps = accepted([(squeezed(photo.pixels, quality), photo.alpha) for photo in photos])
    assert min(overlaps, default=1) >= EACH, sorted(overlaps)[:5]


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_cut_is_not_accepted(name: str) -> None:
    for seed in HELD_OUT_SEEDS[: 8 if FULL else 1]:
        cutout = cut(Photo(REFUSALS[name](seed, 640)))
        assert cutout.verdict != "accept"
        assert cutout.reasons and cutout.reasons[0].words and cutout.reasons[0].remedy
