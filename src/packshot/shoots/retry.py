"""Asks again for pictures that were given up: new generations, with holds of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import new_id, within
from packshot.errors import ConflictError
from packshot.shoots.cancel import generation_of, shoot_of
from packshot.shoots.errors import EngineNotConfiguredError
from packshot.shoots.makers import maker
from packshot.shoots.models import GIVEN_UP, Generation, Shoot
from packshot.shoots.submit import Planned, write


class NotGivenUpError(ConflictError):
    """Only what ended without a picture can be asked for again."""

    def __init__(self, generation: Generation) -> None:
        super().__init__(
            f"Picture {generation.number} is {generation.state.lower()}, so there is nothing to retry.",
            remedy="Retry pictures that were rejected, failed or cancelled; for another version, send a new shoot.",
            state=generation.state,
        )


async def retry_shoot(session: AsyncSession, shoot_id: UUID) -> list[Generation]:
    """New generations for all of a shoot's that were given up and not asked for again yet."""
    shoot = await _locked(session, shoot_id)
    given_up = select(Generation).where(Generation.shoot_id == shoot_id, Generation.state.in_(GIVEN_UP))
    found = (await session.scalars(given_up.order_by(Generation.number))).all()
    return await _again(session, shoot, found)


async def retry_generation(session: AsyncSession, generation_id: UUID) -> Generation:
    """The generation that makes a given-up one again: made now, or earlier if this was asked before."""
    generation = await generation_of(session, generation_id)
    shoot = await _locked(session, generation.shoot_id)
    generation = await generation_of(session, generation_id)
    if generation.state not in GIVEN_UP:
        raise NotGivenUpError(generation)
    await _again(session, shoot, [generation])
    again = await session.scalars(select(Generation).where(Generation.retry_of == generation_id))
    return again.one()


async def _locked(session: AsyncSession, shoot_id: UUID) -> Shoot:
    """The shoot, for nobody else to retry until the transaction ends."""
    await shoot_of(session, shoot_id)
    return await session.get_one(Shoot, shoot_id, with_for_update=True)


async def _again(session: AsyncSession, shoot: Shoot, given_up: Sequence[Generation]) -> list[Generation]:
    ids = [generation.id for generation in given_up]
    retried = set(await session.scalars(select(Generation.retry_of).where(Generation.retry_of.in_(ids))))
    fresh = [generation for generation in given_up if generation.id not in retried]
    if not fresh:
        return []
    engine = maker(shoot.engine)
    if engine.missing:
        raise EngineNotConfiguredError(engine.title, engine.missing)
    last = await session.scalar(select(func.max(Generation.number)).where(Generation.shoot_id == shoot.id)) or 0
    planned = [
        Planned(
            id=new_id(),
            number=number,
            photo_id=old.photo_id,
            cutout_id=old.cutout_id,
            style=old.style,
            seed=old.seed,
            credits=old.credits,
            retry_of=old.id,
        )
        for number, old in enumerate(fresh, start=last + 1)
    ]
    await write(await within(session), shoot.account_id, shoot.id, engine, planned, now=datetime.now(UTC))
    made = select(Generation).where(Generation.id.in_([one.id for one in planned])).order_by(Generation.number)
    return list(await session.scalars(made))
