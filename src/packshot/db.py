"""The database: what every table is built on, and the one place where a transaction begins and ends."""

from __future__ import annotations

import asyncio
import inspect
import os
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from math import ceil
from typing import Any, ClassVar
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, DateTime, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import Uuid

from packshot.errors import PackshotError
from packshot.settings import settings

APP_ROLE = "packshot_app"
EVERY_ACCOUNT = "*"
NO_ACCOUNT = ""
_SCOPE = text(f"select set_config('role', '{APP_ROLE}', true), set_config('packshot.account', :account, true)")
_CALLBACKS = "after_commit"
_CONNECTION_LOST = ("08", "57P", "25P03")  # SQLSTATEs: it broke; the server stops or starts; we were silent too long

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
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))


@cache
def engine() -> AsyncEngine:
    """This process's engine; a forked child makes its own.

    Who is silent within a transaction as long as a lease lasts is taken for dead: PostgreSQL ends the transaction, and
    others need not wait for its locks.
    """
    session = {
        "application_name": "packshot",
        "jit": "off",
        "idle_in_transaction_session_timeout": f"{ceil(settings().lease_s * 1000)}",
    }
    return create_async_engine(
        settings().database,
        pool_size=10,
        max_overflow=20,
        connect_args={"server_settings": session, "timeout": 10},
    )


os.register_at_fork(after_in_child=engine.cache_clear)


async def dispose() -> None:
    """Closes this process's connections."""
    if engine.cache_info().currsize:
        await engine().dispose()
        engine.cache_clear()


@asynccontextmanager
async def transaction(account: UUID | None = None, *, system: bool = False) -> AsyncGenerator[AsyncSession]:
    """One transaction: begins here, commits at the end of the block, rolls back when the block raises.

    Row-level security shows the rows of `account`, of all accounts with `system`, and with neither the rows of none.
    The callbacks of `after_commit` run once the commit has happened and the connection is back in its pool.
    """
    if account and system:
        raise ValueError("A transaction belongs to one account or to the system, not to both.")
    session = await _begin(EVERY_ACCOUNT if system else str(account) if account else NO_ACCOUNT)
    try:
        async with session:
            yield session
            await session.commit()
    except DBAPIError as error:
        raise _down(error) from error
    for callback in session.info.get(_CALLBACKS, ()):
        await _call(callback)


def after_commit(session: AsyncSession, callback: Callable[[], Awaitable[object] | object]) -> None:
    """Calls `callback` when the transaction of `session` has committed, never when it rolls back.

    The commit stands whatever the callback does: an error in it is logged. What has to happen belongs into a row.
    """
    session.info.setdefault(_CALLBACKS, []).append(callback)


async def _begin(account: str) -> AsyncSession:
    """A session whose first statement went through; a connection that died in the pool is replaced once."""
    for last in (False, True):
        session = AsyncSession(engine(), expire_on_commit=False)
        try:
            await session.execute(_SCOPE, {"account": account})
            return session
        except (DBAPIError, OSError, TimeoutError) as error:
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
    else:
        gone = isinstance(error, OSError | TimeoutError)
    return DatabaseDownError("The database does not answer.", remedy="Try again in a moment.") if gone else error


async def _call(callback: Callable[[], Awaitable[object] | object]) -> None:
    try:
        result = callback()
        if inspect.isawaitable(result):
            await result
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("after_commit callback failed", callback=getattr(callback, "__qualname__", repr(callback)))
