"""The presets that this process knows: those that came with Packshot, and over them what operators made of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from packshot.styles.files import shipped
from packshot.styles.preset import CATEGORIES, Preset

FRESH_S = 3.0


@dataclass(frozen=True)
class Shelved:
    """A preset, and whether it can be ordered."""

    preset: Preset
    active: bool = True


def shelved() -> Mapping[str, Shelved]:
    """All presets by slug, by category, as the table was read last; the files' alone before anybody read it."""
    if _read.presets is None:
        _read.presets = _merged(_read.edited)
    return _read.presets


def remember(edited: Mapping[str, Shelved]) -> None:
    """Takes what operators edited as the newest there is, for FRESH_S."""
    _read.edited = dict(edited)
    _read.presets = _merged(_read.edited)
    _read.until = time.monotonic() + FRESH_S


def forget() -> None:
    """Has the table read again before the next use."""
    _read.until = 0.0


def is_fresh() -> bool:
    """Whether the table was read within FRESH_S."""
    return time.monotonic() < _read.until


def _merged(edited: Mapping[str, Shelved]) -> Mapping[str, Shelved]:
    found = {slug: Shelved(preset) for slug, preset in shipped().items()} | dict(edited)
    return {slug: found[slug] for slug in sorted(found, key=lambda slug: _places()[found[slug].preset.category])}


@cache
def _places() -> Mapping[str, int]:
    return {category: place for place, category in enumerate(CATEGORIES)}


class _Read:
    """What was read, and until when it is fresh."""

    def __init__(self) -> None:
        self.edited: dict[str, Shelved] = {}
        self.presets: Mapping[str, Shelved] | None = None  # put together when somebody asks
        self.until = 0.0


_read = _Read()
