"""The broker, the database and workers of a whole running Packshot go away, and every accepted picture is delivered.

`make test` takes 20 pictures and 3 s without a broker, `make faults` 200 and 60 s.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from redis.asyncio import Redis
from sqlalchemy import func, select

from packshot.db import DatabaseDownError, dispose, transaction
from packshot.embedded.process import Process
from packshot.embedded.servers import prepare, valkey
from packshot.embedded.user import User
from packshot.settings import Settings
from packshot.settings import settings as current
from packshot.shoots.models import Attempt, Generation
from packshot.storage import storage
from tests.faults.harness import FULL, attempts_of, bought, settled_once
from tests.shoots.conftest import OUTSIDE
from tests.stack.test_embedded import Up, descendants

PICTURES, OUTAGE_S = (200, 60) if FULL else (20, 3)
DELIVERED_S = 180 if FULL else 90


class Stack:
    """`packshot up` on a Valkey of the test's own, and a customer with many credits."""

    def __init__(self, folder: Path) -> None:
        self.user = User.of_servers()
        self.books = folder / "books"
        self.books.mkdir()
        self.books.chmod(0o777)
        self.broker_settings = Settings(state_dir=folder / "broker")
        prepare(self.broker_settings, self.user)
        self.start_broker()
        self.environment = {
            "REDIS_URL": self.broker_settings.redis,
            "PYTHONPATH": str(OUTSIDE),
            "PACKSHOT_VENDOR_FOLDER": str(self.books),
            "PACKSHOT_FREE_CREDITS": "100000",
            "PACKSHOT_RATE_LIMIT": "100000",
            "PACKSHOT_LEASE_S": "4",
            "PACKSHOT_HEARTBEAT_S": "1",
            "PACKSHOT_SWEEP_S": "1",
            "PACKSHOT_SLOW_S": "1",
            "PACKSHOT_LATER_S": "3",
        }
        self.log: list[str] = []
        self.up = Up(folder / "state", **self.environment)
        self.client = AsyncClient(base_url=f"http://127.0.0.1:{self.up.port}", timeout=60)

    def start_broker(self) -> None:
        self.broker = Process(valkey(self.broker_settings, self.user))
        self.broker.wait_ready(30)

    def drain(self) -> None:
        """Reads what the processes log, which would block them otherwise."""
        with self.up.process as process:
            assert process.stderr
            self.log.extend(process.stderr)

    async def register(self) -> None:
        account = {"email": "ada@example.com", "password": "correct horse battery"}
        answer = await self.client.post("/api/auth/register", json=account)
        assert answer.status_code == 201, answer.text
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def shoot(self, engine: str, count: int) -> list[UUID]:
        """Accepted generations; none where Packshot cannot take any on."""
        body = {"styles": ["plain"], "engine": engine, "size": "64x64", "count": count}
        answer = await self.client.post("/api/generate", json=body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code in (202, 503), answer.text
        return [UUID(one["id"]) for one in answer.json().get("generations", ())]

    async def accepted(self, engine: str, count: int) -> list[UUID]:
        """Accepted generations; asks again while Packshot does not see its broker yet, as a client does on a 503."""
        async with asyncio.timeout(DELIVERED_S):
            while not (ids := await self.shoot(engine, count)):
                await asyncio.sleep(0.5)
        return ids

    async def delivered(self, ids: list[UUID]) -> None:
        """Returns once all of them are, each charged once."""
        until = time.monotonic() + DELIVERED_S
        while (states := await self.states(ids)) != {"COMPLETED": len(ids)}:
            assert time.monotonic() < until, states
            await asyncio.sleep(0.2)
        for id in ids:
            await settled_once(id)

    async def states(self, ids: list[UUID]) -> dict[str, int]:
        counted = select(Generation.state, func.count()).where(Generation.id.in_(ids)).group_by(Generation.state)
        with suppress(DatabaseDownError):
            async with transaction(system=True) as session:
                return {row[0]: row[1] for row in await session.execute(counted)}
        return {}

    async def bought(self, ids: list[UUID]) -> list[int]:
        return [bought(self.books, await attempts_of(id)) for id in ids]


@pytest.fixture(scope="module")
async def stack(settings: Settings, anyio_backend: str) -> AsyncGenerator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="packshot-"))
    folder.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "PACKSHOT_BASE_URL"):
            patch.delenv(name, raising=False)
        started = Stack(folder)
        patch.setenv("PACKSHOT_STATE_DIR", str(started.up.state))
        patch.setenv("REDIS_URL", started.broker_settings.redis)
        try:
            await asyncio.to_thread(started.up.ready)
            drain = threading.Thread(target=started.drain)
            drain.start()
            await forget()
            await started.register()
            yield started
        finally:
            await started.client.aclose()
            await dispose()
            rest = descendants(started.up.process.pid)
            started.up.process.send_signal(signal.SIGINT)
            await asyncio.to_thread(drain.join, 60)
            started.broker.kill()
            for pid in rest:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            shutil.rmtree(folder)
    await forget()


async def forget() -> None:
    """What this process knows of the Packshot that it talked to before."""
    await dispose()
    current.cache_clear()
    storage.cache_clear()


async def test_the_broker_is_emptied_and_killed_with_a_backlog(stack: Stack) -> None:
    ids = await stack.accepted("slow", PICTURES)
    async with Redis.from_url(stack.broker_settings.redis) as redis:
        await redis.flushall()
    ids += await stack.accepted("instant", PICTURES)
    stack.broker.kill()
    outage = time.monotonic() + OUTAGE_S
    while time.monotonic() < outage:
        ids += await stack.shoot("instant", 1)  # refused, or kept like all others
        await asyncio.sleep(OUTAGE_S / 10)
    stack.start_broker()
    assert len(ids) >= 2 * PICTURES
    await stack.delivered(ids)
    assert set(await stack.bought(ids)) == {1}, "nothing was bought twice"


async def test_the_database_is_restarted_with_pictures_in_flight(stack: Stack) -> None:
    ids = await stack.accepted("slow", PICTURES)
    ids += await stack.accepted("later", PICTURES)
    async with asyncio.timeout(DELIVERED_S):
        while (await stack.states(ids)).get("RUNNING", 0) < PICTURES // 2:
            await asyncio.sleep(0.05)
    os.kill(stack.up.find("postgres"), signal.SIGQUIT)  # what pg_ctl -m immediate sends
    await stack.delivered(ids)
    assert set(await stack.bought(ids)) == {1}, "what was paid for was written down once the database was back"


async def test_a_worker_is_killed_while_vendors_are_at_work(stack: Stack) -> None:
    ids = await stack.accepted("later", PICTURES)
    known = select(func.count()).where(Attempt.generation_id.in_(ids), Attempt.operation_id.is_not(None))
    async with asyncio.timeout(DELIVERED_S):
        found = 0
        while found < len(ids):
            await asyncio.sleep(0.05)
            async with transaction(system=True) as session:
                found = await session.scalar(known) or 0
    os.kill(stack.up.find("io"), signal.SIGKILL)
    await stack.delivered(ids)
    assert set(await stack.bought(ids)) == {1}, "found again by the ids that were stored"
