"""What becomes of undelivered pictures of a person who withdrew, or was deleted: nobody sees them any more."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import and_, cast, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import doom
from packshot.catalog.news import wake_purge
from packshot.shoots.judging.review import forbid
from packshot.shoots.keep import evidence
from packshot.shoots.models import (
    CLEARED,
    GIVEN_UP,
    OPEN,
    Attempt,
    AttemptState,
    Generation,
    Shoot,
    State,
    StoredVerdict,
)
from packshot.shoots.permission import refusals
from packshot.talents.models import Receipt

_GONE = Shoot.talent_id.in_(select(Receipt.talent_id).where(Receipt.cleared_at.is_(None)))
_NOT_DELIVERED = or_(
    Generation.state.in_(GIVEN_UP), and_(Generation.state == State.COMPLETED, Attempt.state != AttemptState.DONE)
)
_HAS_FILES = or_(
    Attempt.preview_key.is_not(None),
    exists().where(StoredVerdict.attempt_id == Attempt.id, StoredVerdict.picture_key.is_not(None)),
)
_LEFT = (
    select(Generation.id)
    .join(Shoot, Shoot.id == Generation.shoot_id)
    .outerjoin(Attempt, Attempt.generation_id == Generation.id)
    .where(
        Shoot.talent_id == Receipt.talent_id,
        or_(Generation.state.in_((*OPEN, State.REVIEW)), and_(_NOT_DELIVERED, _HAS_FILES)),
    )
)


async def clear_withdrawn(session: AsyncSession, limit: int) -> int:
    """Takes the next step for the receipts that are not cleared yet; how many rows it changed, 0 once all is done.

    First pictures that wait for a look end, then the files go that show what was never delivered, tries before a
    delivered picture too, and at last a receipt is cleared: when nothing is left of its person that could leave files.
    Delivered pictures stay as they are. Of all accounts that `session` sees.
    """
    return await _end_waiting(session, limit) or await _remove_files(session, limit) or await _close(session)


async def _end_waiting(session: AsyncSession, limit: int) -> int:
    in_review = (
        select(Generation, Shoot)
        .join(Shoot, Shoot.id == Generation.shoot_id)
        .where(_GONE, Generation.state == State.REVIEW)
        .order_by(Generation.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Generation)
    )
    waiting = (await session.execute(in_review)).all()
    for generation, shoot in waiting:
        await forbid(session, generation.id, await refusals(session, shoot, held=True))
    return len(waiting)


async def _remove_files(session: AsyncSession, limit: int) -> int:
    shown = (
        select(Attempt.id, Attempt.account_id, Attempt.generation_id)
        .join(Generation, Generation.id == Attempt.generation_id)
        .join(Shoot, Shoot.id == Generation.shoot_id)
        .where(_GONE, _NOT_DELIVERED, _HAS_FILES)
        .order_by(Attempt.account_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Generation)
    )
    found = (await session.execute(shown)).all()
    for account_id, group in groupby(found, lambda attempt: attempt.account_id):
        ids = [attempt.id for attempt in group]
        await doom(session, account_id, await evidence(session, ids))
        await session.execute(update(Attempt).where(Attempt.id.in_(ids)).values(preview_key=None))
        await session.execute(update(StoredVerdict).where(StoredVerdict.attempt_id.in_(ids)).values(picture_key=None))
    if found:
        given_up = Generation.id.in_([attempt.generation_id for attempt in found]), Generation.state.in_(GIVEN_UP)
        noted = {"facts": Generation.facts.op("||")(cast({CLEARED: True}, JSONB))}
        await session.execute(update(Generation).where(*given_up).values(noted))
        wake_purge(session)
    return len(found)


async def _close(session: AsyncSession) -> int:
    cleared = update(Receipt).where(Receipt.cleared_at.is_(None), ~_LEFT.exists()).values(cleared_at=func.now())
    return len((await session.scalars(cleared.returning(Receipt.id))).all())
