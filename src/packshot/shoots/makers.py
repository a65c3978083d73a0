"""The engines of this process, and what each is asked for."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from packshot.accounts.signing import signature
from packshot.engines import engine
from packshot.engines.base import Engine, GenerationRequest, Kind, Model, Reference
from packshot.plates.way import Way
from packshot.settings import settings
from packshot.shoots import callbacks
from packshot.shoots.directed import WORDS, directed
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.variations import in_words
from packshot.styles.direction import look_of
from packshot.tasks import Queue
from packshot.vendors import ends
from packshot.words.direction import Direction
from packshot.words.markets import market_named


class Call(NamedTuple):
    """Who is called for an attempt at a picture, and in which way."""

    engine: str
    model: str
    way: Way


@cache
def maker(id: str) -> Engine:
    """The engine `id`, made once per process; an unknown id is a BadInputError."""
    callback = partial(callbacks.address, id) if callbacks.reachable() else None
    return engine(id, settings(), callback=callback, ends=ends.said(id))


os.register_at_fork(after_in_child=maker.cache_clear)


def queue_of(engine: Engine) -> Queue:
    """Pixels are made one per core, vendors are waited for many at once."""
    return "cpu" if engine.works == "here" else "io"


def takes_people(model: Model, *, product: bool, kind: Kind = "image") -> bool:
    """Whether `model` makes pictures, or videos, from photos of a person, with a photo of a `product` beside them."""
    can = model.capabilities
    return kind in can.kinds and "person" in can.roles and can.references > product


def request(
    shoot: Shoot, generation: Generation, references: tuple[Reference, ...], call: Call, product: str = ""
) -> GenerationRequest:
    """One picture as it is wanted of whom `call` names; `plates` says what they are asked for it.

    `product` is what the customer calls what is shot, said in every prompt where it is drawn anew.
    """
    look = look_of(generation.style, shoot.framing, shoot.words, shoot.avoid)
    asked = GenerationRequest(
        model=call.model,
        width=shoot.width,
        height=shoot.height,
        kind=shoot.kind,
        seconds=shoot.seconds or None,
        style=look.style,
        framing=look.framing,
        words=shoot.words,
        avoid=look.avoid,
        seed=generation.seed,
        references=references,
        whose=signature("vendor", str(shoot.account_id)),
    )
    model = maker(call.engine).known.get(call.model)
    if model is None:
        return asked
    if call.way in ("plate", "inpaint"):
        said = " ".join(filter(None, [asked.words.strip(), in_words(generation.variation)]))
        scene = tuple(one for one in references if one.role != "pose")  # nobody is in it
        return replace(asked, words=said, style="" if asked.style == WORDS else asked.style, references=scene)
    return directed(asked, shoot, generation, call.engine, model, product)


def direction_of(shoot: Shoot, generation: Generation) -> Direction:
    """What is said of the place of a picture's plate beside its words."""
    return Direction(
        market=market_named(shoot.market) if shoot.market else "",
        palette=str(generation.variation.get("palette", "")),
    )
