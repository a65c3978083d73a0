"""One word for many photos: what looks right, or what somebody chose, is approved or rejected together."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.cutouts import why_not
from packshot.catalog.look import Glance, Stage, look
from packshot.catalog.models import Cutout, Photo
from packshot.catalog.news import tell
from packshot.catalog.projects import product


async def approve_right(session: AsyncSession, product_id: UUID, user_id: UUID) -> int:
    """Approves the newest cutout of every photo of a product that looks right; returns how many."""
    await product(session, product_id)
    right = [glance for glance in await look(session, product_id) if glance.stage == Stage.RIGHT]
    return await _approve(session, product_id, right, user_id)


async def approve_chosen(
    session: AsyncSession, product_id: UUID, photo_ids: Sequence[UUID], user_id: UUID
) -> tuple[int, int]:
    """Approves the newest cutouts of these photos of a product; returns how many, and how many could not be."""
    await product(session, product_id)
    chosen = [glance for glance in await look(session, product_id) if glance.photo_id in set(photo_ids)]
    waiting = [glance for glance in chosen if glance.taken_id is None or glance.taken_id != glance.newest_id]
    approved = await _approve(session, product_id, waiting, user_id)
    return approved, len(waiting) - approved


async def reject_chosen(session: AsyncSession, product_id: UUID, photo_ids: Sequence[UUID]) -> int:
    """Says of the cutouts that these photos of a product show that they are not right; returns of how many."""
    await product(session, product_id)
    chosen = [glance for glance in await look(session, product_id) if glance.photo_id in set(photo_ids)]
    made = [glance for glance in chosen if glance.stage in (Stage.RIGHT, Stage.LOOK, Stage.APPROVED)]
    shown = [(one.photo_id, one.taken_id if one.stage == Stage.APPROVED else one.newest_id) for one in made]
    found = await _locked(session, shown)
    await session.execute(
        update(Cutout)
        .where(Cutout.id.in_([one.id for one in found]))
        .values(rejected_at=func.now(), approved_at=None, approved_by=None)
    )
    for one in found:
        tell(session, product_id, one.photo_id)
    return len(found)


async def _approve(session: AsyncSession, product_id: UUID, chosen: Sequence[Glance], user_id: UUID) -> int:
    newest = await _locked(session, [(glance.photo_id, glance.newest_id) for glance in chosen])
    found = [one for one in newest if one.approved_at is None and why_not(one) is None]
    ids, photos = [one.id for one in found], [one.photo_id for one in found]
    others = update(Cutout).where(Cutout.photo_id.in_(photos), Cutout.approved_at.is_not(None))
    await session.execute(others.values(approved_at=None, approved_by=None))
    taken = update(Cutout).where(Cutout.id.in_(ids))
    await session.execute(taken.values(approved_at=func.now(), approved_by=user_id, rejected_at=None))
    for photo_id in photos:
        tell(session, product_id, photo_id)
    return len(found)


async def _locked(session: AsyncSession, chosen: Sequence[tuple[UUID, UUID | None]]) -> list[Cutout]:
    """These cutouts of these photos as they are once the photos are locked, in the order that all lock them in."""
    photos = select(Photo.id).where(Photo.id.in_([photo_id for photo_id, _ in chosen])).order_by(Photo.id)
    await session.execute(photos.with_for_update(key_share=True))
    rows = select(Cutout).where(Cutout.id.in_([cutout_id for _, cutout_id in chosen if cutout_id]))
    return list(await session.scalars(rows.order_by(Cutout.id).execution_options(populate_existing=True)))
