"""How a generation ends: delivered and charged, or given up and not charged, in one transaction with its credits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import doom
from packshot.credits import ledger
from packshot.db import Direct, after_commit
from packshot.shoots import news
from packshot.shoots.finishing import small_key
from packshot.shoots.lease import Held, LeaseLostError, confirm
from packshot.shoots.models import OPEN, Attempt, AttemptState, Generation, State
from packshot.tasks import enqueue

_NOW = func.clock_timestamp()


# Behind the fence of the first update: where that finds nothing, the transaction is given up.
_DELIVER = f"""
with delivered as (
  update generation set
    state = case when cast($12 as timestamptz) is null then '{State.COMPLETED}' else '{State.REVIEW}' end,
    review_until = $12, claims = 0, lease_until = null, key = $3, bytes = $4, crc32 = $5,
    seed = coalesce($6, seed), facts = $7, warnings = $8, words = $13,
    finished_at = case when cast($12 as timestamptz) is null then clock_timestamp() end
  where id = $1 and lease_token = $2 and state in ('PENDING', 'RUNNING')
  returning *
), done as (
  update attempt set state = '{AttemptState.DONE}', settled_at = coalesce(settled_at, clock_timestamp()) where id = $9
), pardoned as (
  delete from doomed_file where key in ($3, $11)
), doomed as (
  insert into doomed_file (key, account_id, at)
  select $10, account_id, now() from delivered where cast($10 as text) is not null
  on conflict (key) do update set at = excluded.at
)
select {", ".join(column.name for column in Generation.__table__.columns)} from delivered
"""  # noqa: S608 -- made of this module's own words


@dataclass(frozen=True)
class Delivery:
    """A finished picture, stored under `key`, and what the engine found while making it."""

    key: str
    bytes: int
    crc32: int
    seed: int | None = None
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    warnings: list[str] = field(default_factory=list[str])


async def deliver(session: Direct, lease: Held, attempt: Attempt, delivery: Delivery) -> None:
    """COMPLETED, and its credits are spent. LeaseLostError if it is no longer ours to deliver.

    The file stays, and what the engine gave goes.
    """
    generation = await _finish(session, lease, attempt, delivery, None)
    await ledger.capture(session, lease.id)
    after_commit(session, lambda: news.tell(generation))


async def hand_over(
    session: Direct, lease: Held, attempt: Attempt, delivery: Delivery, until: datetime, words: str
) -> None:
    """REVIEW: the same file, finished and stored, but its credits stay held until somebody has looked, or `until`.

    `words` say who doubts it and why.
    """
    generation = await _finish(session, lease, attempt, delivery, until, words)
    after_commit(session, lambda: news.tell(generation))


async def _finish(
    session: Direct,
    lease: Held,
    attempt: Attempt,
    delivery: Delivery,
    review_until: datetime | None,
    words: str = "",
) -> Generation:
    row = await session.row(
        _DELIVER,
        lease.id,
        lease.token,
        delivery.key,
        delivery.bytes,
        delivery.crc32,
        delivery.seed,
        json.dumps(delivery.facts),
        json.dumps(delivery.warnings),
        attempt.id,
        attempt.result_key,
        small_key(delivery.key),
        review_until,
        words,
    )
    if row is None:
        raise LeaseLostError(lease)
    return Generation(**row)


async def turn_down(session: AsyncSession, lease: Held, *, error: str, words: str, remedy: str) -> None:
    """REJECTED under our lease, and its credits are given back."""
    await confirm(session, lease)
    await end(session, [lease.id], State.REJECTED, error=error, words=words, remedy=remedy)


async def give_up(
    session: AsyncSession, lease: Held, *, error: str, words: str, remedy: str, facts: dict[str, Any] | None = None
) -> None:
    """FAILED under our lease, and its credits are given back."""
    await confirm(session, lease)
    await end(session, [lease.id], State.FAILED, error=error, words=words, remedy=remedy, facts=facts)


async def end(
    session: AsyncSession,
    generation_ids: Sequence[UUID],
    state: State,
    *,
    error: str,
    words: str,
    remedy: str = "",
    facts: dict[str, Any] | None = None,
    among: Sequence[State] = OPEN,
) -> list[Generation]:
    """Ends those of the generations that are `among` these states without a picture, whoever works on them.

    Their credits are given back, a file that waited for somebody's look goes, and vendors are told to stop what they
    still work on. Whoever works on one finds its lease lost. Rows are locked in the order of their ids, and all before
    any wallet, so that two who end many cannot wait for each other.
    """
    still = select(Generation).where(Generation.id.in_(generation_ids), Generation.state.in_(among))
    found = (await session.scalars(still.order_by(Generation.id).with_for_update())).all()
    if not found:
        return []
    ids = [generation.id for generation in found]
    waiting = [(generation.account_id, generation.key) for generation in found if generation.key]
    ended = (
        await session.scalars(
            update(Generation)
            .where(Generation.id.in_(ids))
            .values(
                state=state,
                waits_for="",
                lease_token=Generation.lease_token + 1,
                lease_until=None,
                review_until=None,
                key=None,
                bytes=None,
                crc32=None,
                finished_at=_NOW,
                error=error,
                words=words,
                remedy=remedy,
                facts=facts or {},
            )
            .returning(Generation)
            .execution_options(populate_existing=True)
        )
    ).all()
    for generation in ended:
        await ledger.release(session, generation.id)
        after_commit(session, lambda generation=generation: news.tell(generation))
    await _doom_files(session, ids)
    await _call_off(session, ids, error)
    for account_id, key in waiting:
        await doom(session, account_id, [key, small_key(key)])
    return list(ended)


async def _call_off(session: AsyncSession, generation_ids: Sequence[UUID], error: str) -> None:
    under_way = update(Attempt).where(Attempt.generation_id.in_(generation_ids), Attempt.state == AttemptState.ACCEPTED)
    stopped = under_way.values(
        state=AttemptState.UNKNOWN, error=error, words="The vendor was told to stop.", settled_at=_NOW
    )
    ids = (await session.scalars(stopped.returning(Attempt.id))).all()
    if ids:
        after_commit(session, lambda: enqueue("shoots.call_off", *ids))


async def _doom_files(session: AsyncSession, generation_ids: Sequence[UUID]) -> None:
    attempts = select(Attempt).where(Attempt.generation_id.in_(generation_ids), Attempt.result_key.is_not(None))
    for attempt in await session.scalars(attempts):
        await doom(session, attempt.account_id, [attempt.result_key])
