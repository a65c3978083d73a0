"""API keys: `pk_live_<id>_<secret><check>`, made so that a typo is told from a wrong key and a leaked one is found.

The shape follows GitHub's tokens: a prefix that scanners know, letters and digits only, and a CRC-32 of all the rest.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID
from zlib import crc32

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.models import ApiKey, Membership, Role, Scope, User
from packshot.accounts.principal import Principal
from packshot.db import new_id
from packshot.errors import BadInputError, NotFoundError, UnauthenticatedError

PREFIX = "pk_live_"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 22  # 62 ** 22 > 2 ** 128
_SECRET_LENGTH = 32  # 190 bits
_CHECK_LENGTH = 6  # 62 ** 6 > 2 ** 32
_SHAPE = re.compile(
    rf"{PREFIX}(?P<id>[{_DIGITS}]{{{_ID_LENGTH}}})_(?P<secret>[{_DIGITS}]{{{_SECRET_LENGTH}}})"
    rf"(?P<check>[{_DIGITS}]{{{_CHECK_LENGTH}}})"
)
_USE_NOTED_EVERY = timedelta(minutes=1)


def beginning(key: ApiKey) -> str:
    """How a key begins: enough to recognise it by, and nothing to use."""
    return PREFIX + _base62(key.id.int, _ID_LENGTH)


async def create(session: AsyncSession, owner: Membership, name: str, scopes: Iterable[Scope]) -> tuple[ApiKey, str]:
    """A new key of a member, and its text, which nobody can be told again."""
    kept = sorted(set(scopes))
    if not kept:
        raise BadInputError("A key without scopes can do nothing.", remedy=f"Give some of {', '.join(Scope)}.")
    secret = "".join(secrets.choice(_DIGITS) for _ in range(_SECRET_LENGTH))
    key = ApiKey(
        id=new_id(),
        account_id=owner.account_id,
        user_id=owner.user_id,
        name=name,
        scopes=[str(scope) for scope in kept],
        secret_hash=_hash(secret),
    )
    session.add(key)
    await session.flush()
    unchecked = f"{beginning(key)}_{secret}"
    return key, unchecked + _check(unchecked)


async def all_of(session: AsyncSession, account_id: UUID) -> Sequence[ApiKey]:
    """The keys of an account that are not revoked, newest first."""
    living = select(ApiKey).where(ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None))
    return (await session.scalars(living.order_by(ApiKey.id.desc()))).all()


async def revoke(session: AsyncSession, account_id: UUID, key_id: UUID) -> None:
    """Makes a key useless, at once and for ever. NotFoundError if the account has no such key."""
    revoked = (
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.account_id == account_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ApiKey.id)
    )
    if await session.scalar(revoked) is None:
        raise NotFoundError(f"There is no API key {key_id}.", remedy="List the keys with GET /api/keys.")


async def authenticate(session: AsyncSession, text: str) -> Principal:
    """Whose key `text` is, in a transaction of the system. UnauthenticatedError says what is wrong with it."""
    id, secret = read(text)
    found = (
        await session.execute(
            select(ApiKey, User)
            .join(User, User.id == ApiKey.user_id)
            .where(ApiKey.id == id, ApiKey.revoked_at.is_(None), User.disabled_at.is_(None))
        )
    ).one_or_none()
    if found is None or not hmac.compare_digest(found[0].secret_hash, _hash(secret)):
        raise UnauthenticatedError("The API key is unknown or revoked.", remedy="Make another at POST /api/keys.")
    key, user = found
    await _note_use(session, key)
    return Principal(user.id, key.account_id, Role(user.role), frozenset(map(Scope, key.scopes)), via="key")


def read(text: str) -> tuple[UUID, str]:
    """The id and the secret in a key's text. UnauthenticatedError if it was not copied as it is."""
    parts = _SHAPE.fullmatch(text)
    number = _number(parts["id"]) if parts else -1
    if parts is None or _check(text[:-_CHECK_LENGTH]) != parts["check"] or number >= 1 << 128:
        raise UnauthenticatedError(
            "This is not a whole API key: a part is missing, or has a typo.", remedy="Copy it again, all of it."
        )
    return UUID(int=number), parts["secret"]


async def _note_use(session: AsyncSession, key: ApiKey) -> None:
    """Keeps about when a key was last used, without a write per request."""
    lately = ApiKey.last_used_at > func.now() - _USE_NOTED_EVERY
    stale = update(ApiKey).where(ApiKey.id == key.id, or_(ApiKey.last_used_at.is_(None), ~lately))
    await session.execute(stale.values(last_used_at=func.now()))


def _hash(secret: str) -> bytes:
    """SHA-256: a secret of 190 random bits needs no slow hash."""
    return sha256(secret.encode()).digest()


def _check(text: str) -> str:
    return _base62(crc32(text.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits: list[str] = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _number(base62: str) -> int:
    number = 0
    for digit in base62:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number
