"""Presets: names for what an engine and model are good for, read strictly from presets.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter

from packshot.errors import BadInputError

FILE = Path(__file__).with_name("presets.yaml")
PresetName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z_]{0,31}$")]


class Choice(BaseModel):
    """An engine and one of its models; None is its first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    model: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None


Presets = dict[PresetName, Choice]


@cache
def presets() -> Presets:
    """The presets that Packshot comes with."""
    return TypeAdapter(Presets).validate_python(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def chosen(name: str, among: Mapping[str, Choice]) -> Choice:
    """The preset `name`; a BadInputError that names the others if there is none."""
    if name not in among:
        raise BadInputError(f"There is no preset {name!r}.", remedy=f"There are: {', '.join(among)}.")
    return among[name]
