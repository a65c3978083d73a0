"""One word for many photos: what looks right, or what somebody chose, is approved or rejected together."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.cutouts import CannotApproveError, approve, reject
from packshot.catalog.look import Stage, look
from packshot.catalog.projects import product


async def approve_right(session: AsyncSession, product_id: UUID, user_id: UUID) -> int:
    """Approves the newest cutout of every photo of a product that looks right; returns how many."""
    await product(session, product_id)
    right = [glance for glance in await look(session, product_id) if glance.stage == Stage.RIGHT]
    return await _approve(session, [glance.newest_id for glance in right], user_id)


async def approve_chosen(
    session: AsyncSession, product_id: UUID, photo_ids: Sequence[UUID], user_id: UUID
) -> tuple[int, int]:
    """Approves the newest cutouts of these photos of a product; returns how many, and how many could not be."""
    await product(session, product_id)
    chosen = [glance for glance in await look(session, product_id) if glance.photo_id in set(photo_ids)]
    approved = await _approve(session, [glance.newest_id for glance in chosen], user_id)
    return approved, len(chosen) - approved


async def reject_chosen(session: AsyncSession, product_id: UUID, photo_ids: Sequence[UUID]) -> int:
    """Says of the newest cutouts of these photos of a product that they are not right; returns of how many."""
    await product(session, product_id)
    chosen = [glance for glance in await look(session, product_id) if glance.photo_id in set(photo_ids)]
    made = [glance for glance in chosen if glance.stage in (Stage.RIGHT, Stage.LOOK, Stage.APPROVED)]
    ids = sorted(glance.newest_id for glance in made if glance.newest_id)
    for cutout_id in ids:
        await reject(session, cutout_id)
    return len(ids)


async def _approve(session: AsyncSession, cutout_ids: Sequence[UUID | None], user_id: UUID) -> int:
    """In the order of ids, so that two who approve at once do not wait for each other."""
    approved = 0
    for cutout_id in sorted(id for id in cutout_ids if id):
        try:
            await approve(session, cutout_id, user_id)
            approved += 1
        except CannotApproveError:
            continue
    return approved
