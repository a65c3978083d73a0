"""What workers do for shoots, woken by hints."""

from __future__ import annotations

from uuid import UUID

import structlog

from packshot.shoots import cancel
from packshot.shoots import preview as making
from packshot.shoots import sweep as sweeping
from packshot.shoots.advance import advance
from packshot.tasks import task

log = structlog.get_logger(__name__)


@task(queue="io")
async def advance_io(*generation_ids: UUID) -> None:
    """The next step of generations that wait for a vendor, side by side."""
    await advance("io", *generation_ids)


@task(queue="cpu")
async def advance_cpu(*generation_ids: UUID) -> None:
    """The next step of generations that are made of pixels here, one after another."""
    for id in generation_ids:
        await advance("cpu", id)


@task(queue="io")
async def sweep() -> None:
    """Finds forgotten work."""
    await sweeping.sweep()


@task(queue="io")
async def call_off(*attempt_ids: UUID) -> None:
    """Asks vendors to stop what nobody wants any more."""
    for id in attempt_ids:
        try:
            await cancel.call_off(id)
        except Exception:
            log.warning("not called off", attempt_id=str(id), exc_info=True)


@task(queue="cpu", timeout_s=60)
async def develop(*order_ids: UUID) -> None:
    """Makes what somebody wants to look at."""
    for id in order_ids:
        await making.develop(id)
