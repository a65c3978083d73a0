"""Giving up what takes a vendor too long: it is told to stop, and what it says of it then counts."""

from __future__ import annotations

import logging
from dataclasses import replace

from packshot.engines.base import Done, Engine, Failed, Operation, Pending

log = logging.getLogger(__name__)


async def stopped(engine: Engine, operation: Operation, after_s: float) -> Done | Failed:
    """What becomes of an operation that was to take `after_s` seconds at most: it may just have been finished."""
    told: Pending | Done | Failed = Pending()
    try:
        await engine.cancel(operation)
    except Exception:
        log.warning("%s was not told to stop", engine.title, exc_info=True)
    try:
        told = await engine.poll(operation)
    except Exception:
        log.warning("%s could not be asked what became of it", engine.title, exc_info=True)
    if isinstance(told, Done):
        return told
    words = f"{engine.title} did not finish it within {after_s:g} seconds, and was told to stop."
    late = Failed("late", words, "Retry it, or choose another engine.", charged=None)
    return replace(late, charged=told.charged, cost=told.cost) if isinstance(told, Failed) else late
