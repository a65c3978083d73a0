"""The people of an account: listed, invited by mail, joined, removed; and which account somebody works in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.models import Account, Membership, Part, Session, User
from packshot.accounts.register import normal_email
from packshot.errors import BadInputError, ConflictError, ForbiddenError, NotFoundError
from packshot.mail import send
from packshot.settings import settings

LASTS_S = 7 * 86_400


@dataclass(frozen=True)
class Member:
    """A person and what they are in the account."""

    user_id: UUID
    name: str
    email: str
    part: Part


@dataclass(frozen=True)
class Invitation:
    """Who may join which account."""

    account: Account
    email: str


async def members(session: AsyncSession, account_id: UUID) -> Sequence[Member]:
    """Who belongs to an account, its owners first."""
    rows = await session.execute(
        select(User.id, User.name, User.email, Membership.part)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id)
        .order_by(Membership.part.desc(), User.id)
    )
    return [Member(id, name, email, Part(part)) for id, name, email, part in rows]


async def accounts_of(session: AsyncSession, user_id: UUID) -> Sequence[Account]:
    """The accounts that a user belongs to, in a transaction of the system."""
    theirs = select(Account).join(Membership, Membership.account_id == Account.id)
    return (await session.scalars(theirs.where(Membership.user_id == user_id).order_by(Account.id))).all()


async def invite(account: str, account_id: UUID, by: str, email: str) -> None:
    """Mails a link with which who has this email can join."""
    known = normal_email(email)
    link = f"{settings().base_url.rstrip('/')}/invitation?link={_signer().dumps([account_id.hex, known])}"
    await send(
        known,
        f"{by} invites you to {account} on Packshot",
        f"Hello,\n\n{by} would like to share the account {account} with you: its products, pictures and credits.\n"
        f"Join within a week:\n\n{link}\n",
    )


async def invitation(session: AsyncSession, link: str) -> Invitation:
    """What a link invites to, in a transaction of the system; BadInputError if it is no longer good."""
    try:
        id, email = _signer().loads(link, max_age=LASTS_S)
    except BadSignature:
        id, email = "0" * 32, ""
    account = await session.get(Account, UUID(id))
    if account is None:
        raise BadInputError("This invitation is no longer good.", remedy="Ask for a new one.")
    return Invitation(account, email)


async def join(session: AsyncSession, invited: Invitation, user_id: UUID, email: str) -> None:
    """Makes the invited person a member; ForbiddenError for anybody else, whoever forwarded the link."""
    if email != invited.email:
        raise ForbiddenError(
            f"This invitation is for {invited.email}; you are logged in as {email}.", remedy="Log in as the other one."
        )
    member = insert(Membership).values(account_id=invited.account.id, user_id=user_id, part=Part.MEMBER)
    await session.execute(member.on_conflict_do_nothing())


async def remove(session: AsyncSession, account_id: UUID, user_id: UUID) -> None:
    """Ends a membership, and with it that person's logins and keys in the account. An owner stays."""
    membership = await session.get(Membership, (account_id, user_id))
    if membership is None:
        raise NotFoundError("Nobody like that belongs to this account.")
    if membership.part == Part.OWNER:
        raise ConflictError("The owner of an account stays in it.")
    await session.execute(delete(Membership).where(Membership.account_id == account_id, Membership.user_id == user_id))


async def work_in(session: AsyncSession, session_id: UUID, user_id: UUID, account_id: UUID) -> None:
    """Has a login go on in another account of its user, in a transaction of the system."""
    if await session.get(Membership, (account_id, user_id)) is None:
        raise NotFoundError("You do not belong to this account.")
    theirs = update(Session).where(Session.id == session_id, Session.user_id == user_id)
    await session.execute(theirs.values(account_id=account_id))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret, salt="invitation")
