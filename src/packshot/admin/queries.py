"""How this Packshot is doing, in figures read from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.models import Account, User
from packshot.credits.models import Wallet
from packshot.shoots.models import OPEN, Attempt, Generation, State

DAYS = 14


@dataclass(frozen=True)
class Day:
    """The pictures that were delivered and given up on one day (UTC)."""

    day: date
    delivered: int
    given_up: int


@dataclass(frozen=True)
class Overview:
    """`waiting_since` is when the oldest waiting picture was asked for; `cost_micros` what vendors took in 24 hours."""

    accounts: int
    users: int
    new_users: int
    spendable: int
    held: int
    states: dict[State, int]
    waiting: int
    running: int
    waiting_since: datetime | None
    median_s: float | None
    cost_micros: int
    days: Sequence[Day]


async def overview(session: AsyncSession, now: datetime) -> Overview:
    """The figures, in a transaction of the system."""
    yesterday = now - timedelta(days=1)
    spendable, held = (
        await session.execute(
            select(
                func.coalesce(func.sum(Wallet.allowance + Wallet.purchased), 0),
                func.coalesce(func.sum(Wallet.held_allowance + Wallet.held_purchased), 0),
            )
        )
    ).one()
    finished = Generation.finished_at > yesterday
    states = await session.execute(select(Generation.state, func.count()).where(finished).group_by(Generation.state))
    open_ones = await session.execute(
        select(Generation.state, func.count(), func.min(Generation.created_at))
        .where(Generation.state.in_(OPEN))
        .group_by(Generation.state)
    )
    still_open = {State(state): (count, since) for state, count, since in open_ones}
    waiting, since = still_open.get(State.PENDING, (0, None))
    took = func.extract("epoch", Generation.finished_at - Generation.created_at)
    delivered = (finished, Generation.state == State.COMPLETED)
    return Overview(
        accounts=await session.scalar(select(func.count()).select_from(Account)) or 0,
        users=await session.scalar(select(func.count()).select_from(User)) or 0,
        new_users=await session.scalar(select(func.count()).where(User.created_at > yesterday)) or 0,
        spendable=spendable,
        held=held,
        states={State(state): count for state, count in states},
        waiting=waiting,
        running=still_open.get(State.RUNNING, (0, None))[0],
        waiting_since=since,
        median_s=await session.scalar(select(func.percentile_cont(0.5).within_group(took)).where(*delivered)),
        cost_micros=await session.scalar(select(func.sum(Attempt.cost_micros)).where(Attempt.created_at > yesterday))
        or 0,
        days=await _days(session, now),
    )


async def _days(session: AsyncSession, now: datetime) -> Sequence[Day]:
    """The last DAYS days, those without pictures too."""
    first = (now - timedelta(days=DAYS - 1)).date()
    day = cast(func.timezone("UTC", Generation.finished_at), Date)
    rows = await session.execute(
        select(
            day,
            func.count().filter(Generation.state == State.COMPLETED),
            func.count().filter(Generation.state != State.COMPLETED),
        )
        .where(Generation.finished_at >= first)
        .group_by(day)
    )
    found = {of: Day(of, delivered, given_up) for of, delivered, given_up in rows}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [found.get(of, Day(of, 0, 0)) for of in days]


async def in_lines(session: AsyncSession) -> dict[str, int]:
    """How many pictures stand in the line before each engine's vendor."""
    lines = await session.execute(
        select(Generation.line, func.count())
        .where(Generation.line.is_not(None), Generation.state.in_(OPEN))
        .group_by(Generation.line)
    )
    waiting: dict[str, int] = {}
    for line, count in lines:
        id = str(line).partition("/")[0]
        waiting[id] = waiting.get(id, 0) + count
    return waiting
