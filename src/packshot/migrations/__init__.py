"""The schema: brings a database to the newest version, safely while other processes use it or migrate too."""

from __future__ import annotations

import asyncio
import random
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from packshot.settings import settings

# A statement that waits for a lock makes every later reader of the table wait behind it: give up early and try again.
LOCK_TIMEOUT_MS = 1000
TRIES = 30
_ONE_AT_A_TIME = 0x7061636B  # any number, the same in every process
_LOCK_NOT_AVAILABLE = "55P03"


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, to run on `connection`."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d-%%(hour).2d%%(minute).2d_%%(slug)s")
    made.attributes["connection"] = connection
    return made


@cache
def head() -> str:
    """The newest revision there is."""
    return ScriptDirectory.from_config(config()).get_current_head() or "base"


async def migrate(url: str = "") -> None:
    """Brings the database `url` (unless given, the one of the settings) to the newest revision.

    Each migration is a transaction of its own. Processes that start together wait for the one that migrates.
    """
    engine = create_async_engine(make_url(url or settings().database), poolclass=NullPool)
    try:
        async with engine.connect() as guard:
            await guard.execute(text("select pg_advisory_lock(:number)"), {"number": _ONE_AT_A_TIME})
            for attempt in range(1, TRIES + 1):
                try:
                    async with engine.connect() as connection:
                        await connection.run_sync(_upgrade)
                    return
                except DBAPIError as error:
                    if attempt == TRIES or getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                        raise
                    await asyncio.sleep(random.uniform(0.2, 1.0))  # noqa: S311 -- only spreads the tries
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    command.upgrade(config(connection), "head")
