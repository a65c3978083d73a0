"""Getting in: registering and logging in with a password, from their rate limits to a session."""

from __future__ import annotations

from dataclasses import dataclass

from limits import RateLimitItemPerMinute

from packshot.accounts import passwords, rate_limit, sessions
from packshot.accounts.auth import per_minute
from packshot.accounts.login import log_in, stored_hash
from packshot.accounts.register import Registered, normal_email, register
from packshot.db import transaction

LOGINS = RateLimitItemPerMinute(10)  # of one email: enough for a person, too few to guess a password


@dataclass(frozen=True)
class Entered:
    """Somebody who has just registered, and is logged in."""

    registered: Registered
    session: sessions.Session


async def sign_up(email: str, password: str, name: str, address: str) -> Entered:
    """Makes a user with an account of their own, and logs them in. `address` is where they ask from."""
    await rate_limit.hit_shared("address", address, per_minute())
    normal_email(email)
    digest = await passwords.hashed(password)
    async with transaction(system=True) as session:
        registered = await register(session, email, digest, name)
        return Entered(registered, await sessions.begin(session, registered.membership))


async def sign_in(email: str, password: str, address: str) -> sessions.Refreshed:
    """Logs a user in; UnauthenticatedError if email or password is wrong."""
    await rate_limit.hit_shared("address", address, per_minute())
    await rate_limit.hit_shared("login", email.strip().lower(), LOGINS)
    async with transaction(system=True) as session:
        stored = await stored_hash(session, email)
    verified = await passwords.verify(password, stored)
    async with transaction(system=True) as session:
        return await log_in(session, email, verified)
