"""Connections of the bare driver, kept open: what every order and picture passes goes to the database through these."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from asyncpg import Connection

CLOSING_S = 5.0
PATIENCE_S = 30.0  # for a connection that others have


class Pool:
    """At most `most` connections, for the event loop in which it is used.

    asyncpg's own pool cleans a connection when it comes back, which is a round trip more. Here nothing has to be
    cleaned: whoever has a connection leaves only what ends with its transaction.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], most: int) -> None:
        self._connect = connect
        self._idle: list[Connection] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(most)

    async def take(self) -> Connection:
        """An idle connection, else a new one; TimeoutError where all are busy for PATIENCE_S. Goes to `give_back`."""
        if self._places.locked():
            async with asyncio.timeout(PATIENCE_S):
                await self._places.acquire()
        else:
            await self._places.acquire()
        try:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
            return await self._connect()
        except BaseException:
            self._places.release()
            raise

    def give_back(self, connection: Connection, *, usable: bool) -> None:
        """Ends the use of a connection; one that is not `usable` is closed, and PostgreSQL rolls its work back."""
        self._places.release()
        if usable and not connection.is_closed():
            self._idle.append(connection)
        else:
            task = asyncio.create_task(self._end(connection))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def forget_idle(self) -> None:
        """Closes the connections that nobody uses: one of them was found dead."""
        while self._idle:
            self._idle.pop().terminate()

    async def close(self) -> None:
        """Closes the connections that nobody uses, politely."""
        while self._idle:
            await self._end(self._idle.pop())
        if self._ending:
            await asyncio.wait(self._ending)

    async def _end(self, connection: Connection) -> None:
        """Says so to PostgreSQL, where a statement that was broken off would go on with all its locks."""
        try:
            await connection.close(timeout=CLOSING_S)
        except Exception:
            connection.terminate()
