"""What one picture of a shoot is told beside its style: who and what stays the same, its pose, market and variation."""

from __future__ import annotations

from dataclasses import replace

from packshot.engines.base import GenerationRequest, Model, Role
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.variations import in_words, staging_of
from packshot.studio.scene.names import NAMES
from packshot.words.direction import Direction
from packshot.words.families import family_of, is_named
from packshot.words.markets import market_named
from packshot.words.parse import parse
from packshot.words.poses import poses
from packshot.words.prompts import Prompt, prompt

SAME_PERSON = "the one in the reference photos, with the same face, hair, skin, age and build"
_NO_TEMPLATE = str.maketrans("{}", "()")  # a style is filled in already, and a free one is no template
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
    told = written(asked, shoot, generation, engine, model, product) if can.words else None
    if told is None:
        return asked
    left = "" if asked.style in NAMES or asked.style == WORDS or _within(engine, model) else asked.style
    return replace(asked, style=left, words=told.text, avoid=(told.avoid or "") if can.negative_words else "")


def written(
    asked: GenerationRequest, shoot: Shoot, generation: Generation, engine: str, model: Model, product: str = ""
) -> Prompt | None:
    """The prompt of a picture for a model that reads words, its style within it; None where there is nothing to say.

    Engines of other packages, and models that know styles by their names, get it beside the prompt.
    """
    can = model.capabilities
    said = " ".join(filter(None, [asked.words.strip(), in_words(generation.variation)]))
    roles: tuple[Role, ...] = tuple(reference.role for reference in asked.references)
    person = "person" in roles
    scene = asked.style in NAMES
    style = asked.style if scene or (asked.style != WORDS and _within(engine, model)) else ""
    if not (said or style or asked.avoid or generation.pose or shoot.market or person):
        return None
    direction = Direction(
        style=_words_of(style) if scene else style.translate(_NO_TEMPLATE),
        avoid=asked.avoid,
        pose=generation.pose,
        market=market_named(shoot.market) if shoot.market else "",
        palette=str(generation.variation.get("palette", "")),
        product=product if "product" in roles else "",
        talent=SAME_PERSON if person else "",
        references=roles,
        worn=person,
    )
    return prompt(parse(said), family_of(engine, model.id), direction, most=can.characters)


def _within(engine: str, model: Model) -> bool:
    """Whether a style in words stands within the prompt."""
    return model.capabilities.styles is None and is_named(engine, model.id)


def _words_of(scene: str) -> str:
    from packshot.studio.scene.library import (
        SCENES,
    )  # pixel libraries, which a worker that waits for vendors can do without

    return SCENES[scene].words
