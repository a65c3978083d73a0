"""The engines of this process, and what each is asked for."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache, partial

from packshot.engines import engine
from packshot.engines.base import Engine, GenerationRequest, Reference
from packshot.settings import settings
from packshot.shoots import callbacks
from packshot.shoots.directed import directed
from packshot.shoots.models import Generation, Shoot
from packshot.tasks import Queue


@cache
def maker(id: str) -> Engine:
    """The engine `id`, made once per process; an unknown id is a BadInputError."""
    callback = partial(callbacks.address, id) if callbacks.reachable() else None
    return engine(id, settings(), callback=callback)


os.register_at_fork(after_in_child=maker.cache_clear)


def queue_of(engine: Engine) -> Queue:
    """Pixels are made one per core, vendors are waited for many at once."""
    return "cpu" if engine.works == "here" else "io"


def request(shoot: Shoot, generation: Generation, references: tuple[Reference, ...]) -> GenerationRequest:
    """What the engine of `shoot` is asked for one picture of it. A model without seeds is given none."""
    asked = GenerationRequest(
        model=shoot.model,
        width=shoot.width,
        height=shoot.height,
        style=generation.style,
        framing=shoot.framing,
        words=shoot.words,
        avoid=shoot.avoid,
        references=references,
    )
    model = maker(shoot.engine).model(asked)
    if model is not None:
        asked = directed(asked, shoot, generation, model)
    return replace(asked, seed=generation.seed) if model is None or model.capabilities.seed else asked
