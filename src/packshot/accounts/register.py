"""Signing up: a person, an account of their own, its wallet and the credits of the free tier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.allowance import start_month
from packshot.accounts.models import Account, Membership, Part, Role, User
from packshot.credits import ledger
from packshot.db import new_id
from packshot.errors import BadInputError, ConflictError, NotFoundError

log = structlog.get_logger(__name__)

_EMAIL = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")  # visible ASCII without another @
_LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3


@dataclass(frozen=True)
class Registered:
    """A user in an account."""

    user: User
    account: Account
    membership: Membership


def normal_email(text: str) -> str:
    """The form in which an email is kept and looked up. BadInputError if it cannot be one."""
    email = text.strip().lower()
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise BadInputError(
            f"{text[:_LONGEST_EMAIL]!r} is not an email address.", remedy="Write it as name@example.com."
        )
    return email


async def register(
    session: AsyncSession, email: str, password_hash: str, name: str = "", role: Role = Role.USER
) -> Registered:
    """Makes the user and their account, in a transaction of the system. ConflictError if the email is taken."""
    email = normal_email(email)
    name = name or email.partition("@")[0]
    user = await session.scalar(
        insert(User)
        .values(id=new_id(), email=email, name=name, password_hash=password_hash, role=role)
        .on_conflict_do_nothing(index_elements=[User.email])
        .returning(User)
    )
    if user is None:
        raise ConflictError(f"{email} is registered already.", remedy="Log in instead.")
    account = Account(id=new_id(), name=name)
    membership = Membership(account_id=account.id, user_id=user.id, part=Part.OWNER)
    session.add(account)
    await session.flush()
    session.add(membership)
    await session.flush()
    await ledger.open_wallet(session, account.id)
    await start_month(session, account, datetime.now(UTC))
    log.info("registered", user_id=str(user.id), account_id=str(account.id), role=role)
    return Registered(user, account, membership)


async def user_of(session: AsyncSession, email: str) -> User:
    """Who has an email. NotFoundError if nobody has."""
    user = await session.scalar(select(User).where(User.email == normal_email(email)))
    if user is None:
        raise NotFoundError(f"Nobody is registered as {email}.", remedy="Check the spelling, or register.")
    return user


async def home(session: AsyncSession, user: User) -> Membership:
    """The account that a user works in: their own, else the first they belong to."""
    memberships = select(Membership).where(Membership.user_id == user.id)
    own_first = memberships.order_by((Membership.part == Part.OWNER).desc(), Membership.account_id).limit(1)
    found = await session.scalar(own_first)
    if found is None:
        raise NotFoundError(f"{user.email} belongs to no account any more.", remedy="Ask to be added to one.")
    return found
