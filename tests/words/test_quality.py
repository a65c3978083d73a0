"""A gate on how well descriptions are read: the figures of bench/results/words.md may not fall."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

LEAST = {"tuned": 0.9, "held_out": 0.85, "fresh": 0.75, "later": 0.6}  # few labels of a key make one much
OF_PICTURE = ("light", "angle", "backdrop")


@pytest.fixture(scope="module")
def bench(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_words", root / "bench" / "words.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for themselves there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("part", LEAST)
def test_attributes_are_found_and_are_right(bench: ModuleType, part: str) -> None:
    tallies = bench.measure(bench.load(part))
    poor = {
        key: (tally.precision, tally.recall)
        for key, tally in tallies.items()
        if min(tally.precision, tally.recall) < LEAST[part]
    }
    assert not poor


@pytest.mark.parametrize(("part", "least"), [("unseen", 0.9), ("third", 0.85), ("again", 0.75)])
def test_light_angle_and_backdrop_are_read_where_most_speaks_of_them(
    bench: ModuleType, part: str, least: float
) -> None:
    tallies = bench.measure(bench.load(part))
    found = {key: (tallies[key].precision, tallies[key].recall) for key in OF_PICTURE}
    assert min(min(one) for one in found.values()) >= least, found


def test_first_figures_are_kept_once_and_of_every_part_that_was_new(bench: ModuleType) -> None:
    first = bench.kept()
    assert list(first) == ["unseen", "again", "third"]
    for part, figures in first.items():
        assert figures["descriptions"] == len(bench.load(part))
        with pytest.raises(SystemExit, match="already"):
            bench.keep(part)


def test_there_are_enough_descriptions_and_none_twice(bench: ModuleType) -> None:
    texts = [case["text"] for part in bench.PARTS for case in bench.load(part)]
    assert len(texts) == len(set(texts)) >= 200
    foreign = [case for part in bench.PARTS for case in bench.load(part) if case.get("language", "en") != "en"]
    assert len(foreign) >= 12
