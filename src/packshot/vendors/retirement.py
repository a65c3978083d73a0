"""Asks vendors when their models end, and warns an operator a month ahead: on a page, in the log and by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from packshot import mail
from packshot.accounts.models import Role, User
from packshot.db import transaction
from packshot.engines import engine, registry
from packshot.engines.base import Engine
from packshot.settings import settings
from packshot.vendors import ends
from packshot.vendors.models import Retirement

log = structlog.get_logger(__name__)

AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Ending:
    """A model that ends soon, or has ended. `by_vendor`: the vendor itself says so, not only our list."""

    engine: str
    title: str
    model: str
    name: str
    on: date
    successor: str | None
    by_vendor: bool

    @property
    def words(self) -> str:
        instead = f" Use {self.successor}." if self.successor else ""
        return f"{self.title}'s {self.name} ends on {self.on.day} {self.on:%B %Y}.{instead}"


async def check(today: date | None = None) -> list[Ending]:
    """Asks all vendors that tell, and tells admins once of each model that ends within AHEAD and is configured."""
    today = today or datetime.now(UTC).date()
    configured = [one for one in _engines() if not one.missing]
    for one in configured:
        await _ask(one)
    ours = {one.id for one in configured}
    async with transaction(system=True) as session:
        found = [ending for ending in await endings(session, today) if ending.engine in ours]
        rows = {(row.engine, row.model): row for row in await session.scalars(select(Retirement))}
        new: list[Ending] = []
        for ending in found:
            row = rows.get((ending.engine, ending.model))
            if row is None or row.told_at is None or row.retires_on != ending.on:
                new.append(ending)
                await _write(session, ending.engine, ending.model, ending.on, "vendor" if ending.by_vendor else "list")
                told = update(Retirement).where(Retirement.engine == ending.engine, Retirement.model == ending.model)
                await session.execute(told.values(told_at=func.now()))
        admins = select(User.email).where(User.role == Role.ADMIN, User.disabled_at.is_(None))
        to = list(await session.scalars(admins))
    for ending in found:
        log.warning("a model ends soon", engine=ending.engine, model=ending.model, on=str(ending.on))
    ends.forget()
    if new:
        lines = [ending.words for ending in new]
        text = "\n".join(["These models end soon, and shoots with them will be refused then:", "", *lines])
        for admin in to:
            await mail.send(admin, "Models that end soon", text)
    return new


async def endings(session: AsyncSession, today: date) -> Sequence[Ending]:
    """The models that end within AHEAD, soonest first: by the vendor's word, where it gave one, else by our list."""
    by_vendors = select(Retirement).where(Retirement.source == "vendor")
    said = {(row.engine, row.model): row.retires_on for row in await session.scalars(by_vendors)}
    found: list[Ending] = []
    for one in _engines():
        for model in one.models():
            on = said.get((one.id, model.id), model.retires_on)
            if on is not None and today < on <= today + AHEAD:
                by_vendor = (one.id, model.id) in said
                found.append(Ending(one.id, one.title, model.id, model.title, on, model.successor, by_vendor))
    return sorted(found, key=lambda ending: (ending.on, ending.engine, ending.model))


def _engines() -> list[Engine]:
    return [engine(id, settings()) for id in registry().classes]


async def _ask(one: Engine) -> None:
    """Writes down what the vendor says; where it does not answer, what it said before stands."""
    try:
        said = await one.retirements()
    except Exception:
        log.warning("a vendor does not say when its models end", engine=one.id, exc_info=True)
        return
    known = {model.id: said[model.id] for model in one.models() if model.id in said}
    async with transaction(system=True) as session:
        no_longer = delete(Retirement).where(Retirement.engine == one.id, Retirement.source == "vendor")
        await session.execute(no_longer.where(Retirement.model.not_in(list(known))))
        for model, on in known.items():
            await _write(session, one.id, model, on, "vendor")


async def _write(session: AsyncSession, engine_id: str, model: str, on: date, source: str) -> None:
    """A day that changed is told anew."""
    row = insert(Retirement).values(engine=engine_id, model=model, retires_on=on, source=source)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[Retirement.engine, Retirement.model],
            set_={"retires_on": on, "source": source, "seen_at": func.now(), "told_at": None},
            where=Retirement.retires_on != on,
        )
    )
