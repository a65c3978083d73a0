"""Tasks that leave notes in Redis, for the tests of tasks, and a worker for them."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from uuid import UUID

from structlog.contextvars import get_contextvars

from packshot import tasks
from packshot.tasks import task
from packshot.valkey import valkey

SHORT_VISIBILITY_S = 3


async def _note(word: str, *ids: UUID) -> None:
    about = get_contextvars().get("request_id")
    await valkey().rpush("notes", f"{word} {os.getpid()} {about} {','.join(map(str, ids))}")


@task(queue="io")
async def quick(*ids: UUID) -> None:
    await _note("done", *ids)


@task(queue="io")
async def slow(*ids: UUID) -> None:
    await _note("started", *ids)
    await asyncio.sleep(2 if await valkey().exists("hurry") else 60)
    await _note("done", *ids)


@task(queue="cpu")
async def pixels(*ids: UUID) -> None:
    await _note("started", *ids)
    await asyncio.to_thread(time.sleep, 0 if await valkey().exists("hurry") else 60)
    await _note("done", *ids)


@task(queue="io")
async def broken(*ids: UUID) -> None:
    await _note("started", *ids)
    raise RuntimeError("broken")


def main() -> None:
    """Runs a worker of the queue that the command line names."""
    from packshot import worker

    if "--short-visibility" in sys.argv:
        tasks.VISIBILITY_S = SHORT_VISIBILITY_S
    tasks.FINISH_S = 0.5
    worker.run("io" if "io" in sys.argv else "cpu")
