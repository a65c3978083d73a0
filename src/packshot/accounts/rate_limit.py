"""How often one may ask: at most so many times in any minute, counted in Redis for all processes together.

A moving window: a fixed one lets twice as many through around its edge. While Redis does not answer, this process
counts by itself, which is enough for reading; who spends or logs in is asked to wait.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from packshot.errors import TooManyRequestsError, UnavailableError
from packshot.valkey import valkey

log = structlog.get_logger(__name__)

RETRY_REDIS_S = 2.0  # after it failed, so that not every request waits for it
_redis_down_until = 0.0


@dataclass(frozen=True)
class Standing:
    """What is left of a limit after this request. `shared` says whether all processes counted together."""

    limit: int
    window_s: int
    remaining: int
    reset_s: int
    shared: bool

    def headers(self, name: str) -> dict[str, str]:
        """The standing as draft-ietf-httpapi-ratelimit-headers-10 writes it."""
        return {
            "RateLimit-Policy": f'"{name}";q={self.limit};w={self.window_s}',
            "RateLimit": f'"{name}";r={self.remaining};t={self.reset_s}',
        }


async def hit(name: str, who: str, limit: RateLimitItem) -> Standing:
    """Counts a request of `who`. TooManyRequestsError if that is one too many, with the time when it is not."""
    global _redis_down_until
    if time.monotonic() >= _redis_down_until:
        try:
            return await _hit(_shared(valkey()), name, who, limit, shared=True)
        except (RedisError, OSError, TimeoutError) as error:
            _redis_down_until = time.monotonic() + RETRY_REDIS_S
            log.warning("rate limits are counted per process", error=f"{type(error).__name__}: {error}")
    return await _hit(_own(asyncio.get_running_loop()), name, who, limit, shared=False)


async def hit_shared(name: str, who: str, limit: RateLimitItem) -> Standing:
    """`hit`, or UnavailableError while the processes cannot count together."""
    standing = await hit(name, who, limit)
    require_shared(standing)
    return standing


def require_shared(standing: Standing) -> None:
    """UnavailableError if only this process has counted."""
    if not standing.shared:
        raise UnavailableError("Packshot cannot count requests at the moment.", remedy="Try again in a few seconds.")


async def _hit(
    limiter: MovingWindowRateLimiter, name: str, who: str, limit: RateLimitItem, *, shared: bool
) -> Standing:
    allowed = await limiter.hit(limit, name, who)
    left = await limiter.get_window_stats(limit, name, who)
    reset_s = max(1, ceil(left.reset_time - time.time()))
    if not allowed:
        raise TooManyRequestsError(
            f"More than {limit.amount} requests in {limit.get_expiry()} seconds.",
            remedy=f"Wait {reset_s} {'second' if reset_s == 1 else 'seconds'}.",
            retry_after_s=reset_s,
            limit=limit.amount,
            window_s=limit.get_expiry(),
        )
    return Standing(limit.amount, limit.get_expiry(), left.remaining, reset_s, shared)


@lru_cache(maxsize=1)
def _shared(client: Redis) -> MovingWindowRateLimiter:
    pool: Any = client.connection_pool  # the annotation of RedisStorage's options forgets it
    return MovingWindowRateLimiter(
        RedisStorage("async+redis://", implementation="redispy", key_prefix="packshot:limits", connection_pool=pool)
    )


@lru_cache(maxsize=1)
def _own(_loop: asyncio.AbstractEventLoop) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())
