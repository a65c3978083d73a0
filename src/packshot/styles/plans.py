"""Which accounts may use the styles that are for paying customers, and what a credit brings."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot import config
from packshot.accounts.models import Account
from packshot.db import Direct

PRO_TIERS = config.key(
    "styles.pro_tiers",
    Annotated[list[str], Field(max_length=20)],
    ["pro", "business", "enterprise"],
    "A list of the tiers whose accounts may use Pro styles.",
)
CREDIT_MICROS = config.key(
    "styles.credit_micros",
    Annotated[int, Field(ge=0, le=10_000_000)],
    100_000,
    "What a credit brings at least, in millionths of a dollar: margins of styles are reckoned with it.",
)


async def is_pro(session: AsyncSession, account_id: UUID) -> bool:
    """Whether the account's plan has Pro styles."""
    tier = await session.scalar(select(Account.tier).where(Account.id == account_id))
    return tier in await config.get(PRO_TIERS)


async def is_pro_direct(session: Direct, account_id: UUID) -> bool:
    """The same on the bare driver."""
    row = await session.row("select tier from account where id = $1", account_id)
    return row is not None and row["tier"] in await config.get(PRO_TIERS)
