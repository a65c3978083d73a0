"""What happens to accounts by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from packshot.accounts.allowance import start_months
from packshot.db import transaction
from packshot.tasks import task


@task(queue="io")
async def renew() -> None:
    """Starts the month of every account that is behind, a few per transaction."""
    behind = True
    while behind:
        async with transaction(system=True) as session:
            behind = bool(await start_months(session, datetime.now(UTC)))
