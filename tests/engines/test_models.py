"""The vendors' models are read strictly, and those that may not be sold or no longer run are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from packshot.engines.base import Done, Engine, GenerationRequest, Model, Reference, Workplace
from packshot.engines.models import FILE, CatalogueError, catalogue

ROW = """
painter:
  - id: new
    title: New
    as_of: 2026-11-24
    source: this test
    licence: MIT
    commercial: true
    price: 0.04
    capabilities: {sizes: {1024x1024: "1:1"}, seconds: [5, 10]}
  - id: old
    title: Old
    as_of: 2026-11-24
    source: this test
    licence: MIT
    commercial: true
    price: 0.02
    retires_on: 2026-12-01
    successor: new
    capabilities: {}
  - id: for-research
    title: For Research
    as_of: 2026-11-24
    source: this test
    licence: CC BY-NC 4.0
    commercial: false
    price: 0
    successor: new
    capabilities: {}
"""


class Painter(Engine):
    id = "painter"
    title = "Painter"
    words = "For this test."

    @classmethod
    def models(cls) -> Sequence[Model]:
        return catalogue(ROW)["painter"]

    async def submit(self, request: GenerationRequest, *, key: str) -> Done:
        raise NotImplementedError


def on(day: str) -> Painter:
    return Painter(Workplace(Path("nowhere"), today=lambda: date.fromisoformat(day)))


def test_rows_become_models() -> None:
    new, old, _ = Painter.models()
    assert new.price.micros == 40_000 and new.capabilities.sizes == {"1024x1024": "1:1"}
    assert new.capabilities.seconds == (5, 10)
    assert old.retires_on == date(2026, 12, 1) and old.successor == "new"


def test_a_model_runs_until_the_day_it_retires() -> None:
    assert on("2026-11-30").check(GenerationRequest("old")) == []
    (refusal,) = on("2026-12-01").check(GenerationRequest("old"))
    assert refusal.field == "model" and "2026-12-01" in refusal.words and "new" in refusal.remedy


def test_a_licence_for_research_sells_no_pictures() -> None:
    (refusal,) = on("2026-11-24").check(GenerationRequest("for-research"))
    assert "CC BY-NC 4.0" in refusal.words and "new" in refusal.remedy


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("price: 0.04", "price: 0.04\n    prize: 0.05", "prize"),
        ("{sizes:", "{sises: 1, sizes:", "sises"),
        ("sizes: {", "commercial: true, sizes: {", "commercial"),
        ("price: 0.04", "price: 0.04\n    price: 0.05", "twice"),
        ("id: old", "id: new", "twice"),
        ("successor: new", "successor: newer", "newer"),
        ("as_of: 2026-11-24", "as_of: lately", "as_of"),
        ("    licence: MIT\n", "", "licence"),
        ("    price: 0.04\n", "", "price"),
        ("seconds: [5, 10]", "seconds: five", "seconds"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(old: str, new: str, names: str) -> None:
    with pytest.raises(CatalogueError, match=names):
        catalogue(ROW.replace(old, new, 1))


def test_our_own_rows_are_dated_sourced_and_start_with_a_model_that_runs() -> None:
    for models in catalogue(FILE.read_text()).values():
        assert models[0].retires_on is None and models[0].commercial
        sizes = models[0].capabilities.sizes
        assert "video" in models[0].capabilities.kinds or sizes is None or "1024x1024" in sizes, (
            "what is asked for by default"
        )
        assert all(model.source and model.as_of >= date(2026, 11, 20) for model in models)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"width": 1000}, "size"),
        ({"seconds": 7}, "seconds"),
        ({"depth": 16}, "depth"),
        ({"words": "a" * 32_001}, "words"),
        ({"mask": b"png"}, "mask"),
        ({"references": (Reference(b"", role="person"),)}, "references"),
    ],
)
def test_what_a_model_lacks_is_refused(changes: dict[str, object], field: str) -> None:
    assert {refusal.field for refusal in on("2026-11-24").check(replace(GenerationRequest("new"), **changes))} == {
        field
    }  # type: ignore[arg-type]


def test_a_video_costs_what_its_seconds_cost() -> None:
    class Filmer(Painter):
        @classmethod
        def models(cls) -> Sequence[Model]:
            return [replace(model, per="second") for model in super().models()]

    filmer = Filmer(Workplace(Path("nowhere")))
    assert filmer.estimate(GenerationRequest("new", seconds=10)).micros == 400_000
    assert filmer.estimate(GenerationRequest("new")).micros == 200_000
