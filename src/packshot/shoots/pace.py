"""How long a picture usually takes, as the last ones did."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot

LAST = 30


async def usual_s(session: AsyncSession, shoot: Shoot) -> float | None:
    """Seconds an engine works on one picture of this model and about this size; None until it has made one."""
    pixels = shoot.width * shoot.height
    last = (
        select(func.extract("epoch", Attempt.settled_at - Attempt.created_at).label("took"))
        .join(Generation, Generation.id == Attempt.generation_id)
        .join(Shoot, Shoot.id == Generation.shoot_id)
        .where(
            Attempt.account_id == shoot.account_id,
            Attempt.state == AttemptState.DONE,
            Shoot.model == shoot.model,
            (Shoot.width * Shoot.height).between(pixels // 2, pixels * 2),
        )
        .order_by(Attempt.id.desc())
        .limit(LAST)
        .subquery()
    )
    found = await session.scalar(select(func.percentile_cont(0.5).within_group(last.c.took)))
    return None if found is None else float(found)


def words(seconds: float | None) -> str:
    """For people."""
    if seconds is None:
        return "The first picture tells how long one takes."
    if seconds < 1.5:
        return "Usually about a second each."
    return (
        f"Usually about {round(seconds)} seconds each."
        if seconds < 90
        else f"Usually {round(seconds / 60)} minutes each."
    )
