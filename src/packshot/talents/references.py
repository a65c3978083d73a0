"""Reference photos of a talent: taken in, found, removed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import doom, written
from packshot.catalog.news import wake_purge
from packshot.db import after_commit, new_id, transaction
from packshot.errors import ConflictError, NotFoundError, RefusedError
from packshot.talents.models import Reference, ReferenceState, Talent
from packshot.talents.people import talent
from packshot.talents.release import in_force
from packshot.tasks import enqueue

MOST = 20  # of one talent
ADVISED = 3  # the mean of so many is steadier than any one of them


class ReleaseNeededError(RefusedError):
    """Nobody has agreed that photos of this person are looked at."""


async def take(account_id: UUID, talent_id: UUID, files: Sequence[tuple[str, BinaryIO]]) -> list[UUID]:
    """New reference photos from files by name; all of them, or an error that says what is wrong with which.

    A worker opens them, and refuses those without a face, with several, or with somebody else's. Of a real person no
    photo is taken before the release is signed.
    """
    from packshot.catalog.uploads import check_files  # pixel libraries, which the sweep can do without

    async with transaction(account_id) as session:
        await _may_add(session, talent_id, len(files))
    check_files(files)
    ids = [new_id() for _ in files]
    data = {_key(id, "upload"): await asyncio.to_thread(file.read) for id, (_, file) in zip(ids, files, strict=True)}
    async with written(account_id, data) as session:
        of = await _may_add(session, talent_id, len(files))
        session.add_all(
            Reference(id=id, account_id=of.account_id, talent_id=talent_id, name=name, upload_key=_key(id, "upload"))
            for id, (name, _) in zip(ids, files, strict=True)
        )
        await session.flush()
        after_commit(session, lambda: enqueue("talents.check", talent_id))
    return ids


async def references(session: AsyncSession, talent_ids: Sequence[UUID]) -> dict[UUID, list[Reference]]:
    """The photos of talents, oldest first."""
    found: dict[UUID, list[Reference]] = {id: [] for id in talent_ids}
    rows = select(Reference).where(Reference.talent_id.in_(talent_ids)).order_by(Reference.id)
    for one in (await session.scalars(rows)).all():
        found[one.talent_id].append(one)
    return found


async def masters(session: AsyncSession, talent_id: UUID) -> list[str]:
    """Where the talent's usable photos lie, as lossless masters, oldest first: what the identity lock compares with."""
    ready = select(Reference.master_key).where(
        Reference.talent_id == talent_id, Reference.state == ReferenceState.READY
    )
    return [key for key in (await session.scalars(ready.order_by(Reference.id))).all() if key]


async def remove(session: AsyncSession, talent_id: UUID, reference_id: UUID) -> None:
    """Removes one photo and its files."""
    found = await session.get(Reference, reference_id, with_for_update=True, populate_existing=True)
    if found is None or found.talent_id != talent_id:
        raise NotFoundError(f"There is no photo {reference_id}.", remedy="GET /api/models/{id} shows a model's.")
    await remove_all(session, found.account_id, [found])


async def remove_all(session: AsyncSession, account_id: UUID, which: Sequence[Reference]) -> int:
    """Removes these photos, and returns how many files go with them."""
    keys = [key for one in which for key in (one.upload_key, one.master_key, one.preview_key) if key]
    await doom(session, account_id, keys)
    for one in which:
        await session.delete(one)
    await session.flush()
    wake_purge(session)
    return len(keys)


async def _may_add(session: AsyncSession, talent_id: UUID, more: int) -> Talent:
    of = await talent(session, talent_id, held=True)
    if of.withdrawn_at:
        raise ConflictError(f"{of.name} has withdrawn.", remedy="If they agree anew, add them as a new model.")
    if not await in_force(session, talent_id, datetime.now(UTC).date()):
        raise ReleaseNeededError(
            f"{of.name} is a real person, and there is no signed release in force.",
            remedy="Add the release and its signed paper first; photos come after it.",
        )
    used = select(func.count()).where(Reference.talent_id == talent_id, Reference.state != ReferenceState.REFUSED)
    if (await session.scalar(used) or 0) + more > MOST:
        raise ConflictError(f"{of.name} can have {MOST} photos at most.", remedy="Delete some first; 3 to 6 are best.")
    return of


def _key(reference_id: UUID, ending: str) -> str:
    return f"talents/{reference_id}/{ending}"
