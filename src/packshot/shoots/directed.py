"""What one picture of a shoot is told beside its style: who and what stays the same, its pose, market and variation."""

from __future__ import annotations

from dataclasses import replace

from packshot.engines.base import GenerationRequest, Model, Role
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.variations import in_words, staging_of
from packshot.studio.scene.names import NAMES
from packshot.words.direction import Direction
from packshot.words.families import family_of
from packshot.words.markets import market_named
from packshot.words.parse import parse
from packshot.words.poses import poses
from packshot.words.prompts import prompt

SAME_PERSON = "the one in the reference photos, with the same face, hair, skin, age and build"
WORDS = "words"  # the style of what is made from a description alone


def directed(
    asked: GenerationRequest, shoot: Shoot, generation: Generation, engine: str, model: Model, product: str = ""
) -> GenerationRequest:
    """`asked` as `model` is to make this picture: set up otherwise by the studio, put as a prompt to whoever reads.

    Whoever reads is told in every picture of the shoot that the product, by the name the customer gave it, and the
    person are the same; the person's name is nobody's business and is not sent.
    """
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
    roles: tuple[Role, ...] = tuple(reference.role for reference in asked.references)
    person = "person" in roles
    if not (said or asked.avoid or generation.pose or shoot.market or person):
        return asked
    scene = asked.style in NAMES
    direction = Direction(
        style=_words_of(asked.style) if scene else "",
        avoid=asked.avoid,
        pose=generation.pose,
        market=market_named(shoot.market) if shoot.market else "",
        palette=str(generation.variation.get("palette", "")),
        product=product if "product" in roles else "",
        talent=SAME_PERSON if person else "",
        references=roles,
        worn=person,
    )
    told = prompt(parse(said), family_of(engine, model.id), direction, most=can.characters)
    left = "" if scene or asked.style == WORDS else asked.style
    return replace(asked, style=left, words=told.text, avoid=(told.avoid or "") if can.negative_words else "")


def _words_of(scene: str) -> str:
    from packshot.studio.scene.library import (
        SCENES,
    )  # pixel libraries, which a worker that waits for vendors can do without

    return SCENES[scene].words
