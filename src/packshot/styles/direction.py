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


def look_of(slug: str, framing: str = "standard", words: str = "", avoid: str = "", *, reads: bool = True) -> Look:
    """The look of a style for a description in `words`, `avoid` being the seller's own, with commas.

    A style that the library does not know is told by its name, and so is a painted one to whoever `reads` no words and
    has styles of their own. `framing` is the style's own unless another was asked for.
    """
    found = style(slug)
    if found is None or not (reads or found.preset.scene):
        return Look(slug, framing, avoid)
    return look(found.preset, framing, words, avoid)


def look(preset: Preset, framing: str = "standard", words: str = "", avoid: str = "") -> Look:
    """The same of a preset that need not be in the library."""
    if preset.scene:
        return Look(preset.scene, preset.framing if framing == "standard" else framing, avoid)
    said = filled(preset.prompt, words).translate(_NO_TEMPLATE).rstrip(".")
    return Look(said, framing, ", ".join([*preset.avoid, *([avoid] if avoid else ())]))


_NO_TEMPLATE = str.maketrans("{}", "()")  # what a description brought in is no template for who reads this one


def sample_of(preset: Preset) -> str:
    """The description that a style is tried with: none for portraits, which need none."""
    return "" if preset.needs == ["person"] else SAMPLE
