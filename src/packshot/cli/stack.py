"""What a command needs that works on the database: the servers that run, or ours for as long as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")


def in_transaction(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Does `work` in one transaction that sees every account."""
    from packshot.db import dispose, transaction
    from packshot.embedded import attach_or_start
    from packshot.log import configure
    from packshot.settings import settings

    configure("command", "warning")

    async def done() -> T:
        try:
            async with transaction(system=True) as session:
                return await work(session)
        finally:
            await dispose()

    with attach_or_start(settings()):
        return asyncio.run(done())
