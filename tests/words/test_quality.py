"""A gate on how well descriptions are read: the figures of bench/results/words.md may not fall."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

LEAST = 0.85


@pytest.fixture(scope="module")
def bench(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_words", root / "bench" / "words.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for themselves there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("half", ["tuned", "held_out"])
def test_attributes_are_found_and_are_right(bench: ModuleType, half: str) -> None:
    tallies = bench.measure(bench.load(half))
    poor = {
        key: (tally.precision, tally.recall)
        for key, tally in tallies.items()
        if min(tally.precision, tally.recall) < LEAST
    }
    assert not poor


def test_there_are_enough_descriptions_and_none_twice(bench: ModuleType) -> None:
    texts = [case["text"] for half in bench.HALVES for case in bench.load(half)]
    assert len(texts) == len(set(texts)) >= 200
    foreign = [case for half in bench.HALVES for case in bench.load(half) if case.get("language", "en") != "en"]
    assert len(foreign) >= 12
