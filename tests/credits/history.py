"""What many clients saw of a ledger while they used it, and whether one order of its entries explains all of it.

Every entry of an account carries its number (`seq`), which claims an order. The claim is checked as Jepsen does: each
acknowledged move stands in the ledger and no refused one does, every read shows the balances after some entry, and an
operation that ended before another began comes before it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal
from uuid import UUID

from packshot.credits.models import LedgerEntry, Wallet

Balances = tuple[int, int, int, int]


@dataclass(frozen=True)
class Operation:
    """One call of one client: when it began and ended, and what it was told.

    `key` is the entry's it asks for, empty for a read. `seen` is what a read saw. An `unknown` outcome (the connection
    broke) may have happened or not.
    """

    account: UUID
    began: float
    ended: float
    outcome: Literal["done", "refused", "unknown"]
    key: str = ""
    seen: tuple[int, Balances] | None = None


def balances(wallet: Wallet) -> Balances:
    return wallet.allowance, wallet.purchased, wallet.held_allowance, wallet.held_purchased


def anomalies(history: Sequence[Operation], entries: Sequence[LedgerEntry]) -> list[str]:
    """Everything in the history of the clients that the ledger's entries, of all their accounts, cannot explain."""
    return [*_unexplained(history, entries), *_wrong_reads(history, entries), *_out_of_order(history, entries)]


def _unexplained(history: Iterable[Operation], entries: Sequence[LedgerEntry]) -> Iterator[str]:
    written = {entry.op_key for entry in entries}
    asked = {operation.key for operation in history}
    done = {operation.key for operation in history if operation.outcome == "done"}
    for operation in history:
        if operation.outcome == "done" and operation.key and operation.key not in written:
            yield f"acknowledged, then lost: {operation.key}"
        if operation.outcome == "refused" and operation.key in written - done:
            yield f"refused, but done: {operation.key}"
    yield from (f"nobody asked for it: {key}" for key in written - asked)


def _wrong_reads(history: Iterable[Operation], entries: Sequence[LedgerEntry]) -> Iterator[str]:
    after: dict[tuple[UUID, int], Balances] = {
        (entry.account_id, entry.seq): (
            entry.allowance_after,
            entry.purchased_after,
            entry.held_allowance_after,
            entry.held_purchased_after,
        )
        for entry in entries
    }
    for operation in history:
        if operation.seen and after.get((operation.account, operation.seen[0]), (0, 0, 0, 0)) != operation.seen[1]:
            yield f"read what never was: {operation.seen}"


def _out_of_order(history: Iterable[Operation], entries: Sequence[LedgerEntry]) -> Iterator[str]:
    seq = {entry.op_key: entry.seq for entry in entries}
    placed: dict[UUID, list[tuple[float, float, int]]] = defaultdict(list)
    for operation in history:
        if operation.outcome == "done" and (operation.seen or operation.key in seq):
            at = operation.seen[0] if operation.seen else seq[operation.key]
            placed[operation.account].append((operation.began, operation.ended, at))
    for operations in placed.values():
        by_end = sorted((ended, at) for _, ended, at in operations)
        ends = [ended for ended, _ in by_end]
        newest = list(accumulate((at for _, at in by_end), max))
        for began, _, at in operations:
            earlier = bisect_left(ends, began)
            if earlier and newest[earlier - 1] > at:
                yield f"entry {at} began after entry {newest[earlier - 1]} had ended"
