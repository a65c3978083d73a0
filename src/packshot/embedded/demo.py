"""The seller of `packshot up --demo`: somebody to log in as, with credits to spend."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from packshot.settings import Settings, kept_secret

EMAIL = "demo@packshot.example"
CREDITS = 1000
PASSWORD_BYTES = 8  # random ones: 16 characters that a person may have to type
PRICE = "PACKSHOT_STUDIO_CREDITS"


def set_price(environment: MutableMapping[str, str]) -> None:
    """A picture of the embedded studio costs a credit unless its price was set: with --demo, money moves."""
    if not environment.get(PRICE):
        environment[PRICE] = "1"


def password_file(settings: Settings) -> Path:
    """Where the password lies, readable by whoever runs Packshot."""
    return settings.state_dir / "demo_password"


def password(settings: Settings) -> str:
    """The seller's password, made at the first use."""
    return kept_secret(password_file(settings), PASSWORD_BYTES)


async def make_seller(password: str) -> None:
    """Registers the seller, or gives the one of an earlier start this password; grants the credits once."""
    from packshot.accounts.passwords import hashed, verify
    from packshot.accounts.register import home, register, user_of
    from packshot.credits import ledger
    from packshot.credits.models import Bucket
    from packshot.db import dispose, transaction
    from packshot.errors import NotFoundError
    from packshot.log import configure

    configure("demo", "warning")
    async with transaction(system=True) as session:
        try:
            user = await user_of(session, EMAIL)
            if not (await verify(password, user.password_hash)).right:
                user.password_hash = await hashed(password)
        except NotFoundError:
            user = (await register(session, EMAIL, await hashed(password), "Demo seller")).user
        account = (await home(session, user)).account_id
        await ledger.grant(
            session, account, CREDITS, Bucket.PURCHASED, f"grant:{account}:demo", "To try Packshot with."
        )
    await dispose()
