"""Finds finished pictures: the newest first, filtered, page by page however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ARRAY, CollectionAggregate, Select, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import Product, Project
from packshot.shoots.models import Generation, Shoot, State

PAGE = 48
LONGEST_QUERY = 200

Kept = Literal["", "yes", "no"]
Stands = Literal["", "review", "rejected"]
STATES: dict[Stands, State] = {"": State.COMPLETED, "review": State.REVIEW, "rejected": State.REJECTED}
Row = tuple[Generation, Shoot, str | None]
"""A picture, its shoot, and the name of its product as long as there is one."""


@dataclass(frozen=True)
class Filters:
    """Which pictures; what is empty does not matter."""

    project: UUID | None = None
    style: str = ""
    kept: Kept = ""
    q: str = ""
    stands: Stands = ""

    def url(self, before: UUID | None = None) -> str:
        """Where the gallery shows this."""
        named = {"project": self.project, "style": self.style, "kept": self.kept, "q": self.q, "stands": self.stands}
        named["before"] = before
        given = {name: str(value) for name, value in named.items() if value}
        return f"/gallery?{urlencode(given)}" if given else "/gallery"

    @property
    def any(self) -> bool:
        return self != Filters()


async def pictures(
    session: AsyncSession, account_id: UUID, filters: Filters, *, before: UUID | None = None, limit: int = PAGE
) -> list[Row]:
    """The newest pictures that pass `filters`; with `before` those made before that one."""
    newest = _shown(account_id, STATES[filters.stands]).order_by(Generation.id.desc()).limit(limit)
    if before is not None:
        newest = newest.where(Generation.id < before)
    if filters.style:
        newest = newest.where(Generation.style == filters.style)
    if filters.kept:
        newest = newest.where(
            Generation.kept_at.is_not(None) if filters.kept == "yes" else Generation.kept_at.is_(None)
        )
    if filters.project or filters.q:
        newest = newest.where(Generation.shoot_id == _one_of(await _shoots(session, account_id, filters)))
    return await rows_of(session, (await session.scalars(newest)).all())


async def some(session: AsyncSession, account_id: UUID, ids: Sequence[UUID]) -> list[Row]:
    """These of the delivered pictures, the newest first."""
    found = await session.scalars(_shown(account_id).where(Generation.id.in_(ids)))
    return await rows_of(session, sorted(found, key=lambda generation: generation.id, reverse=True))


def _shown(account_id: UUID, state: State = State.COMPLETED) -> Select[Generation]:
    return select(Generation).where(
        Generation.account_id == account_id, Generation.state == state, Generation.hidden_at.is_(None)
    )


async def rows_of(session: AsyncSession, generations: Sequence[Generation]) -> list[Row]:
    """Each with its shoot and its product's name.

    Looked up by id, not joined: PostgreSQL takes row-level security to leave few rows, and then joins the slow way.
    """
    ids = {generation.shoot_id for generation in generations}
    shoots = {shoot.id: shoot for shoot in await session.scalars(select(Shoot).where(Shoot.id.in_(ids)))}
    named = select(Product.id, Product.name).where(Product.id.in_({shoot.product_id for shoot in shoots.values()}))
    names = {id: name for id, name in await session.execute(named)}  # noqa: C416 -- a row is not typed as a pair
    of_shoot = {id: names.get(shoot.product_id) if shoot.product_id else None for id, shoot in shoots.items()}
    return [(one, shoots[one.shoot_id], of_shoot[one.shoot_id]) for one in generations]


async def _shoots(session: AsyncSession, account_id: UUID, filters: Filters) -> Sequence[UUID]:
    """The shoots of a project or of products that are called so: far fewer than pictures, so they are found first."""
    wanted = select(Shoot.id).where(Shoot.account_id == account_id)
    if filters.project:
        wanted = wanted.where(Shoot.project_id == filters.project)
    if filters.q:
        named = select(Product.id).where(
            Product.account_id == account_id, Product.name.icontains(filters.q, autoescape=True)
        )
        wanted = wanted.where(Shoot.product_id == _one_of((await session.scalars(named)).all()))
    return (await session.scalars(wanted)).all()


def _one_of(ids: Sequence[UUID]) -> CollectionAggregate[Any]:
    """Any of `ids`, in one parameter however many they are."""
    return any_(literal(list(ids), ARRAY(Uuid)))


async def choices(session: AsyncSession, account_id: UUID) -> Sequence[Project]:
    """The projects to choose from."""
    newest = select(Project).where(Project.account_id == account_id).order_by(Project.id.desc()).limit(200)
    return (await session.scalars(newest)).all()
