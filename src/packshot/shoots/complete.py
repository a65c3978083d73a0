"""Opens what an engine made, finishes it, and delivers it."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from packshot.db import direct
from packshot.engines.base import Failed
from packshot.errors import BadInputError
from packshot.shoots.alike import against_twins
from packshot.shoots.finishing import Finishing, fetched, finished, small_key
from packshot.shoots.models import Attempt
from packshot.shoots.settle import Delivery, deliver
from packshot.shoots.work import Work, picture_key, set_back
from packshot.storage import storage


async def finish_stored(work: Work, attempt: Attempt) -> None:
    """Opens the file that an engine gave for `attempt`, and delivers it."""
    assert attempt.result_key
    await complete(work, attempt, await fetched(work.shoot, attempt))


async def complete(work: Work, attempt: Attempt, finishing: Finishing) -> None:
    try:
        made = await asyncio.get_running_loop().run_in_executor(_pixels(), finished, finishing)
    except BadInputError as error:
        await set_back(work, attempt, Failed("transient", f"The engine's picture cannot be used: {error.message}"))
        return
    if work.shoot.variations and (alike := await against_twins(work, made.look)):
        await set_back(work, attempt, alike)
        return
    key = picture_key(work, attempt)
    await storage().put(key, made.data)
    await storage().put(small_key(key), made.small)
    delivery = Delivery(key, len(made.data), made.crc32, finishing.seed, finishing.facts, made.warnings)
    async with direct(work.lease.account_id) as session:
        await deliver(session, work.lease, attempt, delivery)


@cache
def _pixels() -> ThreadPoolExecutor:
    """The threads that finish pictures: as many as there are cores, for more would only take more memory."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "pixels")


os.register_at_fork(after_in_child=_pixels.cache_clear)
