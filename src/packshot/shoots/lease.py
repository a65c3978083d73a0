"""Who may work on a generation: the lease, its heartbeat, and the fence that keeps a late worker's writes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import Direct, direct
from packshot.errors import PackshotError
from packshot.settings import settings
from packshot.shoots.models import OPEN, Generation, Shoot, State
from packshot.tasks import Queue

log = structlog.get_logger(__name__)

_NOW = func.clock_timestamp()
_GENERATION = [column.name for column in Generation.__table__.columns]
_SHOOT = [column.name for column in Shoot.__table__.columns]
_RENEW = """
update generation set lease_until = case when lease_until is not null then clock_timestamp() + $3 end
where id = $1 and lease_token = $2 and state in ('PENDING', 'RUNNING')
returning id
"""
_REST = """
update generation set
  state = 'RUNNING', waits_for = '', claims = 0, lease_until = null, next_step_at = clock_timestamp() + $3
where id = $1 and lease_token = $2 and state in ('PENDING', 'RUNNING')
returning id
"""
_beating: set[asyncio.Task[None]] = set()


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


@dataclass(frozen=True)
class Claimed:
    """A generation with a new lease of ours, and what its next step needs to know: `files` are those of its photo."""

    generation: Generation
    shoot: Shoot
    files: Files | None


@dataclass(frozen=True)
class Files:
    """Where the photo and its outline lie; `view` is how it was photographed, where that is known.

    `name` is the photo's, `product` what the customer calls the thing in it.
    """

    name: str
    product: str
    view: str | None
    master_key: str
    alpha_key: str


async def claim(session: Direct, generation_ids: Sequence[UUID], queue: Queue) -> list[Claimed]:
    """Those of the generations that there is something to do for on `queue` now, with new leases of ours.

    What somebody else is about to claim is left to them. `claims` counts those that came to nothing: what is written
    under a lease sets it back. The files are None where the photo or its cutout was deleted, or there is none.
    """
    rows = await session.fetch(_claim(queue), list(generation_ids), timedelta(seconds=settings().lease_s))
    shoots = {row["shoot_id"]: row for row in rows}
    known = {id: Shoot(**{name: row[f"shoot_{name}"] for name in _SHOOT}) for id, row in shoots.items()}
    return [
        Claimed(
            Generation(**{name: row[f"generation_{name}"] for name in _GENERATION}),
            known[row["shoot_id"]],
            Files(row["photo"], row["product"], row["view"], row["master_key"], row["alpha_key"])
            if row["master_key"] and row["alpha_key"]
            else None,
        )
        for row in rows
    ]


@cache
def _claim(queue: Queue) -> str:
    """Rows are locked in the order of their ids, as everywhere."""
    columns = [f"generation.{name} as generation_{name}" for name in _GENERATION]
    columns += [f"shoot.{name} as shoot_{name}" for name in _SHOOT]
    its_turn = due(queue).compile(dialect=dialect(), compile_kwargs={"literal_binds": True})
    return f"""
    with free as (
      select
        generation.id, photo.name as photo, coalesce(product.name, '') as product,
        coalesce(photo.view, cutout.view) as view, photo.master_key, cutout.alpha_key
      from generation
      left join photo on photo.id = generation.photo_id
      left join product on product.id = photo.product_id
      left join cutout on cutout.id = generation.cutout_id
      where generation.id = any($1) and {its_turn}
      order by generation.id for update of generation skip locked
    )
    update generation set
      state = '{State.RUNNING}', waits_for = '', line = null, lease_token = lease_token + 1, claims = claims + 1,
      lease_until = clock_timestamp() + $2
    from free, shoot where generation.id = free.id and shoot.id = generation.shoot_id
    returning {", ".join(columns)}, free.photo, free.product, free.view, free.master_key, free.alpha_key
    """  # noqa: S608 -- made of this module's own words


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


async def rest(session: Direct, lease: Held, seconds: float) -> None:
    """Gives the lease back until the vendor is asked again in `seconds`; LeaseLostError where it is not ours to give.

    A thousand operations do this every few seconds, so on the bare driver.
    """
    if await session.row(_REST, lease.id, lease.token, timedelta(seconds=seconds)) is None:
        raise LeaseLostError(lease)


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
    over = asyncio.Event()

    async def beat() -> None:
        nonlocal lost
        while not await _comes(over, settings().heartbeat_s):
            try:
                lost = not await _renew(lease)
            except Exception:  # the database is away: the lease holds a while longer, and the fence holds anyway
                log.warning("heartbeat missed", generation_id=str(lease.id), exc_info=True)
            if lost and not over.is_set():
                worker.cancel()
                return

    heartbeat = asyncio.create_task(beat())
    _beating.add(heartbeat)
    heartbeat.add_done_callback(_beating.discard)
    try:
        yield
    except asyncio.CancelledError:
        if lost and not worker.uncancel():
            raise LeaseLostError(lease) from None
        raise
    finally:
        over.set()  # a renewal that is under way comes to its end: broken off, it would cost its connection


async def _comes(event: asyncio.Event, within_s: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            return await event.wait()
    return False


async def _renew(lease: Held) -> bool:
    """Whether it is still ours. One that was given back a moment ago stays so: nobody would come for it until then."""
    async with direct(lease.account_id) as session:
        renewed = await session.row(_RENEW, lease.id, lease.token, timedelta(seconds=settings().lease_s))
    return renewed is not None
