"""Finds the word of the lexicon that a misspelt one was meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from pydantic import TypeAdapter

from packshot.words.data import read
from packshot.words.lexicon import lexicon

_SHORTEST, _LONGEST = 4, 20
_FAR = 9  # letters from which a word may be two edits away
_SURE_OF_FIRST = 1  # the first letter is seldom mistyped: it has to agree


@lru_cache(maxsize=4096)
def meant_by(word: str) -> str | None:
    """The nearest word of the lexicon that says something of the picture, or None.

    Edits are letters left out, put in, changed or swapped with the next; four letters may only miss one. A common
    English word (common.yaml) is never taken for a misspelling of a rarer one; of two as near, the one in more phrases.
    """
    if not (_SHORTEST <= len(word) <= _LONGEST and word.isascii() and word.isalpha()) or word in _common():
        return None
    reach = 2 if len(word) >= _FAR else 1
    nearest: tuple[int, int, str] | None = None
    for candidate in {found for cut in _cuts(word, reach) for found in _by_cut().get(cut, ())}:
        if candidate[:_SURE_OF_FIRST] != word[:_SURE_OF_FIRST]:
            continue
        if len(word) == _SHORTEST and len(candidate) <= _SHORTEST:
            continue
        allowed = 1 if len(candidate) < _FAR - 1 else reach
        distance = edits(word, candidate)
        if distance > allowed:
            continue
        rank = (distance, -lexicon().telling[candidate], candidate)
        nearest = min(nearest, rank) if nearest else rank
    return nearest[2] if nearest else None


def edits(one: str, other: str) -> int:
    """The Damerau-Levenshtein distance (optimal string alignment): inserts, deletes, changes and swaps."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _cuts(word: str, most: int) -> Iterator[str]:
    """`word`, and it with up to `most` letters left out: two words that are as near share one of these."""
    seen = {word}
    fresh = {word}
    for _ in range(most):
        fresh = {short[:i] + short[i + 1 :] for short in fresh for i in range(len(short))} - seen
        seen |= fresh
    yield from seen


@cache
def _by_cut() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in lexicon().telling:
        if _SHORTEST < len(word) <= _LONGEST and word.isascii() and word.isalpha():
            for cut in _cuts(word, 2 if len(word) >= _FAR - 1 else 1):
                found.setdefault(cut, []).append(word)
    return found


@cache
def _common() -> frozenset[str]:
    return frozenset(TypeAdapter(list[str]).validate_python(read("common.yaml")))
