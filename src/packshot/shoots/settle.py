"""How a generation ends: delivered and charged, or given up and not charged, in one transaction with its credits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import doom, pardon
from packshot.credits import ledger
from packshot.db import after_commit
from packshot.shoots import news
from packshot.shoots.finishing import small_key
from packshot.shoots.lease import Held, confirm, write
from packshot.shoots.models import OPEN, Attempt, AttemptState, Generation, State

_NOW = func.clock_timestamp()


@dataclass(frozen=True)
class Delivery:
    """A finished picture, stored under `key`, and what the engine found while making it."""

    key: str
    bytes: int
    crc32: int
    seed: int | None = None
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    warnings: list[str] = field(default_factory=list[str])


async def deliver(session: AsyncSession, lease: Held, attempt: Attempt, delivery: Delivery) -> None:
    """COMPLETED, and its credits are spent. LeaseLostError if it is no longer ours to deliver.

    The file stays, and what the engine gave goes.
    """
    generation = await write(
        session,
        lease,
        state=State.COMPLETED,
        lease_until=None,
        key=delivery.key,
        bytes=delivery.bytes,
        crc32=delivery.crc32,
        seed=Generation.seed if delivery.seed is None else delivery.seed,
        facts=delivery.facts,
        warnings=delivery.warnings,
        finished_at=_NOW,
    )
    await session.execute(
        update(Attempt)
        .where(Attempt.id == attempt.id)
        .values(state=AttemptState.DONE, settled_at=func.coalesce(Attempt.settled_at, _NOW))
    )
    await pardon(session, delivery.key, small_key(delivery.key))
    await doom(session, lease.account_id, [attempt.result_key])
    await ledger.capture(session, lease.id)
    after_commit(session, lambda: news.tell(generation))


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
) -> list[Generation]:
    """Ends those of the generations that are still open without a picture, whoever works on them; gives them back.

    Whoever works on one finds its lease lost. Rows are locked in the order of their ids, and all before any wallet, so
    that two who end many cannot wait for each other.
    """
    open_ones = select(Generation.id).where(Generation.id.in_(generation_ids), Generation.state.in_(OPEN))
    ids = (await session.scalars(open_ones.order_by(Generation.id).with_for_update())).all()
    if not ids:
        return []
    ended = (
        await session.scalars(
            update(Generation)
            .where(Generation.id.in_(ids))
            .values(
                state=state,
                waits_for="",
                lease_token=Generation.lease_token + 1,
                lease_until=None,
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
    return list(ended)


async def _doom_files(session: AsyncSession, generation_ids: Sequence[UUID]) -> None:
    attempts = select(Attempt).where(Attempt.generation_id.in_(generation_ids), Attempt.result_key.is_not(None))
    for attempt in await session.scalars(attempts):
        await doom(session, attempt.account_id, [attempt.result_key])
