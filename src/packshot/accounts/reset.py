"""A new password for who forgot theirs: a link by mail, good for an hour and for one use."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts import passwords
from packshot.accounts.models import Session, User
from packshot.accounts.register import normal_email
from packshot.db import transaction
from packshot.errors import BadInputError
from packshot.mail import send
from packshot.settings import settings

LASTS_S = 3600


class LinkSpentError(BadInputError):
    """The link was used, is too old, or was not copied whole."""

    def __init__(self) -> None:
        super().__init__("This link is no longer good.", remedy="Ask for a new one.")


async def forgot(email: str) -> None:
    """Mails the link to who has this email. Nobody is told whether anybody does."""
    async with transaction(system=True) as session:
        known = select(User).where(User.email == normal_email(email), User.disabled_at.is_(None))
        user = await session.scalar(known)
    if user is not None:
        link = f"{settings().base_url.rstrip('/')}/password/new?link={_link(user)}"
        await send(
            user.email,
            "A new password for Packshot",
            f"Hello {user.name},\n\nhere you can choose a new password, within the hour:\n\n{link}\n\n"
            "If you did not ask for this, nothing has changed, and you can forget this mail.\n",
        )


async def choose(link: str, password: str) -> None:
    """Sets the password that `link` allows to set, and ends every login of its user. LinkSpentError if it does not."""
    async with transaction(system=True) as session:
        await _user_of(session, link)
    digest = await passwords.hashed(password)
    async with transaction(system=True) as session:
        user = await _user_of(session, link)
        user.password_hash = digest
        await session.execute(
            update(Session).where(Session.user_id == user.id, Session.ended_at.is_(None)).values(ended_at=func.now())
        )


def _link(user: User) -> str:
    return _signer().dumps([user.id.hex, _fingerprint(user)])


async def _user_of(session: AsyncSession, link: str) -> User:
    """The user of a link that was not used: using it changes the hash that it names."""
    try:
        id, fingerprint = _signer().loads(link, max_age=LASTS_S)
    except BadSignature:
        raise LinkSpentError from None
    user = await session.get(User, UUID(id), with_for_update=True)
    if user is None or user.disabled_at or fingerprint != _fingerprint(user):
        raise LinkSpentError
    return user


def _fingerprint(user: User) -> str:
    return sha256(user.password_hash.encode()).hexdigest()[:16]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret, salt="password reset")
