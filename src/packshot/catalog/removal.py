"""Projects, products and photos go with everything in them: rows now, files as soon as the deletion is committed."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import doom
from packshot.catalog.models import Cutout, Mask, Photo, PhotoState, Product, Project
from packshot.catalog.news import tell, tell_gone, wake_purge
from packshot.catalog.photos import drop_upload, photo
from packshot.catalog.projects import product, project

UNDO_FOR = timedelta(minutes=10)
HIDDEN_AT_ONCE = 20
ABANDONED_AFTER = timedelta(days=1)  # an upload that nobody finished


async def remove_project(session: AsyncSession, project_id: UUID) -> None:
    """Removes a project with its products."""
    await project(session, project_id)
    await _remove_project(session, project_id)


async def _remove_project(session: AsyncSession, project_id: UUID) -> None:
    # Held against whoever adds to it meanwhile; products before photos, as everywhere.
    await session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    products = select(Product.id).where(Product.project_id == project_id).order_by(Product.id).with_for_update()
    ids = (await session.scalars(products)).all()
    await _remove_photos(session, Photo.product_id.in_(ids))
    await session.execute(delete(Project).where(Project.id == project_id))
    for id in ids:
        tell_gone(session, id)


async def remove_product(session: AsyncSession, product_id: UUID) -> None:
    """Removes a product with its photos."""
    await product(session, product_id)
    await _remove_product(session, product_id)


async def _remove_product(session: AsyncSession, product_id: UUID) -> None:
    await session.execute(select(Product.id).where(Product.id == product_id).with_for_update())
    await _remove_photos(session, Photo.product_id == product_id)
    await session.execute(delete(Product).where(Product.id == product_id))
    tell_gone(session, product_id)


async def remove_photo(session: AsyncSession, photo_id: UUID) -> None:
    """Removes a photo with its cutouts."""
    await photo(session, photo_id)
    await _remove_photos(session, Photo.id == photo_id)


async def remove_hidden(session: AsyncSession) -> int:
    """Removes what was hidden longer ago than it can be undone, of all accounts that `session` sees; returns how much.

    What was hidden together goes with the first of it, so that the largest come first.
    """
    removed = 0
    for kind, remove in ((Project, _remove_project), (Product, _remove_product)):
        due = select(kind.id).where(kind.hidden_at < func.now() - UNDO_FOR).order_by(kind.hidden_at)
        for id in (await session.scalars(due.limit(HIDDEN_AT_ONCE))).all():
            await remove(session, id)
            removed += 1
    return removed + await _remove_photos(session, Photo.hidden_at < func.now() - UNDO_FOR)


async def remove_abandoned(session: AsyncSession) -> int:
    """Removes photos whose file did not come within a day, of all accounts that `session` sees; returns how many."""
    return await _remove_photos(
        session, Photo.state == PhotoState.AWAITED, Photo.created_at < func.now() - ABANDONED_AFTER
    )


async def _remove_photos(session: AsyncSession, *which: Any) -> int:
    """Locked first: a worker that is about to write a file's key into a row then finds that row gone."""
    locked = select(Photo).where(*which).order_by(Photo.id).with_for_update()
    photos = (await session.scalars(locked.execution_options(populate_existing=True))).all()
    ids = [photo.id for photo in photos]
    for account_id, group in groupby(
        sorted(photos, key=lambda photo: photo.account_id), lambda photo: photo.account_id
    ):
        theirs = list(group)
        keys: list[str | None] = [key for photo in theirs for key in (photo.master_key, photo.preview_key)]
        of_theirs = [photo.id for photo in theirs]
        for row in await session.execute(
            select(Cutout.alpha_key, Cutout.preview_key).where(Cutout.photo_id.in_(of_theirs))
        ):
            keys += row
        keys += await session.scalars(select(Mask.key).where(Mask.photo_id.in_(of_theirs)))
        await doom(session, account_id, keys)
    for one in photos:
        await drop_upload(session, one)
        tell(session, one.product_id, one.id)
    await session.execute(delete(Photo).where(Photo.id.in_(ids)))
    wake_purge(session)
    return len(photos)
