"""Which engine and model make the next attempt at a picture, and in which way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from packshot import config
from packshot.engines.base import Failed, FailureKind, Reference
from packshot.engines.presets import Choice
from packshot.plates.way import Mode, Way, fallback, way_of
from packshot.shoots.makers import Call, direction_of, maker, request
from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot

if TYPE_CHECKING:
    from packshot.shoots.work import Work

FALLBACK = config.key(
    "engines.fallback",
    Annotated[list[Choice], Field(max_length=8)],
    [],
    "Engines that take over, in their order, where another fails for reasons of its own; empty: none does.",
)

_ITS_OWN: frozenset[FailureKind] = frozenset({"auth", "quota", "rate_limited", "transient"})
_FOR_THE_OPERATOR: frozenset[FailureKind] = frozenset({"auth", "quota"})


def next_call(shoot: Shoot, generation: Generation, attempts: Sequence[Attempt]) -> Call:
    """The call of a new attempt: the last one's engine, unless that was left; another way, if its own was in vain.

    After a lock's rejection it is the engine that was decided on then (judging.next_try), if that was another.
    """
    last = attempts[-1] if attempts else None
    left: dict[str, str] | None = last.facts.get("next") if last else None
    if left:
        engine, model = left["engine"], left["model"]
    elif last and last.state == AttemptState.REJECTED and generation.change.get("engine"):
        engine, model = generation.change["engine"], generation.change["model"]
    else:
        engine, model = (last.engine if last else "") or shoot.engine, (last.model if last else "") or shoot.model
    way = usual_way(shoot, generation, engine, model)
    known = maker(engine).known.get(model)
    same = [one for one in attempts if (one.engine or shoot.engine, one.model or shoot.model) == (engine, model)]
    if known and any(one.error == "unusable" for one in same):
        way = fallback(way, known)
    return Call(engine, model, way)


def usual_way(shoot: Shoot, generation: Generation, engine: str, model: str) -> Way:
    """The way that a model makes a picture of a shoot; an unknown one makes all of it, if it makes anything."""
    known = maker(engine).known.get(model)
    if known is None:
        return "redraw"
    mode: Mode | None = shoot.mode if shoot.mode in ("plate", "redraw") else None
    person = shoot.talent_id is not None or bool(generation.pose)
    return way_of(known, product=generation.photo_id is not None, person=person, kind=shoot.kind, mode=mode)


async def takes_over(work: Work, attempt: Attempt, failed: Failed, *, again: bool) -> Choice | None:
    """Who makes the next attempt instead of `attempt`'s engine, which `failed`; None: nobody.

    Only where an admin has set a chain, where the engine failed for a reason of its own that waiting does not mend, and
    where nothing may have been bought: what may have been is bought again once, from the same.
    """
    if failed.kind not in _ITS_OWN or (again and failed.kind not in _FOR_THE_OPERATOR):
        return None
    choices = await config.get(FALLBACK)
    if not choices:
        return None
    from packshot.plates.ask import outlined

    shoot, generation = work.shoot, work.generation
    tried = {(one.engine or shoot.engine, one.model or shoot.model) for one in work.attempts}
    tried.add((attempt.engine or shoot.engine, attempt.model or shoot.model))
    photo = (Reference(b""),) if generation.photo_id is not None else ()
    for choice in choices:
        engine = maker(choice.engine)
        model = engine.known.get(choice.model or next(iter(engine.known)))
        if engine.missing or model is None or (choice.engine, model.id) in tried:
            continue
        way = usual_way(shoot, generation, choice.engine, model.id)
        if shoot.mode == "plate" and way == "redraw":
            continue
        wanted = request(shoot, generation, photo, Call(choice.engine, model.id, way))
        asked = outlined(replace(wanted, seed=None), model, choice.engine, way, direction_of(shoot, generation))
        if not engine.check(asked):
            return Choice(engine=choice.engine, model=model.id)
    return None
