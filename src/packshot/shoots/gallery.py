"""Finds delivered pictures: the newest first, filtered, page by page however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import Product, Project
from packshot.shoots.models import Generation, Shoot, State

PAGE = 48
LONGEST_QUERY = 200

Kept = Literal["", "yes", "no"]
Row = tuple[Generation, Shoot, str | None]
"""A picture, its shoot, and the name of its product as long as there is one."""


@dataclass(frozen=True)
class Filters:
    """Which pictures; what is empty does not matter."""

    project: UUID | None = None
    style: str = ""
    kept: Kept = ""
    q: str = ""

    def url(self, before: UUID | None = None) -> str:
        """Where the gallery shows this."""
        named = {"project": self.project, "style": self.style, "kept": self.kept, "q": self.q, "before": before}
        given = {name: str(value) for name, value in named.items() if value}
        return f"/gallery?{urlencode(given)}" if given else "/gallery"

    @property
    def any(self) -> bool:
        return self != Filters()


async def pictures(
    session: AsyncSession, account_id: UUID, filters: Filters, *, before: UUID | None = None, limit: int = PAGE
) -> Sequence[Row]:
    """The newest delivered pictures that pass `filters`; with `before` those made before that one."""
    newest = _shown(account_id)
    if before is not None:
        newest = newest.where(Generation.id < before)
    if filters.style:
        newest = newest.where(Generation.style == filters.style)
    if filters.kept:
        newest = newest.where(
            Generation.kept_at.is_not(None) if filters.kept == "yes" else Generation.kept_at.is_(None)
        )
    if filters.project or filters.q:
        newest = newest.where(Generation.shoot_id.in_(await _shoots(session, account_id, filters)))
    return [(one, shoot, name) for one, shoot, name in await session.execute(newest.limit(limit))]


async def some(session: AsyncSession, account_id: UUID, ids: Sequence[UUID]) -> Sequence[Row]:
    """These of the delivered pictures, the newest first."""
    found = await session.execute(_shown(account_id).where(Generation.id.in_(ids)))
    return [(one, shoot, name) for one, shoot, name in found]


def _shown(account_id: UUID) -> Select[Generation, Shoot, str]:
    return (
        select(Generation, Shoot, Product.name)
        .join(Shoot, Shoot.id == Generation.shoot_id)
        .outerjoin(Product, Product.id == Shoot.product_id)
        .where(Generation.account_id == account_id, Generation.state == State.COMPLETED, Generation.hidden_at.is_(None))
        .order_by(Generation.id.desc())
    )


async def _shoots(session: AsyncSession, account_id: UUID, filters: Filters) -> Sequence[UUID]:
    """The shoots of a project or of products that are called so: far fewer than pictures, so they are found first."""
    wanted = select(Shoot.id).where(Shoot.account_id == account_id)
    if filters.project:
        wanted = wanted.where(Shoot.project_id == filters.project)
    if filters.q:
        named = select(Product.id).where(
            Product.account_id == account_id, Product.name.icontains(filters.q, autoescape=True)
        )
        wanted = wanted.where(Shoot.product_id.in_(named))
    return (await session.scalars(wanted)).all()


async def choices(session: AsyncSession, account_id: UUID) -> Sequence[Project]:
    """The projects to choose from."""
    newest = select(Project).where(Project.account_id == account_id).order_by(Project.id.desc()).limit(200)
    return (await session.scalars(newest)).all()
