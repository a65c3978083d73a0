"""A text as phrases of the lexicon: the way of parting it that gives the longest phrases."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.words.lexicon import Entry, Lexicon, lexicon
from packshot.words.tokens import ARTICLES, Gap, Token, tokens
from packshot.words.typos import meant_by


@dataclass(frozen=True, slots=True)
class Phrase:
    """text[start:end], what it can mean (None: not understood), how many words it has, the `gap` before it,
    and whether a quotation begins with it (`quoted`)."""

    start: int
    end: int
    plain: str
    length: int
    gap: Gap
    quoted: bool
    entry: Entry | None


def phrases(text: str) -> list[Phrase]:
    """The phrases of `text` in order; every word but articles is in exactly one."""
    known = lexicon()
    found = [token for token in tokens(text) if token.plain not in ARTICLES]
    words = [_known(token.plain, known) for token in found]
    return [
        Phrase(
            start=found[start].start,
            end=found[end - 1].end,
            plain=" ".join(words[start:end]),
            length=end - start,
            gap=found[start].gap,
            quoted=found[start].quoted,
            entry=known.phrases.get(tuple(words[start:end])),
        )
        for start, end in _best(words, found, known)
    ]


def _known(word: str, known: Lexicon) -> str:
    return word if word in known.words else meant_by(word) or word


def _best(words: list[str], found: list[Token], known: Lexicon) -> list[tuple[int, int]]:
    """Where phrases begin and end, with the largest sum of squared lengths; of as good ones, the longest first."""
    count = len(words)
    worth = [0] * (count + 1)
    step = [1] * count
    for start in range(count - 1, -1, -1):
        worth[start] = worth[start + 1]
        for end in _ends(start, words, found, known):
            gain = (end - start) ** 2 + worth[end]
            if gain >= worth[start]:
                worth[start], step[start] = gain, end - start
    spans: list[tuple[int, int]] = []
    start = 0
    while start < count:
        spans.append((start, start + step[start]))
        start += step[start]
    return spans


def _ends(start: int, words: list[str], found: list[Token], known: Lexicon) -> list[int]:
    """Where phrases that begin at `start` end, shortest first. A phrase may go on over a colon, never a comma."""
    ends: list[int] = []
    for end in range(start + 1, len(words) + 1):
        if end > start + 1 and found[end - 1].gap not in ("none", "colon"):
            break
        form = tuple(words[start:end])
        if form in known.phrases:
            ends.append(end)
        if form not in known.beginnings:
            break
    return ends
