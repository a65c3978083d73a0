"""Transactions, what happens after them, and row-level security."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from functools import partial
from uuid import UUID

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from packshot.db import LEASES, DatabaseDownError, after_commit, dispose, engine, new_id, transaction, unhurried
from packshot.migrations.rls import protect
from packshot.settings import Settings, settings

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def notes(settings: Settings) -> AsyncGenerator[None]:
    """A table of customers, protected the way that every migration does it."""

    def make(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            connection.execute(text("create table notes (account_id uuid not null, words text)"))
            protect("notes")

    owner = create_async_engine(settings.database)
    async with owner.begin() as connection:
        await connection.run_sync(make)
    yield
    async with owner.begin() as connection:
        await connection.execute(text("drop table notes"))
    await owner.dispose()


async def write(session: AsyncSession, account: UUID, words: str) -> None:
    await session.execute(text("insert into notes values (:account, :words)"), {"account": account, "words": words})


async def words(session: AsyncSession) -> list[str]:
    return list((await session.execute(text("select words from notes order by words"))).scalars())


async def test_rows_show_to_their_account_only(notes: None) -> None:
    mine, theirs = new_id(), new_id()
    for account, note in ((mine, "mine"), (theirs, "theirs")):
        async with transaction(account) as session:
            await write(session, account, note)
    async with transaction(mine) as session:
        assert await words(session) == ["mine"]
    async with transaction(system=True) as session:
        assert await words(session) == ["mine", "theirs"]
    async with transaction() as session:
        assert await words(session) == []


async def test_rows_of_another_account_cannot_be_written_or_changed(notes: None) -> None:
    mine, theirs = new_id(), new_id()
    async with transaction(theirs) as session:
        await write(session, theirs, "theirs")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(mine) as session:
            await write(session, theirs, "forged")
    async with transaction(mine) as session:
        await session.execute(text("update notes set words = 'changed'"))
        await session.execute(text("delete from notes"))
    async with transaction(theirs) as session:
        assert await words(session) == ["theirs"]


async def test_the_next_user_of_a_connection_inherits_nothing(notes: None) -> None:
    account = new_id()
    async with transaction(account) as session:
        await write(session, account, "mine")
        backend = (await session.execute(text("select pg_backend_pid()"))).scalar_one()
    with pytest.raises(ZeroDivisionError):
        async with transaction(system=True):
            raise ZeroDivisionError
    async with engine().connect() as connection:
        found = await connection.execute(
            text("select pg_backend_pid(), current_setting('packshot.account', true), current_user")
        )
        assert found.one() == (backend, "", "packshot")


async def test_the_application_is_not_the_owner(notes: None) -> None:
    async with transaction(system=True) as session:
        assert (await session.execute(text("select current_user"))).scalar_one() == "packshot_app"
        with pytest.raises(DBAPIError, match="must be owner"):
            await session.execute(text("alter table notes disable row level security"))


async def test_a_block_that_raises_leaves_nothing_and_calls_nothing(notes: None) -> None:
    called: list[str] = []
    with pytest.raises(ZeroDivisionError):
        async with transaction(account := new_id()) as session:
            await write(session, account, "gone")
            after_commit(session, lambda: called.append("never"))
            raise ZeroDivisionError
    async with transaction(system=True) as session:
        assert await words(session) == []
    assert called == []


async def test_callbacks_run_after_the_commit_and_cannot_undo_it(notes: None) -> None:
    seen: list[list[str]] = []

    async def look() -> None:
        async with transaction(system=True) as session:
            seen.append(await words(session))

    def break_down() -> None:
        raise ZeroDivisionError

    async with transaction(account := new_id()) as session:
        await write(session, account, "kept")
        after_commit(session, break_down)
        after_commit(session, look)
        assert seen == []
    assert seen == [["kept"]]


async def test_connections_that_died_in_the_pool_are_replaced() -> None:
    async with transaction() as first, transaction() as second:
        for session in (first, second):
            await session.execute(text("select 1"))
    async with engine().connect() as connection:
        mine = (await connection.execute(text("select pg_backend_pid()"))).scalar_one()
    killer = create_async_engine(settings().database)
    async with killer.connect() as connection:
        await connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = 'packshot' and pid <> pg_backend_pid()"
            )
        )
    await killer.dispose()
    async with transaction() as session:
        assert (await session.execute(text("select pg_backend_pid()"))).scalar_one() != mine


async def test_a_database_that_is_down_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    await dispose()
    with monkeypatch.context() as patch:
        patch.setattr(Settings, "database", "postgresql+asyncpg://packshot@127.0.0.1:1/packshot")
        with pytest.raises(DatabaseDownError) as caught:
            async with transaction():
                pass
        assert caught.value.status == 503
        assert caught.value.retryable
        await dispose()


def test_a_transaction_is_not_both() -> None:
    with pytest.raises(ValueError, match="not to both"):
        asyncio.run(transaction(new_id(), system=True).__aenter__())


def test_ids_sort_by_time() -> None:
    ids = [new_id() for _ in range(2000)]
    milliseconds = [id.int >> 80 for id in ids]
    assert milliseconds == sorted(milliseconds)
    assert len(set(ids)) == len(ids)
    assert {id.version for id in ids} == {7}


async def test_every_table_of_a_customer_is_protected(notes: None) -> None:
    async with transaction() as session:
        found = await session.execute(
            text("""
                select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
                where c.relkind = 'r' and a.attname = 'account_id' and not a.attisdropped
                    and not (c.relrowsecurity and c.relforcerowsecurity
                        and exists (select from pg_policy p where p.polrelid = c.oid))
            """)
        )
        assert found.scalars().all() == []


@pytest.fixture
async def hasty(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[None]:
    """Leases of a fifth of a second."""
    await dispose()
    monkeypatch.setenv("PACKSHOT_LEASE_S", "0.2")
    monkeypatch.setenv("PACKSHOT_HEARTBEAT_S", "0.1")
    settings.cache_clear()
    yield
    await dispose()
    monkeypatch.undo()
    settings.cache_clear()


async def test_who_falls_silent_within_a_transaction_gives_its_locks_away(notes: None, hasty: None) -> None:
    """A frozen worker would keep everybody from the rows, and from the wallet, that it has written."""
    account = new_id()
    with pytest.raises(DatabaseDownError):
        async with transaction(account) as session:
            await write(session, account, "mine")
            await asyncio.sleep(0.6)
            await words(session)
    async with transaction(account) as session:
        assert await words(session) == []


async def test_who_falls_silent_halfway_through_a_statement_gives_its_locks_away(notes: None, hasty: None) -> None:
    """Between preparing a statement and executing it PostgreSQL takes a client for busy, however long it is silent."""
    account = new_id()
    with pytest.raises(DatabaseDownError):
        async with transaction(account) as session:
            await write(session, account, "mine")
            driver = await (await session.connection()).get_raw_connection()
            statement = await driver.driver_connection.prepare("select pg_sleep(0)")  # type: ignore[union-attr]
            await asyncio.sleep(0.2 * (LEASES + 1))
            await statement.fetch()
            await words(session)
    async with transaction(account) as session:
        assert await words(session) == []


async def test_whoever_reads_a_whole_table_may_take_longer(notes: None, hasty: None) -> None:
    async with transaction(system=True) as session:
        await unhurried(session)
        for _ in range(12):
            await session.execute(text("select pg_sleep(0.1)"))


async def test_who_finds_all_connections_busy_is_told_to_come_again(
    notes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from packshot import db

    await db.dispose()
    monkeypatch.setattr(db, "create_async_engine", partial(db.create_async_engine, pool_timeout=0.05))
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(db.transaction())
        with pytest.raises(db.DatabaseDownError):
            async with db.transaction():
                pass
    await db.dispose()
