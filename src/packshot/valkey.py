"""The Redis or Valkey in use: what may get lost lives there, and nothing else."""

from __future__ import annotations

import os
from functools import cache

from redis.asyncio import Redis

from packshot.settings import settings

PATIENCE_S = 2.0  # who waits for it has something better to do


@cache
def valkey() -> Redis:
    """This process's client; a forked child makes its own. Keys start with `packshot:`."""
    return Redis.from_url(
        settings().redis,
        decode_responses=True,
        socket_connect_timeout=PATIENCE_S,
        socket_timeout=PATIENCE_S,
        max_connections=50,
    )


os.register_at_fork(after_in_child=valkey.cache_clear)


async def dispose() -> None:
    """Closes this process's connections."""
    if valkey.cache_info().currsize:
        await valkey().aclose()
        valkey.cache_clear()
