"""Deletions that can be undone: what is hidden is not found by anybody, and removed by the sweep after UNDO_FOR.

Hiding marks a thing and all that is in it with one and the same time, so that undoing brings back exactly what went:
a photo that was deleted before its product stays deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import Photo, Product, Project
from packshot.catalog.news import tell, tell_gone
from packshot.catalog.projects import product, project
from packshot.errors import NotFoundError

Kind = TypeVar("Kind", Project, Product, Photo)


async def hide_project(session: AsyncSession, project_id: UUID) -> Project:
    """Hides a project with its products."""
    await project(session, project_id)
    now = await _now(session)
    # Locked against whoever adds to it meanwhile, in the order of a removal.
    found = await _locked(session, Project, Project.id == project_id)
    products = await _locked(session, Product, Product.project_id == project_id, Product.hidden_at.is_(None))
    ids = [one.id for one in products]
    await _locked(session, Photo, Photo.product_id.in_(ids), Photo.hidden_at.is_(None))
    await _mark(session, Project, None, now, Project.id == project_id)
    await _mark(session, Product, None, now, Product.id.in_(ids))
    await _mark(session, Photo, None, now, Photo.product_id.in_(ids))
    for id in ids:
        tell_gone(session, id)
    return found[0]


async def hide_product(session: AsyncSession, product_id: UUID) -> Product:
    """Hides a product with its photos."""
    await product(session, product_id)
    now = await _now(session)
    found = await _locked(session, Product, Product.id == product_id)
    await _locked(session, Photo, Photo.product_id == product_id, Photo.hidden_at.is_(None))
    await _mark(session, Product, None, now, Product.id == product_id)
    await _mark(session, Photo, None, now, Photo.product_id == product_id)
    tell_gone(session, product_id)
    return found[0]


async def hide_photos(session: AsyncSession, product_id: UUID, photo_ids: Sequence[UUID]) -> list[Photo]:
    """Hides these photos of a product, as far as they are there."""
    await product(session, product_id)
    now = await _now(session)
    mine = Photo.product_id == product_id, Photo.id.in_(photo_ids), Photo.hidden_at.is_(None)
    found = await _locked(session, Photo, *mine)
    await _mark(session, Photo, None, now, Photo.id.in_([one.id for one in found]))
    for one in found:
        tell(session, product_id, one.id)
    return found


async def find(session: AsyncSession, kind: type[Kind], id: UUID) -> Kind:
    """What can be brought back, held until the transaction ends; or a NotFoundError."""
    found = next(iter(await _locked(session, kind, kind.id == id, kind.hidden_at.is_not(None))), None)
    if found is None:
        raise NotFoundError("There is nothing to bring back.", remedy="What was deleted can be undone for ten minutes.")
    return found


async def restore_project(session: AsyncSession, project_id: UUID) -> Project:
    """Brings a hidden project back, with what went with it."""
    found = await find(session, Project, project_id)
    since = found.hidden_at
    products = select(Product.id).where(Product.project_id == project_id, Product.hidden_at == since)
    ids = (await session.scalars(products)).all()
    await _mark(session, Photo, since, None, Photo.product_id.in_(ids))
    await _mark(session, Product, since, None, Product.id.in_(ids))
    await _mark(session, Project, since, None, Project.id == project_id)
    return found


async def restore_product(session: AsyncSession, product_id: UUID) -> Product:
    """Brings a hidden product back, with what went with it."""
    found = await find(session, Product, product_id)
    await project(session, found.project_id)
    since = found.hidden_at
    await _mark(session, Photo, since, None, Photo.product_id == product_id)
    await _mark(session, Product, since, None, Product.id == product_id)
    return found


async def restore_photos(session: AsyncSession, product_id: UUID, photo_ids: Sequence[UUID]) -> list[Photo]:
    """Brings hidden photos of a product back, as far as they are still there."""
    await product(session, product_id)
    mine = Photo.product_id == product_id, Photo.id.in_(photo_ids), Photo.hidden_at.is_not(None)
    found = await _locked(session, Photo, *mine)
    for one in found:
        await _mark(session, Photo, one.hidden_at, None, Photo.id == one.id)
        tell(session, product_id, one.id)
    return found


async def _locked(session: AsyncSession, kind: type[Kind], *which: Any) -> list[Kind]:
    rows = select(kind).where(*which).order_by(kind.id).with_for_update()
    return list((await session.scalars(rows.execution_options(populate_existing=True))).all())


async def _mark(
    session: AsyncSession,
    kind: type[Project | Product | Photo],
    since: datetime | None,
    to: datetime | None,
    *which: Any,
) -> None:
    """Gives what has the mark `since` the mark `to`."""
    marked = kind.hidden_at == since if since else kind.hidden_at.is_(None)
    await session.execute(update(kind).where(*which, marked).values(hidden_at=to))


async def _now(session: AsyncSession) -> datetime:
    """The time of this transaction, which is no other's."""
    return (await session.execute(select(func.now()))).scalar_one()
