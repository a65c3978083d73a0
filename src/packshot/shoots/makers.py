"""The engines of this process, and what each is asked for."""

from __future__ import annotations

import os
from functools import cache

from packshot.engines import engine
from packshot.engines.base import Engine, GenerationRequest, Reference
from packshot.settings import settings
from packshot.shoots.models import Generation, Shoot
from packshot.styles.direction import look_of
from packshot.tasks import Queue


@cache
def maker(id: str) -> Engine:
    """The engine `id`, made once per process; an unknown id is a BadInputError."""
    return engine(id, settings())


os.register_at_fork(after_in_child=maker.cache_clear)


def queue_of(engine: Engine) -> Queue:
    """Pixels are made one per core, vendors are waited for many at once."""
    return "cpu" if engine.works == "here" else "io"


def request(
    shoot: Shoot, generation: Generation, references: tuple[Reference, ...], *, model: str = ""
) -> GenerationRequest:
    """One picture as it is wanted of `model`, the shoot's own unless said; `plates` says what an engine is asked."""
    known = maker(shoot.engine).known.get(model or shoot.model)
    negative = known is not None and known.capabilities.negative_words
    look = look_of(generation.style, shoot.framing, shoot.words, shoot.avoid, negative=negative)
    return GenerationRequest(
        model=model or shoot.model,
        width=shoot.width,
        height=shoot.height,
        style=look.style,
        framing=look.framing,
        words=shoot.words,
        avoid=look.avoid,
        seed=generation.seed,
        references=references,
    )
