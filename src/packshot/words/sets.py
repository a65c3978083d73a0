"""Chooses the embedded studio's style and framing for a description, and says what of it that style does not show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, TypeAdapter, field_validator

from packshot.words.data import read
from packshot.words.direction import Direction, market_of, values_of
from packshot.words.markets import markets
from packshot.words.parse import Reading
from packshot.words.tokens import words_of
from packshot.words.vocabulary import vocabulary

_WEIGHTS = {"surface": 8, "backdrop": 6, "season": 4, "occasion": 2, "mood": 2, "light": 2}
_LEAN = {"backdrop": 3, "light": 1, "mood": 1}  # of a market's own taste, where the description leaves it open
_DENIED = 100
_SNOW = frozenset({"snow", "forest"})
_UNSAID = "soft-grey"  # it flatters every product
_WHY = {
    "surface": "No set of the studio stands on it.",
    "backdrop": "No set of the studio has it behind the product.",
    "light": "No set of the studio is lit like that.",
    "angle": "The camera stays where it was when your photo was taken.",
    "mood": "No set of the studio is made for it.",
    "season": "No set of the studio shows it.",
    "occasion": "The studio has no decorations.",
    "market": "The studio has no scenery of single countries; the market decides between sets that fit as well.",
}


class Set(BaseModel):
    """A style: the values it shows by key, and what cannot be left out of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shows: dict[str, tuple[str, ...]]
    has: tuple[str, ...] = ()

    @field_validator("shows")
    @classmethod
    def _is_of_the_vocabulary(cls, shows: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for key, values in shows.items():
            if key not in _WEIGHTS or not set(values) <= set(vocabulary()[key].values):
                raise ValueError(f"{key}: {', '.join(values)} is not of the vocabulary")
        return shows


@dataclass(frozen=True)
class NotShown:
    """A value of a description that the style does not show, and why."""

    key: str
    value: str
    reason: str


@dataclass(frozen=True)
class Choice:
    """What the embedded studio makes of a description: a style, a framing, and what it leaves out."""

    style: str
    framing: str
    not_shown: tuple[NotShown, ...]


@cache
def sets() -> dict[str, Set]:
    """The styles by slug, the preferred first."""
    return TypeAdapter(dict[str, Set]).validate_python(read("sets.yaml"))


def choose(reading: Reading, market: str = "") -> Choice:
    """The style that shows most of what the description says of the picture; plain grey where it says nothing.

    A `market`, given or named in the description, decides what is left open: its season, its taste, and whether its
    winters have snow.
    """
    direction = Direction(market=market)
    values, country = values_of(reading, direction), market_of(reading, direction)
    denied = {tuple(words_of(span.text)) for span in reading.avoid}
    if country and not markets()[country].snow and not _SNOW & {*values["surface"], *values["backdrop"]}:
        denied.add(("snow",))
    scores = {slug: (_score(one, values, denied), _lean(one, values, country)) for slug, one in sets().items()}
    best = max(scores, key=lambda slug: scores[slug])
    style = best if scores[best][0] > 0 or scores[best][1] else _UNSAID
    framing = next(iter(values["framing"]), "standard")
    return Choice(style, framing, tuple(_not_shown(style, values, denied)))


def fitting(reading: Reading, market: str = "") -> list[str]:
    """The styles that a description leaves open, the best first: one where it names what is under or behind.

    Never one that cannot do without what is not wanted.
    """
    best = choose(reading, market).style
    if reading.values.get("surface") or reading.values.get("backdrop"):
        return [best]
    values = values_of(reading, Direction(market=market))
    denied = {tuple(words_of(span.text)) for span in reading.avoid}
    scores = {slug: _score(one, values, denied) for slug, one in sets().items()}
    left = [slug for slug in scores if scores[slug] >= 0 and slug != best]
    return [best, *sorted(left, key=lambda slug: -scores[slug])]


def _score(one: Set, values: dict[str, tuple[str, ...]], denied: set[tuple[str, ...]]) -> int:
    shown = sum(weight * len(set(values[key]) & set(one.shows.get(key, ()))) for key, weight in _WEIGHTS.items())
    return shown - _DENIED * _is_denied(one, denied)


def _lean(one: Set, values: dict[str, tuple[str, ...]], market: str) -> int:
    """How well a style suits the taste of a market in what the description leaves open."""
    if not market:
        return 0
    taste = {
        "backdrop": (markets()[market].backdrop,),
        "light": markets()[market].light,
        "mood": markets()[market].mood,
    }
    return sum(
        weight * len(set(taste[key]) & set(one.shows.get(key, ()))) for key, weight in _LEAN.items() if not values[key]
    )


def _is_denied(one: Set, denied: set[tuple[str, ...]]) -> bool:
    return any(tuple(words_of(thing)) in denied for thing in one.has)


def _not_shown(style: str, values: dict[str, tuple[str, ...]], denied: set[tuple[str, ...]]) -> list[NotShown]:
    return [
        NotShown(key, value, _why(key, value, denied))
        for key in _WHY
        for value in values[key]
        if value not in sets()[style].shows.get(key, ())
    ]


def _why(key: str, value: str, denied: set[tuple[str, ...]]) -> str:
    others = {slug: one for slug, one in sets().items() if value in one.shows.get(key, ())}
    wanted = [slug for slug, one in others.items() if not _is_denied(one, denied)]
    if wanted:
        return f"The style chosen shows more of the rest; {' or '.join(wanted)} would show it."
    return f"{' or '.join(others)} would show it, with what is not wanted." if others else _WHY[key]
