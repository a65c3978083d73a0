"""Taking a shoot on, ours against row by row: prints ratios and writes bench/results/submit.md.

Ours is `packshot.shoots.submit.submit` in a transaction of its own (`db.direct`): idempotency key, approved photo,
credits held, shoot, generations and the stored answer, committed. The peer is how a queue's producer is often written:
for each generation one UPDATE of the balance and one INSERT, each committed. It writes the same tables through
SQLAlchemy, autocommitted, as a user whom no policies bind; its lower bound has tables of its own with one index, and
the bare driver. Neither checks a key or a photo, or keeps a ledger. Both commit twice a generation, so their time, and
the ratio with it, is the disk's. The floor is what no order can beat: the rows of that lower bound with one UPDATE and
one INSERT, committed together. PostgreSQL writes durably (fsync on). The ways take turns. The hints to workers that
follow our commit go out before the next one's turn; the peers send none.

A second table has every commit wait 4 ms more (PostgreSQL's commit_delay), as it takes on the disk of a usual virtual
server: there the goals were set.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import insert, update

from packshot import valkey
from packshot.credits.models import Wallet
from packshot.db import direct, dispose, engine, new_id
from packshot.settings import settings
from packshot.shoots.brief import Brief
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.submit import submit
from stack import Seller, machine, report, seller, servers

GOALS = {9: 9, 100: 100, 1000: 220}
HINTS_S = 0.1  # what they take at most
ROUNDS = {1: 25, 9: 25, 100: 9, 1000: 5}
SLOW_MS = 4
FEWER_ROUNDS = {9: 9, 100: 5, 1000: 3}
HEADER = (
    "| generations | row by row, ms | bare row by row, ms | one transaction, ms | ratio | goal | bare ratio "
    "| floor, ms | floor's ratio |",
    "|---|---|---|---|---|---|---|---|---|",
)

PEER = """
create table peer_user (id uuid primary key, credits bigint not null);
create table peer_generation (
  id uuid primary key, user_id uuid not null, style text not null, seed bigint not null, credits bigint not null,
  state text not null default 'PENDING', created_at timestamptz not null default now());
create index on peer_generation (user_id, created_at);
insert into peer_user values ($1, 1000000000);
"""


def main() -> None:
    words = machine()
    with servers(), asyncio.Runner() as runner:
        lines = runner.run(measure(words))
    report("submit", lines)


async def measure(words: str) -> list[str]:
    ada = await seller()
    connection = await asyncpg.connect(settings().database.replace("+asyncpg", ""))
    await connection.execute(PEER.replace("$1", f"'{ada.user_id}'"))
    lines = [
        "# Taking a shoot on",
        "",
        f"`python bench/submit.py`: medians of {min(FEWER_ROUNDS.values())} to {max(ROUNDS.values())} rounds, the ways "
        f"in turn, PostgreSQL with fsync on. {words}",
        "",
        *HEADER,
        *await table(ada, connection, ROUNDS),
        "",
        f"With every commit {SLOW_MS} ms slower:",
        "",
        *HEADER,
    ]
    await connection.execute(f"alter system set commit_delay = {SLOW_MS * 1000}")
    await connection.execute("alter system set commit_siblings = 0")
    await connection.execute("select pg_reload_conf()")
    lines += await table(ada, connection, FEWER_ROUNDS)
    await connection.close()
    await dispose()
    await valkey.dispose()
    return lines


async def table(ada: Seller, connection: asyncpg.Connection, rounds_of: dict[int, int]) -> list[str]:
    """A row for each number of generations."""
    rows: list[str] = []
    for size, rounds in rounds_of.items():
        found: list[tuple[float, float, float, float]] = []
        for number in range(rounds + 1):
            row_by_row, bare = await by_row(ada, size), await bare_by_row(connection, ada.user_id, size)
            committed, least = await in_one(ada, size), await bare_in_one(connection, ada.user_id, size)
            if number:  # the first round prepares statements and fills caches
                found.append((row_by_row, bare, committed, least))
        row_by_row, bare, committed, least = (statistics.median(column) for column in zip(*found, strict=True))
        ratio, bare_ratio = (statistics.median(times[peer] / times[2] for times in found) for peer in (0, 1))
        best = statistics.median(times[0] / times[3] for times in found)
        goal = f"{GOALS[size]}×" if size in GOALS else ""
        times = f"{row_by_row:.1f} | {bare:.1f} | {committed:.1f}"
        rows.append(f"| {size:,} | {times} | {ratio:.1f}× | {goal} | {bare_ratio:.1f}× | {least:.1f} | {best:.0f}× |")
    return rows


async def by_row(ada: Seller, size: int) -> float:
    now = datetime.now(UTC)
    shoot = new_id()
    row = {
        "id": shoot,
        "account_id": ada.account_id,
        "engine": "instant",
        "model": "instant-1",
        "styles": ["plain"],
        "width": 64,
        "height": 64,
        "framing": "standard",
        "format": "webp",
        "count": size,
        "seed": 1,
        "credits": size,
    }
    debit = update(Wallet).where(Wallet.account_id == ada.account_id, Wallet.purchased >= 1)
    async with engine().connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        started = time.perf_counter()
        await connection.execute(insert(Shoot).values(row))
        for number in range(1, size + 1):
            await connection.execute(debit.values(purchased=Wallet.purchased - 1))
            one = {
                "id": new_id(),
                "account_id": ada.account_id,
                "shoot_id": shoot,
                "number": number,
                "photo_id": ada.photo_id,
                "style": "plain",
                "seed": number,
                "credits": 1,
                "queue": "io",
                "deadline_at": now + timedelta(hours=1),
            }
            await connection.execute(insert(Generation).values(one))
        return (time.perf_counter() - started) * 1000


async def bare_by_row(connection: asyncpg.Connection, user_id: UUID, size: int) -> float:
    started = time.perf_counter()
    for number in range(size):
        await connection.execute("update peer_user set credits = credits - 1 where id = $1 and credits >= 1", user_id)
        await connection.execute(
            "insert into peer_generation (id, user_id, style, seed, credits) values ($1, $2, $3, $4, $5)",
            new_id(),
            user_id,
            "plain",
            number,
            1,
        )
    return (time.perf_counter() - started) * 1000


async def bare_in_one(connection: asyncpg.Connection, user_id: UUID, size: int) -> float:
    ids, numbers = [new_id() for _ in range(size)], list(range(size))
    started = time.perf_counter()
    async with connection.transaction():
        await connection.execute(
            "update peer_user set credits = credits - $2 where id = $1 and credits >= $2", user_id, size
        )
        await connection.execute(
            "insert into peer_generation (id, user_id, style, seed, credits) "
            "select id, $1, 'plain', seed, 1 from unnest($2::uuid[], $3::bigint[]) as given (id, seed)",
            user_id,
            ids,
            numbers,
        )
    return (time.perf_counter() - started) * 1000


async def in_one(ada: Seller, size: int) -> float:
    brief = Brief(photo_ids=[ada.photo_id], styles=["plain"], engine="instant", size="64x64", count=size)
    started = time.perf_counter()
    async with direct(ada.account_id) as session:
        await submit(session, ada.account_id, ada.user_id, brief, uuid4().hex)
    taken = (time.perf_counter() - started) * 1000
    await asyncio.sleep(HINTS_S)
    return taken


if __name__ == "__main__":
    main()
