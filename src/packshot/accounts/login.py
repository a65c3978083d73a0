"""Logging in with email and password: the same answer, after the same work, for a wrong one of either."""

from __future__ import annotations

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts import sessions
from packshot.accounts.models import User
from packshot.accounts.passwords import Verified
from packshot.accounts.register import home, normal_email
from packshot.errors import BadInputError, ForbiddenError, UnauthenticatedError

log = structlog.get_logger(__name__)


async def stored_hash(session: AsyncSession, email: str) -> str | None:
    """The hash to verify a password against, in a transaction of the system. None if nobody has that email."""
    try:
        known = normal_email(email)
    except BadInputError:
        known = ""
    return await session.scalar(select(User.password_hash).where(User.email == known))


async def log_in(session: AsyncSession, email: str, verified: Verified) -> sessions.Refreshed:
    """A new session of the user whose password was verified; keeps the better hash if there is one.

    Verifying takes a while, so it is done between two transactions: `stored_hash`, `passwords.verify`, then this.
    """
    if not verified.right:
        log.info("login refused")
        raise UnauthenticatedError("The email or the password is wrong.", remedy="Check both, and try again.")
    user = await session.scalar(select(User).where(User.email == normal_email(email)))
    if user is None or user.disabled_at is not None:
        raise ForbiddenError("This user has been disabled.", remedy="Ask whoever runs this Packshot.")
    if verified.better_hash:
        user.password_hash = verified.better_hash
    begun = await sessions.begin(session, await home(session, user))
    log.info("logged in", user_id=str(user.id), account_id=str(begun.account_id))
    return sessions.Refreshed(begun, user, sessions.refresh_token(begun))
