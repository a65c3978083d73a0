"""64 clients use four accounts at once, and one order of the entries explains everything that they were told."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import numpy as np
from numpy.random import Generator
from sqlalchemy import select

from packshot.credits import ledger
from packshot.credits.audit import audit
from packshot.credits.errors import InsufficientCreditsError
from packshot.credits.models import Bucket, LedgerEntry
from packshot.db import new_id, transaction

from .history import Operation, anomalies, balances

OpenAccount = Callable[..., Awaitable[UUID]]
CLIENTS = 64
OPERATIONS = 200 if os.environ.get("PACKSHOT_LEDGER") == "full" else 25  # of each client


class Client:
    """One client: opens, settles and reads at random, and writes down what it was told."""

    def __init__(self, accounts: list[UUID], holds: dict[UUID, UUID], history: list[Operation], rng: Generator) -> None:
        self.accounts = accounts
        self.holds = holds
        self.history = history
        self.rng = rng

    async def run(self) -> None:
        for _ in range(OPERATIONS):
            account = self.accounts[self.rng.integers(len(self.accounts))]
            verb = self.rng.choice([self.grant, self.hold, self.settle, self.read], p=[0.1, 0.35, 0.4, 0.15])
            began = time.monotonic()
            told = await verb(account)
            if told:
                self.history.append(replace(told, began=began, ended=time.monotonic()))

    async def grant(self, account: UUID) -> Operation:
        key = f"grant:{new_id()}"
        async with transaction(account) as session:
            await ledger.grant(session, account, int(self.rng.integers(1, 9)), Bucket.PURCHASED, key, "A test.")
        return Operation(account, 0, 0, "done", key)

    async def hold(self, account: UUID) -> Operation:
        shoot, generation = new_id(), new_id()
        try:
            async with transaction(account) as session:
                await ledger.hold(session, account, shoot, [(generation, int(self.rng.integers(0, 9)))])
        except InsufficientCreditsError:
            return Operation(account, 0, 0, "refused", f"hold:{shoot}")
        self.holds[generation] = account
        return Operation(account, 0, 0, "done", f"hold:{shoot}")

    async def settle(self, _: UUID) -> Operation | None:
        """Settles any hold of any client, so that many race for the same one."""
        if not self.holds:
            return None
        generation, account = list(self.holds.items())[-int(self.rng.integers(1, min(len(self.holds), 20) + 1))]
        kind = self.rng.choice(["capture", "release"])
        async with transaction(account) as session:
            once = await (ledger.capture if kind == "capture" else ledger.release)(session, generation)
        return Operation(account, 0, 0, "done" if once else "refused", f"{kind}:{generation}")

    async def read(self, account: UUID) -> Operation:
        async with transaction(account) as session:
            wallet = await ledger.balance(session, account)
        return Operation(account, 0, 0, "done", seen=(wallet.seq, balances(wallet)))


async def test_one_order_of_the_entries_explains_what_64_clients_were_told(open_account: OpenAccount) -> None:
    accounts = [await open_account(allowance=50, purchased=150) for _ in range(4)]
    history: list[Operation] = []
    holds: dict[UUID, UUID] = {}
    await asyncio.gather(
        *[Client(accounts, holds, history, np.random.default_rng(number)).run() for number in range(CLIENTS)]
    )
    async with transaction(system=True) as session:
        entries = list(await session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)))
        assert await audit(session) == []
    started = [entry for entry in entries if entry.op_key.startswith("start:")]
    history += [Operation(entry.account_id, 0, 0, "done", entry.op_key) for entry in started]
    assert len(history) > 0.95 * CLIENTS * OPERATIONS
    assert {operation.outcome for operation in history} == {"done", "refused"}
    assert anomalies(history, entries) == []


def entry(account: UUID, seq: int, purchased: int, key: str) -> LedgerEntry:
    return LedgerEntry(
        account_id=account,
        seq=seq,
        op_key=key,
        allowance_after=0,
        purchased_after=purchased,
        held_allowance_after=0,
        held_purchased_after=0,
    )


def test_a_wrong_history_is_noticed() -> None:
    account = new_id()
    entries = [entry(account, 1, 5, "a"), entry(account, 2, 9, "b")]
    right = [
        Operation(account, 0, 1, "done", seen=(0, (0, 0, 0, 0))),
        Operation(account, 2, 3, "done", "a"),
        Operation(account, 2, 3, "refused", "a"),
        Operation(account, 4, 6, "unknown", "b"),
        Operation(account, 5, 6, "done", seen=(1, (0, 5, 0, 0))),
        Operation(account, 7, 8, "done", seen=(2, (0, 9, 0, 0))),
        Operation(account, 7, 8, "unknown", "c"),
        Operation(account, 7, 8, "refused", "d"),
    ]
    assert anomalies(right, entries) == []
    for wrong, expected in (
        (Operation(account, 7, 8, "done", "e"), "acknowledged, then lost: e"),
        (replace(right[3], outcome="refused"), "refused, but done: b"),
        (Operation(account, 7, 8, "done", seen=(2, (0, 5, 0, 0))), "read what never was: (2, (0, 5, 0, 0))"),
        (Operation(account, 7, 8, "done", seen=(3, (0, 9, 0, 0))), "read what never was: (3, (0, 9, 0, 0))"),
        (Operation(account, 9, 10, "done", seen=(1, (0, 5, 0, 0))), "entry 1 began after entry 2 had ended"),
    ):
        history = [operation for operation in right if not (wrong.key == "b" == operation.key)]
        assert anomalies([*history, wrong], entries) == [expected]
    assert sorted(anomalies(right[4:], entries)) == ["nobody asked for it: a", "nobody asked for it: b"]
