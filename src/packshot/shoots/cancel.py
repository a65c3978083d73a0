"""Stops what is not finished, and gives its credits back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import after_commit
from packshot.shoots.errors import GenerationNotFoundError, ShootNotFoundError
from packshot.shoots.models import OPEN, Attempt, AttemptState, Generation, Shoot, State
from packshot.shoots.settle import end
from packshot.tasks import enqueue


async def cancel_shoot(session: AsyncSession, shoot_id: UUID) -> list[Generation]:
    """Ends every generation of a shoot that is still open, and gives its credits back; those that it ended."""
    await shoot_of(session, shoot_id)
    found = select(Generation.id).where(Generation.shoot_id == shoot_id, Generation.state.in_(OPEN))
    return await _cancel(session, (await session.scalars(found)).all())


async def cancel_generation(session: AsyncSession, generation_id: UUID) -> Generation:
    """Ends one generation unless it is finished; how it stands now."""
    await generation_of(session, generation_id)
    await _cancel(session, [generation_id])
    return await generation_of(session, generation_id)


async def shoot_of(session: AsyncSession, shoot_id: UUID) -> Shoot:
    """The shoot, or ShootNotFoundError."""
    shoot = await session.get(Shoot, shoot_id)
    if shoot is None:
        raise ShootNotFoundError(shoot_id)
    return shoot


async def generation_of(session: AsyncSession, generation_id: UUID) -> Generation:
    """The generation, or GenerationNotFoundError; a deleted one is not found from the moment it is hidden."""
    generation = await session.get(Generation, generation_id, populate_existing=True)
    if generation is None or generation.hidden_at is not None:
        raise GenerationNotFoundError(generation_id)
    return generation


async def _cancel(session: AsyncSession, generation_ids: Sequence[UUID]) -> list[Generation]:
    ended = await end(
        session,
        generation_ids,
        State.CANCELLED,
        error="cancelled",
        words="You stopped this picture. Nothing was charged.",
        remedy="Shoot it again if you want it after all.",
    )
    under_way = select(Attempt.id).where(
        Attempt.generation_id.in_([generation.id for generation in ended]), Attempt.state == AttemptState.ACCEPTED
    )
    attempts = (await session.scalars(under_way)).all()
    if attempts:
        after_commit(session, lambda: enqueue("shoots.call_off", *attempts))
    return ended
