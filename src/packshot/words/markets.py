"""What pictures for the buyers of a country can have: surroundings, palette, season and which way its texts run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from packshot.errors import BadInputError
from packshot.words.data import read
from packshot.words.vocabulary import vocabulary

Month = Annotated[int, Field(ge=1, le=12)]
_SEASONS = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer", *("autumn",) * 3, "winter")
_OPPOSITE = {"winter": "summer", "summer": "winter", "spring": "autumn", "autumn": "spring"}


class Market(BaseModel):
    """A country: facts (`direction` of its texts, `hemisphere`, `snow` in winter, months of feasts) and suggestions.

    `backdrop`, `light` and `mood` are values of the vocabulary; `place`, `props` and `palette` are words for engines
    that read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: tuple[str, ...]
    direction: Literal["ltr", "rtl"]
    hemisphere: Literal["north", "south"]
    snow: Annotated[bool, Field(strict=False)]
    backdrop: str
    light: tuple[str, ...]
    mood: tuple[str, ...]
    place: str
    props: str
    palette: str
    feasts: dict[str, tuple[Month, ...]] = {}

    @model_validator(mode="after")
    def _is_of_the_vocabulary(self) -> Self:
        given = {"backdrop": (self.backdrop,), "light": self.light, "mood": self.mood, "occasion": tuple(self.feasts)}
        for key, values in given.items():
            if not set(values) <= set(vocabulary()[key].values):
                raise ValueError(f"{key}: {', '.join(values)} is not of the vocabulary")
        return self


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    markets: dict[str, Market]
    sources: dict[str, str]
    as_of: date
    feasts: dict[str, tuple[Month, ...]]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if list(self.markets) != list(vocabulary()["market"].values):
            raise ValueError("the markets are not those of the vocabulary, in its order")
        if not set(self.feasts) <= set(vocabulary()["occasion"].values):
            raise ValueError("a feast is not an occasion of the vocabulary")
        return self


@cache
def _file() -> _File:
    return TypeAdapter(_File).validate_python(read("markets.yaml"))


def markets() -> Mapping[str, Market]:
    """The markets by their name in the vocabulary."""
    return _file().markets


def sources() -> Mapping[str, str]:
    """Where the facts were read."""
    return _file().sources


def market_named(given: str) -> str:
    """The market's name for a name or a country code in any case ("BR", "brazil"); BadInputError for another one."""
    plain = given.strip().casefold().replace(" ", "-").replace("_", "-")
    for name, market in markets().items():
        if plain == name or plain in market.codes:
            return name
    known = ", ".join(f"{name} ({market.codes[0].upper()})" for name, market in markets().items())
    raise BadInputError(f"There is no market {given!r}.", remedy=f"There are: {known}.")


def season_in(name: str, month: int) -> str:
    """The meteorological season of `month` (1 to 12) in the market `name`."""
    season = _SEASONS[month - 1]
    return season if markets()[name].hemisphere == "north" else _OPPOSITE[season]


def season_of(name: str, occasions: Iterable[str]) -> str | None:
    """The season in which the market `name` has these feasts; None where they say nothing, or not the same."""
    months = [
        month
        for occasion in occasions
        for month in markets()[name].feasts.get(occasion, _file().feasts.get(occasion, ()))
    ]
    seasons = {season_in(name, month) for month in months}
    return seasons.pop() if len(seasons) == 1 else None
