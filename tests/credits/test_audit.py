"""The audit finds what the ledger's own guards would have refused, and explains what it paid for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from packshot.credits import ledger
from packshot.credits.audit import audit, explain
from packshot.credits.errors import NoHoldError
from packshot.db import engine, new_id, transaction

OpenAccount = Callable[..., Awaitable[UUID]]

# How the owner of the database could spoil a ledger: triggers off, row by row.
SPOILT = {
    "update wallet set purchased = purchased + 1": {"sums"},
    "update wallet set seq = seq + 1": {"sums"},
    "update wallet set held_allowance = held_allowance + 1": {"sums", "open holds"},
    "update ledger_entry set d_purchased = d_purchased + 1 where seq = 2": {"chain", "sums"},
    "update ledger_entry set allowance_after = allowance_after + 1 where seq = 1": {"chain"},
    "delete from ledger_entry where seq = 1": {"chain", "sums"},
    "delete from hold where state = 'held'": {"open holds", "holds of an entry"},
    "delete from hold where state = 'captured'": {"holds of an entry", "settlement"},
    "update hold set purchased = purchased + 1 where state = 'held'": {"open holds", "holds of an entry"},
    "update hold set state = 'released', settled_at = now() where state = 'held'": {"open holds", "settlement"},
    "update hold set state = 'held', settled_at = null where state = 'captured'": {"open holds", "settlement"},
    "update hold set state = 'released' where state = 'captured'": {"settlement"},
    "update hold set entry_id = (select id from ledger_entry where seq = 1)": {
        "holds of an entry",
        "hold without its entry",
    },
    "update ledger_entry set kind = 'release' where kind = 'capture'": {"settlement"},
    "delete from wallet": {"sums", "open holds"},
    "drop index uq_ledger_entry_settlement; update ledger_entry set kind = 'release', generation_id = "
    "(select generation_id from hold where state = 'captured') where seq = 1": {"settled twice", "settlement"},
}


@asynccontextmanager
async def spoilt(statements: str) -> AsyncGenerator[AsyncConnection]:
    """What the owner sees after changing rows with the triggers off; all of it is undone."""
    async with engine().connect() as owner:
        await owner.execute(text("set local packshot.account = '*'"))
        await owner.execute(text("set local session_replication_role = replica"))
        for statement in statements.split(";"):
            await owner.execute(text(statement))
        yield owner
        await owner.rollback()


@pytest.mark.parametrize("statements", SPOILT)
async def test_a_spoilt_ledger_is_found(open_account: OpenAccount, statements: str) -> None:
    account, captured, held = await open_account(allowance=3, purchased=9), new_id(), new_id()
    async with transaction(account) as session:
        await ledger.hold(session, account, new_id(), [(captured, 2), (held, 5)])
        await ledger.capture(session, captured)
        assert await audit(session) == []
    async with spoilt(statements) as owner, AsyncSession(owner) as session:
        assert {violation.rule for violation in await audit(session)} == SPOILT[statements]


async def test_an_account_is_audited_alone(open_account: OpenAccount) -> None:
    account, other = await open_account(purchased=1), await open_account(purchased=1)
    for who in (account, other):
        async with transaction(who) as session:
            await session.execute(text(f"update wallet set purchased = 2 where account_id = '{account}'"))
            assert {violation.account_id for violation in await audit(session)} == (
                {account} if who == account else set()
            )
            await session.rollback()


async def test_a_generation_is_explained_in_words(open_account: OpenAccount) -> None:
    account, mixed, free, retried = await open_account(allowance=3, purchased=9), new_id(), new_id(), new_id()
    shoot = new_id()
    async with transaction(account) as session:
        await ledger.hold(session, account, shoot, [(mixed, 4), (free, 0)])
        await ledger.hold(session, account, shoot, [(retried, 1)], key=f"hold:{retried}")
        await ledger.release(session, mixed)
        await ledger.capture(session, free)
        lines = {id: [line.split(": ", 1)[1] for line in await explain(session, id)] for id in (mixed, free, retried)}
    both = "3 credits of the allowance and 1 credit purchased"
    assert lines[mixed] == [f"{both} held for it.", f"released: {both} given back."]
    assert lines[free] == ["0 credits held for it.", "captured: 0 credits spent."]
    assert lines[retried] == ["1 credit purchased held for it."]


async def test_there_is_nothing_to_explain_without_a_hold(open_account: OpenAccount) -> None:
    account, stranger, generation = await open_account(purchased=9), await open_account(), new_id()
    async with transaction(account) as session:
        await ledger.hold(session, account, new_id(), [(generation, 4)])
    for who, what in ((account, new_id()), (stranger, generation)):
        with pytest.raises(NoHoldError):
            async with transaction(who) as session:
                await explain(session, what)
