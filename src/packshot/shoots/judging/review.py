"""Answers to pictures that a lock was not sure about: right and paid for, not right and free of charge, or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot import config
from packshot.accounts.models import Account
from packshot.credits import ledger
from packshot.db import after_commit
from packshot.errors import BadInputError, ConflictError
from packshot.shoots import news
from packshot.shoots.cancel import generation_of
from packshot.shoots.judging.labels import label_answered
from packshot.shoots.judging.limits import FREE_REJECTIONS
from packshot.shoots.models import Generation, Shoot, State
from packshot.shoots.permission import refusals, require
from packshot.shoots.settle import end
from packshot.talents.release import NotPermittedError, Refusal

NOT_RIGHT = "not_right"  # the error of a picture that a customer rejected
WITHIN = timedelta(days=30)
WRONG = {
    "colour": "The colour is off",
    "shape": "The shape or a part is off",
    "text": "A logo or a text is off",
    "person": "It is another person",
    "other": "Something else",
}
"""What a customer may find wrong with a picture, for people."""

_NOW = func.clock_timestamp()


class NotInReviewError(ConflictError):
    """There is nothing to answer: nobody asked."""

    def __init__(self, generation: Generation) -> None:
        super().__init__(
            f"Picture {generation.number} is {generation.state.lower()}, so there is nothing to decide.",
            remedy="Only pictures in review wait for an answer; for another version of a delivered one, ask again.",
            state=generation.state,
        )


class TooManyRejectionsError(ConflictError):
    """The account has had as many pictures made for nothing as it may."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"You have rejected {most} pictures free of charge within 30 days, which is as many as you can.",
            remedy="Keep it and ask for another version, or write to whoever runs this Packshot.",
            most=most,
        )


async def accept(session: AsyncSession, generation_id: UUID, *, by: UUID | None) -> Generation:
    """It is right: COMPLETED, and its credits are spent. Said twice, it was said once. Else NotInReviewError."""
    generation = await _locked(session, generation_id)
    if generation.state == State.COMPLETED:
        return generation
    if generation.state != State.REVIEW:
        raise NotInReviewError(generation)
    await require(session, await session.get_one(Shoot, generation.shoot_id), held=True)
    await label_answered(session, generation, right=True, by=by)
    return await _capture(session, generation.id)


async def refuse(session: AsyncSession, generation_id: UUID, *, by: UUID | None, reason: str = "") -> Generation:
    """It is not right: REJECTED, and its credits are given back. Said twice, it was said once.

    `reason` is one of WRONG, "" where nobody said, else a BadInputError. NotInReviewError where nobody asked,
    TooManyRejectionsError where the account has had its share.
    """
    if reason and reason not in WRONG:
        raise BadInputError(f"{reason!r} is no reason.", remedy=f"Give one of {', '.join(WRONG)}.")
    generation = await _locked(session, generation_id)
    if generation.state == State.REJECTED and generation.error == NOT_RIGHT:
        return generation
    if generation.state != State.REVIEW:
        raise NotInReviewError(generation)
    most = await config.get(FREE_REJECTIONS)
    if await refused_lately(session, generation.account_id, lock=True) >= most:
        raise TooManyRejectionsError(most)
    await label_answered(session, generation, right=False, by=by, reason=reason)
    wrong = f": {WRONG[reason][0].lower()}{WRONG[reason][1:]}" if reason and reason != "other" else ""
    (ended,) = await end(
        session,
        [generation.id],
        State.REJECTED,
        error=NOT_RIGHT,
        words=f"You looked at it, and it was not right{wrong}.",
        remedy="Nothing was charged. Retry it, or shoot it in another style.",
        among=(State.REVIEW,),
    )
    return ended


async def lapse(session: AsyncSession, limit: int) -> int:
    """Delivers pictures whose time to be looked at is over: no answer is a yes, which was said beforehand."""
    over = (
        select(Generation)
        .where(Generation.state == State.REVIEW, Generation.review_until <= _NOW)
        .order_by(Generation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    waiting = (await session.scalars(over)).all()
    for generation in waiting:
        told = await refusals(session, await session.get_one(Shoot, generation.shoot_id), held=True)
        if told:
            await forbid(session, generation.id, told)
        else:
            await _capture(session, generation.id)
    return len(waiting)


async def forbid(session: AsyncSession, generation_id: UUID, told: Sequence[Refusal]) -> None:
    """FAILED, free of charge: the person in it does not agree to it any more, whatever the answer would have been."""
    refused = NotPermittedError(told)
    words, remedy = refused.message, f"Nothing was charged. {refused.remedy}"
    ended = [generation_id], State.FAILED
    await end(session, *ended, error=refused.code, words=words, remedy=remedy, among=(State.REVIEW,))


async def refused_lately(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> int:
    """How many pictures the account has rejected free of charge lately.

    With `lock`, nobody else counts until the transaction ends.
    """
    if lock:
        await session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    counted = select(func.count()).where(
        Generation.account_id == account_id,
        Generation.state == State.REJECTED,
        Generation.error == NOT_RIGHT,
        Generation.finished_at > _NOW - WITHIN,
    )
    return await session.scalar(counted) or 0


async def rejections_left(session: AsyncSession, account_id: UUID) -> int:
    """How many pictures the account may still reject free of charge."""
    return max(0, await config.get(FREE_REJECTIONS) - await refused_lately(session, account_id))


def waits_until(generation: Generation) -> datetime | None:
    """Until when a picture in review waits for an answer."""
    return generation.review_until if generation.state == State.REVIEW else None


async def _locked(session: AsyncSession, generation_id: UUID) -> Generation:
    """The generation, for nobody else to answer until the transaction ends."""
    await generation_of(session, generation_id)
    row = select(Generation).where(Generation.id == generation_id).with_for_update()
    return (await session.scalars(row.execution_options(populate_existing=True))).one()


async def _capture(session: AsyncSession, generation_id: UUID) -> Generation:
    delivered = (
        update(Generation)
        .where(Generation.id == generation_id, Generation.state == State.REVIEW)
        .values(state=State.COMPLETED, review_until=None, words="", finished_at=_NOW)
        .returning(Generation)
        .execution_options(populate_existing=True)
    )
    generation = (await session.scalars(delivered)).one()
    await ledger.capture(session, generation_id)
    after_commit(session, lambda: news.tell(generation))
    return generation
