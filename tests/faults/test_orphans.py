"""A worker is killed while vendors work on its orders; another goes on with them by their ids, and buys nothing again.

`make test` orphans ten, `make faults` 100 and a thousand at once on one worker.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from packshot.db import transaction
from packshot.embedded.services import READY_FILE
from packshot.shoots.models import Attempt, AttemptState, Generation, State
from packshot.shoots.sweep import sweep
from tests.faults.harness import FULL, LEASE_S
from tests.shoots.conftest import OUTSIDE, OpenShop

pytestmark = pytest.mark.anyio

ORPHANS = 100 if FULL else 10
SOON_S = 90.0


@contextmanager
def worker(role: str, folder: Path, **environment: str) -> Generator[subprocess.Popen[bytes]]:
    ready = folder / f"{role}-{time.monotonic_ns()}"
    more = {"PYTHONPATH": str(OUTSIDE), READY_FILE: str(ready), "PACKSHOT_LOG_LEVEL": "error", **environment}
    process = subprocess.Popen([sys.executable, "-m", "packshot", "worker", role], env={**os.environ, **more})
    try:
        until = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None and time.monotonic() < until, f"the {role} worker does not start"
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


async def count(of: type[Attempt] | type[Generation], state: str) -> int:
    async with transaction(system=True) as session:
        return await session.scalar(select(func.count()).select_from(of).where(of.state == state)) or 0


async def reached(of: type[Attempt] | type[Generation], state: str, number: int, within_s: float) -> float:
    """Seconds until so many are in that state; the clock's sweep comes every second."""
    started = swept = time.monotonic()
    while (found := await count(of, state)) < number:
        assert time.monotonic() - started < within_s, f"{found} of {number} are {state}"
        if time.monotonic() - swept > 1:
            await sweep()
            swept = time.monotonic()
        await asyncio.sleep(0.2)
    return time.monotonic() - started


@pytest.mark.parametrize("number", [ORPHANS, *([1000] if FULL else [])])
async def test_orders_of_a_killed_worker_are_bought_once(
    number: int, hasty: None, open_shop: OpenShop, vendor_folder: Path, tmp_path: Path
) -> None:
    seller = await open_shop(credits=number * 4)
    # Leases of a second are renewed four times in it: for many at once on a busy machine that is not kept up.
    lease_s = LEASE_S * max(1, number // 50)
    leases = {"PACKSHOT_LEASE_S": str(lease_s), "PACKSHOT_HEARTBEAT_S": str(lease_s / 4)}
    with worker("io", tmp_path, PACKSHOT_LATER_S="3600", **leases) as first:
        for start in range(0, number, 250):
            size = min(250, number - start)
            assert (await seller.shoot(engine="later", count=size)).status_code == 202
        await reached(Attempt, AttemptState.ACCEPTED, number, 120)
        first.send_signal(signal.SIGKILL)
        first.wait()
    async with transaction(system=True) as session:  # the vendor is asked in an hour: so long nobody waits here
        await session.execute(Generation.__table__.update().values(next_step_at=func.now()))
    with worker("io", tmp_path, **leases), worker("cpu", tmp_path, **leases):
        took = await reached(Generation, State.COMPLETED, number, SOON_S if number <= 100 else 600)
    assert took < SOON_S or number > 100
    async with transaction(system=True) as session:
        keys = list(await session.scalars(select(Attempt.id)))
    assert len(keys) == number, "no attempt but the first"
    assert [bought(vendor_folder, key) for key in keys] == [1] * number
    assert await seller.credits() == (0, 0)


def bought(folder: Path, key: UUID) -> int:
    return (folder / str(key)).read_text().split().count("submit")
