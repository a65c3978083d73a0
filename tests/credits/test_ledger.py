"""Credits move once, completely or not at all, and never below zero."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from asyncpg import UniqueViolationError
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from packshot.credits import ledger
from packshot.credits.audit import audit
from packshot.credits.errors import InsufficientCreditsError, NoHoldError, NoWalletError, OperationKeyReusedError
from packshot.credits.models import Bucket, Hold, LedgerEntry, Wallet
from packshot.db import engine, new_id, transaction
from packshot.errors import BadInputError

OpenAccount = Callable[..., Awaitable[UUID]]
CLIENTS = 64


async def balances(account: UUID) -> tuple[int, int, int, int]:
    """Allowance, purchased, held of the allowance, held of the purchased."""
    async with transaction(account) as session:
        wallet = await ledger.balance(session, account)
        return wallet.allowance, wallet.purchased, wallet.held_allowance, wallet.held_purchased


async def hold(account: UUID, *amounts: int, shoot: UUID | None = None) -> list[UUID]:
    generations = [new_id() for _ in amounts]
    async with transaction(account) as session:
        await ledger.hold(session, account, shoot or new_id(), list(zip(generations, amounts, strict=True)))
    return generations


async def settle(account: UUID, verb: Callable[..., Awaitable[bool]], generation: UUID) -> bool:
    async with transaction(account) as session:
        return await verb(session, generation)


async def entries(account: UUID) -> list[LedgerEntry]:
    async with transaction(account) as session:
        return list(await session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)))


async def test_a_grant_is_added_once_per_key(open_account: OpenAccount) -> None:
    account = await open_account()
    for _ in range(2):
        async with transaction(account) as session:
            entry = await ledger.grant(session, account, 7, Bucket.PURCHASED, "invoice 1", "Bought.")
    assert entry["seq"] == 1
    assert await balances(account) == (0, 7, 0, 0)


async def test_a_key_names_one_grant_for_ever(open_account: OpenAccount) -> None:
    account, other = await open_account(), await open_account()
    async with transaction(account) as session:
        await ledger.grant(session, account, 7, Bucket.PURCHASED, "invoice 1", "Bought.")
    for who, credits, bucket in (
        (account, 8, Bucket.PURCHASED),
        (account, 7, Bucket.ALLOWANCE),
        (other, 7, Bucket.PURCHASED),
    ):
        with pytest.raises(OperationKeyReusedError):
            async with transaction(who) as session:
                await ledger.grant(session, who, credits, bucket, "invoice 1", "Bought.")
    with pytest.raises(OperationKeyReusedError):
        async with transaction(account) as session:
            await ledger.set_allowance(session, account, 7, "invoice 1")
    assert await balances(account) == (0, 7, 0, 0)
    assert await balances(other) == (0, 0, 0, 0)


@pytest.mark.parametrize("credits", [0, -1])
async def test_a_grant_gives_something(open_account: OpenAccount, credits: int) -> None:
    account = await open_account()
    with pytest.raises(BadInputError):
        async with transaction(account) as session:
            await ledger.grant(session, account, credits, Bucket.PURCHASED, "nothing", "")


async def test_the_allowance_is_topped_up_once_a_month(open_account: OpenAccount) -> None:
    account = await open_account(allowance=2, purchased=10)
    for key, expected in (("november", 5), ("december", 5)):
        async with transaction(account) as session:
            await ledger.set_allowance(session, account, 5, key)
        assert await balances(account) == (expected, 10, 0, 0)
    await hold(account, 4)
    async with transaction(account) as session:
        again = await ledger.set_allowance(session, account, 5, "december")
    assert again["d_allowance"] == 0
    assert await balances(account) == (1, 10, 4, 0)


async def test_an_allowance_above_the_plan_stays(open_account: OpenAccount) -> None:
    account = await open_account(allowance=9)
    async with transaction(account) as session:
        await ledger.set_allowance(session, account, 5, "november")
    assert await balances(account) == (9, 0, 0, 0)


async def test_the_allowance_is_spent_first_and_each_credit_returns_to_its_bucket(open_account: OpenAccount) -> None:
    account = await open_account(allowance=5, purchased=10)
    first, mixed, free, last = await hold(account, 3, 4, 0, 1)
    assert await balances(account) == (0, 7, 5, 3)
    assert await settle(account, ledger.release, mixed)
    assert await balances(account) == (2, 9, 3, 1)
    assert await settle(account, ledger.capture, first)
    assert await settle(account, ledger.capture, free)
    assert await settle(account, ledger.release, last)
    assert await balances(account) == (2, 10, 0, 0)


async def test_more_than_there_is_takes_nothing(open_account: OpenAccount) -> None:
    account = await open_account(allowance=2, purchased=3)
    with pytest.raises(InsufficientCreditsError) as refused:
        await hold(account, 3, 3)
    assert (refused.value.needed, refused.value.available, refused.value.status) == (6, 5, 402)
    assert "needs 6" in refused.value.message and "5 are available" in refused.value.message
    assert await balances(account) == (2, 3, 0, 0)
    await hold(account, 3, 2)
    assert await balances(account) == (0, 0, 2, 3)


async def test_what_costs_nothing_is_held_and_settled_too(open_account: OpenAccount) -> None:
    account = await open_account()
    captured, released = await hold(account, 0, 0)
    assert await settle(account, ledger.capture, captured)
    assert await settle(account, ledger.release, released)
    assert not await settle(account, ledger.release, captured)
    assert [entry.kind for entry in await entries(account)] == ["hold", "capture", "release"]


@pytest.mark.parametrize("items", [[], [(new_id(), -1)], [(new_id(), 5), (new_id(), -5)]])
async def test_a_hold_is_for_something(open_account: OpenAccount, items: list[tuple[UUID, int]]) -> None:
    account = await open_account(purchased=10)
    with pytest.raises(BadInputError):
        async with transaction(account) as session:
            await ledger.hold(session, account, new_id(), items)


async def test_a_shoot_is_held_once(open_account: OpenAccount) -> None:
    account, shoot, items = await open_account(purchased=10), new_id(), [(new_id(), 2), (new_id(), 0), (new_id(), 1)]
    seqs: list[int] = []
    for _ in range(2):
        async with transaction(account) as session:
            seqs.append((await ledger.hold(session, account, shoot, items))["seq"])
    assert seqs[0] == seqs[1]
    assert await balances(account) == (0, 7, 0, 3)
    for other in ([*items, (new_id(), 1)], items[:2], [(id, amount + 1) for id, amount in items]):
        with pytest.raises(OperationKeyReusedError):
            async with transaction(account) as session:
                await ledger.hold(session, account, shoot, other)
    assert await balances(account) == (0, 7, 0, 3)


async def test_a_repeated_hold_is_found_also_when_the_wallet_is_empty(open_account: OpenAccount) -> None:
    account, shoot, items = await open_account(purchased=2), new_id(), [(new_id(), 2)]
    for _ in range(2):
        async with transaction(account) as session:
            entry = await ledger.hold(session, account, shoot, items)
    assert entry["d_held_purchased"] == 2


async def test_a_retry_in_the_same_shoot_has_a_key_of_its_own(open_account: OpenAccount) -> None:
    account, shoot, again = await open_account(purchased=10), new_id(), new_id()
    await hold(account, 2, shoot=shoot)
    async with transaction(account) as session:
        await ledger.hold(session, account, shoot, [(again, 2)], key=f"hold:{again}")
    assert await balances(account) == (0, 6, 0, 4)


async def test_a_generation_is_held_once(open_account: OpenAccount) -> None:
    account = await open_account(purchased=10)
    (generation,) = await hold(account, 2)
    with pytest.raises(UniqueViolationError):
        async with transaction(account) as session:
            await ledger.hold(session, account, new_id(), [(generation, 2)])
    assert await balances(account) == (0, 8, 0, 2)


@pytest.mark.parametrize("first", [ledger.capture, ledger.release])
@pytest.mark.parametrize("second", [ledger.capture, ledger.release])
async def test_a_hold_is_settled_once(
    open_account: OpenAccount, first: Callable[..., Awaitable[bool]], second: Callable[..., Awaitable[bool]]
) -> None:
    account = await open_account(allowance=1, purchased=10)
    generation, other = await hold(
        account, 2, 2
    )  # with a second hold, so that a double settlement would not go below 0
    assert await settle(account, first, generation)
    before = await balances(account)
    assert not await settle(account, second, generation)
    assert await balances(account) == before
    async with transaction(account) as session:
        states = {hold.generation_id: hold.state for hold in await session.scalars(select(Hold))}
    assert states[generation] == ("captured" if first is ledger.capture else "released")
    assert states[other] == "held"


async def test_only_what_is_held_can_be_settled(open_account: OpenAccount) -> None:
    account, stranger = await open_account(purchased=10), await open_account(purchased=10)
    (generation,) = await hold(account, 2)
    for who, what in ((account, new_id()), (stranger, generation)):
        with pytest.raises(NoHoldError):
            await settle(who, ledger.capture, what)
    assert await balances(account) == (0, 8, 0, 2)


async def test_no_wallet_no_move(open_account: OpenAccount) -> None:
    account, stranger = await open_account(purchased=10), new_id()
    for who, whose in ((stranger, stranger), (stranger, account)):
        with pytest.raises(NoWalletError):
            async with transaction(who) as session:
                await ledger.hold(session, whose, new_id(), [(new_id(), 1)])
        with pytest.raises(NoWalletError):
            async with transaction(who) as session:
                await ledger.grant(session, whose, 1, Bucket.PURCHASED, "gift", "")
    assert await balances(account) == (0, 10, 0, 0)


async def test_what_is_rolled_back_never_happened(open_account: OpenAccount) -> None:
    account = await open_account(purchased=10)
    shoot, items = new_id(), [(new_id(), 4)]
    with pytest.raises(RuntimeError):
        async with transaction(account) as session:
            await ledger.hold(session, account, shoot, items)
            raise RuntimeError
    assert await balances(account) == (0, 10, 0, 0)
    async with transaction(account) as session:
        await ledger.hold(session, account, shoot, items)
    assert await balances(account) == (0, 6, 0, 4)


async def test_64_clients_cannot_spend_more_than_there_is(open_account: OpenAccount) -> None:
    account = await open_account(allowance=5, purchased=995)

    async def client() -> int:
        accepted = 0
        for _ in range(50):
            try:
                await hold(account, 1)
                accepted += 1
            except InsufficientCreditsError:
                pass
        return accepted

    assert sum(await asyncio.gather(*[client() for _ in range(CLIENTS)])) == 1000
    assert await balances(account) == (0, 0, 5, 995)
    async with transaction(account) as session:
        assert await session.scalar(select(func.count()).select_from(Hold)) == 1000
        assert await audit(session) == []


async def test_64_times_the_same_hold_at_once_is_one(open_account: OpenAccount) -> None:
    account, shoot, items = await open_account(purchased=100), new_id(), [(new_id(), 2), (new_id(), 1)]

    async def client() -> int:
        async with transaction(account) as session:
            return (await ledger.hold(session, account, shoot, items))["id"]

    assert len(set(await asyncio.gather(*[client() for _ in range(CLIENTS)]))) == 1
    assert await balances(account) == (0, 97, 0, 3)


async def test_64_times_the_same_grant_at_once_is_one(open_account: OpenAccount) -> None:
    account = await open_account()

    async def client() -> int:
        async with transaction(account) as session:
            return (await ledger.grant(session, account, 9, Bucket.ALLOWANCE, "invoice", "Bought."))["id"]

    assert len(set(await asyncio.gather(*[client() for _ in range(CLIENTS)]))) == 1
    assert await balances(account) == (9, 0, 0, 0)


async def test_of_64_settlements_at_once_one_counts(open_account: OpenAccount) -> None:
    account = await open_account(purchased=100)
    generation, _ = await hold(account, 2, 90)
    verbs = [ledger.capture, ledger.release] * (CLIENTS // 2)
    outcomes = await asyncio.gather(*[settle(account, verb, generation) for verb in verbs])
    assert sum(outcomes) == 1
    won = verbs[outcomes.index(True)]
    assert await balances(account) == (0, 10 if won is ledger.release else 8, 0, 90)


async def test_many_and_single_settlements_do_not_deadlock(open_account: OpenAccount) -> None:
    account = await open_account(purchased=100)
    generations = await hold(account, *[1] * 40)

    async def cancel_all(order: list[UUID]) -> int:
        async with transaction(account) as session:
            return sum([await ledger.release(session, generation) for generation in order])

    released, again, *captured = await asyncio.gather(
        cancel_all(generations),
        cancel_all(generations[::-1]),
        *[settle(account, ledger.capture, generation) for generation in generations],
    )
    assert released + again + sum(captured) == len(generations)
    async with transaction(account) as session:
        assert await audit(session) == []


async def test_a_thousand_generations_are_one_statement_of_50_ms(open_account: OpenAccount) -> None:
    account = await open_account(allowance=5, purchased=1000)
    tries: list[float] = []
    for _ in range(5):
        items = [(new_id(), 1) for _ in range(1000)]
        async with transaction(account) as session:
            started = time.perf_counter()
            await ledger.hold(session, account, new_id(), items)
            tries.append(time.perf_counter() - started)
            await session.rollback()
    assert min(tries) <= 0.050


@pytest.mark.parametrize(
    "change", ["update ledger_entry set reason = 'x'", "delete from ledger_entry", "truncate ledger_entry cascade"]
)
async def test_written_entries_stay(open_account: OpenAccount, change: str) -> None:
    account = await open_account(purchased=1)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with transaction(system=True) as session:
            await session.execute(text(change))
    with pytest.raises(IntegrityError, match="append-only"):
        async with engine().begin() as owner:
            await owner.execute(text(change))
    assert len(await entries(account)) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "update wallet set purchased = -1",
        "update wallet set allowance = -1",
        "update wallet set held_allowance = -1",
        "update wallet set held_purchased = -1",
        "update hold set allowance = -1",
        "update hold set state = 'lost', settled_at = now()",
        "update hold set entry_id = 0",
        "update hold set state = 'captured'",
    ],
)
async def test_the_database_refuses_nonsense(open_account: OpenAccount, broken: str) -> None:
    account = await open_account(allowance=5, purchased=5)
    await hold(account, 7)
    with pytest.raises(IntegrityError):
        async with transaction(account) as session:
            await session.execute(text(broken))


@pytest.mark.parametrize("kind", ["another account's", "a grant's", "nobody's"])
async def test_no_hold_without_the_entry_that_took_its_credits(open_account: OpenAccount, kind: str) -> None:
    account, other = await open_account(purchased=5), await open_account(purchased=5)
    await hold(account, 1)
    await hold(other, 1)
    async with transaction(system=True) as session:
        entries = {(row.account_id, row.kind): row.id for row in await session.scalars(select(LedgerEntry))}
    wrong = {"another account's": entries[other, "hold"], "a grant's": entries[account, "grant"], "nobody's": 0}[kind]
    put = text(
        "insert into hold (generation_id, account_id, shoot_id, entry_id, allowance, purchased) "
        "select gen_random_uuid(), :account, gen_random_uuid(), entry, 0, 0 "
        "from unnest(cast(:entries as bigint[])) as entry"
    )
    right = entries[account, "hold"]
    async with transaction(account) as session:
        await session.execute(put, {"account": account, "entries": [right, right]})
    with pytest.raises(IntegrityError, match="ledger entry"):
        async with transaction(account) as session:
            await session.execute(put, {"account": account, "entries": [right, wrong]})


@pytest.mark.parametrize(
    "repeated", [{"op_key": "start:purchased:{account}"}, {"seq": 1}, {"purchased_after": -1}, {"kind": "gift"}]
)
async def test_the_database_refuses_a_wrong_entry(open_account: OpenAccount, repeated: dict[str, object]) -> None:
    account = await open_account(purchased=1)
    names = ("d_allowance", "d_purchased", "d_held_allowance", "d_held_purchased")
    after = ("allowance_after", "purchased_after", "held_allowance_after", "held_purchased_after")
    right = {
        "account_id": account,
        "seq": 2,
        "kind": "grant",
        "op_key": "new",
        "reason": "",
        **dict.fromkeys(names + after, 0),
    }
    wrong = {
        name: value.format(account=account) if isinstance(value, str) else value for name, value in repeated.items()
    }
    with pytest.raises(IntegrityError):
        async with transaction(account) as session:
            session.add(LedgerEntry(**right | wrong))
    async with transaction(account) as session:
        session.add(LedgerEntry(**right))


async def test_the_database_refuses_a_second_settlement(open_account: OpenAccount) -> None:
    account = await open_account(purchased=5)
    generation, _ = await hold(account, 2, 2)
    await settle(account, ledger.capture, generation)
    async with transaction(account) as session:
        await session.execute(text("update hold set state = 'held', settled_at = null"))
    with pytest.raises(UniqueViolationError, match="uq_ledger_entry_settlement"):
        await settle(account, ledger.release, generation)


async def test_the_system_cannot_take_one_accounts_key_for_another(open_account: OpenAccount) -> None:
    account, other = await open_account(), await open_account()
    async with transaction(system=True) as session:
        await ledger.grant(session, account, 7, Bucket.PURCHASED, "invoice 1", "Bought.")
        with pytest.raises(OperationKeyReusedError):
            await ledger.grant(session, other, 7, Bucket.PURCHASED, "invoice 1", "Bought.")


@pytest.mark.parametrize("table", ["wallet", "hold"])
async def test_money_is_not_deleted(open_account: OpenAccount, table: str) -> None:
    await open_account(purchased=1)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with transaction(system=True) as session:
            await session.execute(text(f"delete from {table}"))


async def test_other_accounts_and_no_account_see_nothing(open_account: OpenAccount) -> None:
    account, stranger = await open_account(purchased=5), await open_account()
    await hold(account, 2)
    for model in (Wallet, Hold, LedgerEntry):
        mine = select(func.count()).select_from(model).where(model.account_id == account)
        async with transaction(stranger) as session:
            assert await session.scalar(mine) == 0
        async with transaction() as session:
            assert await session.scalar(mine) == 0
        async with transaction(system=True) as session:
            assert await session.scalar(mine) > 0
    for model in (Wallet, Hold):
        async with transaction(stranger) as session:
            changed = await session.execute(text(f"update {model.__tablename__} set account_id = account_id"))
            assert changed.rowcount == (1 if model is Wallet else 0)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(stranger) as session:
            session.add(Wallet(account_id=new_id()))
