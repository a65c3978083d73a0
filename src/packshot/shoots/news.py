"""What others hear of a shoot: hints for workers, news for who watches."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from math import ceil
from typing import Any
from uuid import UUID

from asyncpg import Record

from packshot.shoots.models import Generation
from packshot.tasks import Queue, enqueue
from packshot.web.events import publish

TASKS = {"io": "shoots.advance_io", "cpu": "shoots.advance_cpu"}
SUMMARY = ("id", "number", "photo_id", "style", "state", "waits_for", "error", "words", "remedy")
TOGETHER_S = 0.05  # what wakes within so long goes out together
_later: dict[tuple[asyncio.AbstractEventLoop, Queue | str, int], list[UUID]] = {}


def channel(shoot_id: UUID) -> str:
    """Where news of a shoot are told."""
    return f"shoot:{shoot_id}"


async def wake(queue: Queue | str, *generation_ids: UUID) -> None:
    """Sends hints to the workers of `queue`. They may get lost: the sweep sends others."""
    await enqueue(TASKS[queue], *generation_ids)


def wake_later(delay_s: float, queue: Queue | str, *generation_ids: UUID) -> None:
    """`wake` after `delay_s`, waited for by nobody, if this process still runs then; the sweep is there if not."""
    loop = asyncio.get_running_loop()
    if delay_s <= 0:
        loop.create_task(wake(queue, *generation_ids))  # noqa: RUF006 -- a hint, and nobody waits for it
        return
    slot = (loop, queue, ceil((loop.time() + delay_s) / TOGETHER_S))
    if slot in _later:
        _later[slot] += generation_ids
        return
    _later[slot] = [*generation_ids]

    def now() -> None:
        loop.create_task(wake(queue, *_later.pop(slot)))  # noqa: RUF006

    loop.call_at(slot[2] * TOGETHER_S, now)


async def tell(generation: Generation) -> None:
    """Tells who watches the shoot how one of its generations stands."""
    news = {"generation": summary({name: getattr(generation, name) for name in SUMMARY})}
    await publish(channel(generation.shoot_id), news)


def summary(row: Mapping[str, Any] | Record) -> dict[str, Any]:
    """A generation in the news: what a list shows of it, which is its columns SUMMARY."""
    return {name: str(row[name]) if isinstance(row[name], UUID) else row[name] for name in SUMMARY}
