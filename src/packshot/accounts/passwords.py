"""Passwords: hashed with argon2id, two at a time beside the event loop; bcrypt hashes of other shops still open."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from packshot.errors import BadInputError

SHORTEST, LONGEST = 8, 256  # characters; OWASP ASVS 5.0, 6.2.1 and 6.2.9
BCRYPT_BYTES = 72  # bcrypt never looked further, and its library refuses to be asked
_ARGON2 = Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's cheapest for argon2id
_HASHES = PasswordHash((_ARGON2, BcryptHasher()))

T = TypeVar("T")


@dataclass(frozen=True)
class Verified:
    """Whether a password was right, and the hash to keep from now on where the stored one is out of date."""

    right: bool
    better_hash: str | None = None


async def hashed(password: str) -> str:
    """The hash to keep of a new password. BadInputError if it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInputError(
            f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}.",
            remedy="Choose another password.",
        )
    return await _beside_the_loop(lambda: _ARGON2.hash(password.encode()))


async def verify(password: str, stored: str | None) -> Verified:
    """Checks a password against a stored hash; without one (nobody has that email) it takes as long, and is wrong."""
    return await _beside_the_loop(lambda: _verify(password.encode(), stored))


def _verify(password: bytes, stored: str | None) -> Verified:
    known = stored or _hash_of_nobody()
    from_bcrypt = BcryptHasher.identify(known)
    try:
        right = _HASHES.verify(password[:BCRYPT_BYTES] if from_bcrypt else password, known)
    except (UnknownHashError, ValueError):  # not a hash, or one of a bcrypt that never was
        return Verified(False)
    if not right:
        return Verified(False)
    outdated = from_bcrypt or _ARGON2.check_needs_rehash(known)
    return Verified(True, _ARGON2.hash(password) if outdated else None)


@cache
def _hash_of_nobody() -> str:
    return _ARGON2.hash(secrets.token_bytes())


@cache
def _threads() -> ThreadPoolExecutor:
    """Two: a flood of logins must not take every core, nor all the memory that argon2 asks for."""
    return ThreadPoolExecutor(2, thread_name_prefix="passwords")


async def _beside_the_loop(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads(), work)
