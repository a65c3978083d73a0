"""Stops what is not finished, and gives its credits back."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import transaction
from packshot.engines.base import Done, Failed, Operation
from packshot.shoots.errors import GenerationNotFoundError, ShootNotFoundError
from packshot.shoots.makers import maker
from packshot.shoots.models import OPEN, Attempt, Generation, Shoot, State
from packshot.shoots.settle import end


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
    return await end(
        session,
        generation_ids,
        State.CANCELLED,
        error="cancelled",
        words="You stopped this picture. Nothing was charged.",
        remedy="Shoot it again if you want it after all.",
    )


async def call_off(attempt_id: UUID) -> None:
    """Has a vendor stop what nobody wants any more, and writes down what it cost all the same, as far as it says."""
    async with transaction(system=True) as session:
        attempt = await session.get(Attempt, attempt_id)
        if attempt is None or attempt.operation_id is None:
            return
        generation = await session.get_one(Generation, attempt.generation_id)
        shoot = await session.get_one(Shoot, generation.shoot_id)
    engine, operation = maker(attempt.engine or shoot.engine), Operation(attempt.operation_id, attempt.operation)
    await engine.cancel(operation)
    told = await engine.poll(operation)
    if isinstance(told, Done | Failed) and told.cost.micros:
        async with transaction(attempt.account_id) as session:
            cost = update(Attempt).where(Attempt.id == attempt_id).values(cost_micros=told.cost.micros)
            await session.execute(cost)
