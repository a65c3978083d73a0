"""How long a picture usually takes, as the last ones did."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot, State

LAST = 60  # pictures of the account


async def usual_s(session: AsyncSession, shoot: Shoot) -> float | None:
    """Seconds an engine works on one picture of this model and about this size; None if it made none lately."""
    pixels = shoot.width * shoot.height
    last = (
        select(Generation.id, Generation.shoot_id)
        .where(
            Generation.account_id == shoot.account_id,
            Generation.state == State.COMPLETED,
            Generation.hidden_at.is_(None),
        )
        .order_by(Generation.id.desc())
        .limit(LAST)
        .subquery()
    )
    took = func.extract("epoch", Attempt.settled_at - Attempt.created_at)
    usual = (
        select(func.percentile_cont(0.5).within_group(took))
        .select_from(last)
        .join(Shoot, Shoot.id == last.c.shoot_id)
        .join(Attempt, Attempt.generation_id == last.c.id)
        .where(
            Attempt.state == AttemptState.DONE,
            Shoot.model == shoot.model,
            (Shoot.width * Shoot.height).between(pixels // 2, pixels * 2),
        )
    )
    found = await session.scalar(usual)
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
