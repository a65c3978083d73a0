"""The data files are held to the vocabulary and to themselves when they are loaded."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from packshot.words.data import read
from packshot.words.lexicon import build, forms, lexicon
from packshot.words.typos import meant_by

Change = Callable[[dict[str, Any]], object]


def test_a_phrase_with_choices_is_all_of_them() -> None:
    assert forms("(oak|pine) (wood|)") == [("oak", "wood"), ("oak",), ("pine", "wood"), ("pine",)]
    with pytest.raises(ValueError, match="brackets"):
        forms("(oak|pine wood")
    with pytest.raises(ValueError, match="stands for"):
        forms("(a1|b2|c3|d4|e5|f6|g7) " * 5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: file["claims"].update(smell={"sweet": ["sweet"]}), "'smell' is not a key"),
        (lambda file: file["claims"]["color"].update(octarine=["octarine"]), "no values are: octarine"),
        (lambda file: file["claims"]["color"].pop("red"), "no words say color: red"),
        (lambda file: file["claims"].update(color=dict(reversed(file["claims"]["color"].items()))), "order"),
        (lambda file: file["claims"]["season"]["spring"].append("summer"), "both spring and summer"),
        (lambda file: file["claims"]["color"]["red"].append("red!"), "only surfaces and backdrops"),
        (lambda file: file["props"].append("…"), "no words"),
        (lambda file: file["backdrops"].update(octarine="white"), "lacks"),
        (lambda file: file.update(extra=[]), "Extra inputs"),
        (lambda file: file.pop("stops"), "required"),
    ],
)
def test_a_lexicon_that_is_not_well_made_is_refused(change: Change, words: str) -> None:
    file = copy.deepcopy(read("lexicon.yaml"))
    change(file)
    with pytest.raises(ValueError, match=re.escape(words)):
        build(file)


def test_the_guard_names_words_that_would_be_corrected_and_no_other() -> None:
    guarded = read("common.yaml")
    assert guarded == sorted(set(guarded))
    assert not set(guarded) & lexicon().words
    assert all(meant_by(word) is None for word in guarded)


def test_words_that_yaml_knows_as_truth_values_stay_words() -> None:
    assert "on" in read("lexicon.yaml")["frames"]["ground"]
    assert ("on",) in lexicon().phrases
