"""From why a picture's attempts were rejected, and from what can be done about it, to what the next one does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from sqlalchemy import select

from packshot.db import transaction
from packshot.engines.base import GenerationRequest, Model, Reference
from packshot.plates.way import way_of
from packshot.shoots.judging.elsewhere import elsewhere
from packshot.shoots.judging.models import StoredVerdict
from packshot.shoots.judging.next_try import MOST_RETRIES, Change, Reach, Rejection, next_try
from packshot.shoots.makers import maker, queue_of
from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot
from packshot.shoots.references import GoneError, photos_of, references_of, sides_of
from packshot.shoots.work import Work
from packshot.tasks import Queue


async def rejections_of(work: Work) -> list[Rejection]:
    """Why this picture's earlier attempts were rejected, the oldest first."""
    rejected = [attempt for attempt in work.attempts if attempt.state == AttemptState.REJECTED]
    if not rejected:
        return []
    decided = select(StoredVerdict).where(
        StoredVerdict.attempt_id.in_([attempt.id for attempt in rejected]), StoredVerdict.decision == "reject"
    )
    async with transaction(work.lease.account_id) as session:
        found = {verdict.attempt_id: verdict for verdict in await session.scalars(decided)}
    return [_rejection(one, found.get(one.id)) for one in rejected]


def _rejection(attempt: Attempt, verdict: StoredVerdict | None) -> Rejection:
    score, measures = (verdict.score, verdict.measures) if verdict else (None, {})
    return Rejection(attempt.error, score, Change.of(attempt.change), nearest_of(measures))


def nearest_of(measures: Mapping[str, Any]) -> int:
    """Which of the person's photos shows the face turned most like the picture that was measured; 0 where none was."""
    return int(measures.get("nearest", 0))


async def what_next(work: Work, rejections: Sequence[Rejection], pixels: Executor) -> Change | None:
    """What the next attempt does differently; None where another one would be wasted."""
    if work.engine.works == "here":
        return None  # the same pixels would come again: they are nobody's luck
    try:
        references = await references_of(work)
    except GoneError:
        return None
    async with transaction(work.lease.account_id) as session:  # as they were ordered, without earlier changes
        shoot = await session.get_one(Shoot, work.shoot.id)
        generation = await session.get_one(Generation, work.lease.id)
    product = next((one for one in references if one.role == "product"), None)
    engine, model = "", ""
    if len(rejections) == MOST_RETRIES:
        engine, model = elsewhere(maker(shoot.engine), _plain(shoot, generation, references))
    person = shoot.talent_id is not None or bool(generation.pose)
    known = work.engine.known.get(work.call.model)
    plate = way_of(known, product=True, person=person, kind=shoot.kind, mode="plate") if known else "redraw"
    kept = product and plate in ("plate", "inpaint")
    redrawn = work.call.way == "redraw"
    reach = Reach(
        generation.seed,
        await _colours(product, rejections[-1].reason, pixels),
        paste=bool(kept) and redrawn,
        references=len(await photos_of(work)),
        sides=await _room_for_sides(work, known) if known and product and redrawn else 0,
        engine=engine,
        model=model,
    )
    return next_try(rejections, reach)


async def _room_for_sides(work: Work, model: Model) -> int:
    """How many other photos of the product fit into a request beside its own and one of the person."""
    room = model.capabilities.references - 1 - (work.shoot.talent_id is not None)
    return min(room, len(await sides_of(work))) if room > 0 else 0


def _plain(shoot: Shoot, generation: Generation, references: tuple[Reference, ...]) -> GenerationRequest:
    """What the customer asked for, in their own words, for any engine: what goes along is theirs too."""
    return GenerationRequest(
        model=shoot.model,
        width=shoot.width,
        height=shoot.height,
        kind=shoot.kind,
        seconds=shoot.seconds or None,
        style=generation.style,
        framing=shoot.framing,
        words=shoot.words,
        avoid=shoot.avoid,
        references=tuple(one for one in references if one.role != "pose"),
    )


async def _colours(product: Reference | None, reason: str, pixels: Executor) -> str:
    if product is None or not reason.endswith(("recoloured", "palette_changed")):
        return ""
    from packshot.shoots.judging.colours import colours_of

    return await asyncio.get_running_loop().run_in_executor(pixels, colours_of, product)


def queue_after(work: Work, change: Change) -> Queue:
    """The queue of the attempt that makes `change`."""
    return queue_of(maker(change.engine) if change.engine else work.engine)
