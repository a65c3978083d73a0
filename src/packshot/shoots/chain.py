"""Which engine and model make the next attempt at a picture, and in which way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from packshot import config
from packshot.db import Direct, direct
from packshot.engines import registry
from packshot.engines.base import Engine, Failed, FailureKind, Model, Reference
from packshot.engines.presets import Choice
from packshot.plates.way import Mode, Way, against_frame, against_mode, fallback, way_of
from packshot.shoots.makers import Call, direction_of, maker, request, takes_people
from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot
from packshot.shoots.permission import refusals
from packshot.shoots.videos import price_of
from packshot.vendors.gate import trouble_s
from packshot.words.poses import why_not

if TYPE_CHECKING:
    from packshot.shoots.work import Work

FALLBACK = config.key(
    "engines.fallback",
    Annotated[list[Choice], Field(max_length=8)],
    [],
    "Engines that take over, in their order, where another fails or is in trouble; empty: none does.",
)

_ITS_OWN: frozenset[FailureKind] = frozenset({"auth", "quota", "rate_limited", "transient"})
_FOR_THE_OPERATOR: frozenset[FailureKind] = frozenset({"auth", "quota"})


def next_call(shoot: Shoot, generation: Generation, attempts: Sequence[Attempt]) -> Call:
    """The call of a new attempt: the last one's engine, unless that was left; another way, if its own was in vain.

    Before the first, and after a lock's rejection, it is the engine that was decided on, if that was another: one that
    stands in for a vendor in trouble, or another try elsewhere (judging.next_try).
    """
    last = attempts[-1] if attempts else None
    left: dict[str, str] | None = last.facts.get("next") if last else None
    if left:
        engine, model = left["engine"], left["model"]
    elif generation.change.get("engine") and (last is None or last.state == AttemptState.REJECTED):
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
    person = shoot.talent_id is not None or bool(generation.pose)
    return way_of(known, product=generation.photo_id is not None, person=person, kind=shoot.kind, mode=_mode(shoot))


def _mode(shoot: Shoot) -> Mode | None:
    return shoot.mode if shoot.mode in ("plate", "redraw") else None


async def takes_over(work: Work, attempt: Attempt, failed: Failed, *, again: bool) -> Choice | None:
    """Who makes the next attempt instead of `attempt`'s engine, which `failed`; None: nobody.

    Only where an admin has set a chain, where the engine failed for a reason of its own that waiting does not mend, and
    where nothing may have been bought: what may have been is bought again once, from the same.
    """
    if failed.kind not in _ITS_OWN or (again and failed.kind not in _FOR_THE_OPERATOR):
        return None
    if not await config.get(FALLBACK):
        return None
    called = (attempt.engine or work.shoot.engine, attempt.model or work.shoot.model)
    async with direct(work.lease.account_id) as session:
        return await stand_in(session, work.shoot, work.generation, {called, *_tried(work.shoot, work.attempts)})


async def left_alone(session: Direct, work: Work) -> Choice | None:
    """Who makes the next attempt while the vendor that `work` would call is left alone; None: it waits for that one."""
    return await stand_in(session, work.shoot, work.generation, {work.call[:2], *_tried(work.shoot, work.attempts)})


async def stand_in(
    session: Direct, shoot: Shoot, generation: Generation, tried: Collection[tuple[str, str]]
) -> Choice | None:
    """The first of the chain that was not `tried` and can make this picture now.

    It is configured and not in trouble, honours all that was asked for but the seed, keeps the product's pixels where
    that was asked for, costs the customer no more, and may be shown the shoot's person.
    """
    for choice in await config.get(FALLBACK):
        if choice.engine not in registry().classes:
            continue  # it was uninstalled since
        engine = maker(choice.engine)
        model = engine.known.get(choice.model or next(iter(engine.known)))
        if engine.missing or model is None or (choice.engine, model.id) in tried:
            continue
        asked, slug = shoot.seconds, generation.style
        if price_of(slug, choice.engine, model.id, asked) > price_of(slug, shoot.engine, shoot.model, asked):
            continue
        if not _able(engine, model, shoot, generation):
            continue
        if engine.works == "elsewhere" and await trouble_s(choice.engine, model.id) is not None:
            continue
        if not await refusals(session, shoot, engine=choice.engine):
            return Choice(engine=choice.engine, model=model.id)
    return None


def _tried(shoot: Shoot, attempts: Sequence[Attempt]) -> set[tuple[str, str]]:
    return {(one.engine or shoot.engine, one.model or shoot.model) for one in attempts}


def _able(engine: Engine, model: Model, shoot: Shoot, generation: Generation) -> bool:
    """Whether `model` makes this picture as it was asked for, but for its seed. Pure: no photo is opened."""
    from packshot.plates.ask import outlined

    product = generation.photo_id is not None
    if shoot.talent_id is not None and not takes_people(model, product=product):
        return False
    if generation.pose and why_not(generation.pose, model.capabilities, kept=shoot.mode == "plate"):
        return False
    way = usual_way(shoot, generation, engine.id, model.id)
    if against_mode(way, model, _mode(shoot)) or against_frame(way, shoot.width, shoot.height):
        return False
    photos = (Reference(b""),) if product else ()
    person = (Reference(b"", role="person"),) if shoot.talent_id is not None else ()
    wanted = request(shoot, generation, (*photos, *person), Call(engine.id, model.id, way))
    asked = outlined(replace(wanted, seed=None), model, engine.id, way, direction_of(shoot, generation))
    return not engine.check(asked)
