"""What workers do for the catalog: cut photos out, remove files, look for what was forgotten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from packshot.catalog import cutting, doomed, removal
from packshot.catalog.models import Cutout, CutoutState
from packshot.db import transaction
from packshot.settings import settings
from packshot.tasks import enqueue, task

AT_ONCE = 100


@task(queue="cpu")
async def cut(*cutout_ids: UUID) -> None:
    """Makes these cutouts."""
    for cutout_id in cutout_ids:
        await cutting.make(cutout_id)


@task(queue="io")
async def purge(*_ids: UUID) -> None:
    """Removes the files that have to go."""
    await doomed.purge()


@task(queue="io")
async def sweep(*_ids: UUID) -> None:
    """Wakes the oldest cutouts that nobody works on; removes uploads that never came, deletions past undoing, files."""
    async with transaction(system=True) as session:
        await removal.remove_abandoned(session)
        await removal.remove_hidden(session)
        now = func.clock_timestamp()
        free = or_(Cutout.lease_until.is_(None), Cutout.lease_until < now)
        hinted = Cutout.created_at < now - timedelta(seconds=settings().sweep_s)  # younger ones just were
        waiting = select(Cutout.id).where(Cutout.state == CutoutState.PENDING, free, hinted)
        ids = (await session.scalars(waiting.order_by(Cutout.id).limit(AT_ONCE))).all()
    if ids:
        await enqueue(cut, *ids)
    await doomed.purge()
