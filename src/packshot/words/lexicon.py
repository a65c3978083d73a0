"""The lexicon: lexicon.yaml, validated, and every phrase of it by its plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from sys import intern
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from packshot.words.data import read
from packshot.words.tokens import ARTICLES, words_of
from packshot.words.vocabulary import vocabulary

Part = Literal["product", "ground", "behind", "place"]
Need = Literal["people", "sides", "changes", "text", "props"]

_CHOICE = re.compile(r"\(([^()]*)\)")
_MOST_FORMS = 2000  # of one phrase
_ALONE = frozenset({"surface", "backdrop"})
_OF_PRODUCT = frozenset({"material", "color", "finish"})


class _Dressing(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    before: list[str]
    after: list[str]


class _File(BaseModel):
    """lexicon.yaml as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claims: dict[str, dict[str, list[str]]]
    backdrops: dict[str, str]
    surfaces: dict[str, str]
    refusals: dict[Need, list[str]]
    props: list[str]
    subjects: list[str]
    frames: dict[Literal["ground", "behind", "place"], list[str]]
    afterwards: dict[Literal["behind", "ground"], list[str]]
    heads: dict[Literal["ground", "behind", "place"], list[str]]
    dressing: _Dressing
    denials: _Dressing
    barriers: list[str]
    printing: list[str]
    plain: list[str]
    labels: dict[Literal["product", "ground", "behind"], list[str]]
    stops: list[str]

    @model_validator(mode="after")
    def _is_of_the_vocabulary(self) -> _File:
        known = vocabulary()
        for key, values in self.claims.items():
            if key not in known:
                raise ValueError(f"{key!r} is not a key of the vocabulary")
            if list(values) != [value for value in known[key].values if value in values]:
                unknown = ", ".join(value for value in values if value not in known[key].values)
                raise ValueError(
                    f"{key}: {f'no values are: {unknown}' if unknown else 'not in the vocabulary’s order'}"
                )
        missing = {f"{key}: {value}" for key in known for value in known[key].values} - {
            f"{key}: {value}" for key, values in self.claims.items() for value in values
        }
        for key, of, pairs in (("backdrop", "color", self.backdrops), ("surface", "material", self.surfaces)):
            if not (set(pairs) <= set(known[of].values) and set(pairs.values()) <= set(known[key].values)):
                raise ValueError(f"{key}s has a value that the vocabulary lacks")
        if missing:
            raise ValueError(f"no words say {', '.join(sorted(missing))}")
        return self


@dataclass(slots=True)
class Entry:
    """Everything that one phrase can mean; the words around it decide which of it holds."""

    claims: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    alone: frozenset[str] = frozenset()
    lone: frozenset[str] = frozenset()
    needs: Need | None = None
    frame: Part | None = None
    head: Part | None = None
    label: Part | None = None
    afterwards: Part | None = None
    dressing: Literal["before", "after"] | None = None
    denial: Literal["before", "after"] | None = None
    prop: bool = False
    subject: bool = False
    barrier: bool = False
    printing: bool = False
    plain: bool = False
    stop: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Phrases by their plain words, the beginnings of phrases, and every word of theirs.

    `telling`: in how many phrases each word stands that says something of the picture.
    """

    phrases: Mapping[tuple[str, ...], Entry]
    beginnings: frozenset[tuple[str, ...]]
    words: frozenset[str]
    telling: Mapping[str, int]


@cache
def lexicon() -> Lexicon:
    """The lexicon that comes with Packshot. Raises ValueError, with the place, if the file is not well made."""
    return build(read("lexicon.yaml"))


def build(data: object) -> Lexicon:
    """A lexicon of what lexicon.yaml holds."""
    file = _File.model_validate(data)
    phrases: dict[tuple[str, ...], Entry] = {}

    def entries(written: list[str]) -> Iterator[tuple[str, Entry]]:
        for phrase in written:
            for form in forms(phrase.rstrip("!~")):
                yield phrase, phrases.setdefault(form, Entry())

    for key, values in file.claims.items():
        for value, written in values.items():
            for phrase, entry in entries(written):
                held = entry.claims.setdefault(key, [])
                if held and value not in held and not vocabulary()[key].many:
                    raise ValueError(f"{key}: {phrase!r} is said to mean both {held[0]} and {value}")
                if value not in held:
                    held.append(value)
                if phrase.endswith("~"):
                    entry.lone |= {key}
                if phrase.endswith("!"):
                    if key not in _ALONE:
                        raise ValueError(f"{key}: {phrase!r} has a mark that only surfaces and backdrops know")
                    entry.alone |= {key}
    for entry in phrases.values():
        for key, of, pairs in (("backdrop", "color", file.backdrops), ("surface", "material", file.surfaces)):
            for value in entry.claims.get(of, ()):
                if value in pairs:
                    entry.claims.setdefault(key, [pairs[value]])
    for need, written in file.refusals.items():
        for _, entry in entries(written):
            entry.needs = entry.needs or need
    for part, written in file.frames.items():
        for _, entry in entries(written):
            entry.frame = part
    for part, written in file.heads.items():
        for _, entry in entries(written):
            entry.head = part
    for part, written in file.labels.items():
        for _, entry in entries(written):
            entry.label = part
    for name in ("before", "after"):
        for _, entry in entries(getattr(file.dressing, name)):
            entry.dressing = name
        for _, entry in entries(getattr(file.denials, name)):
            entry.denial = name
    for part, written in file.afterwards.items():
        for _, entry in entries(written):
            entry.afterwards = part
    for name, written in {
        "prop": file.props,
        "subject": file.subjects,
        "barrier": file.barriers,
        "printing": file.printing,
        "plain": file.plain,
        "stop": file.stops,
    }.items():
        for _, entry in entries(written):
            setattr(entry, name, True)
    _inherit(phrases)
    phrases = _shared(phrases)
    telling: dict[str, int] = {}
    for form, entry in phrases.items():
        if entry.claims or entry.head:
            for word in form:
                telling[word] = telling.get(word, 0) + 1
    beginnings = frozenset(form[:length] for form in phrases for length in range(1, len(form)))
    return Lexicon(phrases, beginnings, frozenset(word for form in phrases for word in form), telling)


def _inherit(phrases: dict[tuple[str, ...], Entry]) -> None:
    """A scene's phrase whose last word can be the product's says of a product what its words say: "white linen"."""
    for form, entry in phrases.items():
        if len(form) == 1 or not _ALONE & entry.claims.keys() or _OF_PRODUCT & entry.claims.keys():
            continue
        parts = [phrases[word,].claims for word in form if (word,) in phrases]
        last = phrases[form[-1],].claims if form[-1:] in phrases else {}
        if _OF_PRODUCT & last.keys():
            for claims in parts:
                for key in _OF_PRODUCT & claims.keys():
                    entry.claims.setdefault(key, list(claims[key]))


def _shared(phrases: dict[tuple[str, ...], Entry]) -> dict[tuple[str, ...], Entry]:
    """The same with one entry for all phrases that mean the same, which nearly all do with many others."""
    known: dict[str, Entry] = {}
    return {form: known.setdefault(repr(entry), entry) for form, entry in phrases.items()}


def forms(phrase: str) -> list[tuple[str, ...]]:
    """What a phrase with choices stands for: "(oak|pine) wood" is "oak wood" and "pine wood"."""
    pieces = _CHOICE.split(phrase)
    if any(mark in piece for piece in pieces[::2] for mark in "()|"):
        raise ValueError(f"{phrase!r} has brackets that do not match")
    choices = [piece.split("|") if index % 2 else [piece] for index, piece in enumerate(pieces)]
    amount = 1
    for choice in choices:
        amount *= len(choice)
    if amount > _MOST_FORMS:
        raise ValueError(f"{phrase!r} stands for {amount} phrases, more than {_MOST_FORMS}")
    found = {
        form: None
        for pick in product(*choices)
        if (form := tuple(intern(word) for word in words_of(" ".join(pick)) if word not in ARTICLES or len(phrase) < 4))
    }
    if not found:
        raise ValueError(f"{phrase!r} has no words")
    return list(found)
