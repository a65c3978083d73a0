"""The database: what every table is built on, and the one place where a transaction begins and ends."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from math import ceil
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

import asyncpg
import structlog
from asyncpg import Connection
from sqlalchemy import BigInteger, DateTime, MetaData, Text, make_url, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as AllBusyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import Uuid

from packshot.errors import PackshotError
from packshot.pool import Pool
from packshot.settings import settings

APP_ROLE = "packshot_app"
EVERY_ACCOUNT = "*"
NO_ACCOUNT = ""
DIRECT = 10  # connections of the bare driver, beside SQLAlchemy's
LEASES = 5  # that a transaction may last; whatever takes longer calls `unhurried`
_SCOPE = text(f"select set_config('role', '{APP_ROLE}', true), set_config('packshot.account', :account, true)")
_CALLBACKS = "after_commit"
_CONNECTION_LOST = ("08", "57P", "25P03", "25P04")  # SQLSTATEs: it broke; the server stops or starts; we took too long

_UNUSABLE = (
    OSError,
    asyncpg.InternalClientError,
)  # what the driver raises besides errors of SQL once it lost the server

log = structlog.get_logger(__name__)

type_map: dict[Any, Any] = {
    str: Text(),
    int: BigInteger(),
    UUID: Uuid(),
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB(),
    list[Any]: JSONB(),
}


class DatabaseDownError(PackshotError):
    """The database does not answer."""

    status = 503
    retryable = True


class Base(DeclarativeBase):
    """What every table is built on. Text has no length, integers are 64 bit, times carry their zone."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = type_map


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562, 5.7): ids sort by the time at which they were made, to about 0.25 µs."""
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


@cache
def engine() -> AsyncEngine:
    """This process's engine; a forked child makes its own.

    Who is silent within a transaction as long as a lease lasts is taken for dead: PostgreSQL ends the transaction, and
    others need not wait for its locks. One that froze halfway through a statement does not count as silent, so from
    version 17 on a transaction as a whole has an end as well.
    """
    return create_async_engine(settings().database, pool_size=10, max_overflow=10, async_creator=_connect)


@cache
def pool() -> Pool:
    """This process's connections of the bare driver; a forked child makes its own."""

    async def connect() -> Connection:
        connection = await _connect()
        # Read as SQLAlchemy reads it on its own connections, written as text by both.
        await connection.set_type_codec("jsonb", encoder=str, decoder=json.loads, schema="pg_catalog")
        return connection

    return Pool(connect, most=DIRECT)


async def _connect() -> Connection:
    url = make_url(settings().database)
    _, where = url.get_dialect()().create_connect_args(url)
    lease_ms = ceil(settings().lease_s * 1000)
    session = {
        "application_name": "packshot",
        "jit": "off",
        "idle_in_transaction_session_timeout": str(lease_ms),
    }
    connection: Connection = await asyncpg.connect(**where, server_settings=session, timeout=10)
    if connection.get_server_version().major >= 17:
        await connection.execute(f"set transaction_timeout = {lease_ms * LEASES}")
    return connection


def _forget() -> None:
    engine.cache_clear()
    pool.cache_clear()


os.register_at_fork(after_in_child=_forget)


async def dispose() -> None:
    """Closes this process's connections."""
    if pool.cache_info().currsize:
        await pool().close()
    if engine.cache_info().currsize:
        await engine().dispose()
    _forget()


@asynccontextmanager
async def transaction(account: UUID | None = None, *, system: bool = False) -> AsyncGenerator[AsyncSession]:
    """One transaction: begins here, commits at the end of the block, rolls back when the block raises.

    Row-level security shows the rows of `account`, of all accounts with `system`, and with neither the rows of none.
    The callbacks of `after_commit` run once the commit has happened and the connection is back in its pool.
    """
    session = await _begin(_whose(account, system))
    try:
        async with session:
            yield session
            await session.commit()
    except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _down(error) from error
    await _call_all(session.info)


class Direct:
    """A transaction on the bare driver: SQL with $1, $2, …, JSON written as text.

    For the statements that every order and picture passes, where SQLAlchemy would cost more than all the rest.
    """

    def __init__(self, driver: Connection, info: dict[Any, Any]) -> None:
        self._driver = driver
        self.info = info

    async def fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """The rows of a statement, prepared once per connection."""
        try:
            return await self._driver.fetch(statement, *values)
        except _UNUSABLE as error:
            raise _down(error) from error

    async def row(self, statement: str, *values: object) -> asyncpg.Record | None:
        """The first row of a statement, if it has any."""
        rows = await self.fetch(statement, *values)
        return rows[0] if rows else None


@asynccontextmanager
async def direct(account: UUID | None = None, *, system: bool = False) -> AsyncGenerator[Direct]:
    """`transaction` on the bare driver, with the same promises."""
    connection = await _begin_direct(_whose(account, system))
    session = Direct(connection, {})
    usable = False
    try:
        yield session
        await _end(connection, "commit")
        usable = True
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        usable = await _rolled_back(connection)
        raise _down(error) from error
    except Exception:
        usable = await _rolled_back(connection)
        raise
    finally:
        pool().give_back(connection, usable=usable)
    await _call_all(session.info)


async def unhurried(session: AsyncSession) -> None:
    """Lets this transaction last as long as it takes, for it reads a whole table."""
    known = text("select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout'")
    await session.execute(known)


async def within(session: AsyncSession | Direct) -> Direct:
    """The transaction of `session` on the bare driver."""
    if isinstance(session, Direct):
        return session
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    return Direct(cast(Connection, driver), session.info)


class Transaction(Protocol):
    """What `after_commit` needs of either kind."""

    @property
    def info(self) -> dict[Any, Any]: ...


def after_commit(session: Transaction, callback: Callable[[], Awaitable[object] | object]) -> None:
    """Calls `callback` when the transaction of `session` has committed, never when it rolls back.

    The commit stands whatever the callback does: an error in it is logged. What has to happen belongs into a row.
    """
    session.info.setdefault(_CALLBACKS, []).append(callback)


def _whose(account: UUID | None, system: bool) -> str:
    if account and system:
        raise ValueError("A transaction belongs to one account or to the system, not to both.")
    return EVERY_ACCOUNT if system else str(account) if account else NO_ACCOUNT


async def _begin_direct(account: str) -> Connection:
    """A connection in a transaction that sees `account`'s rows; those that died in the pool are replaced once."""
    for last in (False, True):
        try:
            connection = await pool().take()
        except (asyncpg.PostgresError, OSError, TimeoutError) as error:
            raise _down(error) from error
        begun = False
        try:
            # One round trip. The account is an id or one of our own words, never anybody's text.
            await _start(connection, f"begin; set local role {APP_ROLE}; set local packshot.account = '{account}'")
            begun = True
            return connection
        except (asyncpg.PostgresError, asyncpg.InterfaceError, *_UNUSABLE) as error:
            pool().forget_idle()
            known = _down(error)
            if last or known is error:
                raise known from error
        finally:
            if not begun:
                pool().give_back(connection, usable=False)
    raise AssertionError


async def _start(connection: Connection, words: str) -> None:
    await connection.execute(words)


async def _end(connection: Connection, word: str) -> None:
    try:
        await connection.execute(word)
    except _UNUSABLE as error:
        raise _down(error) from error


async def _rolled_back(connection: Connection) -> bool:
    """Whether the connection can be used again."""
    try:
        await _end(connection, "rollback")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, DatabaseDownError):
        return False
    return True


async def _begin(account: str) -> AsyncSession:
    """A session whose first statement went through; a connection that died in the pool is replaced once."""
    for last in (False, True):
        session = AsyncSession(engine(), expire_on_commit=False)
        try:
            await session.execute(_SCOPE, {"account": account})
            return session
        except (DBAPIError, OSError, TimeoutError, AllBusyError) as error:
            await session.close()
            known = _down(error)
            if last or known is error:
                raise known from error
        except BaseException:
            await session.close()
            raise
    raise AssertionError


def _down(error: Exception) -> Exception:
    """`error` itself, or a DatabaseDownError where it means that nobody answers."""
    if isinstance(error, DBAPIError):
        gone = error.connection_invalidated or str(getattr(error.orig, "sqlstate", "")).startswith(_CONNECTION_LOST)
    elif isinstance(error, asyncpg.PostgresError):
        gone = str(getattr(error, "sqlstate", "")).startswith(_CONNECTION_LOST)
    elif isinstance(error, asyncpg.InterfaceError):  # of the driver itself: the connection is closed, if not our bug
        gone = "closed" in str(error)
    else:
        gone = isinstance(error, (*_UNUSABLE, TimeoutError, AllBusyError))
    return DatabaseDownError("The database does not answer.", remedy="Try again in a moment.") if gone else error


async def _call_all(info: dict[Any, Any]) -> None:
    for callback in info.get(_CALLBACKS, ()):
        await _call(callback)


async def _call(callback: Callable[[], Awaitable[object] | object]) -> None:
    try:
        result = callback()
        if inspect.isawaitable(result):
            await result
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("after_commit callback failed", callback=getattr(callback, "__qualname__", repr(callback)))
