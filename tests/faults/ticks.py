"""Counts every point at which a worker touches the world, and ends or freezes the process at one of them.

A tick is before and after every statement, begin, commit and rollback, every file that storage writes, flushes, reads
or removes, every call of an engine and of a lock, and every message and piece of news. It is the drivers that tick, not
the code under test, which knows nothing of this. Heartbeats and hints for later do not tick: when they come depends on
how fast the machine is.
"""

from __future__ import annotations

import inspect
import os
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from signal import Signals
from typing import Any

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


class Ticks:
    """At the `fatal` tick, by its number from 1 or its name, the process gets `how`, once the name went to `say`."""

    def __init__(self, fatal: int | str, how: Signals, say: Callable[[str], None]) -> None:
        self.names: list[str] = []
        self.lives = True  # it has not come to the fatal tick
        self._fatal, self._how, self._say = fatal, how, say
        self._lock = threading.Lock()

    def tick(self, name: str) -> None:
        if _quiet.get():
            return
        with self._lock:
            self.names.append(name)
            if self._fatal not in (len(self.names), name):
                return
            self._fatal, self.lives = 0, False
            self._say(name)
        os.kill(os.getpid(), self._how)

    def around(self, owner: Any, method: str, name: str = "") -> None:
        """Replaces a function of a class or module by one that ticks before and after it; a statement's is its verb."""
        inner = getattr(owner, method)

        async def waited(result: Awaitable[Any], called: str) -> Any:
            value = await result
            self.tick(f"after {called}")
            return value

        @wraps(inner)
        def ticking(*given: Any, **named: Any) -> Any:
            called = name or verb(*given)
            self.tick(f"before {called}")
            result = inner(*given, **named)
            if inspect.isawaitable(result):
                return waited(result, called)
            self.tick(f"after {called}")
            return result

        setattr(owner, method, ticking)

    def install(self, engine: type) -> None:
        """Ticks at every driver that a worker uses, and at this engine."""
        from asyncpg.prepared_stmt import PreparedStatement
        from asyncpg.transaction import Transaction

        from packshot import config, db
        from packshot.shoots import lease, news
        from packshot.shoots.judging.judge import judges
        from packshot.storage import disk
        from packshot.tasks import Task

        self.around(PreparedStatement, "fetch")
        self.around(db.Direct, "fetch")
        self.around(db, "_start", "start")
        self.around(db, "_end", "commit")
        for method in ("start", "commit", "rollback"):
            self.around(Transaction, method, method)
        for method in ("put", "get", "delete"):
            self.around(disk.Disk, method, f"storage.{method}")
        self.around(disk, "_flush", "storage.flush")
        self.around(Task, "publish", "hint")
        self.around(news, "publish", "news")
        self.around(engine, "submit", "submit")
        self.around(engine, "poll", "poll")
        for name, lock in judges.items():
            self.around(type(lock), "judge", f"lock.{name}")
        _hush(lease, "_renew")
        _hush(config, "get")  # read now and then only
        _hush(news, "wake_later")


def verb(driver: Any, *statement: str) -> str:
    """What a statement begins with."""
    words = statement[0] if statement and isinstance(statement[0], str) else driver.get_query()
    return next(iter(words.lower().split()), "nothing")  # SQLAlchemy's first connection asks nothing


@contextmanager
def quiet() -> Generator[None]:
    """Without ticks: what a test does, not a worker."""
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)


def _hush(owner: Any, function: str) -> None:
    inner = getattr(owner, function)

    async def waited(result: Awaitable[Any]) -> Any:
        with quiet():
            return await result

    @wraps(inner)
    def hushed(*given: Any) -> Any:
        with quiet():
            result = inner(*given)
        return waited(result) if inspect.isawaitable(result) else result

    setattr(owner, function, hushed)
