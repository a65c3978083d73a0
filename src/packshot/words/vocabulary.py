"""What can be claimed of a picture: the closed list of keys and of each key's values."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from packshot.words.data import read


class Key(BaseModel):
    """One attribute: what it means, whether several values can hold at once, and all values there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: str
    of: Literal["product", "picture"]
    many: bool
    values: Annotated[tuple[str, ...], Field(min_length=1)]


@cache
def vocabulary() -> dict[str, Key]:
    """Every key by its name, in the order people read them."""
    return TypeAdapter(dict[str, Key]).validate_python(read("vocabulary.yaml"))
