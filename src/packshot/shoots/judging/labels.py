"""What people say about pictures: whether a verdict was right, and how good a picture is, from 1 to 5."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from packshot import config
from packshot.db import new_id
from packshot.errors import BadInputError, NotFoundError
from packshot.shoots.cancel import generation_of
from packshot.shoots.finishing import film_key
from packshot.shoots.judging.limits import SAMPLE_ACCEPTED, SAMPLE_REJECTED
from packshot.shoots.judging.models import By, HumanLabel, StoredVerdict
from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot, State

RECENT = timedelta(days=30)
QUEUE = 48  # verdicts on one contact sheet
BEST = 5

_NOW = func.clock_timestamp()
_WAITING = (
    select(StoredVerdict, Generation, Attempt, Shoot)
    .join(Generation, Generation.id == StoredVerdict.generation_id)
    .join(Attempt, Attempt.id == StoredVerdict.attempt_id)
    .join(Shoot, Shoot.id == Generation.shoot_id)
)


class VerdictNotFoundError(NotFoundError):
    """There is no such verdict, or it is another account's."""

    def __init__(self, id: UUID) -> None:
        super().__init__(f"There is no verdict {id}.", remedy="A generation lists its own.")


@dataclass(frozen=True)
class Waiting:
    """A verdict that an operator is asked about, and the picture that it is on."""

    verdict: StoredVerdict
    generation: Generation
    attempt: Attempt
    shoot: Shoot

    @property
    def film(self) -> str | None:
        """Where a video lies that can be played: marked while it is in review, itself once it is delivered.

        None for a picture, and for what was rejected, of which there is only a still.
        """
        if not self.shoot.is_video or self.attempt.state != AttemptState.DONE:
            return None
        if self.generation.state == State.COMPLETED:
            return self.generation.key
        waits = self.generation.state == State.REVIEW and self.attempt.preview_key
        return film_key(waits) if waits else None


async def label(
    session: AsyncSession, verdict_id: UUID, *, right: bool, by: By, user_id: UUID, reason: str = ""
) -> StoredVerdict:
    """One person's word on whether the lock's subject is the same in truth; said again, only the last counts."""
    verdict = await session.get(StoredVerdict, verdict_id)
    if verdict is None:
        raise VerdictNotFoundError(verdict_id)
    said = insert(HumanLabel).values(
        id=new_id(),
        account_id=verdict.account_id,
        generation_id=verdict.generation_id,
        verdict_id=verdict.id,
        user_id=user_id,
        by=by,
        right=right,
        reason=reason,
    )
    about = [HumanLabel.verdict_id, HumanLabel.user_id]
    await session.execute(
        said.on_conflict_do_update(
            index_elements=about,
            index_where=HumanLabel.verdict_id.is_not(None),
            set_={"right": right, "reason": reason, "by": by, "created_at": _NOW},
        )
    )
    return verdict


async def rate(session: AsyncSession, generation_id: UUID, rating: int, *, by: By, user_id: UUID) -> Generation:
    """How good one person finds a picture, 1 to 5; said again, it takes the place of before."""
    if not 1 <= rating <= BEST:
        raise BadInputError(f"{rating} is no rating.", remedy="Give 1 (useless) to 5 (could not be better).")
    generation = await generation_of(session, generation_id)
    said = insert(HumanLabel).values(
        id=new_id(),
        account_id=generation.account_id,
        generation_id=generation.id,
        user_id=user_id,
        by=by,
        rating=rating,
    )
    await session.execute(
        said.on_conflict_do_update(
            index_elements=[HumanLabel.generation_id, HumanLabel.user_id],
            index_where=HumanLabel.verdict_id.is_(None),
            set_={"rating": rating, "by": by, "created_at": _NOW},
        )
    )
    return generation


async def rated(session: AsyncSession, generation_id: UUID, user_id: UUID) -> int | None:
    """What somebody has given a picture."""
    mine = select(HumanLabel.rating).where(
        HumanLabel.generation_id == generation_id, HumanLabel.user_id == user_id, HumanLabel.verdict_id.is_(None)
    )
    return await session.scalar(mine)


async def label_answered(
    session: AsyncSession, generation: Generation, *, right: bool, by: UUID | None, reason: str = ""
) -> None:
    """Writes down a customer's answer about what they were asked: the newest verdicts that were in doubt."""
    if by is None:
        return
    doubts = select(StoredVerdict.id).where(
        StoredVerdict.generation_id == generation.id, StoredVerdict.decision == "review"
    )
    for id in await session.scalars(doubts):
        await label(session, id, right=right, by=By.SELLER, user_id=by, reason=reason)


async def queue(session: AsyncSession, user_id: UUID, *, lock: str = "", limit: int = QUEUE) -> Sequence[Waiting]:
    """What this operator is asked about, in a transaction of the system: all doubts, and a sample of the others.

    The sample is of those that the lottery drew, so that what is labelled of each decision is drawn at random from all
    of it, in an order that has nothing to do with time or score. What is not there to be seen any more is left out.
    """
    accepted, rejected = await config.get(SAMPLE_ACCEPTED), await config.get(SAMPLE_REJECTED)
    drawn = or_(
        StoredVerdict.decision == "review",
        (StoredVerdict.decision == "accept") & (StoredVerdict.lottery < accepted),
        (StoredVerdict.decision == "reject") & (StoredVerdict.lottery < rejected),
    )
    said = HumanLabel.by == By.OPERATOR  # what they answered as a seller was no look at the lock
    mine = (HumanLabel.verdict_id == StoredVerdict.id) & (HumanLabel.user_id == user_id) & said
    waiting = (
        _WAITING.outerjoin(HumanLabel, mine)
        .where(
            drawn,
            HumanLabel.id.is_(None),
            Generation.hidden_at.is_(None),
            or_(*(key.is_not(None) for key in (StoredVerdict.picture_key, Attempt.preview_key, Generation.key))),
            StoredVerdict.created_at > _NOW - RECENT,
            *([StoredVerdict.lock == lock] if lock else []),
        )
        .order_by((StoredVerdict.decision == "review").desc(), StoredVerdict.lottery)
        .limit(limit)
    )
    return [Waiting(*row) for row in await session.execute(waiting)]


async def waiting_at(session: AsyncSession, verdict_id: UUID) -> Waiting:
    """One of them, in a transaction of the system, or VerdictNotFoundError."""
    row = (await session.execute(_WAITING.where(StoredVerdict.id == verdict_id))).one_or_none()
    if row is None:
        raise VerdictNotFoundError(verdict_id)
    return Waiting(*row)
