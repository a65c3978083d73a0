"""Who may work on a generation: the lease, its heartbeat, and the fence that keeps a late worker's writes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import transaction
from packshot.errors import PackshotError
from packshot.settings import settings
from packshot.shoots.models import OPEN, Generation, State
from packshot.tasks import Queue

log = structlog.get_logger(__name__)

_NOW = func.clock_timestamp()


class LeaseLostError(PackshotError):
    """Somebody else works on it by now, or nobody has to any more: what this worker has is not wanted."""

    def __init__(self, held: Held) -> None:
        super().__init__(f"The lease {held.token} on generation {held.id} is over.")


@dataclass(frozen=True)
class Held:
    """The right to write generation `id`, as long as `token` is its newest."""

    id: UUID
    account_id: UUID
    token: int


def due(queue: Queue | None = None) -> ColumnElement[bool]:
    """Generations whose next step can be taken now by anybody."""
    free = or_(Generation.lease_until.is_(None), Generation.lease_until < _NOW)
    its_time = and_(Generation.next_step_at <= _NOW, Generation.deadline_at > _NOW)
    return and_(Generation.state.in_(OPEN), free, its_time, *([Generation.queue == queue] if queue else []))


async def claim(generation_id: UUID, queue: Queue) -> Generation | None:
    """The generation with a new lease of ours; None where there is nothing to do for `queue` now.

    `claims` counts those that came to nothing: what is written under a lease sets it back.
    """
    taken = (
        update(Generation)
        .where(Generation.id == generation_id, due(queue))
        .values(
            state=State.RUNNING,
            waits_for="",
            lease_token=Generation.lease_token + 1,
            lease_until=_NOW + timedelta(seconds=settings().lease_s),
            claims=Generation.claims + 1,
        )
        .returning(Generation)
    )
    async with transaction(system=True) as session:
        return await session.scalar(taken)


def held(generation: Generation) -> Held:
    """The lease that came with a claimed generation."""
    return Held(generation.id, generation.account_id, generation.lease_token)


async def write(session: AsyncSession, lease: Held, **values: Any) -> Generation:
    """Writes `values` into the generation, or raises LeaseLostError where the lease is no longer the newest."""
    changed = (
        update(Generation)
        .where(Generation.id == lease.id, Generation.lease_token == lease.token, Generation.state.in_(OPEN))
        .values(claims=0, **values)
        .returning(Generation)
        .execution_options(populate_existing=True)
    )
    written = await session.scalar(changed)
    if written is None:
        raise LeaseLostError(lease)
    return written


async def confirm(session: AsyncSession, lease: Held) -> None:
    """Holds the generation's row until the transaction ends; LeaseLostError where the lease is no longer the newest."""
    newest = select(Generation.id).where(
        Generation.id == lease.id, Generation.lease_token == lease.token, Generation.state.in_(OPEN)
    )
    if await session.scalar(newest.with_for_update()) is None:
        raise LeaseLostError(lease)


@asynccontextmanager
async def kept(lease: Held) -> AsyncGenerator[None]:
    """Renews the lease every heartbeat while the block runs, which ends with LeaseLostError once it is lost."""
    worker = asyncio.current_task()
    assert worker is not None
    lost = False

    async def beat() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(settings().heartbeat_s)
            try:
                if not await _renew(lease):
                    lost = True
                    worker.cancel()
                    return
            except Exception:  # the database is away: the lease holds a while longer, and the fence holds anyway
                log.warning("heartbeat missed", generation_id=str(lease.id), exc_info=True)

    heartbeat = asyncio.create_task(beat())
    try:
        yield
    except asyncio.CancelledError:
        if lost and not worker.uncancel():
            raise LeaseLostError(lease) from None
        raise
    finally:
        heartbeat.cancel()


async def _renew(lease: Held) -> bool:
    """Whether it is still ours. One that was given back a moment ago stays so: nobody would come for it until then."""
    until = case((Generation.lease_until.is_not(None), _NOW + timedelta(seconds=settings().lease_s)))
    renewed = (
        update(Generation)
        .where(Generation.id == lease.id, Generation.lease_token == lease.token, Generation.state.in_(OPEN))
        .values(lease_until=until)
        .returning(Generation.id)
    )
    async with transaction(lease.account_id) as session:
        return await session.scalar(renewed) is not None
