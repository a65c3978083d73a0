"""What workers do about vendors, woken by the clock."""

from __future__ import annotations

from packshot.tasks import task
from packshot.vendors import retirement


@task(queue="io")
async def check() -> None:
    """Asks when models end, and warns of those that end soon."""
    await retirement.check()
