"""The only place where credits move: every move is one SQL statement under an operation key of its own.

A statement locks the wallet, works out the move, writes the ledger entry and then sets the wallet to the entry's
balances, all in one round trip: two clients cannot spend the same balance, a move that would go below zero writes
nothing, and a key that comes again finds its entry and changes nothing. Wallets are locked before holds, always, so
that a transaction that settles many generations cannot deadlock with one that settles a single one of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.credits.errors import InsufficientCreditsError, NoHoldError, NoWalletError, OperationKeyReusedError
from packshot.credits.models import Bucket, HoldState, Kind, LedgerEntry, Wallet
from packshot.db import Direct, within
from packshot.errors import BadInputError

_NAME = re.compile(r"(?<!:):([a-z_]+)")

# Locks the wallet that a move is about, before anything is worked out.
_WALLET = "before as (select * from wallet where account_id = :account_id for no key update)"

# Writes the entry that `move` asks for, unless its key is taken, then gives the wallet the entry's balances.
_POST = """
entry as (
  insert into ledger_entry (
    account_id, seq, kind, d_allowance, d_purchased, d_held_allowance, d_held_purchased,
    allowance_after, purchased_after, held_allowance_after, held_purchased_after,
    op_key, shoot_id, generation_id, reason)
  select
    before.account_id, before.seq + 1, move.kind,
    move.d_allowance, move.d_purchased, move.d_held_allowance, move.d_held_purchased,
    before.allowance + move.d_allowance, before.purchased + move.d_purchased,
    before.held_allowance + move.d_held_allowance, before.held_purchased + move.d_held_purchased,
    cast(:key as text), cast(move.shoot_id as uuid), cast(move.generation_id as uuid), cast(:reason as text)
  from before, move
  on conflict (op_key) do nothing
  returning *
), after as (
  update wallet set
    allowance = entry.allowance_after, purchased = entry.purchased_after,
    held_allowance = entry.held_allowance_after, held_purchased = entry.held_purchased_after, seq = entry.seq
  from entry where wallet.account_id = entry.account_id
)
"""


# Named, so that a schema with one column more does not change what a prepared statement gives.
_ENTRY = ", ".join(column.name for column in LedgerEntry.__table__.columns)


_BALANCES = ", ".join(column.name for column in Wallet.__table__.columns)


def _statement(*parts: str) -> str:
    """A move of credits: `parts` name `before`, the locked wallet, and `move`, what changes, in at most one row."""
    return f"with {', '.join(parts)} select {_ENTRY} from entry"  # noqa: S608 -- made of this module's constants


_GRANT = _statement(
    _WALLET,
    """move as (
      select
        'grant' as kind, cast(:allowance as bigint) as d_allowance, cast(:purchased as bigint) as d_purchased,
        0 as d_held_allowance, 0 as d_held_purchased, null as shoot_id, null as generation_id
    )""",
    _POST,
)
_TOP_UP = _statement(
    _WALLET,
    """move as (
      select
        'allowance' as kind, greatest(cast(:credits as bigint) - before.allowance, 0) as d_allowance, 0 as d_purchased,
        0 as d_held_allowance, 0 as d_held_purchased, null as shoot_id, null as generation_id
      from before
    )""",
    _POST,
)
# `earlier` is what the items before this one cost: the allowance that they leave is this item's to use.
_HOLD = (
    _WALLET,
    """item as (
      select generation_id, amount, sum(amount) over (order by position) - amount as earlier
      from unnest(cast(:generation_ids as uuid[]), cast(:amounts as bigint[]))
        with ordinality as given (generation_id, amount, position)
    ), total as (
      select cast(sum(amount) as bigint) as amount from item
    ), spent as (
      select
        least(before.allowance, total.amount) as allowance,
        greatest(total.amount - before.allowance, 0) as purchased
      from before, total
      where before.allowance + before.purchased >= total.amount
    ), move as (
      select
        'hold' as kind, -allowance as d_allowance, -purchased as d_purchased,
        allowance as d_held_allowance, purchased as d_held_purchased,
        cast(:shoot_id as uuid) as shoot_id, null as generation_id
      from spent
    )""",
    _POST,
    """held as (
      insert into hold (generation_id, account_id, shoot_id, entry_id, allowance, purchased)
      select
        item.generation_id, entry.account_id, entry.shoot_id, entry.id, share.allowance, item.amount - share.allowance
      from entry, item, lateral (
        select greatest(least(item.amount, entry.d_held_allowance - item.earlier), 0) as allowance
      ) as share
    )""",
)
_SETTLE = _statement(
    """before as (
      select * from wallet
      where account_id = (select account_id from hold where generation_id = :generation_id)
      for no key update
    ), settled as (
      update hold set state = :state, settled_at = clock_timestamp()
      from before
      where hold.generation_id = :generation_id and hold.account_id = before.account_id and hold.state = 'held'
      returning hold.*
    ), move as (
      select
        cast(:kind as text) as kind, settled.allowance * cast(:back as bigint) as d_allowance,
        settled.purchased * cast(:back as bigint) as d_purchased,
        -settled.allowance as d_held_allowance, -settled.purchased as d_held_purchased,
        settled.shoot_id, settled.generation_id
      from settled
    )""",
    _POST,
)


async def open_wallet(session: AsyncSession, account_id: UUID) -> Wallet:
    """The wallet of a new account, empty; the existing one if it has one."""
    await session.execute(insert(Wallet).values(account_id=account_id).on_conflict_do_nothing())
    return await balance(session, account_id)


async def balance(session: AsyncSession | Direct, account_id: UUID) -> Wallet:
    """The wallet as it is now. NoWalletError if there is none."""
    row = await (await within(session)).row(f"select {_BALANCES} from wallet where account_id = $1", account_id)  # noqa: S608
    if row is None:
        raise NoWalletError(account_id)
    return Wallet(**row)


async def entries(
    session: AsyncSession, account_id: UUID, *, before: int | None = None, limit: int = 50
) -> Sequence[LedgerEntry]:
    """The newest entries of an account; with `before` only those of a lower `seq`."""
    newest = select(LedgerEntry).where(LedgerEntry.account_id == account_id).order_by(LedgerEntry.seq.desc())
    if before is not None:
        newest = newest.where(LedgerEntry.seq < before)
    return (await session.scalars(newest.limit(limit))).all()


async def grant(session: AsyncSession, account_id: UUID, credits: int, bucket: Bucket, key: str, reason: str) -> Record:
    """Adds `credits` to `bucket`. With a key that came before: the earlier entry, and nothing is added."""
    if credits <= 0:
        raise BadInputError(f"A grant of {credits} credits makes no sense.", remedy="Grant at least 1.")
    given = {"allowance": 0, "purchased": 0} | {bucket.value: credits}
    entry = await _post(session, _GRANT, key, {"account_id": account_id, **given}, reason)
    if entry is None:
        entry = await _earlier(await within(session), account_id, Kind.GRANT, key)
        if entry["d_allowance"] != given["allowance"] or entry["d_purchased"] != given["purchased"]:
            raise OperationKeyReusedError(key)
    return entry


async def set_allowance(session: AsyncSession, account_id: UUID, credits: int, key: str) -> Record:
    """Tops the allowance up to `credits`, once per key (one a month); an allowance above it stays.

    An entry is written also when nothing was missing, so that the same month cannot top up again after some is spent.
    """
    if credits < 0:
        raise BadInputError(f"An allowance of {credits} credits makes no sense.", remedy="Give 0 or more.")
    reason = f"The month's allowance of {credits}."
    entry = await _post(session, _TOP_UP, key, {"account_id": account_id, "credits": credits}, reason)
    return entry or await _earlier(await within(session), account_id, Kind.ALLOWANCE, key)


async def hold(
    session: AsyncSession | Direct,
    account_id: UUID,
    shoot_id: UUID,
    items: Sequence[tuple[UUID, int]],
    *,
    key: str | None = None,
    also: str = "",
    values: Mapping[str, object] | None = None,
) -> Record:
    """Sets credits aside for the generations of a shoot, all or none: `items` are generation ids with their prices.

    One statement and one entry for any number of generations. The allowance is spent first, in the order of `items`;
    a price of 0 is held too, so that every generation has a hold to settle. `key` is `hold:{shoot_id}` unless given:
    a retry inside the same shoot needs one of its own. InsufficientCreditsError takes nothing; a key that came before
    gives its entry, or OperationKeyReusedError when it held for other generations or another price.

    `also` names more to be written in the same round trip, as `name as (insert …)`, with :names that stand in `values`
    beside those of the move (`account_id`, `shoot_id`, `generation_ids`, `amounts`). It is written even where the
    credits do not suffice, so the transaction has to be given up then.
    """
    if not items or min(amount for _, amount in items) < 0:
        raise BadInputError("Credits are held for at least one generation, each at a price of 0 or more.")
    key = key or f"hold:{shoot_id}"
    ids, amounts = [id for id, _ in items], [amount for _, amount in items]
    move = {"account_id": account_id, "shoot_id": shoot_id, "generation_ids": ids, "amounts": amounts}
    entry = await _post(session, _hold(also), key, {**move, **(values or {})})
    return entry or await _held_earlier(await within(session), account_id, dict(items), key)


async def capture(session: AsyncSession | Direct, generation_id: UUID) -> bool:
    """Spends what is held for a generation. True once, False if it was already captured or released."""
    return await _settle(session, generation_id, Kind.CAPTURE, HoldState.CAPTURED)


async def release(session: AsyncSession | Direct, generation_id: UUID) -> bool:
    """Gives back what is held for a generation, each credit to its bucket. True once, False if already settled."""
    return await _settle(session, generation_id, Kind.RELEASE, HoldState.RELEASED)


async def _post(
    session: AsyncSession | Direct, statement: str, key: str, move: Mapping[str, Any], reason: str = ""
) -> Record | None:
    """The entry that the statement wrote. None if it wrote none: the key is taken, or there is too little."""
    words, names = _numbered(statement)
    values = {**move, "key": key, "reason": reason}
    return await (await within(session)).row(words, *(values[name] for name in names))


@cache
def _hold(also: str) -> str:
    return _statement(*_HOLD, also) if also else _statement(*_HOLD)


@cache
def _numbered(statement: str) -> tuple[str, list[str]]:
    """The statement with $1, $2, … for its :names, and the names in that order."""
    names = list(dict.fromkeys(_NAME.findall(statement)))
    return _NAME.sub(lambda found: f"${names.index(found[1]) + 1}", statement), names


async def _settle(session: AsyncSession | Direct, generation_id: UUID, kind: Kind, state: HoldState) -> bool:
    move = {"generation_id": generation_id, "kind": kind, "state": state, "back": int(kind == Kind.RELEASE)}
    if await _post(session, _SETTLE, f"{kind}:{generation_id}", move):
        return True
    direct = await within(session)
    if await direct.row("select 1 from hold where generation_id = $1", generation_id):
        return False
    raise NoHoldError(generation_id)


async def _find(direct: Direct, key: str) -> Record | None:
    return await direct.row(f"select {_ENTRY} from ledger_entry where op_key = $1", key)  # noqa: S608


async def _earlier(direct: Direct, account_id: UUID, kind: Kind, key: str) -> Record:
    """The entry that `key` made before; the wallet is locked, so that it cannot appear between two looks."""
    await balance(direct, account_id)
    entry = await _find(direct, key)
    if entry is None or entry["account_id"] != account_id or entry["kind"] != kind:
        raise OperationKeyReusedError(key)
    return entry


async def _held_earlier(direct: Direct, account_id: UUID, items: Mapping[UUID, int], key: str) -> Record:
    """The entry that `key` made before, if it held the same; otherwise the credits did not suffice."""
    wallet = await balance(direct, account_id)
    if await _find(direct, key) is None:
        raise InsufficientCreditsError(sum(items.values()), wallet.available)
    entry = await _earlier(direct, account_id, Kind.HOLD, key)
    its = "select generation_id, allowance + purchased as amount from hold where account_id = $1 and entry_id = $2"
    holds = await direct.fetch(its, account_id, entry["id"])
    if {hold["generation_id"]: hold["amount"] for hold in holds} != items:
        raise OperationKeyReusedError(key)
    return entry
