"""The styles that a user keeps at hand."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.principal import Principal
from packshot.styles.models import FavouriteStyle

MOST = 500


async def favourites(session: AsyncSession, who: Principal) -> list[str]:
    """The slugs of the user's favourites, the newest first."""
    mine = select(FavouriteStyle.slug).where(*_of(who.account_id, who.user_id))
    return list(await session.scalars(mine.order_by(FavouriteStyle.created_at.desc(), FavouriteStyle.slug).limit(MOST)))


async def keep(session: AsyncSession, who: Principal, slug: str) -> None:
    """Keeps a style at hand, once."""
    row = insert(FavouriteStyle).values(account_id=who.account_id, user_id=who.user_id, slug=slug)
    await session.execute(row.on_conflict_do_nothing())


async def drop(session: AsyncSession, who: Principal, slug: str) -> None:
    """Does not keep it at hand any more."""
    await session.execute(delete(FavouriteStyle).where(*_of(who.account_id, who.user_id), FavouriteStyle.slug == slug))


def _of(account_id: UUID, user_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FavouriteStyle.account_id == account_id, FavouriteStyle.user_id == user_id
