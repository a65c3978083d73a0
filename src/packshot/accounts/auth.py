"""Who is asking: what a route declares to know its user, to be refused without one, and to see only their rows.

The API takes an access token or an API key as bearer and nothing else: cookies are ignored, so that no other site can
make a browser ask for its user.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.contextvars import bind_contextvars

from packshot.accounts import api_keys, rate_limit, tokens
from packshot.accounts.models import Scope
from packshot.accounts.principal import Principal
from packshot.db import transaction
from packshot.errors import ForbiddenError, UnauthenticatedError
from packshot.settings import settings

_bearer = HTTPBearer(auto_error=False, description="An access token or an API key.")
_READING = ("GET", "HEAD", "OPTIONS")


async def current_user(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    """Who is asking, within their rate limit. Reading needs the scope `read`, everything else `write`."""
    if credentials is None:
        raise UnauthenticatedError(
            "This needs an access token or an API key.", remedy="Send it as Authorization: Bearer …"
        )
    try:
        principal = await _read(credentials.credentials)
    except UnauthenticatedError:
        await rate_limit.hit("address", address(request), per_minute())
        raise
    bind_contextvars(account_id=str(principal.account_id))
    standing = await rate_limit.hit("account", str(principal.account_id), per_minute())
    request.state.standing = standing
    request.state.headers = standing.headers("account")
    _require(principal, Scope.READ if request.method in _READING else Scope.WRITE)
    return principal


CurrentUser = Annotated[Principal, Depends(current_user)]


async def spender(request: Request, principal: CurrentUser) -> Principal:
    """Who is asking, allowed to spend the account's credits: needs the scope `shoot` too."""
    _require(principal, Scope.SHOOT)
    rate_limit.require_shared(request.state.standing)
    return principal


Spender = Annotated[Principal, Depends(spender)]


async def who_spends(request: Request) -> Principal:
    """`Spender` for a route that asks for itself."""
    return await spender(request, await current_user(request, await _bearer(request)))


async def person(principal: CurrentUser) -> Principal:
    """Who is asking, logged in: an API key cannot make or revoke keys."""
    if principal.via != "token":
        raise ForbiddenError("An API key cannot do this.", remedy="Log in at POST /api/auth/login.")
    return principal


Person = Annotated[Principal, Depends(person)]


async def account_session(principal: CurrentUser) -> AsyncGenerator[AsyncSession]:
    """A transaction that sees the rows of the user's account, committed before the answer goes out."""
    async with transaction(principal.account_id) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(account_session, scope="function")]


def per_minute() -> RateLimitItemPerMinute:
    """The limit of an account, and of an address that nobody has logged in from."""
    return RateLimitItemPerMinute(settings().rate_limit)


def address(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "unknown"


async def _read(bearer: str) -> Principal:
    if not bearer.startswith(api_keys.PREFIX):
        return tokens.read(bearer)
    async with transaction(system=True) as session:
        return await api_keys.authenticate(session, bearer)


def _require(principal: Principal, scope: Scope) -> None:
    if scope not in principal.scopes:
        raise ForbiddenError(
            f"This API key may not do this: it lacks the scope {scope}.", remedy="Use a key that has it, or log in."
        )
