"""Regions of a photo that have to stay exactly as they are: logos, texts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.cutouts import Rectangle, check_inside
from packshot.catalog.models import ProtectedRegion
from packshot.catalog.news import tell
from packshot.catalog.photos import photo
from packshot.errors import BadInputError, NotFoundError

MOST = 100  # of one photo


async def regions(session: AsyncSession, photo_id: UUID) -> Sequence[ProtectedRegion]:
    """The regions of a photo, oldest first."""
    await photo(session, photo_id)
    of_photo = select(ProtectedRegion).where(ProtectedRegion.photo_id == photo_id).order_by(ProtectedRegion.id)
    return (await session.scalars(of_photo)).all()


async def protect(session: AsyncSession, photo_id: UUID, kind: str, rectangle: Rectangle) -> ProtectedRegion:
    """A new region; raises BadInputError where it leaves the photo."""
    found = await photo(session, photo_id, held=True)
    check_inside(found, rectangle)
    if len(await regions(session, photo_id)) >= MOST:
        raise BadInputError(f"This photo has {MOST} regions already.", remedy="Delete some, or draw larger ones.")
    x, y, width, height = rectangle
    added = ProtectedRegion(
        account_id=found.account_id, photo_id=photo_id, kind=kind, x=x, y=y, width=width, height=height
    )
    session.add(added)
    await session.flush()
    tell(session, found.product_id, photo_id)
    return added


async def unprotect(session: AsyncSession, region_id: UUID) -> UUID:
    """Removes a region; returns the id of its photo."""
    found = await session.get(ProtectedRegion, region_id)
    if found is None:
        raise NotFoundError(f"There is no region {region_id}.", remedy="GET /api/photos/{id}/regions lists a photo's.")
    parent = await photo(session, found.photo_id)
    await session.delete(found)
    tell(session, parent.product_id, parent.id)
    return parent.id
