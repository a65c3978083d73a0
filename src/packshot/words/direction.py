"""What a picture is told beside the description: style, pose, market, and what has to stay the same in all pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from packshot.words.markets import season_of
from packshot.words.parse import Reading
from packshot.words.vocabulary import vocabulary

Shown = Literal["product", "person", "style", "pose"]


@dataclass(frozen=True)
class Direction:
    """How a description is to be photographed.

    `style` is a style's prompt as a template, `avoid` its negative prompt in words with commas. `pose` is a slug of
    poses.yaml, `market` a name of the vocabulary. `product` and `talent` describe the product and the person in the
    customer's words, repeated in every prompt of a shoot so that both stay the same; `references` are the roles of the
    pictures that go along, in their order. `worn`: a person shows the product. For one variation of a description,
    `changes` are values by key that take the place of its own, and `palette` the colours of its surroundings in words.
    """

    style: str = ""
    avoid: str = ""
    pose: str = ""
    market: str = ""
    product: str = ""
    talent: str = ""
    references: tuple[Shown, ...] = ()
    worn: bool = False
    palette: str = ""
    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def market_of(reading: Reading, direction: Direction) -> str:
    """The market that was chosen, else the one that the description names, else none."""
    return direction.market or next(iter(reading.values.get("market", ())), "")


def values_of(reading: Reading, direction: Direction) -> dict[str, tuple[str, ...]]:
    """The values of every key of the vocabulary: the description's, or instead of them a variation's.

    A feast has the season of its market, "Christmas" for Brazil is summer; a season that the description names stays.
    """
    values = {key: direction.changes.get(key, reading.values.get(key, ())) for key in vocabulary()}
    market = market_of(reading, direction)
    if market:
        values["market"] = (market,)
        season = season_of(market, values["occasion"])
        if season and not values["season"]:
            values["season"] = (season,)
    return values
