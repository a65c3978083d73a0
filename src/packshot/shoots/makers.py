"""The engines of this process, and what each is asked for."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache

from packshot.engines import engine
from packshot.engines.base import Engine, GenerationRequest, Model, Reference, Role
from packshot.settings import settings
from packshot.shoots.models import Generation, Shoot
from packshot.styles.direction import direction_of, scene_of
from packshot.styles.library import style
from packshot.tasks import Queue
from packshot.words.families import family_of
from packshot.words.parse import parse
from packshot.words.prompts import prompt


@cache
def maker(id: str) -> Engine:
    """The engine `id`, made once per process; an unknown id is a BadInputError."""
    return engine(id, settings())


os.register_at_fork(after_in_child=maker.cache_clear)


def queue_of(engine: Engine) -> Queue:
    """Pixels are made one per core, vendors are waited for many at once."""
    return "cpu" if engine.works == "here" else "io"


def request(shoot: Shoot, generation: Generation, references: tuple[Reference, ...]) -> GenerationRequest:
    """What the engine of `shoot` is asked for one picture of it. A model without seeds is given none."""
    scene, framing = scene_of(generation.style, shoot.framing)
    asked = GenerationRequest(
        model=shoot.model,
        width=shoot.width,
        height=shoot.height,
        style=scene,
        framing=framing,
        words=shoot.words,
        avoid=shoot.avoid,
        references=references,
    )
    model = maker(shoot.engine).model(asked)
    if model is not None and model.capabilities.styles is None and style(generation.style):
        asked = _in_words(asked, shoot, generation, model)
    return replace(asked, seed=generation.seed) if model is None or model.capabilities.seed else asked


def _in_words(asked: GenerationRequest, shoot: Shoot, generation: Generation, model: Model) -> GenerationRequest:
    """The style put as a prompt, for engines that know nothing but words."""
    shown: list[Role] = [reference.role for reference in asked.references]
    told = prompt(
        parse(shoot.words),
        family_of(shoot.engine, shoot.model),
        direction_of(generation.style, avoid=shoot.avoid, pose=generation.pose, references=shown),
        most=model.capabilities.characters,
    )
    avoid = told.avoid if told.avoid and model.capabilities.negative_words else ""
    return replace(asked, style="", framing="standard", words=told.text, avoid=avoid)
