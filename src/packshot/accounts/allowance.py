"""The free tier's credits: every account on it starts each month with so many."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.models import FREE, Account
from packshot.credits import ledger
from packshot.settings import settings


async def start_month(session: AsyncSession, account: Account, now: datetime) -> None:
    """Tops the allowance up for the month of `now` (UTC), once."""
    month = f"{now:%Y-%m}"
    await ledger.set_allowance(session, account.id, settings().free_credits, f"allowance:{account.id}:{month}")
    account.allowance_month = month


async def start_months(session: AsyncSession, now: datetime, limit: int = 100) -> int:
    """Starts the month of accounts that are behind, in a transaction of the system; how many they were.

    Accounts that another process is at are left to it.
    """
    behind = select(Account).where(Account.tier == FREE, Account.allowance_month < f"{now:%Y-%m}").order_by(Account.id)
    accounts = (await session.scalars(behind.limit(limit).with_for_update(skip_locked=True))).all()
    for account in accounts:
        await start_month(session, account, now)
    return len(accounts)
