"""PostgreSQL and Valkey of our own where no URL names others, and the supervisor of `packshot up`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from packshot.settings import Settings

WAIT_S = 60.0
POLL_S = 0.1


@contextmanager
def attach_or_start(settings: Settings) -> Generator[None]:
    """The servers that `settings` lead to, for one call of the command line: those that run, else ours while it lasts.

    The database has the newest schema within the block.
    """
    from packshot.embedded.process import Process
    from packshot.embedded.servers import postgres, prepare, valkey
    from packshot.embedded.user import User
    from packshot.migrations import migrate

    with ExitStack() as started:
        if settings.embeds_database or settings.embeds_redis:
            lock = _hold(settings)
            if lock:
                started.enter_context(lock)
                user = User.of_servers()
                prepare(settings, user)
                for embedded, service in ((settings.embeds_redis, valkey), (settings.embeds_database, postgres)):
                    if embedded:
                        process = Process(service(settings, user))
                        started.callback(process.stop)
                        process.wait_ready(WAIT_S)
        asyncio.run(migrate(settings.database))
        yield


def _hold(settings: Settings) -> IO[str] | None:
    """The lock of the state directory, or None where a Packshot runs on it, once its database answers.

    Another call's servers stop with it, so that one is waited for.
    """
    from packshot.embedded.guard import AlreadyRunningError, hold
    from packshot.embedded.servers import POSTGRES_SOCKET

    until = time.monotonic() + WAIT_S
    while True:
        try:
            return hold(settings.state_dir, "call")
        except AlreadyRunningError as running:
            answers = (settings.sockets / POSTGRES_SOCKET).exists() or not settings.embeds_database
            if running.facts["purpose"] == "up" and answers:
                return None
            if time.monotonic() > until:
                raise
        time.sleep(POLL_S)
