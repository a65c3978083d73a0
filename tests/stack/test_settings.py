"""What operators set, what admins change, and the schema."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from annotated_types import Ge, Le
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from packshot import config, migrations
from packshot.db import Base, transaction
from packshot.errors import BadInputError
from packshot.settings import SECRET_LENGTH, Settings, kept_secret


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("PACKSHOT_", "REDIS_", "DATABASE_", "JWT_")) and name != "PACKSHOT_CACHE_DIR":
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db:5432/shop?sslmode=require", "postgresql+asyncpg://u:p@db:5432/shop?ssl=require"),
        ("postgresql://u@db/shop?schema=public&connection_limit=5", "postgresql+asyncpg://u@db/shop"),
        ("postgresql+asyncpg://u@/shop?host=/run/pg", "postgresql+asyncpg://u@/shop?host=%2Frun%2Fpg"),
    ],
)
def test_a_database_url_is_taken_as_others_write_it(monkeypatch: pytest.MonkeyPatch, given: str, used: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert Settings.load().database == used
    assert not Settings.load().embeds_database


def test_names_of_other_deployments_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_HOST", "cache")
    monkeypatch.setenv("REDIS_PORT", "6380")
    monkeypatch.setenv("JWT_SECRET", "s" * SECRET_LENGTH)
    monkeypatch.setenv("JWT_REFRESH_SECRET", "short")  # one secret is enough: theirs of refresh tokens is not looked at
    assert Settings.load().redis == "redis://cache:6380/0"
    assert Settings.load().secret == "s" * SECRET_LENGTH
    monkeypatch.setenv("PACKSHOT_REDIS_URL", "redis://ours/1")
    assert Settings.load().redis == "redis://ours/1"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PACKSHOT_CACHE_MB", "lots", "PACKSHOT_CACHE_MB"),
        ("DATABASE_URL", "mysql://root:hunter2@db/shop", "postgresql://"),
        ("PACKSHOT_SECRET_KEY", "hunter2", "at least 32 characters"),
        ("JWT_SECRET", "hunter2", "JWT_SECRET has to have at least 32 characters"),
        ("PACKSHOT_LEASE_S", "30", "at most half"),
    ],
)
def test_what_makes_no_sense_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInputError, match=says) as caught:
        Settings.load()
    assert "hunter2" not in str(caught.value)


def test_processes_that_start_together_keep_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "state" / "secret_key"
    with ThreadPoolExecutor(16) as pool:
        kept = set(pool.map(kept_secret.__wrapped__, [path] * 64))
    assert len(kept) == 1
    assert len(kept.pop()) == 64
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


THRESHOLD = config.key("tests.threshold", Annotated[float, Ge(0), Le(1)], 0.6, "A number from 0 to 1.")


@pytest.mark.usefixtures("database")
async def test_what_an_admin_changes_holds_at_once_and_survives() -> None:
    config.forget()
    assert await config.get(THRESHOLD) == 0.6
    admin = uuid4()
    async with transaction() as session:
        assert await config.change(session, THRESHOLD, "0.75", by=admin) == 0.75
        assert await config.get(THRESHOLD) == 0.6, "not before it is committed"
    assert await config.get(THRESHOLD) == 0.75
    async with transaction() as session:
        with pytest.raises(BadInputError, match=r"tests\.threshold cannot be 2"):
            await config.change(session, THRESHOLD, 2)
        stored = await session.execute(text("select value, changed_by from config"))
        assert stored.one() == (0.75, admin)
        await session.execute(text("update config set value = '\"garbage\"'"))
    config.forget()
    assert await config.get(THRESHOLD) == 0.6, "what does not fit gives way to the default"
    config.forget()


def test_a_key_is_announced_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        config.key("tests.threshold", float, 0.5, "")


@pytest.mark.usefixtures("database")
async def test_the_models_are_what_the_migrations_make(settings: Settings) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    engine = create_async_engine(settings.database)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert [repr(difference) for difference in found] == []


async def test_many_processes_may_migrate_at_once_behind_a_lock(settings: Settings) -> None:
    """Eight at once on an empty database, while another connection holds a lock for a while."""
    url = settings.database.replace("+asyncpg", "")
    owner = await asyncpg.connect(url)
    await owner.execute("drop database if exists together")
    await owner.execute("create database together")
    elsewhere = settings.database.replace("/packshot?", "/together?")
    blocker = await asyncpg.connect(url.replace("/packshot?", "/together?"))
    await blocker.execute("create table alembic_version (version_num varchar(32) primary key)")
    lock = blocker.transaction()
    await lock.start()
    await blocker.execute("lock table alembic_version")

    async def let_go() -> None:
        await asyncio.sleep(1.5)
        await lock.rollback()

    try:
        await asyncio.gather(let_go(), *(migrations.migrate(elsewhere) for _ in range(8)))
        assert await blocker.fetchval("select version_num from alembic_version") == migrations.head()
    finally:
        await blocker.close()
        await owner.execute("drop database together")
        await owner.close()
