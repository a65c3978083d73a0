"""From the order to its news: prints how long that takes and writes bench/results/latency.md.

Two processes and their servers run as in production: `packshot serve` and `packshot worker io`. A client posts a shoot
of one picture to an engine that takes no time, follows the shoot's events, and stops the clock when the event that the
worker has it (RUNNING) and that the picture is there (COMPLETED) arrive. One at a time, over HTTP; the clock starts
before the order is sent. PostgreSQL writes durably (fsync on).
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from uuid import uuid4

import httpx

from packshot.db import dispose
from stack import Seller, cpu_s, io_worker, machine, report, seller, servers, web

SAMPLES = 150
WARM_UP = 10
GOAL_MS = 60.0
LIMIT = {"PACKSHOT_RATE_LIMIT": "100000"}


def main() -> None:
    words = machine()
    with servers(), web(**LIMIT) as (server, port), io_worker() as worker, asyncio.Runner() as runner:
        lines = runner.run(measure(words, port, (server, worker)))
    report("latency", lines)


async def measure(words: str, port: int, pids: tuple[int, int]) -> list[str]:
    ada = await seller()
    await dispose()
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {ada.token}"}, timeout=30
    ) as client:
        for _ in range(WARM_UP):
            await sample(client, ada)
        before = [cpu_s(pid) for pid in pids]
        found = [await sample(client, ada) for _ in range(SAMPLES)]
        used = [(cpu_s(pid) - then) / SAMPLES * 1000 for pid, then in zip(pids, before, strict=True)]
    rows = {"order accepted (202)": 0, "a worker has it (event RUNNING)": 1, "delivered (event COMPLETED)": 2}
    lines = [
        "# From an order to its news",
        "",
        f"`python bench/latency.py`: {SAMPLES} shoots of one picture, one after another. {words}",
        "",
        "| since the order was sent | p50, ms | p90, ms | p99, ms |",
        "|---|---|---|---|",
    ]
    for name, column in rows.items():
        cuts = statistics.quantiles((times[column] for times in found), n=100)
        lines.append(f"| {name} | {cuts[49]:.0f} | {cuts[89]:.0f} | {cuts[98]:.0f} |")
    p50 = statistics.median(times[2] for times in found)
    lines += [
        "",
        f"Goal: half of them delivered within {GOAL_MS:.0f} ms; {p50:.0f} ms measured on the machine as it was.",
        "",
        f"CPU of one shoot, which other work disturbs less: {used[0]:.0f} ms in `packshot serve`, {used[1]:.0f} ms in "
        "the worker; the database's and Valkey's come on top.",
    ]
    return lines


async def sample(client: httpx.AsyncClient, ada: Seller) -> tuple[float, float, float]:
    """Milliseconds until the answer, until RUNNING or later is known, and until COMPLETED is known."""
    body = {"photo_ids": [str(ada.photo_id)], "styles": ["plain"], "engine": "instant", "size": "64x64"}
    started = time.perf_counter()
    answer = await client.post("/api/generate", json=body, headers={"Idempotency-Key": uuid4().hex})
    accepted = time.perf_counter()
    if answer.status_code != 202:
        sys.exit(answer.text)
    running = 0.0
    async with client.stream("GET", answer.json()["events"]) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data:"):
                continue
            told = json.loads(line.removeprefix("data:"))
            state = (told["generations"][0] if "generations" in told else told)["state"]
            now = time.perf_counter()
            if state != "PENDING" and not running:
                running = now
            if state == "COMPLETED":
                return (accepted - started) * 1000, (running - started) * 1000, (now - started) * 1000
            if state not in ("PENDING", "RUNNING"):
                sys.exit(f"The picture ended {state}.")
    sys.exit("The events ended early.")


if __name__ == "__main__":
    main()
