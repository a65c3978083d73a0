"""What a style says to whoever makes the picture: a scene of the embedded studio, or its part of a prompt."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.styles.library import style
from packshot.styles.preset import Preset
from packshot.styles.template import SAMPLE, filled


@dataclass(frozen=True)
class Look:
    """A style as a request has it: a scene by its name or the style in words, its framing, and what it keeps out."""

    style: str
    framing: str
    avoid: str = ""


def look_of(slug: str, framing: str = "standard", words: str = "", avoid: str = "", *, negative: bool = False) -> Look:
    """The look of a style for a description in `words`, `avoid` being the seller's own.

    A style that the library does not know is told by its name. What a style keeps out goes with `avoid` to a model that
    takes `negative` prompts, and stands in the words of the style for others. `framing` is the style's own unless
    another was asked for.
    """
    found = style(slug)
    return Look(slug, framing, avoid) if found is None else look(found.preset, framing, words, avoid, negative=negative)


def look(
    preset: Preset, framing: str = "standard", words: str = "", avoid: str = "", *, negative: bool = False
) -> Look:
    """The same of a preset that need not be in the library."""
    if preset.scene:
        return Look(preset.scene, preset.framing if framing == "standard" else framing, avoid)
    said = filled(preset.prompt, words)
    if negative:
        return Look(said.rstrip("."), framing, ", ".join([*preset.avoid, *([avoid] if avoid else ())]))
    without = f" There is no {', no '.join(preset.avoid)}." if preset.avoid else ""
    return Look(f"{said}{without}".rstrip("."), framing, avoid)


def sample_of(preset: Preset) -> str:
    """The description that a style is tried with: none for portraits, which need none."""
    return "" if preset.needs == ["person"] else SAMPLE
