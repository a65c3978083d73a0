"""Which variation of a shoot won: what somebody learned from showing them to buyers, kept with the shoot."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.errors import ConflictError
from packshot.shoots.cancel import generation_of, shoot_of
from packshot.shoots.errors import GenerationNotFoundError
from packshot.shoots.models import Shoot, State


async def choose_winner(session: AsyncSession, shoot_id: UUID, generation_id: UUID | None) -> tuple[Shoot, UUID | None]:
    """The shoot with its new winner, and the one before. None: there is none (any more).

    Raises GenerationNotFoundError for a picture of another shoot, ConflictError for one that is not delivered.
    """
    shoot = await shoot_of(session, shoot_id)
    before = shoot.winner_id
    if generation_id is not None:
        generation = await generation_of(session, generation_id)
        if generation.shoot_id != shoot_id:
            raise GenerationNotFoundError(generation_id)
        if generation.state != State.COMPLETED or generation.hidden_at is not None:
            raise ConflictError(
                f"Picture {generation.number} is not delivered, so it cannot win.", remedy="Choose one that is."
            )
    now = datetime.now(UTC) if generation_id else None
    chosen = update(Shoot).where(Shoot.id == shoot_id).values(winner_id=generation_id, won_at=now)
    await session.execute(chosen)
    await session.refresh(shoot)
    return shoot, before
