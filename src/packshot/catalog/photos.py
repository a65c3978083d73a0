"""Photos of a product: announced, received, found, changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import PureWindowsPath
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.cutouts import start
from packshot.catalog.doomed import doom
from packshot.catalog.models import CutoutSource, Photo, PhotoState
from packshot.catalog.news import tell
from packshot.catalog.projects import product
from packshot.db import after_commit, new_id
from packshot.errors import NotFoundError
from packshot.storage import storage

UPLOAD_LINK_S = 3600.0  # enough for a folder of photos over a slow line
LINK_ENDS = timedelta(seconds=UPLOAD_LINK_S + 120)  # after it nothing can come through a link
LONGEST_NAME = 200


async def photos(
    session: AsyncSession, product_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Photo]:
    """The newest photos of a product; with `before` those made before that one."""
    await product(session, product_id)
    shown = select(Photo).where(Photo.product_id == product_id, Photo.hidden_at.is_(None))
    newest = shown.order_by(Photo.id.desc()).limit(limit)
    return (await session.scalars(newest.where(Photo.id < before) if before else newest)).all()


async def photo(session: AsyncSession, photo_id: UUID, *, held: bool = False) -> Photo:
    """The photo, or a NotFoundError. With `held` it stays until the transaction ends."""
    found = await session.get(Photo, photo_id, with_for_update={"read": True, "key_share": True} if held else None)
    if found is None or found.hidden_at:
        raise NotFoundError(f"There is no photo {photo_id}.", remedy="GET /api/products/{id}/photos lists a product's.")
    return found


async def announce(
    session: AsyncSession, product_id: UUID, names: Sequence[str], view: str | None = None
) -> list[Photo]:
    """New photos whose files are still to come, under their `upload_key`."""
    parent = await product(session, product_id, held=True)
    announced = [Photo(account_id=parent.account_id, product_id=product_id, name=name, view=view) for name in names]
    for one in announced:
        one.id = new_id()
        one.upload_key = f"uploads/{one.id}"
    session.add_all(announced)
    await session.flush()
    for one in announced:
        tell(session, product_id, one.id)
    return announced


async def receive(session: AsyncSession, photo_id: UUID) -> Photo:
    """The file of an announced photo is here: has it opened and cut out. Nothing happens where that was said before."""
    came = update(Photo).where(Photo.id == photo_id, Photo.state == PhotoState.AWAITED)
    changed = await session.scalar(came.values(state=PhotoState.RECEIVED).returning(Photo))
    if changed is None:
        return await photo(session, photo_id)
    await start(session, changed, CutoutSource.AUTO)
    return changed


async def refuse(session: AsyncSession, photo_id: UUID, words: str, remedy: str) -> Photo:
    """The file of an announced photo cannot be used."""
    came = update(Photo).where(Photo.id == photo_id, Photo.state == PhotoState.AWAITED)
    refused = await session.scalar(came.values(state=PhotoState.REFUSED, words=words, remedy=remedy).returning(Photo))
    if refused is None:
        return await photo(session, photo_id)
    await drop_upload(session, refused)
    tell(session, refused.product_id, refused.id)
    return refused


async def set_view(session: AsyncSession, photo_id: UUID, view: str | None) -> Photo:
    """Takes a person's word on how the photo was made."""
    changed = await photo(session, photo_id)
    changed.view = view
    tell(session, changed.product_id, changed.id)
    await session.flush()
    return changed


async def drop_upload(session: AsyncSession, photo: Photo) -> None:
    """Removes the file as it was sent: at once, and again when no link can bring it back."""
    if key := photo.upload_key:
        await doom(session, photo.account_id, [key], after=LINK_ENDS)
        await session.execute(update(Photo).where(Photo.id == photo.id).values(upload_key=None))
        after_commit(session, lambda: storage().delete(key))


def shown_name(filename: str | None) -> str:
    """What a person sees of a file's name: never a path, nothing that cannot be printed."""
    last = PureWindowsPath(filename or "").name  # which takes both kinds of slashes
    clean = "".join(character if character.isprintable() else "�" for character in last).strip()
    return clean[:LONGEST_NAME] or "photo"
