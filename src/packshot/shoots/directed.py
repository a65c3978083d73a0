"""What one picture of a shoot is told beside its style: its pose, its market, and what it varies."""

from __future__ import annotations

from dataclasses import replace

from packshot.engines.base import GenerationRequest, Model
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.variations import in_words, staging_of
from packshot.studio.scene.names import NAMES
from packshot.words.direction import Direction
from packshot.words.families import family_of
from packshot.words.markets import market_named
from packshot.words.parse import parse
from packshot.words.poses import poses
from packshot.words.prompts import prompt

WORDS = "words"  # the style of what is made from a description alone


def directed(
    asked: GenerationRequest, shoot: Shoot, generation: Generation, engine: str, model: Model
) -> GenerationRequest:
    """`asked` as `model` is to make this picture: set up otherwise by the studio, put as a prompt to whoever reads."""
    can = model.capabilities
    if can.stages:
        if generation.variation:
            asked = replace(asked, staging=staging_of(generation.variation))
        elif generation.pose and (framing := poses()[generation.pose].framing) and framing in can.framings:
            asked = replace(asked, framing=framing)
        return asked
    if not can.words:
        return asked
    said = " ".join(filter(None, [asked.words.strip(), in_words(generation.variation)]))
    if not (said or asked.avoid or generation.pose or shoot.market):
        return asked
    scene = asked.style in NAMES
    direction = Direction(
        style=_words_of(asked.style) if scene else "",
        avoid=asked.avoid,
        pose=generation.pose,
        market=market_named(shoot.market) if shoot.market else "",
        palette=str(generation.variation.get("palette", "")),
        references=tuple(reference.role for reference in asked.references),
    )
    told = prompt(parse(said), family_of(engine, model.id), direction, most=can.characters)
    left = "" if scene or asked.style == WORDS else asked.style
    return replace(asked, style=left, words=told.text, avoid=(told.avoid or "") if can.negative_words else "")


def _words_of(scene: str) -> str:
    from packshot.studio.scene.library import (
        SCENES,
    )  # pixel libraries, which a worker that waits for vendors can do without

    return SCENES[scene].words
