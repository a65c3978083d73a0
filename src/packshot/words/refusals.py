"""Why a wish is refused, what to do instead, and which engines could fulfil it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from packshot.words.data import read
from packshot.words.lexicon import Need
from packshot.words.parse import Reading, Wish


class Can(Protocol):
    """Of what a model can do, the part that wishes ask about: packshot.engines.base.Capabilities."""

    @property
    def words(self) -> bool: ...
    @property
    def keeps_product(self) -> bool: ...
    @property
    def references(self) -> int: ...


Engines = Mapping[str, Iterable[Can]]
"""What each engine's models can do, by the engine's id."""


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    remedy: str = ""
    takes: Annotated[frozenset[Literal["words", "redraws", "references"]], Field(min_length=1)]


@dataclass(frozen=True)
class Refused:
    """A wish that the embedded studio refuses; `engines` are the ids of those that could fulfil it."""

    wish: Wish
    reason: str
    remedy: str
    engines: tuple[str, ...]


@cache
def _kinds() -> dict[Need, _Kind]:
    return TypeAdapter(dict[Need, _Kind]).validate_python(read("refusals.yaml"))


def refused(reading: Reading, engines: Engines) -> tuple[Refused, ...]:
    """The wishes of a description that the embedded studio refuses, in the order of its words."""
    return tuple(
        Refused(wish, kind.reason, _remedy(kind, able), able)
        for wish in reading.wishes
        for kind in (_kinds()[wish.needs],)
        for able in (tuple(sorted(id for id, models in engines.items() if any(_able(can, kind) for can in models))),)
    )


def _able(can: Can, kind: _Kind) -> bool:
    has = {"words": can.words, "redraws": not can.keeps_product, "references": can.references > 0}
    return all(has[ability] for ability in kind.takes)


def _remedy(kind: _Kind, engines: tuple[str, ...]) -> str:
    could = f"those that could: {', '.join(engines)}" if engines else "none that could is installed"
    return f"{kind.remedy} It needs a generative engine; {could}.".strip()
