"""Proves the ledger: every credit of every wallet is explained by its entries, and every hold by one settlement."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.credits.errors import NoHoldError
from packshot.credits.models import Bucket, Hold, Kind, LedgerEntry
from packshot.db import unhurried


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold for an account. `words` says which and where."""

    account_id: UUID
    rule: str
    words: str


# One part per rule; amounts are given as allowance + purchased.
_VIOLATIONS = text("""
with chain as (
  select entry.*,
    lag(seq, 1, 0::bigint) over own as seq_before,
    lag(allowance_after, 1, 0::bigint) over own as allowance_before,
    lag(purchased_after, 1, 0::bigint) over own as purchased_before,
    lag(held_allowance_after, 1, 0::bigint) over own as held_allowance_before,
    lag(held_purchased_after, 1, 0::bigint) over own as held_purchased_before
  from ledger_entry as entry
  window own as (partition by account_id order by seq)
), sums as (
  select account_id, count(*) as entries, max(seq) as seq,
    sum(d_allowance) as allowance, sum(d_purchased) as purchased,
    sum(d_held_allowance) as held_allowance, sum(d_held_purchased) as held_purchased
  from ledger_entry group by account_id
), open as (
  select account_id, sum(allowance) as allowance, sum(purchased) as purchased
  from hold where state = 'held' group by account_id
), holds as (
  select entry_id, sum(allowance) as allowance, sum(purchased) as purchased from hold group by entry_id
), settlement as (
  select * from ledger_entry where kind in ('capture', 'release')
)
select account_id, 'chain' as rule, format('entry %s does not follow entry %s', seq, seq_before) as words
from chain
where seq <> seq_before + 1
  or allowance_after <> allowance_before + d_allowance
  or purchased_after <> purchased_before + d_purchased
  or held_allowance_after <> held_allowance_before + d_held_allowance
  or held_purchased_after <> held_purchased_before + d_held_purchased
union all
select account_id, 'sums', format(
  'the wallet has %s + %s, held %s + %s; its entries add up to %s + %s, held %s + %s',
  wallet.allowance, wallet.purchased, wallet.held_allowance, wallet.held_purchased,
  coalesce(sums.allowance, 0), coalesce(sums.purchased, 0),
  coalesce(sums.held_allowance, 0), coalesce(sums.held_purchased, 0))
from wallet full join sums using (account_id)
where (wallet.allowance, wallet.purchased, wallet.held_allowance, wallet.held_purchased, wallet.seq, wallet.seq)
  is distinct from (
    coalesce(sums.allowance, 0), coalesce(sums.purchased, 0), coalesce(sums.held_allowance, 0),
    coalesce(sums.held_purchased, 0), coalesce(sums.entries, 0), coalesce(sums.seq, 0))
union all
select account_id, 'open holds', format(
  'the wallet holds %s + %s; its open holds add up to %s + %s',
  wallet.held_allowance, wallet.held_purchased, coalesce(open.allowance, 0), coalesce(open.purchased, 0))
from wallet full join open using (account_id)
where (wallet.held_allowance, wallet.held_purchased)
  is distinct from (coalesce(open.allowance, 0), coalesce(open.purchased, 0))
union all
select account_id, 'settled twice', format('generation %s has %s settlements', generation_id, count(*))
from settlement group by account_id, generation_id having count(*) > 1
union all
select entry.account_id, 'holds of an entry', format('entry %s held %s + %s; its holds add up to %s + %s',
  entry.seq, entry.d_held_allowance, entry.d_held_purchased, coalesce(holds.allowance, 0), coalesce(holds.purchased, 0))
from ledger_entry as entry left join holds on holds.entry_id = entry.id
where entry.kind = 'hold' and (entry.d_held_allowance, entry.d_held_purchased)
  is distinct from (coalesce(holds.allowance, 0), coalesce(holds.purchased, 0))
union all
select hold.account_id, 'hold without its entry', format('generation %s: entry %s', hold.generation_id, hold.entry_id)
from hold left join ledger_entry as entry on entry.id = hold.entry_id
where (entry.kind, entry.account_id) is distinct from ('hold', hold.account_id)
union all
select coalesce(hold.account_id, settlement.account_id), 'settlement', format(
  'generation %s is %s; its settlement is %s',
  coalesce(hold.generation_id, settlement.generation_id), coalesce(hold.state, 'not held'),
  coalesce(settlement.kind, 'missing'))
from hold full join settlement using (generation_id, account_id)
where (hold.state, hold.allowance, hold.purchased) is distinct from (
  case settlement.kind when 'capture' then 'captured' when 'release' then 'released' else 'held' end,
  coalesce(-settlement.d_held_allowance, hold.allowance), coalesce(-settlement.d_held_purchased, hold.purchased))
""")

_WORDS = {
    Kind.HOLD: "{amount} held for it",
    Kind.CAPTURE: "captured: {amount} spent",
    Kind.RELEASE: "released: {amount} given back",
}


async def audit(session: AsyncSession) -> list[Violation]:
    """Everything that is wrong in the accounts that the transaction sees: all of them in one of the system's."""
    await unhurried(session)
    return [Violation(*row) for row in await session.execute(_VIOLATIONS)]


async def explain(session: AsyncSession, generation_id: UUID) -> list[str]:
    """What happened to the credits of a generation, one line per ledger entry, oldest first. NoHoldError if nothing."""
    hold = await session.get(Hold, generation_id, populate_existing=True)
    if hold is None:
        raise NoHoldError(generation_id)
    its_own = or_(LedgerEntry.id == hold.entry_id, LedgerEntry.generation_id == generation_id)
    found = await session.scalars(select(LedgerEntry).where(its_own).order_by(LedgerEntry.seq))
    return [_line(entry, hold) for entry in found]


def _line(entry: LedgerEntry, hold: Hold) -> str:
    amount = " and ".join(
        f"{credits} {'credit' if credits == 1 else 'credits'} {bucket}"
        for credits, bucket in ((hold.allowance, "of the allowance"), (hold.purchased, f"{Bucket.PURCHASED}"))
        if credits
    )
    words = _WORDS[Kind(entry.kind)].format(amount=amount or "0 credits")
    return f"{entry.at:%Y-%m-%d %H:%M:%S} entry {entry.seq} of account {entry.account_id}: {words}."
