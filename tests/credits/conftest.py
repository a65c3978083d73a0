"""Accounts with a wallet, to move credits in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from packshot.credits import ledger
from packshot.credits.models import Bucket
from packshot.db import new_id, transaction

OpenAccount = Callable[..., Awaitable[UUID]]


@pytest.fixture
def open_account(database: None) -> OpenAccount:
    """Opens an account that has so many credits of either bucket, and gives its id."""

    async def opened(allowance: int = 0, purchased: int = 0) -> UUID:
        account = new_id()
        async with transaction(account) as session:
            await ledger.open_wallet(session, account)
            for bucket, credits in ((Bucket.ALLOWANCE, allowance), (Bucket.PURCHASED, purchased)):
                if credits:
                    await ledger.grant(session, account, credits, bucket, f"start:{bucket}:{account}", "To start with.")
        return account

    return opened
