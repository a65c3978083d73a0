"""The vendors' models, read strictly from models.yaml: what each can do, costs and allows, and until when it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import TypeAdapter, ValidationError

from packshot.engines.base import Capabilities, Cost, Model

FILE = Path(__file__).with_name("models.yaml")


class CatalogueError(ValueError):
    """models.yaml says something that makes no sense; the message names the model."""


def models_of(engine: str) -> Sequence[Model]:
    """The models of `engine` in models.yaml, its default first."""
    return _ours()[engine]


@cache
def _ours() -> Mapping[str, Sequence[Model]]:
    return catalogue(FILE.read_text(encoding="utf-8"))


def catalogue(text: str) -> Mapping[str, Sequence[Model]]:
    """Models by engine. Unknown fields, an id used twice and a successor that is not there are CatalogueErrors."""
    given: dict[str, list[dict[str, Any]]] = yaml.load(text, Strict)  # noqa: S506 - it is a SafeLoader
    models = {engine: [_model(engine, row) for row in rows] for engine, rows in given.items()}
    for engine, own in models.items():
        ids = [model.id for model in own]
        if twice := {id for id in ids if ids.count(id) > 1}:
            raise CatalogueError(f"{engine} has {', '.join(twice)} twice")
        for model in own:
            if model.successor and model.successor not in ids:
                raise CatalogueError(f"{engine} {model.id}: there is no {model.successor!r} to succeed it")
    return models


class Strict(yaml.SafeLoader):
    """A key that stands twice is an error, not the last one's victory."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise CatalogueError(f"a key stands twice {node.start_mark}")
        return super().construct_mapping(node, deep)


def _model(engine: str, row: dict[str, Any]) -> Model:
    name = f"{engine} {row.get('id')}"
    can = cast("dict[str, Any]", row.get("capabilities", {}))
    if unknown := _unknown(row, Model) | _unknown(can, Capabilities):
        raise CatalogueError(f"{name}: there is no field {', '.join(sorted(unknown))}")
    try:
        return TypeAdapter(Model).validate_python({**row, "price": Cost(_micros(row["price"]))})
    except (ValidationError, TypeError, KeyError) as error:
        raise CatalogueError(f"{name}: {error}") from error


def _unknown(given: Mapping[str, Any], kind: type[Model | Capabilities]) -> set[str]:
    return set(given) - {one.name for one in fields(kind)}


def _micros(dollars: float) -> int:
    """Dollars in the file, because vendors' price lists are; millionths in the code, because money is integers."""
    return round(dollars * 1_000_000)
