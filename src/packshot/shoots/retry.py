"""Asks again for pictures: for those that were given up, and for a delivered one that a person finds fault with."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import new_id, within
from packshot.errors import BadInputError, ConflictError
from packshot.shoots.cancel import generation_of, shoot_of
from packshot.shoots.door import refuse_in_trouble
from packshot.shoots.errors import EngineNotConfiguredError
from packshot.shoots.makers import maker
from packshot.shoots.models import GIVEN_UP, Generation, Shoot, State
from packshot.shoots.submit import Planned, write

REASONS = {
    "outline": "The outline is wrong",
    "shadow": "The shadow is wrong",
    "colour": "The colour is off",
    "other": "Something else",
}
LONGEST_WORDS = 500


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


async def ask_again(session: AsyncSession, generation_id: UUID, reason: str, words: str = "") -> Generation:
    """A new generation with another seed and a hold of its own in place of a delivered one, and why somebody wants it.

    The delivered one stays. Asked for twice it is made once. BadInputError for an unknown reason.
    """
    if reason not in REASONS:
        raise BadInputError(f"{reason!r} is not a reason.", remedy=f"Choose one of: {', '.join(REASONS)}.")
    if len(words) > LONGEST_WORDS:
        raise BadInputError(
            f"{len(words):,} characters are more than the {LONGEST_WORDS} of a note.", remedy="Say it shorter."
        )
    generation = await generation_of(session, generation_id)
    shoot = await _locked(session, generation.shoot_id)
    generation = await generation_of(session, generation_id)
    if generation.state != State.COMPLETED:
        raise ConflictError(
            f"Picture {generation.number} is {generation.state.lower()}, so there is no fault to find with it.",
            remedy="Wait until it is delivered; one that was given up can be retried.",
        )
    made = await _again(session, shoot, [generation], fresh_seed=True)
    if made:
        told = update(Generation).where(Generation.id == made[0].id).values(reason=reason, reason_words=words.strip())
        await session.execute(told)
    again = (await session.scalars(select(Generation).where(Generation.retry_of == generation_id))).one()
    if again.hidden_at is not None:
        raise ConflictError(
            "You asked for another version and deleted it a moment ago.", remedy="Bring it back, or wait ten minutes."
        )
    return again


async def _locked(session: AsyncSession, shoot_id: UUID) -> Shoot:
    """The shoot, for nobody else to retry until the transaction ends."""
    await shoot_of(session, shoot_id)
    return await session.get_one(Shoot, shoot_id, with_for_update=True)


async def _again(
    session: AsyncSession, shoot: Shoot, old_ones: Sequence[Generation], *, fresh_seed: bool = False
) -> list[Generation]:
    ids = [generation.id for generation in old_ones]
    retried = set(await session.scalars(select(Generation.retry_of).where(Generation.retry_of.in_(ids))))
    fresh = [generation for generation in old_ones if generation.id not in retried]
    if not fresh:
        return []
    engine = maker(shoot.engine)
    if engine.missing:
        raise EngineNotConfiguredError(engine.title, engine.missing)
    await refuse_in_trouble(await within(session), engine, shoot.model, lambda: (shoot, fresh))
    last = await session.scalar(select(func.max(Generation.number)).where(Generation.shoot_id == shoot.id)) or 0
    planned = [
        Planned(
            id=new_id(),
            number=number,
            photo_id=old.photo_id,
            cutout_id=old.cutout_id,
            style=old.style,
            pose=old.pose,
            label=old.label,
            variation=old.variation,
            seed=secrets.randbits(32) if fresh_seed else old.seed,
            credits=old.credits,
            retry_of=old.id,
        )
        for number, old in enumerate(fresh, start=last + 1)
    ]
    await write(await within(session), shoot.account_id, shoot.id, engine, planned, now=datetime.now(UTC))
    made = select(Generation).where(Generation.id.in_([one.id for one in planned])).order_by(Generation.number)
    return list(await session.scalars(made))
