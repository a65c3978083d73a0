"""How often one may ask: at most so many times in any minute, counted in Redis for all processes together.

A moving window: a fixed one lets twice as many through around its edge. While Redis does not answer, this process
counts by itself, which is enough for reading; who spends or logs in is asked to wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import structlog
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from packshot.errors import TooManyRequestsError, UnavailableError
from packshot.valkey import Together, valkey

log = structlog.get_logger(__name__)

RETRY_REDIS_S = 2.0  # after it failed, so that not every request waits for it
_redis_down_until = 0.0

# Counts any number of requests in one round trip, by Redis's own clock. A key holds the times of the last window in µs,
# each with the number of those before it, as several may come within a microsecond.
_COUNT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local answers = {}
for number, key in ipairs(KEYS) do
  local most, window = tonumber(ARGV[2 * number - 1]), ARGV[2 * number] * 1000000
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local used = redis.call('ZCARD', key)
  local allowed = used < most
  if allowed then
    redis.call('ZADD', key, now, string.format('%.0f:%d', now, used))
    redis.call('PEXPIRE', key, window / 1000)
    used = used + 1
  end
  local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  answers[number] = {allowed and 1 or 0, most - used, (oldest or now) + window - now}
end
return answers
"""


@dataclass(frozen=True)
class Standing:
    """What is left of a limit after this request. `shared` says whether all processes counted together."""

    limit: int
    window_s: int
    remaining: int
    reset_s: int
    shared: bool

    def headers(self, name: str) -> list[tuple[bytes, bytes]]:
        """The standing as draft-ietf-httpapi-ratelimit-headers-10 writes it, as raw as ASGI has headers."""
        return [
            (b"ratelimit-policy", f'"{name}";q={self.limit};w={self.window_s}'.encode()),
            (b"ratelimit", f'"{name}";r={self.remaining};t={self.reset_s}'.encode()),
        ]


async def hit(name: str, who: str, limit: RateLimitItem) -> Standing:
    """Counts a request of `who`. TooManyRequestsError if that is one too many, with the time when it is not."""
    global _redis_down_until
    if time.monotonic() >= _redis_down_until:
        try:
            return await _hit_shared(name, who, limit)
        except (RedisError, OSError, TimeoutError) as error:
            _redis_down_until = time.monotonic() + RETRY_REDIS_S
            log.warning("rate limits are counted per process", error=f"{type(error).__name__}: {error}")
    return await _hit_own(name, who, limit)


async def hit_shared(name: str, who: str, limit: RateLimitItem) -> Standing:
    """`hit`, or UnavailableError while the processes cannot count together."""
    standing = await hit(name, who, limit)
    require_shared(standing)
    return standing


def require_shared(standing: Standing) -> None:
    """UnavailableError if only this process has counted."""
    if not standing.shared:
        raise UnavailableError("Packshot cannot count requests at the moment.", remedy="Try again in a few seconds.")


async def _hit_shared(name: str, who: str, limit: RateLimitItem) -> Standing:
    key = f"packshot:limits:{name}:{who}"
    allowed, remaining, reset_us = await _asked(valkey()).ask((key, limit.amount, limit.get_expiry()))
    return _standing(limit, bool(allowed), remaining, reset_us / 1e6, shared=True)


async def _hit_own(name: str, who: str, limit: RateLimitItem) -> Standing:
    limiter = _own(asyncio.get_running_loop())
    allowed = await limiter.hit(limit, name, who)
    left = await limiter.get_window_stats(limit, name, who)
    return _standing(limit, allowed, left.remaining, left.reset_time - time.time(), shared=False)


def _standing(limit: RateLimitItem, allowed: bool, remaining: int, reset_s: float, *, shared: bool) -> Standing:
    wait_s = max(1, ceil(reset_s))
    if not allowed:
        raise TooManyRequestsError(
            f"More than {limit.amount} requests in {limit.get_expiry()} seconds.",
            remedy=f"Wait {wait_s} {'second' if wait_s == 1 else 'seconds'}.",
            retry_after_s=wait_s,
            limit=limit.amount,
            window_s=limit.get_expiry(),
        )
    return Standing(limit.amount, limit.get_expiry(), remaining, wait_s, shared)


@lru_cache(maxsize=1)
def _asked(client: Redis) -> Together[tuple[str, int, int], tuple[int, int, int]]:
    """What is asked of `client`: the key, how many, in how many seconds. Allowed or not, what is left, reset in µs."""
    count = client.register_script(_COUNT)

    async def send(hits: Sequence[tuple[str, int, int]]) -> Sequence[tuple[int, int, int]]:
        limits = [number for _, most, window_s in hits for number in (most, window_s)]
        return await count(keys=[key for key, _, _ in hits], args=limits)

    return Together(send)


@lru_cache(maxsize=1)
def _own(_loop: asyncio.AbstractEventLoop) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(MemoryStorage())
