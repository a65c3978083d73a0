"""Whether the person in a picture agrees to it: asked at the order, before it is made, and at its delivery."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import Direct
from packshot.shoots.brief import Brief
from packshot.shoots.makers import maker
from packshot.shoots.models import Shoot
from packshot.talents.release import NotPermittedError, Refusal, permits

AGREED = {"market": "market", "purpose": "purpose", "channel": "channels"}
"""The fields of an order by what a release does not allow; all else is about the person."""


async def refusals(
    session: AsyncSession | Direct, shoot: Shoot | Brief, *, engine: str = "", held: bool = False
) -> list[Refusal]:
    """Why the shoot's pictures may not show its talent; nothing where they may, or where there is none.

    `engine` is who makes them, where that is not the one that was ordered. With `held` nobody can withdraw until the
    transaction ends.
    """
    if shoot.talent_id is None:
        return []
    return await permits(
        session,
        shoot.talent_id,
        engine_elsewhere=maker(engine or shoot.engine).works == "elsewhere",
        purpose=shoot.purpose,
        market=shoot.market or None,
        channels=shoot.channels,
        on=datetime.now(UTC).date(),
        held=held,
    )


async def require(session: AsyncSession | Direct, shoot: Shoot | Brief, *, held: bool = False) -> None:
    """Raises NotPermittedError with every reason where there is any."""
    found = await refusals(session, shoot, held=held)
    if found:
        raise NotPermittedError(found)
