"""Projects and products as pages list them: a page at a time, each with what it holds and a picture of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import Cutout, Photo, Product, Project
from packshot.catalog.projects import project, projects

Sort = Literal["newest", "name"]
A_PAGE = 24
Cover = tuple[Literal["cutout", "photo"], UUID, int, int]
"""What to show, its id, and its width and height in pixels."""


@dataclass(frozen=True)
class Shelved:
    """A product with how many photos it has, how many of them can be shot, and its picture, if it has any."""

    product: Product
    photos: int
    approved: int
    cover: Cover | None


@dataclass(frozen=True)
class Page:
    """Some rows, and the id to go on after where there are more."""

    rows: Sequence[Shelved]
    more: UUID | None


async def project_page(session: AsyncSession, before: UUID | None) -> tuple[list[tuple[Project, int]], UUID | None]:
    """A page of projects, newest first, each with its count of products; and the id to go on after."""
    found = await projects(session, before=before, limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    counted = select(Product.project_id, func.count()).where(
        Product.project_id.in_([one.id for one in shown]), Product.hidden_at.is_(None)
    )
    counts = {row[0]: row[1] for row in await session.execute(counted.group_by(Product.project_id))}
    return [(one, counts.get(one.id, 0)) for one in shown], shown[-1].id if len(found) > A_PAGE else None


async def product_page(
    session: AsyncSession, project_id: UUID, *, after: UUID | None = None, sort: Sort = "newest", find: str = ""
) -> Page:
    """A page of a project's products whose name or number has `find` in it, from the one behind `after` on."""
    await project(session, project_id)
    rows = select(Product).where(*_which(project_id, find))
    if sort == "name":
        order = func.lower(Product.name), Product.id
        if after:
            last = (await session.execute(select(*order).where(Product.id == after))).one_or_none()
            rows = rows.where(tuple_(*order) > tuple_(*last)) if last else rows
        rows = rows.order_by(*order)
    else:
        rows = (rows.where(Product.id < after) if after else rows).order_by(Product.id.desc())
    found = (await session.scalars(rows.limit(A_PAGE + 1))).all()
    shown = found[:A_PAGE]
    return Page(await _shelved(session, shown), shown[-1].id if len(found) > A_PAGE else None)


async def count_products(session: AsyncSession, project_id: UUID, find: str = "") -> int:
    """How many products a project has whose name or number has `find` in it."""
    return (await session.execute(select(func.count()).where(*_which(project_id, find)))).scalar_one()


def _which(project_id: UUID, find: str) -> list[ColumnElement[bool]]:
    shown = [Product.project_id == project_id, Product.hidden_at.is_(None)]
    named = or_(Product.name.icontains(find, autoescape=True), Product.sku.icontains(find, autoescape=True))
    return [*shown, named] if find else shown


async def _shelved(session: AsyncSession, products: Sequence[Product]) -> list[Shelved]:
    ids = [one.id for one in products]
    shown = Photo.product_id.in_(ids), Photo.hidden_at.is_(None)
    approved = (Cutout.photo_id == Photo.id) & Cutout.approved_at.is_not(None)
    counted = select(Photo.product_id, func.count(), func.count(Cutout.id)).outerjoin(Cutout, approved).where(*shown)
    counts = {id: (all, taken) for id, all, taken in await session.execute(counted.group_by(Photo.product_id))}
    first = (
        select(Photo.product_id, Photo.id, Photo.width, Photo.height, Cutout.id)
        .outerjoin(Cutout, approved)
        .where(*shown, Photo.master_key.is_not(None))
        .ext(distinct_on(Photo.product_id))
        .order_by(Photo.product_id, Cutout.id.is_(None), Photo.id)
    )
    covers: dict[UUID, Cover] = {}
    for product_id, photo_id, width, height, cutout_id in await session.execute(first):
        assert width and height
        covers[product_id] = ("cutout", cutout_id, width, height) if cutout_id else ("photo", photo_id, width, height)
    return [Shelved(one, *counts.get(one.id, (0, 0)), covers.get(one.id)) for one in products]
