"""Who paints a style: the engine and model behind the name of an engine preset, as operators have set them."""

from __future__ import annotations

from collections.abc import Mapping

from packshot import config
from packshot.engines.presets import Choice, Presets, presets

PRESETS = config.key(
    "engines.presets",
    Presets,
    presets(),
    "Engine and model by the preset's name, as {NAME: {engine, model}}.",
)


def maker_of(name: str) -> Choice:
    """The engine and model that `name` means; the name of an engine means itself."""
    return _current.get(name) or Choice(engine=name)


def engine_presets() -> Mapping[str, Choice]:
    """Every engine preset as it was read last."""
    return _current


async def read_presets() -> None:
    """Reads what operators have set, through the short cache of `config`."""
    global _current
    _current = await config.get(PRESETS)


_current: Mapping[str, Choice] = presets()
