"""200 calls of a vendor that takes 5 s, on one worker: prints wall time and memory, writes bench/results/vendor.md.

One `packshot worker io` with its defaults. First one shoot of one picture, then one shoot of 200, ordered as the web
process orders them; timed from the order until the vendor's last file is stored and its attempt written down as done,
looked at every 50 ms. What follows is work for pixels, on another queue. Both include the worker's way through queue,
database and files. The worker's memory is its proportional set size (PSS), the highest of the looks taken meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import sys
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from packshot import valkey
from packshot.db import direct, dispose, transaction
from packshot.shoots.brief import Brief
from packshot.shoots.models import Attempt, AttemptState, Generation
from packshot.shoots.submit import submit
from stack import Seller, cpu_s, io_worker, machine, report, seller, servers

CALLS = 200
CALL_S = 5.0
ROUNDS = 3
GOAL_RATIO, GOAL_MB = 1.3, 90
LOOK_S = 0.05
PATIENCE_S = 120.0


def main() -> None:
    words = machine()
    with servers(), io_worker(PACKSHOT_SLOW_S=str(CALL_S)) as pid, asyncio.Runner() as runner:
        lines = runner.run(measure(words, pid))
    report("vendor", lines)


async def measure(words: str, pid: int) -> list[str]:
    ada = await seller()
    await shoot(ada, 1, pid)  # opens connections and imports what is imported late
    idle_mb = pss_mb(pid)
    ones: list[float] = []
    many: list[float] = []
    peaks: list[float] = []
    cpu: list[float] = []
    for _ in range(ROUNDS):
        ones.append((await shoot(ada, 1, pid))[0])
        before = cpu_s(pid)
        taken, highest = await shoot(ada, CALLS, pid)
        cpu.append(cpu_s(pid) - before)
        many.append(taken)
        peaks.append(highest)
    await dispose()
    await valkey.dispose()
    one, wall, cpu_of_all, peak = (statistics.median(values) for values in (ones, many, cpu, peaks))
    ratio = statistics.median(all_of_them / alone for all_of_them, alone in zip(many, ones, strict=True))
    return [
        f"# {CALLS} calls of a slow vendor",
        "",
        f"`python bench/vendor.py`: medians of {ROUNDS} rounds, calls of {CALL_S:g} s, one `packshot worker io`. "
        f"{words}",
        "",
        "| | wall, s | of one call | worker's CPU, s | worker's PSS, MB |",
        "|---|---|---|---|---|",
        f"| 1 call | {one:.2f} | 1.00 | | {idle_mb:.0f} (after it) |",
        f"| {CALLS} calls | {wall:.2f} | {ratio:.2f} | {cpu_of_all:.2f} | {peak:.0f} (highest) |",
        "",
        f"Goals: at most {GOAL_RATIO}× one call, {ratio:.2f}× measured; at most {GOAL_MB} MB, {peak:.0f} MB measured.",
    ]


async def shoot(ada: Seller, count: int, pid: int) -> tuple[float, float]:
    """Seconds until the vendor's files for a new shoot are all there, and the worker's highest memory in MB."""
    brief = Brief(photo_ids=[ada.photo_id], styles=["plain"], engine="slow", size="64x64", count=count)
    started = time.perf_counter()
    async with direct(ada.account_id) as session:
        answer = await submit(session, ada.account_id, ada.user_id, brief, uuid4().hex)
    shoot = json.loads(answer)["id"]
    of_shoot = Attempt.generation_id.in_(select(Generation.id).where(Generation.shoot_id == shoot))
    done = select(func.count()).where(of_shoot, Attempt.state == AttemptState.DONE)
    peak = 0.0
    while True:
        async with transaction(ada.account_id) as session:
            ended = await session.scalar(done)
        taken = time.perf_counter() - started
        peak = max(peak, pss_mb(pid))
        if ended == count:
            return taken, peak
        if taken > PATIENCE_S:
            sys.exit(f"Only {ended} of {count} files were there after {PATIENCE_S:.0f} s.")
        await asyncio.sleep(LOOK_S)


def pss_mb(pid: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    main()
