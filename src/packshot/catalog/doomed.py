"""Files that have to go: doomed in the transaction that forgets them, removed from storage afterwards.

A file is doomed before it is written, too, and pardoned in the transaction whose rows name it. So whatever dies between
storage and database leaves no file that nobody knows.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import DoomedFile
from packshot.db import DatabaseDownError, transaction
from packshot.storage import storage

UNTIL_WRITTEN = timedelta(days=1)  # longer than anybody works on a file
AT_ONCE = 500  # files removed between two looks at the database


async def doom(
    session: AsyncSession, account_id: UUID, keys: Iterable[str | None], *, after: timedelta = timedelta()
) -> None:
    """Has the files under `keys` removed once `after` has passed, however often they were doomed before."""
    rows = [{"key": key, "account_id": account_id, "at": func.now() + after} for key in keys if key]
    if rows:
        given = insert(DoomedFile).values(rows)
        await session.execute(given.on_conflict_do_update(index_elements=["key"], set_={"at": given.excluded.at}))


async def pardon(session: AsyncSession, *keys: str) -> None:
    """Keeps the files under `keys` after all."""
    await session.execute(delete(DoomedFile).where(DoomedFile.key.in_(keys)))


@asynccontextmanager
async def written(account_id: UUID, files: Mapping[str, bytes]) -> AsyncGenerator[AsyncSession]:
    """A transaction whose rows name `files`, which are stored before; if it does not commit they go again.

    Nobody else may ever write under these keys, so there is a lease's number or an id of their own in them.
    """
    async with transaction(account_id) as session:
        await doom(session, account_id, files, after=UNTIL_WRITTEN)
    try:
        for key, data in files.items():
            await storage().put(key, data)
        async with transaction(account_id) as session:
            yield session
            await pardon(session, *files)
    except DatabaseDownError:
        raise  # the rows may have been committed all the same: the files go when their day is over, unless pardoned
    except Exception:
        with suppress(DatabaseDownError):
            async with transaction(account_id) as session:
                await doom(session, account_id, files)
        raise


async def purge() -> int:
    """Removes the files whose time has come, and returns how many: first the bytes, then what reminds of them."""
    removed = 0
    while True:
        async with transaction(system=True) as session:
            due = select(DoomedFile.key).where(DoomedFile.at <= func.now()).limit(AT_ONCE)
            keys = (await session.scalars(due)).all()
        if not keys:
            return removed
        await storage().delete(*keys)
        async with transaction(system=True) as session:
            await session.execute(delete(DoomedFile).where(DoomedFile.key.in_(keys), DoomedFile.at <= func.now()))
        removed += len(keys)
