"""The gates: what has to be accepted is, and cut well; what has to be refused is; and nothing wrong gets through.

Seeds, and most kinds, are those that the cutout was never tuned on. PACKSHOT_GATES=full runs many more of them.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable

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
LEAST_ACCEPTED = 0.6 if FULL else 0.5  # fifteen photos tell less
TREATED = 2 if FULL else 5  # every which photo is also darkened, or compressed
What = tuple[str, int, str]  # a kind, its seed and its backdrop
MUST_ACCEPT: list[What] = [
    *[
        ("carton", 20, "white"),
        ("bottle", 22, "grey"),
        ("bowl", 20, "beige"),
        ("teapot", 25, "blue"),
        ("pan", 24, "dark"),
    ],
    *[("t_shirt", 22, "sweep"), ("bag", 27, "uneven"), ("candle", 23, "white"), ("shoe", 21, "grey")],
]


def overlap(cutout: Cutout, truth: NDArray[np.float32]) -> float:
    """Intersection over union at half coverage."""
    found, wanted = cutout.alpha > 0.5, truth > 0.5
    return float((found & wanted).sum() / max(1, (found | wanted).sum()))


def chosen() -> list[What]:
    """Each new kind once; in full before every backdrop, and the known kinds twice."""
    new = [
        (kind, HELD_OUT_SEEDS[(number + row) % len(HELD_OUT_SEEDS)], BACKDROPS[(number + row) % len(BACKDROPS)])
        for number, kind in enumerate(HELD_OUT_KINDS)
        for row in range(len(BACKDROPS) if FULL else 1)
    ]
    known = [
        (kind, HELD_OUT_SEEDS[70 + row], BACKDROPS[(number + 3 * row) % len(BACKDROPS)])
        for number, kind in enumerate(TUNING_KINDS)
        for row in range(2)
    ]
    return new + known if FULL else new


def overlaps(treat: Callable[[GeneratedPhoto], NDArray[np.uint8]], which: list[What], ev: float = 0.0) -> list[float]:
    """Photographs each, treats and cuts it, prints how many of each kind are judged how, and gives what is accepted."""
    found: list[float] = []
    verdicts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for kind, seed, backdrop in which:
        photo = photograph(kind, seed, size=SIZE, backdrop=backdrop, ev=ev)
        cutout = cut(Photo(treat(photo)))
        verdicts[kind][cutout.verdict] += 1
        if cutout.verdict == "accept":
            found.append(overlap(cutout, photo.alpha))
    for kind, counts in verdicts.items():
        print(kind, dict(counts))
    mean = sum(found) / max(1, len(found))
    print(f"{len(found)} of {len(which)} accepted, mean {mean:.4f}, worst {min(found, default=0):.4f}")
    return found


def as_taken(photo: GeneratedPhoto) -> NDArray[np.uint8]:
    return photo.pixels


def test_plain_backdrops_are_accepted_and_cut_well() -> None:
    found = overlaps(as_taken, chosen())
    assert len(found) >= LEAST_ACCEPTED * len(chosen())
    assert min(found) >= EACH and np.mean(found) >= MEAN


@pytest.mark.parametrize("what", MUST_ACCEPT if FULL else MUST_ACCEPT[::4], ids=lambda what: what[0])
def test_what_anybody_would_accept_is_accepted(what: What) -> None:
    found = overlaps(as_taken, [what])
    assert found and found[0] >= EACH


def test_two_stops_too_dark_nothing_wrong_is_accepted() -> None:
    found = overlaps(as_taken, chosen()[::TREATED], ev=-2.0)
    assert found and min(found) >= EACH and np.mean(found) >= MEAN


@pytest.mark.parametrize("quality", [20, 50])
def test_strong_compression_is_never_accepted_blindly(quality: int) -> None:
    found = overlaps(lambda photo: squeezed(photo.pixels, quality), chosen()[1::TREATED])
    assert min(found, default=1) >= EACH


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_cut_is_not_accepted(name: str) -> None:
    for seed in HELD_OUT_SEEDS[: 8 if FULL else 1]:
        cutout = cut(Photo(REFUSALS[name](seed, 640)))
        assert cutout.verdict != "accept"
        assert cutout.reasons and cutout.reasons[0].words and cutout.reasons[0].remedy
