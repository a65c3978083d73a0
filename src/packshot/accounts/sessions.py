"""Logins that last: a refresh token is good for one use, and one that comes again ends the login it belongs to.

A token names its session and its number in it, and is signed; nothing of it is stored. Whoever steals one and its owner
both hold number n: the second of them to use it, after the other went on to n + 1, gives the theft away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.models import Membership, Session, User
from packshot.accounts.signing import signature, signed

LASTS = timedelta(days=7)  # since its last use
USE_NOTED_EVERY = timedelta(hours=1)  # of a browser: a write per click would be one too many
GRACE = timedelta(seconds=5)  # in which a client that lost the answer, or asked twice at once, may ask again
_TOKEN = re.compile(r"rt_([0-9a-f]{32})_([0-9]{1,9})_([\w-]{43})", re.ASCII)
_COOKIE = re.compile(r"([0-9a-f]{32})\.([\w-]{43})", re.ASCII)
_REFRESH, _PAGES = "refresh token", "page cookie"
_LIVES = (Session.ended_at.is_(None), Session.expires_at > func.clock_timestamp())


@dataclass(frozen=True)
class Refreshed:
    """A session that goes on, its user, and the refresh token that is good now."""

    session: Session
    user: User
    token: str


async def begin(db: AsyncSession, membership: Membership) -> Session:
    """A new login."""
    session = Session(
        account_id=membership.account_id, user_id=membership.user_id, expires_at=datetime.now(UTC) + LASTS, rotation=0
    )
    db.add(session)
    await db.flush()
    return session


def refresh_token(session: Session) -> str:
    """The refresh token that is good now."""
    message = f"{session.id.hex}_{session.rotation}"
    return f"rt_{message}_{signature(_REFRESH, message)}"


def cookie(session: Session) -> str:
    """What a browser keeps to stay logged in. It stays the same, and means nothing to anybody else."""
    return f"{session.id.hex}.{signature(_PAGES, session.id.hex)}"


async def refresh(db: AsyncSession, token: str) -> Refreshed | None:
    """The session of `token`, with its next refresh token. None if the token is not good for anything.

    The immediate predecessor of the newest token gets that one again within GRACE. An older token ends the session:
    the caller has to commit that before it refuses.
    """
    read = _TOKEN.fullmatch(token)
    if read is None or not signed(_REFRESH, f"{read[1]}_{read[2]}", read[3]):
        return None
    id, number = UUID(read[1]), int(read[2])
    session = await db.scalar(
        update(Session)
        .where(Session.id == id, Session.rotation == number, *_LIVES)
        .values(
            rotation=Session.rotation + 1,
            rotated_at=func.clock_timestamp(),
            expires_at=func.clock_timestamp() + LASTS,
        )
        .returning(Session)
        .execution_options(populate_existing=True)
    )
    if session is None:
        session = await _within_grace(db, id, number)
    user = session and await _enabled(db, session)
    return Refreshed(session, user, refresh_token(session)) if session and user else None


async def _within_grace(db: AsyncSession, id: UUID, number: int) -> Session | None:
    """The session, if `number` was overtaken a moment ago by the client itself; otherwise it is ended."""
    recently = Session.rotated_at > func.clock_timestamp() - GRACE
    session = await db.scalar(
        select(Session).where(Session.id == id, Session.rotation == number + 1, recently, *_LIVES)
    )
    if session is None:
        await _end(db, id)
    return session


async def of_cookie(db: AsyncSession, value: str) -> tuple[Session, User] | None:
    """The session of a browser, and who it belongs to. None if it has ended, or the cookie is not ours."""
    read = _COOKIE.fullmatch(value)
    if read is None or not signed(_PAGES, read[1], read[2]):
        return None
    session = await db.scalar(select(Session).where(Session.id == UUID(read[1]), *_LIVES))
    user = session and await _enabled(db, session)
    if session is None or user is None:
        return None
    if session.expires_at < datetime.now(UTC) + LASTS - USE_NOTED_EVERY:
        session.expires_at = datetime.now(UTC) + LASTS
    return session, user


async def of_user(db: AsyncSession, user_id: UUID) -> Sequence[Session]:
    """The logins of a user that go on, newest first."""
    living = select(Session).where(Session.user_id == user_id, *_LIVES)
    return (await db.scalars(living.order_by(Session.id.desc()))).all()


async def end_login(db: AsyncSession, user_id: UUID, session_id: UUID) -> None:
    """Logs a user out on one device."""
    theirs = update(Session).where(Session.id == session_id, Session.user_id == user_id, Session.ended_at.is_(None))
    await db.execute(theirs.values(ended_at=func.clock_timestamp()))


async def end(db: AsyncSession, token: str) -> None:
    """Logs out: ends the session of a refresh token, whichever of its tokens it is."""
    read = _TOKEN.fullmatch(token)
    if read and signed(_REFRESH, f"{read[1]}_{read[2]}", read[3]):
        await _end(db, UUID(read[1]))


async def _end(db: AsyncSession, id: UUID) -> None:
    ended = update(Session).where(Session.id == id, Session.ended_at.is_(None))
    await db.execute(ended.values(ended_at=func.clock_timestamp()))


async def _enabled(db: AsyncSession, session: Session) -> User | None:
    return await db.scalar(select(User).where(User.id == session.user_id, User.disabled_at.is_(None)))
