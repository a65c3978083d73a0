"""Finds what everybody forgot: work whose hint or worker was lost, and generations past their deadline."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from packshot.db import transaction
from packshot.shoots import callbacks, line
from packshot.shoots.judging.review import lapse
from packshot.shoots.keep import remove_hidden
from packshot.shoots.lease import due
from packshot.shoots.models import OPEN, Generation, State, Submission
from packshot.shoots.news import wake
from packshot.shoots.settle import end
from packshot.shoots.withdrawn import clear_withdrawn
from packshot.tasks import Queue

HINTS: dict[Queue, int] = {"io": 2_000, "cpu": 200}  # a sweep: enough to keep workers busy until the next one
EXPIRED = 100  # in one transaction
ANSWERS_KEPT = timedelta(days=7)  # an idempotency key is good for at least 24 h

_NOW = func.clock_timestamp()


async def sweep() -> None:
    """One round over all accounts."""
    while await _expire():
        pass
    while await _clear():
        pass
    while await _lapse():
        pass
    for queue in ("io", "cpu"):
        ids = await _due(queue)
        if ids:
            await wake(queue, *ids)
    await line.move_all()
    await _forget_answers()
    await callbacks.forget_old()
    while await _remove():
        pass


async def _due(queue: Queue) -> list[UUID]:
    """The generations that have waited longest for somebody to take their next step."""
    waiting = select(Generation.id).where(due(queue)).order_by(Generation.next_step_at).limit(HINTS[queue])
    async with transaction(system=True) as session:
        return list(await session.scalars(waiting))


async def _expire() -> bool:
    """Ends some generations whose deadline has passed, whoever works on them; whether there may be more."""
    late = (
        select(Generation.id)
        .where(Generation.state.in_(OPEN), Generation.deadline_at <= _NOW)
        .order_by(Generation.id)
        .limit(EXPIRED)
        .with_for_update(skip_locked=True)
    )
    async with transaction(system=True) as session:
        ids = (await session.scalars(late)).all()
        await end(
            session,
            ids,
            State.FAILED,
            error="deadline",
            words="This picture was not made in time. Nothing was charged.",
            remedy="Retry it.",
        )
    return len(ids) == EXPIRED


async def _clear() -> bool:
    """Clears away some of what was never delivered of people who have withdrawn; whether there may be more."""
    async with transaction(system=True) as session:
        return await clear_withdrawn(session, EXPIRED) > 0


async def _lapse() -> bool:
    """Delivers some pictures that nobody looked at in time; whether there may be more."""
    async with transaction(system=True) as session:
        return await lapse(session, EXPIRED) == EXPIRED


async def _remove() -> bool:
    """Removes some pictures that were deleted and not brought back; whether there may be more."""
    async with transaction(system=True) as session:
        return await remove_hidden(session, EXPIRED) == EXPIRED


async def _forget_answers() -> None:
    old = delete(Submission).where(Submission.created_at < _NOW - ANSWERS_KEPT)
    async with transaction(system=True) as session:
        await session.execute(old)
