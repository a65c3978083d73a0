"""What an engine would be told of a style, for operators: the very request, but for what only a photo shows."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.engines.base import GenerationRequest, Reference
from packshot.engines.vendor import prompt
from packshot.plates.ask import outlined
from packshot.plates.way import Way, way_of
from packshot.shoots.directed import directed, written
from packshot.shoots.models import Generation, Shoot
from packshot.styles.direction import look, sample_of
from packshot.styles.library import Style
from packshot.words.families import families, family_of


def way(style: Style) -> Way | None:
    """How its pictures come about; None where its engine has no model by that name."""
    model, needs = style.model, style.preset.needs
    if model is None:
        return None
    return way_of(
        model, product="product" in needs, person="person" in needs, kind=style.preset.kind, mode=style.preset.mode
    )


@dataclass(frozen=True)
class Told:
    """The way a style's pictures are made, and prompt and negative prompt for its sample.

    `most` is the longest prompt in characters that is sent, `short` what of this one had to be shortened or left out.
    """

    way: Way
    prompt: str
    avoid: str
    most: int
    short: tuple[str, ...] = ()


def told(style: Style) -> Told | None:
    """What is told of it; None where nothing reads a prompt."""
    model, preset, how = style.model, style.preset, way(style)
    if model is None or how is None or preset.scene or not model.capabilities.words:
        return None
    words = sample_of(preset)
    width, height = map(int, (preset.size or "1024x1024").split("x"))
    said = look(preset, words=words)
    wanted = GenerationRequest(
        model=model.id,
        width=width,
        height=height,
        kind=preset.kind,
        style=said.style,
        words=words,
        avoid=said.avoid,
        seconds=preset.seconds,
        references=tuple(Reference(b"", role=need) for need in preset.needs if need != "words"),
    )
    if how in ("plate", "inpaint"):
        asked, short = outlined(wanted, model, style.engine, how), ()
    else:
        order = Shoot(market=""), Generation(pose="", variation={}), style.engine, model
        asked, made = directed(wanted, *order), written(wanted, *order)
        short = made.dropped if made else ()
    most = min(model.capabilities.characters, families()[family_of(style.engine, model.id)].most)
    avoid = asked.avoid if model.capabilities.negative_words else ""
    return Told(how, prompt(asked), avoid, most, short)
