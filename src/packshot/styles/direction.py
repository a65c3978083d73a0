"""What a style says to whoever makes the picture: a scene of the embedded studio, or its part of a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from packshot.styles.library import style
from packshot.styles.makers import maker_of
from packshot.styles.preset import Preset
from packshot.styles.template import SAMPLE
from packshot.words.direction import Direction, Shown
from packshot.words.families import family_of
from packshot.words.parse import parse
from packshot.words.prompts import Prompt, prompt


def scene_of(slug: str, framing: str = "standard") -> tuple[str, str]:
    """The embedded studio's scene for a style, and the framing: the style's own, unless another was asked for."""
    found = style(slug)
    if found is None or not found.preset.scene:
        return slug, framing
    return found.preset.scene, found.preset.framing if framing == "standard" else framing


def direction_of(
    slug: str,
    *,
    avoid: str = "",
    pose: str = "",
    market: str = "",
    product: str = "",
    talent: str = "",
    references: Sequence[Shown] = (),
) -> Direction:
    """How a generative engine is to photograph something in a style, `avoid` being the seller's own.

    A style that the library does not know is told by its name, one of the embedded studio by what it looks like.
    """
    found = style(slug)
    return Direction(
        style=_told(found.preset) if found else slug.replace("-", " "),
        avoid=", ".join([*(found.preset.avoid if found else ()), *([avoid] if avoid else ())]),
        pose=pose,
        market=market,
        product=product,
        talent=talent,
        references=tuple(references),
        worn="person" in references,
    )


def sample_of(preset: Preset) -> str:
    """The description that a style is tried with: none for portraits, which need none."""
    return "" if preset.needs == ["person"] else SAMPLE


def final_prompt(preset: Preset) -> Prompt:
    """What the style's engine would be told for its sample, with the photos that the style needs."""
    engine, words = maker_of(preset.engine), sample_of(preset)
    shown: list[Shown] = [need for need in preset.needs if need != "words"]
    told = Direction(
        style=_told(preset), avoid=", ".join(preset.avoid), references=tuple(shown), worn="person" in shown
    )
    return prompt(parse(words), family_of(engine, preset.model), told)


def _told(preset: Preset) -> str:
    return preset.prompt or f"{preset.title}: {preset.words}"
