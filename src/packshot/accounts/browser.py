"""Who sits at the browser: a session cookie made into a principal, and what the head of every page shows."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from limits import RateLimitItemPerMinute
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bind_contextvars

from packshot.accounts import rate_limit, sessions
from packshot.accounts.models import Account, Membership, Part, Role
from packshot.accounts.principal import EVERY_SCOPE, Principal
from packshot.credits import ledger
from packshot.db import transaction
from packshot.errors import ForbiddenError, UnauthenticatedError
from packshot.web import csrf

COOKIE = "session"
CLICKS = RateLimitItemPerMinute(300)  # of one account, for what changes something
_READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Viewer:
    """Who looks at a page, and what their account can spend."""

    principal: Principal
    session_id: UUID
    email: str
    name: str
    account: str
    part: Part
    available: int
    held: int

    @property
    def is_admin(self) -> bool:
        return self.principal.role == Role.ADMIN


async def viewer_or_none(request: Request) -> Viewer | None:
    """Who is logged in here, if anybody is; every page below shows them in its head."""
    value = request.cookies.get(csrf.cookie_name(COOKIE), "")
    found = await _viewer(value) if value else None
    request.state.viewer = found
    if found:
        bind_contextvars(account_id=str(found.principal.account_id))
        if request.method not in _READING:
            await rate_limit.hit("clicks", str(found.principal.account_id), CLICKS)
    return found


MaybeViewer = Annotated[Viewer | None, Depends(viewer_or_none)]


async def viewer(found: MaybeViewer) -> Viewer:
    """Who is logged in; nobody is led to the login, and back."""
    if found is None:
        raise UnauthenticatedError("You are not logged in.", remedy="Log in.")
    return found


LoggedIn = Annotated[Viewer, Depends(viewer)]


async def admin(found: LoggedIn) -> Viewer:
    """An operator of this Packshot."""
    if not found.is_admin:
        raise ForbiddenError(
            "Access denied: you need admin privileges.", remedy="Ask whoever runs this Packshot to make you an admin."
        )
    return found


Admin = Annotated[Viewer, Depends(admin)]


async def page_session(found: LoggedIn) -> AsyncGenerator[AsyncSession]:
    """A transaction that sees the rows of the viewer's account, committed before the answer goes out."""
    async with transaction(found.principal.account_id) as session:
        yield session


PageSession = Annotated[AsyncSession, Depends(page_session, scope="function")]


def stay_logged_in(response: Response, session: sessions.Session) -> None:
    """Gives the browser the cookie of a session."""
    csrf.set_cookie(response, COOKIE, sessions.cookie(session), csrf.YEAR_S)  # the session knows when it ends


def drop_login(response: Response) -> None:
    """Has the browser forget its session."""
    csrf.drop_cookie(response, COOKIE)


async def _viewer(value: str) -> Viewer | None:
    async with transaction(system=True) as session:
        found = await sessions.of_cookie(session, value)
        if found is None:
            return None
        login, user = found
        account = await session.get_one(Account, login.account_id)
        membership = await session.get_one(Membership, (login.account_id, user.id))
        wallet = await ledger.balance(session, login.account_id)
        return Viewer(
            principal=Principal(user.id, login.account_id, Role(user.role), EVERY_SCOPE, via="cookie"),
            session_id=login.id,
            email=user.email,
            name=user.name,
            account=account.name,
            part=Part(membership.part),
            available=wallet.available,
            held=wallet.held,
        )
