"""What all tests share: a cache folder and servers of their own, and one thread each."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.simulated import simulators

if TYPE_CHECKING:
    from fastapi import FastAPI
    from httpx import AsyncClient

    from packshot.settings import Settings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY"):
    os.environ.setdefault(variable, "1")

__all__ = ["simulators"]

ROOT = Path(__file__).parents[1]


def pytest_xdist_auto_num_workers() -> int:
    """How many test processes `-n auto` starts: tests wait for servers a third of their time, so three on two cores."""
    return max(3, os.cpu_count() or 1)


@pytest.fixture(scope="session", autouse=True)
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh cutout cache, also for the processes that tests start."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["PACKSHOT_CACHE_DIR"] = str(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Tracebacks without pictures of all local variables, which take seconds to draw."""
    import structlog

    structlog.configure(
        processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)],
        cache_logger_on_first_use=False,
    )


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def settings(cache_dir: Path) -> Generator[Settings]:
    """PostgreSQL, migrated, and Valkey of this test process's own; the settings that lead to them."""
    import asyncio

    from packshot.embedded.process import Process
    from packshot.embedded.servers import postgres, prepare, valkey
    from packshot.embedded.user import User
    from packshot.migrations import migrate
    from packshot.settings import settings

    state = Path(tempfile.mkdtemp(prefix="packshot-"))  # not in tmp_path: the servers' user may not enter that
    state.chmod(0o755)
    for variable in ("DATABASE_URL", "REDIS_URL", "PACKSHOT_DATABASE_URL", "PACKSHOT_REDIS_URL", "REDIS_HOST"):
        os.environ.pop(variable, None)
    os.environ["PACKSHOT_STATE_DIR"] = str(state)
    settings.cache_clear()
    user = User.of_servers()
    prepare(settings(), user)
    running = [Process(postgres(settings(), user, durable=False)), Process(valkey(settings(), user))]
    try:
        for process in running:
            process.wait_ready(30)
        asyncio.run(migrate())
        yield settings()
    finally:
        for process in reversed(running):
            process.kill()
        shutil.rmtree(state)


@pytest.fixture
async def database(settings: Settings, anyio_backend: str) -> AsyncGenerator[None]:
    """The migrated database and Redis, both empty; `db.transaction()` of the test leads there."""
    import asyncpg
    from redis.asyncio import Redis

    from packshot import config, db, valkey

    config.forget()
    connection = await asyncpg.connect(settings.database.replace("+asyncpg", ""))
    await connection.execute(EMPTY_EVERY_TABLE)
    await connection.close()
    async with Redis.from_url(settings.redis) as redis:
        await redis.flushall()
    yield
    await db.dispose()
    await valkey.dispose()


# Triggers are off for it: some tables refuse deletion. DELETE is quicker than TRUNCATE where tables are nearly empty.
EMPTY_EVERY_TABLE = """
    set session_replication_role = replica;
    do $$ declare one text; begin
        for one in select quote_ident(tablename) from pg_tables
            where schemaname = 'public' and tablename <> 'alembic_version'
        loop execute 'delete from ' || one; end loop;
    end $$
"""


@pytest.fixture(scope="session")
def app(settings: Settings) -> FastAPI:
    """The application. It works its routes out at the first request, which takes as long as several tests."""
    from packshot.app import create_app

    return create_app()


@pytest.fixture
async def client(database: None, app: FastAPI) -> AsyncGenerator[AsyncClient]:
    """An HTTP client of the application, in this process."""
    from httpx import ASGITransport, AsyncClient

    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://packshot.test") as client,
    ):
        yield client
