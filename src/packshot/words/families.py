"""How each family of engines takes prompts, and which family an engine's model belongs to."""

from __future__ import annotations

from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, PositiveInt, TypeAdapter

from packshot.words.data import read

_OTHERS = "replicate"  # plain sentences, which every model reads


class Family(BaseModel):
    """A family: its templates, and lengths in characters; where and when those were read.

    `plate` is the template of empty scenes, None where the family paints none. `engines` and `models` are ids.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: str
    plate: str | None = None
    engines: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    most: PositiveInt
    most_avoid: PositiveInt | None = None
    as_of: date
    source: str


@cache
def families() -> dict[str, Family]:
    """The families of engines by name."""
    return TypeAdapter(dict[str, Family]).validate_python(read("families.yaml"))


def is_named(engine: str, model: str = "") -> bool:
    """Whether a family says that this engine's model is its own; others get a style beside the prompt."""
    return any(model in family.models or engine in family.engines for family in families().values())


def family_of(engine: str, model: str = "") -> str:
    """The family of an engine's model, by their ids; an engine that nobody named is told plain sentences."""
    for name, family in families().items():
        if model in family.models:
            return name
    return next((name for name, family in families().items() if engine in family.engines), _OTHERS)
