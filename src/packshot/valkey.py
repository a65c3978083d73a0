"""The Redis or Valkey in use: what may get lost lives there, and nothing else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Generic, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from packshot.settings import settings

PATIENCE_S = 2.0  # who waits for it has something better to do

Q = TypeVar("Q")
A = TypeVar("A")
_sending: set[asyncio.Task[None]] = set()


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
    """Closes this process's connections, once what is on its way has gone out."""
    if sending := {task for task in _sending if task.get_loop() is asyncio.get_running_loop()}:
        await asyncio.wait(sending, timeout=PATIENCE_S)
    if valkey.cache_info().currsize:
        await valkey().aclose()
        valkey.cache_clear()


class Together(Generic[Q, A]):
    """Joins what is asked at the same time: whatever comes while one round trip is under way goes out with the next.

    `send` answers many questions in one round trip, in their order. Where nothing else is asked nothing waits.
    """

    def __init__(self, send: Callable[[Sequence[Q]], Awaitable[Sequence[A]]]) -> None:
        self._send = send
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """The answer; what `send` raises is raised to all whose questions it had."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
            _sending.add(self._sending)
            self._sending.add_done_callback(_sending.discard)
        return await answer

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, []
                await self._send_these(asked)
        finally:
            self._sending = None

    async def _send_these(self, asked: list[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            answers = await self._send([question for question, _ in asked])
        except BaseException as error:
            for _, future in asked:
                if not future.done():
                    future.set_exception(error if isinstance(error, Exception) else ConnectionError("broken off"))
            if not isinstance(error, Exception):
                raise
        else:
            for (_, future), answer in zip(asked, answers, strict=True):
                if not future.done():  # who asked may have gone
                    future.set_result(answer)
