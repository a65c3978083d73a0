"""Weights that others publish, as data: where they are, whether they may be used for sale, and their hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

FOLDER = "faces"  # of the state directory: where fetched weights lie


@dataclass(frozen=True)
class Published:
    """One file: `url` and `sha256` are pinned, `bytes` is its exact size.

    `commercial`: whether its licence allows a business to use it. `source` and `as_of` say where and when these facts
    were read; `needs` names the other files without which it is of no use.
    """

    id: str
    title: str
    does: str
    file: str
    url: str
    sha256: str
    bytes: int
    licence: str
    commercial: bool
    source: str
    as_of: date
    needs: tuple[str, ...] = ()

    def path(self, state_dir: Path) -> Path:
        """Where it lies once it was fetched."""
        return state_dir / FOLDER / self.file


@cache
def published() -> Mapping[str, Published]:
    """All of them by their ids."""
    text = files("packshot.locks.identity").joinpath("published.yaml").read_text("utf-8")
    given: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return {id: Published(id, needs=tuple(facts.pop("with", ())), **facts) for id, facts in given.items()}


def fetched(id: str, state_dir: Path) -> Path | None:
    """The file of `id` if it was fetched; whether it is the right one is asked whenever it is opened."""
    one = published().get(id)
    path = one.path(state_dir) if one else None
    return path if path and path.is_file() else None
