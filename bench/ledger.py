"""Moves on one hot wallet, ours against SELECT FOR UPDATE: prints ratios and writes bench/results/ledger.md.

64 clients hold credits of the same account, each hold in a transaction of its own, on a PostgreSQL started for this run
with fsync on. The peer is how the same is usually written: lock the wallet's row, read it, change it, insert the entry
and the hold; it writes the same rows under the same policies. The ways take turns; a ratio is the median over rounds of
moves per second, which depend on the machine and are given for scale only.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.credits import ledger
from packshot.credits.audit import audit
from packshot.credits.models import Bucket, Hold, LedgerEntry, Wallet
from packshot.db import dispose, engine, new_id, transaction
from packshot.embedded.process import Process
from packshot.embedded.servers import postgres, prepare
from packshot.embedded.user import User
from packshot.migrations import migrate
from packshot.settings import settings

RESULT = Path(__file__).parent / "results/ledger.md"
CLIENTS = 64
ROUNDS = 7
ROUND_S = 3.0
GOAL = 1.8
BULKS = (1, 9, 100, 1000)
PLENTY = 10**9

Way = Callable[[AsyncSession, UUID], Awaitable[object]]


def main() -> None:
    with database(), asyncio.Runner() as runner:
        lines = runner.run(measure())
    text = "\n".join(lines) + "\n"
    print(text)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(text)


async def measure() -> list[str]:
    account = new_id()
    async with transaction(account) as session:
        await ledger.open_wallet(session, account)
        await ledger.grant(session, account, PLENTY, Bucket.PURCHASED, f"start:{account}", "To start with.")
    ways: dict[str, Way] = {"one statement": one_statement, "SELECT FOR UPDATE": select_for_update}
    moves: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name in sorted(ways, reverse=bool(number % 2)):
            rate = await moves_per_second(ways[name], account)
            if number:  # the first round opens connections and fills caches
                moves[name].append(rate)
    async with transaction(account) as session:
        assert await audit(session) == []
        version = str(await session.scalar(select(func.version()))).split(" on ")[0]
        bulks = {size: await bulk_ms(session, account, size) for size in BULKS}
    await dispose()
    ratios = [ours / theirs for ours, theirs in zip(*moves.values(), strict=True)]
    ratio = statistics.median(ratios)
    return [
        "# The ledger",
        "",
        f"`python bench/ledger.py`: {ROUNDS} rounds of {ROUND_S:g} s, the ways in turn, {CLIENTS} clients on one "
        f"wallet in one process, {os.cpu_count()} cores shared with the database. {version}, "
        f"Python {platform.python_version()}.",
        "",
        "| way | holds per second | median ratio |",
        "|---|---|---|",
        f"| SELECT FOR UPDATE and three more statements | {statistics.median(moves['SELECT FOR UPDATE']):.0f} | 1.00 |",
        f"| one statement | {statistics.median(moves['one statement']):.0f} | {ratio:.2f} |",
        "",
        f"Goal: at least {GOAL}×; {ratio:.2f}× measured (rounds {min(ratios):.2f} to {max(ratios):.2f}). "
        "The audit of all moves found nothing.",
        "",
        "| generations in one hold | ms (best of 5) |",
        "|---|---|",
        *[f"| {size:,} | {milliseconds:.1f} |" for size, milliseconds in bulks.items()],
    ]


async def moves_per_second(way: Way, account: UUID) -> float:
    until = time.perf_counter() + ROUND_S

    async def client() -> int:
        done = 0
        while time.perf_counter() < until:
            async with transaction(account) as session:
                await way(session, account)
            done += 1
        return done

    started = time.perf_counter()
    done = sum(await asyncio.gather(*[client() for _ in range(CLIENTS)]))
    return done / (time.perf_counter() - started)


async def one_statement(session: AsyncSession, account: UUID) -> None:
    await ledger.hold(session, account, new_id(), [(new_id(), 1)])


async def select_for_update(session: AsyncSession, account: UUID) -> None:
    wallet = (await session.scalars(select(Wallet).where(Wallet.account_id == account).with_for_update())).one()
    assert wallet.available >= 1
    from_allowance = min(1, wallet.allowance)
    wallet.allowance -= from_allowance
    wallet.purchased -= 1 - from_allowance
    wallet.held_allowance += from_allowance
    wallet.held_purchased += 1 - from_allowance
    wallet.seq += 1
    shoot = new_id()
    entry = LedgerEntry(
        account_id=account,
        seq=wallet.seq,
        kind="hold",
        d_allowance=-from_allowance,
        d_purchased=from_allowance - 1,
        d_held_allowance=from_allowance,
        d_held_purchased=1 - from_allowance,
        allowance_after=wallet.allowance,
        purchased_after=wallet.purchased,
        held_allowance_after=wallet.held_allowance,
        held_purchased_after=wallet.held_purchased,
        op_key=f"hold:{shoot}",
        shoot_id=shoot,
        reason="",
    )
    session.add(entry)
    await session.flush()
    session.add(
        Hold(
            generation_id=new_id(),
            account_id=account,
            shoot_id=shoot,
            entry_id=entry.id,
            allowance=from_allowance,
            purchased=1 - from_allowance,
        )
    )
    await session.flush()


async def bulk_ms(session: AsyncSession, account: UUID, size: int) -> float:
    tries: list[float] = []
    for _ in range(5):
        items = [(new_id(), 1) for _ in range(size)]
        started = time.perf_counter()
        await ledger.hold(session, account, new_id(), items)
        tries.append((time.perf_counter() - started) * 1000)
    return min(tries)


@contextmanager
def database() -> Generator[None]:
    """A migrated PostgreSQL of this run's own, in a folder that goes when it ends."""
    state = Path(tempfile.mkdtemp(prefix="packshot-bench-"))
    state.chmod(0o755)
    os.environ["PACKSHOT_STATE_DIR"] = str(state)
    for name in ("DATABASE_URL", "PACKSHOT_DATABASE_URL"):
        os.environ.pop(name, None)
    settings.cache_clear()
    engine.cache_clear()
    user = User.of_servers()
    prepare(settings(), user)
    server = Process(postgres(settings(), user))
    try:
        server.wait_ready(30)
        asyncio.run(migrate())
        yield
    finally:
        server.stop()
        shutil.rmtree(state)


if __name__ == "__main__":
    main()
