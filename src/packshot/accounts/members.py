"""The people of an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.models import Membership, Part, User


@dataclass(frozen=True)
class Member:
    """A person and what they are in the account."""

    user_id: UUID
    name: str
    email: str
    part: Part


async def members(session: AsyncSession, account_id: UUID) -> Sequence[Member]:
    """Who belongs to an account, its owners first."""
    rows = await session.execute(
        select(User.id, User.name, User.email, Membership.part)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id)
        .order_by(Membership.part.desc(), User.id)
    )
    return [Member(id, name, email, Part(part)) for id, name, email, part in rows]
