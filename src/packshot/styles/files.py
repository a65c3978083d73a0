"""Reads style presets from files, strictly: what cannot be meant as written is refused, and where it stands is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import ValidationError

from packshot.engines.models import CatalogueError, Strict
from packshot.errors import BadInputError
from packshot.styles.preset import CATEGORIES, Preset

MOST_BYTES = 1_000_000


@cache
def shipped() -> Mapping[str, Preset]:
    """The presets that come with Packshot, by slug, in the order they are shown in."""
    folder = files("packshot.styles").joinpath("presets")
    return together(
        presets(folder.joinpath(f"{category}.yaml").read_text(encoding="utf-8"), f"{category}.yaml", category)
        for category in CATEGORIES
    )


def presets(text: str, name: str, category: str = "") -> list[Preset]:
    """The presets of the file `name`; `category` holds for those that name none.

    A BadInputError names the preset and everything that is wrong with it.
    """
    if len(text) > MOST_BYTES:
        raise BadInputError(f"{name} is longer than {MOST_BYTES:,} characters.", remedy="Split it.")
    try:
        rows: Any = yaml.load(text, Strict)  # noqa: S506 - it is a SafeLoader
    except (yaml.YAMLError, CatalogueError) as error:
        raise BadInputError(f"{name} cannot be read: {error}.", remedy="Write a list of styles in YAML.") from None
    if not isinstance(rows, list):
        raise BadInputError(f"{name} holds no list of styles.", remedy="Begin each style with “- slug: …”.")
    own: dict[str, Any] = {"category": category} if category else {}
    return [_preset(own, row, f"{name}, style {number}") for number, row in enumerate(rows, 1)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def together(of: Iterable[Iterable[Preset]]) -> Mapping[str, Preset]:
    """All of them by slug; a slug that stands twice is a BadInputError."""
    found: dict[str, Preset] = {}
    for preset in (one for some in of for one in some):
        if preset.slug in found:
            raise BadInputError(f"The style {preset.slug!r} stands twice.", remedy="Give one of them another slug.")
        found[preset.slug] = preset
    return found


def problems(error: ValidationError) -> dict[str, str]:
    """What is wrong with a preset, in words by field; what is about several fields stands under ""."""
    told: dict[str, str] = {}
    for one in error.errors():
        field = str(one["loc"][0]) if one["loc"] else ""
        told.setdefault(field, one["msg"].removeprefix("Value error, "))
    return told


def _preset(own: dict[str, Any], row: Any, where: str) -> Preset:
    if not isinstance(row, dict):
        raise BadInputError(f"{where} is not a style.", remedy="Write “slug: …” and its other fields.")
    try:
        return Preset.model_validate(own | row)
    except ValidationError as error:
        slug = row.get("slug", "without a slug")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        said = "; ".join(f"{field}: {words}" if field else words for field, words in problems(error).items())
        raise BadInputError(f"{where} ({slug}) makes no sense: {said}.", remedy="Mend the file.") from None
