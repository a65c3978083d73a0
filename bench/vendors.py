"""Two workers before one slow vendor, a thousand operations on one, and the design that sleeps in its tasks.

Writes bench/results/vendors.md. Two `packshot worker io` with their defaults make a shoot of 200 pictures whose calls
take 5 s: once with no limit, once with a limit of 100 at once, so that the second hundred has to wait in the line. Then
one worker has 1,000 operations under way, each asked about six times, every 5 s. The design beside is Celery with two
prefork processes whose tasks sleep as long as the vendor takes; it runs for 8 calls, and 200 are extrapolated.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from packshot import config, valkey
from packshot.db import direct, dispose, transaction
from packshot.settings import settings
from packshot.shoots.brief import Brief
from packshot.shoots.models import Attempt, AttemptState
from packshot.shoots.submit import submit
from packshot.tasks import broker_url
from packshot.vendors.limits import LIMITS
from stack import Seller, cpu_s, io_worker, machine, report, seller, servers
from vendor import CALL_S, CALLS, LOOK_S, pss_mb, shoot

AT_ONCE = 100
OPERATIONS, POLLS, POLL_S = 1000, 6, 5.0
SLEEPERS, SLEPT = 2, 8
GOAL_RATIO = 1.3


def main() -> None:
    words = machine()
    with servers(), asyncio.Runner() as runner:
        with ExitStack() as stack:
            pids = [stack.enter_context(io_worker(PACKSHOT_SLOW_S=str(CALL_S))) for _ in range(2)]
            rows = runner.run(two_workers(pids))
        with io_worker(
            PACKSHOT_LATER_S=str(POLL_S), PACKSHOT_LATER_POLLS=str(POLLS), PACKSHOT_LATER_POLL_S=str(POLL_S)
        ) as pid:
            rows += runner.run(operations(pid))
        rows += sleeping()
    lines = [
        "# Vendors that take their time",
        "",
        f"`python bench/vendors.py`: one round, calls of {CALL_S:g} s. {words}",
        "",
        "| | wall, s | ideal, s | ratio | workers' CPU, s | PSS of each worker, MB |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        f"Goal: at most {GOAL_RATIO}× the ideal. The ideal has no queue, no database, no files: only calls, as many at "
        "once as are allowed. Workers' memory is the highest of the looks taken while they work.",
    ]
    report("vendors", lines)


async def two_workers(pids: list[int]) -> list[str]:
    ada = await seller()
    for _ in pids:
        await shoot(ada, 20, pids[0])  # opens connections and imports what is imported late
    rows: list[str] = []
    for at_once in (0, AT_ONCE):
        async with transaction() as session:
            await config.change(session, LIMITS, {"slow": {"at_once": at_once}})
        await asyncio.sleep(4)  # until every process knows it
        before = [cpu_s(pid) for pid in pids]
        highest = [0.0 for _ in pids]
        watching = asyncio.create_task(_watch(pids, highest))
        wall, _ = await shoot(ada, CALLS, pids[0])
        watching.cancel()
        ideal = CALL_S * (CALLS / at_once if at_once else 1)
        cpu = sum(cpu_s(pid) for pid in pids) - sum(before)
        name = f"{CALLS} calls, 2 workers, " + (f"{at_once} allowed at once" if at_once else "no limit")
        memory = " and ".join(f"{one:.0f}" for one in highest)
        rows.append(f"| {name} | {wall:.2f} | {ideal:.0f} | {wall / ideal:.2f} | {cpu:.2f} | {memory} |")
    return rows


async def _watch(pids: list[int], highest: list[float]) -> None:
    while True:
        for number, pid in enumerate(pids):
            highest[number] = max(highest[number], pss_mb(pid))
        await asyncio.sleep(LOOK_S * 4)


async def operations(pid: int) -> list[str]:
    """Until the vendor has given all: what follows is work for pixels."""
    bob = await seller("bob")
    before, started, highest = cpu_s(pid), time.perf_counter(), [0.0]
    watching = asyncio.create_task(_watch([pid], highest))
    for _ in range(OPERATIONS // 250):
        brief = Brief(photo_ids=[bob.photo_id], styles=["plain"], engine="later", size="64x64", count=250)
        async with direct(bob.account_id) as session:
            await submit(session, bob.account_id, bob.user_id, brief, uuid4().hex)
    done = select(func.count()).where(Attempt.account_id == bob.account_id, Attempt.state == AttemptState.DONE)
    while await _count(bob, done) < OPERATIONS:
        if time.perf_counter() - started > 10 * POLLS * POLL_S:
            sys.exit("The operations do not end.")
        await asyncio.sleep(0.2)
    wall = time.perf_counter() - started
    watching.cancel()
    ideal = POLLS * POLL_S
    name = f"{OPERATIONS:,} operations of {ideal:.0f} s on one worker, {POLLS} questions each"
    cpu = cpu_s(pid) - before
    await dispose()
    await valkey.dispose()
    return [f"| {name} | {wall:.2f} | {ideal:.0f} | {wall / ideal:.2f} | {cpu:.2f} | {highest[0]:.0f} |"]


async def _count(who: Seller, query: object) -> int:
    async with transaction(who.account_id) as session:
        return await session.scalar(query) or 0  # type: ignore[call-overload]


def sleeping() -> list[str]:
    """Celery with prefork processes whose tasks sleep."""
    folder = Path(tempfile.mkdtemp(prefix="packshot-bench-"))
    environment = {**os.environ, "BENCH_BROKER": broker_url(settings().redis), "PYTHONPATH": str(Path(__file__).parent)}
    os.environ["BENCH_BROKER"] = environment["BENCH_BROKER"]
    command = [sys.executable, "-m", "celery", "-A", "prefork", "worker", "-c", str(SLEEPERS), "--loglevel=error"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        from prefork import app

        app.send_task("prefork.call", (-1, 0, str(folder)))
        while not (folder / "-1").exists():
            time.sleep(LOOK_S)
        started = time.perf_counter()
        for number in range(SLEPT):
            app.send_task("prefork.call", (number, CALL_S, str(folder)))
        while len(list(folder.iterdir())) <= SLEPT:
            time.sleep(LOOK_S)
        wall = time.perf_counter() - started
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        memory = sum(pss_mb(pid) for pid in (process.pid, *map(int, children)))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    all_of_them = wall / SLEPT * CALLS
    return [
        f"| {SLEPT} calls, Celery -c {SLEEPERS}, sleeping in the task "
        f"| {wall:.2f} | {CALL_S:.0f} | {wall / CALL_S:.2f} | | {memory:.0f} (all {1 + len(children)} processes) |",
        f"| {CALLS} calls of it, extrapolated | {all_of_them:.0f} | {CALL_S:.0f} | {all_of_them / CALL_S:.0f} | | |",
    ]


if __name__ == "__main__":
    main()
