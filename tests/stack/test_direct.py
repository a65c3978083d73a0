"""Transactions on the bare driver keep what the others promise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import asyncpg
import pytest

from packshot import db
from packshot.db import DatabaseDownError, Direct, after_commit, direct, dispose, new_id, transaction, within
from packshot.settings import Settings, settings

pytestmark = pytest.mark.usefixtures("database")

WALLETS = "select account_id from wallet order by account_id"


@pytest.fixture
async def owner(settings: Settings) -> AsyncGenerator[asyncpg.Connection]:
    """A connection of the owner, whom no role restrains."""
    connection = await asyncpg.connect(settings.database.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def open_wallet(session: Direct, account: object) -> None:
    await session.fetch("insert into wallet (account_id) values ($1)", account)


async def test_rows_show_to_their_account_only() -> None:
    mine, theirs = new_id(), new_id()
    for account in (mine, theirs):
        async with direct(account) as session:
            await open_wallet(session, account)
    async with direct(mine) as session:
        assert [row[0] for row in await session.fetch(WALLETS)] == [mine]
    async with direct(system=True) as session:
        assert [row[0] for row in await session.fetch(WALLETS)] == [mine, theirs]
    async with direct() as session:
        assert await session.fetch(WALLETS) == []
    with pytest.raises(asyncpg.PostgresError, match="row-level security"):
        async with direct(mine) as session:
            await open_wallet(session, new_id())


async def test_a_transaction_belongs_to_one_account_or_to_the_system() -> None:
    with pytest.raises(ValueError, match="not to both"):
        async with direct(new_id(), system=True):
            pass


async def test_the_next_user_of_a_connection_inherits_nothing() -> None:
    who = "select pg_backend_pid(), current_setting('packshot.account', true), current_user"
    with pytest.raises(ZeroDivisionError):
        async with direct(system=True) as session:
            backend = (await session.fetch(who))[0][0]
            raise ZeroDivisionError
    connection = await db.pool().take()
    assert tuple(await connection.fetchrow(who)) == (backend, "", "packshot")
    db.pool().give_back(connection, usable=True)


async def test_a_block_that_raises_leaves_nothing_and_calls_nothing() -> None:
    account, called = new_id(), list[str]()
    with pytest.raises(ZeroDivisionError):
        async with direct(account) as session:
            await open_wallet(session, account)
            after_commit(session, lambda: called.append("never"))
            raise ZeroDivisionError
    async with direct(account) as session:
        assert await session.fetch(WALLETS) == []
        after_commit(session, lambda: called.append("once"))
        assert called == []
    assert called == ["once"]


async def test_a_block_that_is_cancelled_gives_its_locks_back() -> None:
    account = new_id()
    async with direct(account) as session:
        await open_wallet(session, account)

    async def hold() -> None:
        async with direct(account) as session:
            await session.fetch("select 1 from wallet for update")
            await session.fetch("select pg_sleep(30)")

    holder = asyncio.create_task(hold())
    await asyncio.sleep(0.2)
    holder.cancel()
    await asyncio.wait([holder])
    async with asyncio.timeout(5), direct(account) as session:
        await session.fetch("select 1 from wallet for update")


async def test_many_wait_for_few_connections() -> None:
    async def one() -> int:
        async with direct() as session:
            return (await session.fetch("select 1"))[0][0]

    assert sum(await asyncio.gather(*(one() for _ in range(5 * db.DIRECT)))) == 5 * db.DIRECT


async def test_connections_that_died_in_the_pool_are_replaced(owner: asyncpg.Connection) -> None:
    async with direct() as first, direct() as second:
        assert await first.fetch("select 1") == await second.fetch("select 1")
    await owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'packshot' and pid <> pg_backend_pid()"
    )
    async with direct() as session:
        assert await session.fetch("select 1")


async def test_a_connection_that_dies_at_work_is_said_so(owner: asyncpg.Connection) -> None:
    with pytest.raises(DatabaseDownError):
        async with direct() as session:
            ((backend,),) = await session.fetch("select pg_backend_pid()")
            await owner.execute("select pg_terminate_backend($1)", backend)
            await session.fetch("select 1")
    async with direct() as session:
        assert await session.fetch("select 1")


async def test_a_database_that_is_down_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    await dispose()
    with monkeypatch.context() as patch:
        patch.setattr(Settings, "database", "postgresql+asyncpg://packshot@127.0.0.1:1/packshot")
        with pytest.raises(DatabaseDownError):
            async with direct():
                pass
    await dispose()
    assert settings().database


async def test_both_kinds_share_a_transaction() -> None:
    account, called = new_id(), list[str]()
    with pytest.raises(ZeroDivisionError):
        async with transaction(account) as session:
            inner = await within(session)
            await open_wallet(inner, account)
            after_commit(inner, lambda: called.append("never"))
            raise ZeroDivisionError
    async with transaction(account) as session:
        inner = await within(session)
        assert await inner.fetch(WALLETS) == []
        assert await within(inner) is inner
        after_commit(inner, lambda: called.append("once"))
    assert called == ["once"]
