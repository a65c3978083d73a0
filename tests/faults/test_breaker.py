"""Many processes at the gate of one vendor: an outage, its end, and a process that is killed while it tries.

`make test` has three processes ask for eight calls each, `make faults` eight, with the minute that breakers have.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator

import pytest

from packshot import config
from packshot.db import transaction
from packshot.engines.breaker import Patience
from packshot.settings import Settings
from packshot.vendors import gate
from packshot.vendors.limits import PROBE_S as PROBE_SILENT_S
from packshot.vendors.limits import TROUBLE_S
from tests.faults.harness import FULL

pytestmark = pytest.mark.anyio

PROCESSES, CALLS = (8, 8) if FULL else (3, 8)
START_S = 120.0  # eight of them, on two busy cores
OPEN_S = 60.0 if FULL else 3.0
PROBE_S = Patience.probe_s if FULL else 8.0


@pytest.fixture
async def crowd(settings: Settings, database: None) -> AsyncGenerator[list[Process]]:
    async with transaction() as session:
        await config.change(session, TROUBLE_S, OPEN_S)
        await config.change(session, PROBE_SILENT_S, PROBE_S)
    command = [sys.executable, "-m", "tests.faults.crowd"]
    processes = [await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE) for _ in range(PROCESSES)]
    try:
        assert await told(processes, {"leave": "nothing"}, within_s=START_S) == 0  # all are there
        yield processes
    finally:
        for one in processes:
            if one.returncode is None:
                one.kill()
            await one.wait()
            assert one.stdin
            one.stdin.close()
        config.forget()


async def told(processes: list[Process], what: dict[str, object], *, within_s: float = 30) -> int:
    """Says the same to all at once; the sum of what they answer."""

    async def tell(one: Process) -> int:
        assert one.stdin and one.stdout
        one.stdin.write(f"{json.dumps(what)}\n".encode())
        return int(await asyncio.wait_for(one.stdout.readline(), within_s))

    return sum(await asyncio.gather(*(tell(one) for one in processes)))


async def test_an_outage_its_end_and_a_killed_probe(crowd: list[Process]) -> None:
    assert os.getpid() != crowd[0].pid
    assert await told(crowd, {"ask": CALLS}) == PROCESSES * CALLS
    assert await told(crowd, {"leave": "bad"}) == 0
    opened = time.monotonic()
    for _ in range(3):
        assert await told(crowd, {"ask": CALLS}) == 0, "it is open for all"
    await asyncio.sleep(OPEN_S - (time.monotonic() - opened) - 1)
    assert await told(crowd, {"ask": CALLS}) == 0, "and stays so"

    await asyncio.sleep(1.2)
    assert await told(crowd, {"ask": CALLS}) == 1, "exactly one tries"
    await told(crowd, {"leave": "bad"})
    assert await told(crowd, {"ask": CALLS}) == 0, "it failed"

    await asyncio.sleep(OPEN_S + 0.2)
    prober = next(iter([one for one in crowd if await told([one], {"ask": 1}) == 1]))
    prober.kill()
    await prober.wait()
    crowd.remove(prober)
    killed = time.monotonic()
    while await told(crowd, {"ask": 1}) == 0:
        assert time.monotonic() - killed < PROBE_S + 5, "nobody may try again"
        await asyncio.sleep(0.5)
    assert time.monotonic() - killed > PROBE_S - 5, "the killed one had its time"
    await told(crowd, {"leave": "good"})
    assert await told(crowd, {"ask": CALLS}) == len(crowd) * CALLS, "it is closed"
    assert await gate.trouble_s("crowded", "m") is None
