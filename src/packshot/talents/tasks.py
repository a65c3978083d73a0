"""What workers do for talents: check photos, and delete those of people whose release has ended."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from packshot import config
from packshot.db import transaction
from packshot.settings import settings
from packshot.talents import checking
from packshot.talents.models import Reference, ReferenceState
from packshot.talents.withdrawal import KEEP_DAYS, withdraw_expired
from packshot.tasks import enqueue, task

AT_ONCE = 100


@task(queue="cpu")
async def check(*talent_ids: UUID) -> None:
    """Checks the photos of these talents that came in."""
    for talent_id in talent_ids:
        await checking.check(talent_id)


@task(queue="io")
async def sweep(*_ids: UUID) -> None:
    """Wakes the check of photos that nobody has looked at, and lets the photos of ended releases go."""
    keep_days = await config.get(KEEP_DAYS)
    async with transaction(system=True) as session:
        await withdraw_expired(session, keep_days)
        forgotten = func.clock_timestamp() - timedelta(seconds=settings().sweep_s)
        waiting = select(Reference.talent_id).where(
            Reference.state == ReferenceState.RECEIVED, Reference.created_at < forgotten
        )
        ids = (await session.scalars(waiting.distinct().limit(AT_ONCE))).all()
    if ids:
        await enqueue(check, *ids)
