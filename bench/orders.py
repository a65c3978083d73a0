"""POST /api/generate, ours against NestJS: prints the servers' CPU per request and writes bench/results/orders.md.

`packshot serve` and bench/nest (NestJS on Express with node-postgres: JWT, validated body, one transaction with key,
photo, debit, ledger entry, order and picture) stand on the same PostgreSQL, which writes durably. 32 connections are
kept alive; each request orders one picture under a new key, for 60 accounts in turn. The servers take turns. Both
write the same durable rows in one transaction; the peer in nine round trips, one statement after the other as such code
is usually written, ours in four. Only ours counts requests, keeps holds and policies, and wakes workers; neither
logs requests here. A server's CPU is that of its process.
"""

from __future__ import annotations

import asyncio
import json
import socket
import statistics
import sys
import time
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import asyncpg
import jwt

from packshot import valkey
from packshot.db import dispose
from packshot.settings import settings
from stack import Seller, cpu_s, machine, program, report, seller, servers, until, web

NEST = Path(__file__).parent / "nest"
NEST_PORT = 18_123
CONNECTIONS = 32
ACCOUNTS = 60
REQUESTS = 400  # of one server in one round
ROUNDS = 5
GOAL = 0.7
SECRET = uuid4().hex
LIMIT = {"PACKSHOT_RATE_LIMIT": "100000"}

Order = tuple[str, str]
"""A token and a photo."""


def main() -> None:
    if not (NEST / "dist/server.js").exists():
        sys.exit("The peer is not built: npm ci --prefix bench/nest && npm run build --prefix bench/nest")
    words = machine()
    with servers(), web(**LIMIT) as (ours, port):
        peer = {
            "PGHOST": str(settings().sockets),
            "PGUSER": "packshot",
            "PGDATABASE": "packshot",
            "JWT_SECRET": SECRET,
            "PORT": str(NEST_PORT),
            "NODE_ENV": "production",
        }
        with program(["node", str(NEST / "dist/server.js")], peer) as theirs, asyncio.Runner() as runner:
            until(lambda: listens(NEST_PORT))
            lines = runner.run(measure(words, {"packshot": (ours, port), "NestJS": (theirs, NEST_PORT)}))
    report("orders", lines)


async def measure(words: str, stands: dict[str, tuple[int, int]]) -> list[str]:
    sellers = [await seller(f"seller{number}") for number in range(ACCOUNTS)]
    await dispose()
    await valkey.dispose()
    orders = {
        "packshot": [(ada.token, str(ada.photo_id)) for ada in sellers],
        "NestJS": await peers(sellers),
    }
    cpu: dict[str, list[float]] = {name: [] for name in stands}
    rate: dict[str, list[float]] = {name: [] for name in stands}
    for number in range(ROUNDS + 1):
        for name in sorted(stands, reverse=bool(number % 2)):
            pid, port = stands[name]
            before, started = cpu_s(pid), time.perf_counter()
            await load(port, orders[name], REQUESTS)
            if number:  # the first round warms caches and compilers
                cpu[name].append((cpu_s(pid) - before) / REQUESTS * 1e6)
                rate[name].append(REQUESTS / (time.perf_counter() - started))
    ratio = statistics.median(a / b for a, b in zip(cpu["packshot"], cpu["NestJS"], strict=True))
    return [
        "# An order over HTTP",
        "",
        f"`python bench/orders.py`: {ROUNDS} rounds of {REQUESTS:,} requests, medians, {CONNECTIONS} connections kept "
        f"alive. {words}",
        "",
        "| server | CPU of the server, µs a request | of NestJS's | requests a second |",
        "|---|---|---|---|",
        *[
            f"| {name} | {statistics.median(cpu[name]):.0f} | {ratio if name == 'packshot' else 1:.2f} "
            f"| {statistics.median(rate[name]):.0f} |"
            for name in ("NestJS", "packshot")
        ],
        "",
        f"Goal: at most {GOAL}× NestJS's CPU; {ratio:.2f}× measured.",
    ]


async def peers(sellers: list[Seller]) -> list[Order]:
    """The same sellers at the peer."""
    connection = await asyncpg.connect(settings().database.replace("+asyncpg", ""))
    await connection.execute((NEST / "schema.sql").read_text())
    await connection.executemany(
        "insert into nest.wallet (account_id, credits) values ($1, 1000000000)", [(ada.account_id,) for ada in sellers]
    )
    await connection.executemany(
        "insert into nest.photo (id, account_id) values ($1, $2)", [(ada.photo_id, ada.account_id) for ada in sellers]
    )
    await connection.close()
    until_s = int(time.time()) + 3600
    return [
        (
            jwt.encode({"sub": str(ada.user_id), "account": str(ada.account_id), "exp": until_s}, SECRET, "HS256"),
            str(ada.photo_id),
        )
        for ada in sellers
    ]


async def load(port: int, orders: list[Order], requests: int) -> None:
    """Sends so many orders over CONNECTIONS connections; a client of few instructions, for it shares the machine."""
    turn = cycle(orders)
    left = iter(range(requests))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            token, photo = next(turn)
            body = json.dumps({"photo_ids": [photo], "styles": ["plain"], "engine": "instant", "size": "64x64"})
            writer.write(
                f"POST /api/generate HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
                f"Idempotency-Key: {uuid4().hex}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            answer = await reader.readexactly(length)
            if not head.startswith("http/1.1 202"):
                sys.exit(head + answer.decode())
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*[client() for _ in range(CONNECTIONS)])


def listens(port: int) -> bool:
    """Somebody listens on `port`."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
