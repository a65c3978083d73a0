"""The data files of this folder, read as nothing but text."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml


def picture(name: str) -> bytes:
    """The file `name` as it is."""
    return files("packshot.words").joinpath(name).read_bytes()


def read(name: str) -> Any:
    """The YAML file `name`. Every scalar is a string: "on" and "no" are words here, not truth values."""
    text = files("packshot.words").joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 -- makes nothing but strings, lists and dictionaries
