"""Talents: added and found."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import new_id
from packshot.errors import NotFoundError
from packshot.talents.models import Talent


async def talents(session: AsyncSession, *, before: UUID | None = None, limit: int = 50) -> Sequence[Talent]:
    """The newest talents; with `before` those added before that one."""
    newest = select(Talent).order_by(Talent.id.desc()).limit(limit)
    return (await session.scalars(newest.where(Talent.id < before) if before else newest)).all()


async def talent(session: AsyncSession, talent_id: UUID, *, held: bool = False) -> Talent:
    """The talent, or a NotFoundError. With `held` nobody changes it until the transaction ends."""
    found = await session.get(Talent, talent_id, with_for_update=held or None, populate_existing=held)
    if found is None:
        raise NotFoundError(f"There is no model {talent_id}.", remedy="GET /api/models lists yours.")
    return found


async def add_talent(session: AsyncSession, account_id: UUID, name: str, *, synthetic: bool) -> Talent:
    """A new talent without photos."""
    added = Talent(id=new_id(), account_id=account_id, name=name, synthetic=synthetic)
    session.add(added)
    await session.flush()
    await session.refresh(added)
    return added
