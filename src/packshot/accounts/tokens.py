"""Access tokens: a quarter of an hour in which the API believes who somebody is without asking the database."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt

from packshot.accounts.models import Role, Session, User
from packshot.accounts.principal import EVERY_SCOPE, Principal
from packshot.accounts.signing import key_for
from packshot.errors import UnauthenticatedError
from packshot.settings import settings

LASTS_S = 900
_ALGORITHM = "HS256"
_PURPOSE = "access token"
_CLAIMS = ("sub", "account", "role", "iat", "exp")


def issue(session: Session, user: User) -> str:
    """A token of `user` in the account of `session` (JWT, RFC 7519) that lasts LASTS_S."""
    now = int(time.time())
    claims = {
        "sub": str(user.id),
        "account": str(session.account_id),
        "role": user.role,
        "iat": now,
        "exp": now + LASTS_S,
    }
    return jwt.encode(claims, key_for(_PURPOSE), _ALGORITHM)


def read(token: str) -> Principal:
    """Who a token is for. UnauthenticatedError if it is not ours, was altered, or has expired."""
    try:
        principal, expires = _verified(token, settings().secret)
        if expires <= time.time():
            raise jwt.ExpiredSignatureError
    except jwt.ExpiredSignatureError:
        raise UnauthenticatedError(
            "The access token has expired.", remedy="Get another at POST /api/auth/refresh."
        ) from None
    except (jwt.InvalidTokenError, ValueError, AttributeError):
        raise UnauthenticatedError(
            "The access token is not one of ours.", remedy="Log in at POST /api/auth/login."
        ) from None
    return principal


@lru_cache(maxsize=1000)
def _verified(token: str, _secret: str) -> tuple[Principal, int]:
    """Who a token is for, and the second at which it expires: what is true of a token once stays true of it."""
    claims: dict[str, Any] = jwt.decode(
        token, key_for(_PURPOSE), algorithms=[_ALGORITHM], options={"require": list(_CLAIMS)}
    )
    user, account, role = UUID(claims["sub"]), UUID(claims["account"]), Role(claims["role"])
    return Principal(user, account, role, EVERY_SCOPE, via="token"), int(claims["exp"])
