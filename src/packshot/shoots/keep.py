"""What becomes of finished pictures: kept, or deleted with ten minutes to bring them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import doom
from packshot.db import after_commit
from packshot.shoots import news
from packshot.shoots.errors import GenerationNotFoundError
from packshot.shoots.finishing import film_key, small_key
from packshot.shoots.models import Attempt, Generation, Shoot, State, StoredVerdict

WAY_BACK = timedelta(minutes=10)
_DELETED = (State.COMPLETED, State.REJECTED)

_NOW = func.clock_timestamp()


async def keep(session: AsyncSession, ids: Sequence[UUID], *, kept: bool = True) -> list[Generation]:
    """Marks delivered pictures as kept, or takes the mark away. GenerationNotFoundError if one cannot be found."""
    return await _change(session, ids, hidden=False, values={"kept_at": _NOW if kept else None})


async def hide(session: AsyncSession, ids: Sequence[UUID]) -> list[Generation]:
    """Deletes delivered and rejected pictures: nobody finds them any more, and they are removed after WAY_BACK."""
    return await _change(session, ids, hidden=False, values={"hidden_at": _NOW}, among=_DELETED)


async def restore(session: AsyncSession, ids: Sequence[UUID]) -> list[Generation]:
    """Brings deleted pictures back. GenerationNotFoundError where one is gone for good."""
    return await _change(session, ids, hidden=True, values={"hidden_at": None}, among=_DELETED)


async def remove_hidden(session: AsyncSession, limit: int) -> int:
    """Removes pictures whose way back is over, with their files; how many, of all accounts that `session` sees.

    What they cost stays in the ledger.
    """
    over = select(Generation).where(Generation.hidden_at < _NOW - WAY_BACK).order_by(Generation.account_id)
    gone = (await session.scalars(over.limit(limit).with_for_update(skip_locked=True))).all()
    for account_id, group in groupby(gone, lambda generation: generation.account_id):
        its_own = list(group)
        keys = [one.key for one in its_own if one.key]
        tries = select(Attempt.id).where(Attempt.generation_id.in_([one.id for one in its_own]))
        await doom(session, account_id, [*keys, *map(small_key, keys), *await evidence(session, tries)])
    await session.execute(delete(Generation).where(Generation.id.in_([generation.id for generation in gone])))
    return len(gone)


async def evidence(session: AsyncSession, attempts: Select[UUID] | Sequence[UUID]) -> list[str]:
    """The files that go with these attempts: previews, and what locks saw."""
    previews = select(Attempt.preview_key).where(Attempt.id.in_(attempts), Attempt.preview_key.is_not(None))
    filmed = previews.join(Generation, Generation.id == Attempt.generation_id).join(Shoot).where(Shoot.seconds > 0)
    seen = select(StoredVerdict.picture_key).where(
        StoredVerdict.attempt_id.in_(attempts), StoredVerdict.picture_key.is_not(None)
    )
    films = [film_key(key) for key in await session.scalars(filmed) if key]
    return films + [key for keys in (previews, seen) for key in await session.scalars(keys) if key]


async def _change(
    session: AsyncSession,
    ids: Sequence[UUID],
    *,
    hidden: bool,
    values: dict[str, object],
    among: Sequence[State] = (State.COMPLETED,),
) -> list[Generation]:
    """All of `ids`, or none: who asks for a picture that is not there is told so."""
    here = Generation.hidden_at.is_not(None) if hidden else Generation.hidden_at.is_(None)
    wanted = select(Generation.id).where(Generation.id.in_(ids), Generation.state.in_(among), here)
    found = set(await session.scalars(wanted.order_by(Generation.id).with_for_update()))
    missing = next((id for id in ids if id not in found), None)
    if missing is not None:
        raise GenerationNotFoundError(missing)
    changed = (
        await session.scalars(
            update(Generation)
            .where(Generation.id.in_(found))
            .values(**values)
            .returning(Generation)
            .execution_options(populate_existing=True)
        )
    ).all()
    for generation in changed:
        after_commit(session, lambda generation=generation: news.tell(generation))
    return sorted(changed, key=lambda generation: generation.id, reverse=True)
