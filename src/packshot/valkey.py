"""The Redis or Valkey in use: what may get lost lives there, and nothing else."""

from __future__ import annotations

import os
from functools import cache

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from packshot.settings import settings

PATIENCE_S = 2.0  # who waits for it has something better to do


@cache
def valkey() -> Redis:
    """This process's client; a forked child makes its own. Keys start with `packshot:`.

    Whoever finds all connections busy waits for one. A connection that died is replaced once, at once: who asks has
    something better to do than to wait for a Redis that is down.
    """
    connections = BlockingConnectionPool.from_url(
        settings().redis,
        max_connections=50,
        timeout=PATIENCE_S,
        decode_responses=True,
        socket_connect_timeout=PATIENCE_S,
        socket_timeout=PATIENCE_S,
        retry=Retry(NoBackoff(), 1),
    )
    return Redis.from_pool(connections)


os.register_at_fork(after_in_child=valkey.cache_clear)


async def dispose() -> None:
    """Closes this process's connections."""
    if valkey.cache_info().currsize:
        await valkey().aclose()
        valkey.cache_clear()
