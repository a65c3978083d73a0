"""Live news: one Redis subscription per process, handed on to everybody who listens."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import lru_cache
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from packshot.valkey import Together, valkey

log = structlog.get_logger(__name__)

PREFIX = "packshot:events:"
RESYNC_S = 15.0
RECONNECT_S = 1.0
CANCEL_AGAIN_S = 0.2
BACKLOG = 16  # pieces of news that a listener may be behind; then the oldest goes, and a fresh look catches up
News = Mapping[str, Any]
Look = Callable[[], Awaitable[News]]


async def publish(channel: str, news: News) -> None:
    """Tells all listeners of `channel`, in every process. News may get lost: who follows looks again every RESYNC_S."""
    try:
        await _outgoing(valkey()).ask((PREFIX + channel, json.dumps(news, default=str)))
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("news not sent", channel=channel, error=f"{type(error).__name__}: {error}")


@lru_cache(maxsize=1)
def _outgoing(client: Redis) -> Together[tuple[str, str], object]:
    async def send(news: Sequence[tuple[str, str]]) -> Sequence[object]:
        together = client.pipeline(transaction=False)
        for channel, words in news:
            together.publish(channel, words)
        return await together.execute()

    return Together(send)


class Listener:
    """What one client has not read yet: news, and whether some was lost on the way."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[News] = asyncio.Queue(BACKLOG)
        self._woken = asyncio.Event()
        self.lost = False

    def tell(self, news: News) -> None:
        if self._queue.full():
            self._queue.get_nowait()
            self.lost = True
        self._queue.put_nowait(news)
        self._woken.set()

    def lose(self) -> None:
        """Something may have been missed: the connection was down, or the process stops."""
        self.lost = True
        self._woken.set()

    async def next(self, timeout_s: float) -> News | None:
        """The next piece of news; None when there is none for `timeout_s`, or when some was lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._woken.wait()
        if self.lost or self._queue.empty():
            return None
        news = self._queue.get_nowait()
        if self._queue.empty():
            self._woken.clear()
        return news

    def catch_up(self) -> None:
        """Forgets everything unread: whoever calls this looks at the whole state next."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._woken.clear()
        self.lost = False


class Hub:
    """Hands the news of one subscription to the listeners of this process; `async with hub.running()` around it all."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._stopped = False
        self.connected = asyncio.Event()

    async def follow(self, channel: str, look: Look) -> AsyncGenerator[News]:
        """First what `look` returns, then every piece of news of `channel` until the process stops.

        Every RESYNC_S without news, and whenever some was lost, comes what `look` returns then. Listening starts before
        the first look, so that nothing falls in between.
        """
        with self._listening(channel) as listener:
            news: News | None = None
            while not self._stopped:
                if news is None:
                    listener.catch_up()
                    news = await look()
                yield news
                news = await listener.next(RESYNC_S)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Subscribes for the length of the block; all who follow are done when it ends."""
        task = asyncio.create_task(self._subscribe())
        try:
            yield
        finally:
            self.stop()
            # The Redis client turns a cancellation that comes while it connects into an error of its own.
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=CANCEL_AGAIN_S)

    def stop(self) -> None:
        """Ends every `follow`, so that a server that stops need not break streams off."""
        self._stopped = True
        self._all_lose()

    @contextmanager
    def _listening(self, channel: str) -> Generator[Listener]:
        listener = Listener()
        self._listeners[channel].add(listener)
        try:
            yield listener
        finally:
            self._listeners[channel].discard(listener)
            if not self._listeners[channel]:
                del self._listeners[channel]

    async def _subscribe(self) -> None:
        while not self._stopped:
            try:
                async with valkey().pubsub() as subscription:
                    await subscription.psubscribe(PREFIX + "*")
                    while True:
                        message = await subscription.get_message(timeout=RESYNC_S)
                        if message and message["type"] == "psubscribe":  # also after the client reconnected by itself
                            self._all_lose()
                            self.connected.set()
                        elif message:
                            self._hand_on(str(message["channel"]).removeprefix(PREFIX), str(message["data"]))
            except (RedisError, OSError, TimeoutError) as error:
                self.connected.clear()
                log.warning("no live news for now", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(RECONNECT_S)

    def _hand_on(self, channel: str, data: str) -> None:
        listeners = self._listeners.get(channel)
        if listeners:
            news: News = json.loads(data)
            for listener in listeners:
                listener.tell(news)

    def _all_lose(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.lose()
