"""Whatever is done in whatever order, the ledger on PostgreSQL has what a few lines of Python say it has."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.credits import ledger
from packshot.credits.audit import audit
from packshot.credits.errors import InsufficientCreditsError, OperationKeyReusedError
from packshot.credits.models import Bucket, LedgerEntry
from packshot.db import dispose, new_id, transaction

EXAMPLES, STEPS = (300, 40) if os.environ.get("PACKSHOT_LEDGER") == "full" else (40, 20)


class Machine(RuleBasedStateMachine):
    """One account: its moves, and what they should add up to."""

    keys = Bundle("keys")
    generations = Bundle("generations")
    run: asyncio.Runner

    @initialize()
    def open(self) -> None:
        self.account = new_id()
        self.balance = {Bucket.ALLOWANCE: 0, Bucket.PURCHASED: 0}
        self.held: dict[UUID, tuple[int, int]] = {}
        self.moves = 0
        self.granted: dict[str, tuple[Bucket, int] | None] = {}
        self.items: dict[UUID, list[tuple[UUID, int]]] = {}
        self.do(ledger.open_wallet, self.account)

    @rule(target=keys, bucket=st.sampled_from(Bucket), credits=st.integers(1, 30))
    def grant(self, bucket: Bucket, credits: int) -> str:
        key = f"grant:{new_id()}"
        self.do(ledger.grant, self.account, credits, bucket, key, "A test.")
        self.granted[key] = bucket, credits
        self.balance[bucket] += credits
        self.moves += 1
        return key

    @rule(key=keys, bucket=st.sampled_from(Bucket), credits=st.integers(1, 3))
    def grant_again(self, key: str, bucket: Bucket, credits: int) -> None:
        if self.granted[key] == (bucket, credits):
            self.do(ledger.grant, self.account, credits, bucket, key, "A test.")
            return
        with pytest.raises(OperationKeyReusedError):
            self.do(ledger.grant, self.account, credits, bucket, key, "A test.")

    @rule(target=keys, credits=st.integers(0, 20))
    def top_up(self, credits: int) -> str:
        key = f"month:{new_id()}"
        self.do(ledger.set_allowance, self.account, credits, key)
        self.granted[key] = None
        self.balance[Bucket.ALLOWANCE] = max(self.balance[Bucket.ALLOWANCE], credits)
        self.moves += 1
        return key

    @rule(key=keys, credits=st.integers(0, 20))
    def top_up_again(self, key: str, credits: int) -> None:
        if self.granted[key] is None:
            self.do(ledger.set_allowance, self.account, credits, key)
            return
        with pytest.raises(OperationKeyReusedError):
            self.do(ledger.set_allowance, self.account, credits, key)

    @rule(target=generations, amounts=st.lists(st.integers(0, 12), min_size=1, max_size=5))
    def hold(self, amounts: list[int]):
        shoot, items = new_id(), [(new_id(), amount) for amount in amounts]
        if sum(amounts) > sum(self.balance.values()):
            with pytest.raises(InsufficientCreditsError) as refused:
                self.do(ledger.hold, self.account, shoot, items)
            assert (refused.value.needed, refused.value.available) == (sum(amounts), sum(self.balance.values()))
            return multiple()
        self.do(ledger.hold, self.account, shoot, items)
        self.items[shoot] = items
        self.moves += 1
        for generation, amount in items:
            from_allowance = min(amount, self.balance[Bucket.ALLOWANCE])
            self.balance[Bucket.ALLOWANCE] -= from_allowance
            self.balance[Bucket.PURCHASED] -= amount - from_allowance
            self.held[generation] = from_allowance, amount - from_allowance
        return multiple(*[generation for generation, _ in items])

    @rule(data=st.data(), same=st.booleans())
    def hold_again(self, data: st.DataObject, same: bool) -> None:
        if not self.items:
            return
        shoot = data.draw(st.sampled_from(sorted(self.items)))
        if same:
            self.do(ledger.hold, self.account, shoot, self.items[shoot])
            return
        with pytest.raises(OperationKeyReusedError):
            self.do(ledger.hold, self.account, shoot, [*self.items[shoot], (new_id(), 0)])

    @rule(generation=generations)
    def capture(self, generation: UUID) -> None:
        assert self.do(ledger.capture, generation) == (generation in self.held)
        self.moves += self.held.pop(generation, None) is not None

    @rule(generation=generations)
    def release(self, generation: UUID) -> None:
        assert self.do(ledger.release, generation) == (generation in self.held)
        if generation in self.held:
            allowance, purchased = self.held.pop(generation)
            self.balance[Bucket.ALLOWANCE] += allowance
            self.balance[Bucket.PURCHASED] += purchased
            self.moves += 1

    @invariant()
    def wallet_is_the_model_is_the_sum_of_the_entries(self) -> None:
        if not hasattr(self, "account"):
            return
        wallet = self.do(ledger.balance, self.account)
        found = (wallet.allowance, wallet.purchased, wallet.held_allowance, wallet.held_purchased, wallet.seq)
        held = [sum(amounts) for amounts in zip(*self.held.values(), strict=True)] or [0, 0]
        assert found == (self.balance[Bucket.ALLOWANCE], self.balance[Bucket.PURCHASED], *held, self.moves)
        assert found == self.do(_sums)
        assert self.do(audit) == []

    def do(self, verb: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """One move in a transaction of its own."""

        async def done() -> Any:
            async with transaction(self.account) as session:
                return await verb(session, *arguments)

        return self.run.run(done())


async def _sums(session: AsyncSession) -> tuple[int, ...]:
    """What the entries that the transaction sees add up to, and how many they are."""
    deltas = (
        LedgerEntry.d_allowance,
        LedgerEntry.d_purchased,
        LedgerEntry.d_held_allowance,
        LedgerEntry.d_held_purchased,
    )
    sums = select(*[func.coalesce(func.sum(delta), 0) for delta in deltas], func.count())
    return tuple((await session.execute(sums)).one())


@contextmanager
def event_loop() -> Generator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner
        runner.run(dispose())


@pytest.mark.usefixtures("database")
def test_the_ledger_does_what_the_model_does() -> None:
    with event_loop() as Machine.run:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
