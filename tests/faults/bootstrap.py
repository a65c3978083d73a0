"""Forks workers that end or freeze at a chosen tick: `python -m tests.faults.bootstrap`, a request and answer a line.

A request {"generation", "engine", "tick", "how"} forks a worker that takes the generation's steps until it is finished,
waits or is another's. The answer {"pid", "status", "names"} has its exit code, negative where a signal ended it, None
where it is frozen, and the ticks that it came by, or only the last where it got no further. {"pid"} waits for one that
was frozen. With the argument `tint` it is the tests' own product lock that judges.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from packshot.db import transaction
from packshot.embedded.process import die_with_parent
from packshot.engines import registry
from packshot.log import configure
from packshot.shoots.advance import advance
from packshot.shoots.judging.judge import judges
from packshot.shoots.lease import due
from packshot.shoots.models import OPEN, Generation
from packshot.worker import import_tasks
from tests.faults.ticks import Ticks, quiet
from tests.judging.conftest import Tint

SOON = timedelta(seconds=0.5)  # clocks of processes differ


async def take_steps(generation_id: UUID) -> None:
    """What a worker does for one generation, until it is finished, waits or is another's."""
    its_turn = select(Generation.queue).where(
        Generation.id == generation_id, or_(due(), Generation.next_step_at.between(func.now(), func.now() + SOON))
    )
    while True:
        with quiet():
            async with transaction(system=True) as session:
                queue = await session.scalar(its_turn.where(Generation.state.in_(OPEN)))
        if queue is None:
            return
        await advance("cpu" if queue == "cpu" else "io", generation_id)


def worker(request: dict[str, Any], report: int) -> int:
    """The forked child."""
    die_with_parent()
    ticks = Ticks(
        request["tick"],
        signal.Signals[f"SIG{request['how']}"],
        say=lambda name: void(os.write(report, json.dumps([name]).encode())),
    )
    ticks.install(registry().classes[request["engine"]])
    asyncio.run(take_steps(UUID(request["generation"])))
    if ticks.lives:
        os.write(report, json.dumps(ticks.names).encode())
    return 0


def void(_: object) -> None:
    pass


def fork(request: dict[str, Any]) -> dict[str, object]:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            os.close(read)
            code = worker(request, write)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(write)
    _, status = os.waitpid(pid, os.WUNTRACED)
    frozen = os.WIFSTOPPED(status)
    names = os.read(read, 1 << 16)
    os.close(read)
    code = None if frozen else os.waitstatus_to_exitcode(status)
    return {"pid": pid, "status": code, "names": json.loads(names or b"[]")}


def main() -> None:
    import_tasks()
    configure("worker", "error")
    if "tint" in sys.argv:
        judges["product"] = Tint()
        for name in ("imaging.finish", "imaging.marked", "locks.identity.judge", "shoots.judging.colours"):
            import_module(f"packshot.{name}")  # once, not in each worker
    print(json.dumps({"pid": os.getpid()}), flush=True)  # everything is loaded
    for line in sys.stdin:
        request = json.loads(line)
        if "pid" in request:
            _, status = os.waitpid(int(request["pid"]), 0)
            answer: dict[str, object] = {"status": os.waitstatus_to_exitcode(status)}
        else:
            answer = fork(request)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
