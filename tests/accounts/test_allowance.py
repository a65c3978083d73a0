"""Every account on the free tier starts each month with the same credits, once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text

from packshot.accounts.allowance import start_months
from packshot.accounts.tasks import renew
from packshot.credits import ledger
from packshot.db import new_id, transaction
from packshot.settings import settings

from .conftest import Person, SignUp

LATER = datetime(2999, 1, 31, tzinfo=UTC)
MUCH_LATER = datetime(2999, 2, 1, tzinfo=UTC)


async def start(now: datetime, limit: int = 100) -> int:
    async with transaction(system=True) as session:
        return await start_months(session, now, limit)


async def spend(person: Person, credits: int) -> None:
    async with transaction(person.account_id) as session:
        await ledger.hold(session, person.account_id, new_id(), [(new_id(), credits)])


async def available(person: Person) -> int:
    async with transaction(person.account_id) as session:
        return (await ledger.balance(session, person.account_id)).available


async def test_a_month_starts_once(sign_up: SignUp) -> None:
    ada, free = await sign_up(), settings().free_credits
    await spend(ada, 2)
    assert await start(LATER) == 1
    assert await available(ada) == free
    await spend(ada, 1)
    assert await start(LATER) == 0
    assert await available(ada) == free - 1
    assert await start(MUCH_LATER) == 1
    assert await available(ada) == free


async def test_paying_accounts_are_left_alone(sign_up: SignUp) -> None:
    ada, bob = await sign_up("ada@example.com"), await sign_up("bob@example.com")
    async with transaction(ada.account_id) as session:
        await session.execute(text("update account set tier = 'pro'"))
    for person in (ada, bob):
        await spend(person, 2)
    assert await start(LATER) == 1
    assert (await available(ada), await available(bob)) == (settings().free_credits - 2, settings().free_credits)


async def test_processes_share_the_work(sign_up: SignUp) -> None:
    for number in range(9):
        await sign_up(f"{number}@example.com")
    assert sum(await asyncio.gather(*[start(LATER, limit=3) for _ in range(3)])) <= 9
    while await start(LATER, limit=3):
        pass
    async with transaction(system=True) as session:
        started = await session.scalar(text("select count(*) from ledger_entry where op_key like '%2999-01'"))
        assert started == 9


async def test_the_clock_starts_the_month_that_it_is(sign_up: SignUp) -> None:
    ada = await sign_up()
    await spend(ada, 2)
    await renew()
    assert await available(ada) == settings().free_credits - 2
    async with transaction(system=True) as session:
        await session.execute(text("update account set allowance_month = '2020-01'"))
    await renew()
    assert await available(ada) == settings().free_credits - 2
