"""Who paints a style: the engine behind the name of an engine preset."""

from __future__ import annotations

PRESETS = {"BEST_QUALITY": "openai", "BALANCED": "stability", "FAST": "replicate"}


def maker_of(name: str) -> str:
    """The id of the engine that `name` means; the name of an engine means itself."""
    return PRESETS.get(name, name)
