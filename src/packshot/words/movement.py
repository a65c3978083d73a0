"""How the camera is to move in a video: what a text says of it (movements.yaml), and what an engine is told then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from packshot.words.data import read
from packshot.words.language import language_of
from packshot.words.lexicon import forms
from packshot.words.tokens import ARTICLES, Token, tokens

_AS_DESCRIBED = "The camera moves as it is described at the end"
_SOMEHOW = "somehow"
_THEN = frozenset({"then", "finally", "first", "next", "now", "please"})  # a phrase after them stands as if alone
_DENIALS = frozenset({"no", "not", "never", "without", "dont", "avoid", "nor", "neither"})
_MANNERS = frozenset({"gently", "smoothly", "quickly", "steadily", "softly", "perfectly", "completely", "slightly"})
_DENIED_AT_MOST = 2  # words after a "no": "no fast zoom", "do not ever zoom"


class _Movement(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    told: str
    words: Annotated[tuple[str, ...], Field(min_length=1)]


class _Meant(NamedTuple):
    """What a phrase says: a movement's name; `alone` between commas only, or where it `ends` its clause."""

    name: str
    alone: bool
    ends: bool


def movements(text: str) -> tuple[str, ...]:
    """The names of the movements that `text` asks for, each once, in the order of its words; what it denies is none."""
    phrases, longest = _phrases()
    found = [token for token in tokens(text) if token.plain not in ARTICLES]
    plain = ["slowly" if token.plain in _MANNERS else token.plain for token in found]
    named: dict[str, None] = {}
    at = 0
    while at < len(found):
        for length in range(min(longest, len(found) - at), 0, -1):
            meant = phrases.get(tuple(plain[at : at + length]))
            if meant and _holds(meant, found, at, at + length):
                if not _is_denied(found, at):
                    named[meant.name] = None
                at += length - 1
                break
        at += 1
    return tuple(name for name in named if name != _SOMEHOW or len(named) == 1)


def camera(words: str, style: str) -> str | None:
    """What an engine is told of the camera before all else, without its full stop; None where nobody says how it moves.

    The seller's `words` count, a `style` where they are silent. "" where they say it better themselves, who stand in
    the prompt as well: several movements, one that has no sentence, or anything in another language than English.
    """
    wanted, usual = movements(words), movements(style)
    if not wanted and language_of(words) != "en":
        return ""
    if not wanted:
        return _told(usual) if usual else None
    said = _told(wanted)
    if usual and usual != wanted:
        return f"{said or _AS_DESCRIBED}, whatever the style says of it"
    return said


def _told(names: Sequence[str]) -> str:
    if set(names) == {"still", "turntable"}:  # "camera fixed, product on a turntable" is one and the same
        names = ("turntable",)
    return _file()[names[0]].told if len(names) == 1 else ""


def _holds(meant: _Meant, found: Sequence[Token], start: int, end: int) -> bool:
    """Whether nothing parts the words of the phrase, and it stands as it has to."""
    if any(token.gap != "none" for token in found[start + 1 : end]):
        return False
    begins = found[start].gap != "none" or (start > 0 and found[start - 1].plain in _THEN)
    ends = end == len(found) or found[end].gap != "none" or found[end].plain in _THEN
    return (ends or not (meant.ends or meant.alone)) and (begins or not meant.alone)


def _is_denied(found: Sequence[Token], start: int) -> bool:
    at = start
    while at and start - at < _DENIED_AT_MOST and found[at].gap == "none":
        at -= 1
        if found[at].plain in _DENIALS:
            return True
    return False


@cache
def _file() -> Mapping[str, _Movement]:
    return TypeAdapter(dict[str, _Movement]).validate_python(read("movements.yaml"))


@cache
def _phrases() -> tuple[Mapping[tuple[str, ...], _Meant], int]:
    """What each phrase means by its plain words, and how many words the longest has.

    Raises ValueError for one that is said to mean two movements.
    """
    known: dict[tuple[str, ...], _Meant] = {}
    for name, movement in _file().items():
        for phrase in movement.words:
            meant = _Meant(name, phrase.endswith("~"), phrase.endswith("."))
            for form in forms(phrase.rstrip("~.")):
                if known.setdefault(form, meant).name != name:
                    raise ValueError(f"movements.yaml: {' '.join(form)!r} means both {known[form].name} and {name}")
                if not (meant.alone or meant.ends):
                    known[form] = meant
    return known, max(map(len, known))
