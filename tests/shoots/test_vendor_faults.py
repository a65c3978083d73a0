"""Every accident of vendors through the whole core: each order ends, rightly paid for.

`make test` plays one that answers at once and one that is asked later, `make faults` more of them.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from packshot import config
from packshot.db import transaction
from packshot.engines import vendor
from packshot.engines.http import hang_up
from packshot.settings import settings as current
from packshot.shoots import policy
from packshot.shoots.advance import advance
from packshot.shoots.lease import due
from packshot.shoots.makers import maker
from packshot.shoots.models import Attempt, Generation, State
from packshot.shoots.sweep import sweep
from packshot.vendors.limits import TROUBLE_AFTER
from tests.contract.conftest import Simulators, simulators
from tests.faults.harness import FULL
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, look, shot

__all__ = ["simulators"]

DEADLINE_S = 14.0
MOST_MB = 600  # of all accidents of a vendor at once, plates laid included; one by one is tests/contract/test_memory.py
AT_ONCE, LATER = ("openai", *(("stability", "bedrock") if FULL else ())), ("replicate",)
WITH_PHOTO = ("openai", "replicate")
PRICE = 4
BILLED = ("broken-after", "cut-off", "nonsense", "hang", "endless", "gzip-bomb", "html")
BILLED_LATER = ("failed", "strange-status", "forgotten", "expired", "redirect", "metadata", "aborted")
FREE = ("broken", "bad-gateway", "unpaid")
ASKS_TO_WAIT = ("rate-limited", "rate-limited-bare", "overloaded")
DELIVERED = ("", "wrong-size")


@dataclass(frozen=True)
class Shot:
    fault: str
    id: UUID
    ended_s: float
    row: Generation
    attempts: list[Attempt]


@pytest.fixture(autouse=True)
async def hasty(simulators: Simulators, monkeypatch: pytest.MonkeyPatch, database: None) -> AsyncGenerator[None]:
    """Deadlines, waits and polls of a moment; breakers that do not hide one accident behind another."""
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    for engine in (*AT_ONCE, *LATER):
        monkeypatch.setenv(f"PACKSHOT_{engine.upper()}_DEADLINE_S", "4")
    monkeypatch.setenv("PACKSHOT_GENERATION_DEADLINE_S", str(DEADLINE_S))
    monkeypatch.setattr(vendor, "POLL_S", 0.2)
    monkeypatch.setattr(vendor, "TROUBLE_S", 0.3)
    monkeypatch.setattr(policy, "WAIT_S", (0.1, 0.2, 0.3))
    monkeypatch.setattr(policy, "OPERATOR_S", 3.0)
    current.cache_clear()
    maker.cache_clear()
    async with transaction() as session:
        await config.change(session, TROUBLE_AFTER, 100)
    yield
    config.forget()
    current.cache_clear()
    maker.cache_clear()
    await hang_up()


async def play(seller: Seller, engine: str, faults: tuple[str, ...]) -> list[Shot]:
    """Orders a picture with each accident, and is worker and clock until all have ended."""
    started = time.monotonic()
    ids = {
        await shot(
            seller,
            engine=engine,
            styles=["marble"],
            photo_ids=[str(seller.photo_id)] if engine in WITH_PHOTO else None,
            size="1024x1024",
            words=f"a mug fault:{fault}" if fault else "a mug",
        ): fault
        for fault in faults
    }
    ended: dict[UUID, float] = {}
    working: set[asyncio.Task[None]] = set()
    while len(ended) < len(ids):
        assert time.monotonic() - started < DEADLINE_S + 20, {ids[id] for id in ids if id not in ended}
        async with transaction(system=True) as session:
            ready = (await session.execute(select(Generation.id, Generation.queue).where(due()))).all()
            over = await session.scalars(
                select(Generation.id).where(Generation.id.in_(ids), Generation.finished_at.is_not(None))
            )
        for id in over:
            ended.setdefault(id, time.monotonic() - started)
        for id, queue in ready:
            task = asyncio.create_task(advance("cpu" if queue == "cpu" else "io", id))
            working.add(task)
            task.add_done_callback(working.discard)
        await sweep()
        await asyncio.sleep(0.1)
    await asyncio.gather(*working)
    return [Shot(fault, id, ended[id], await look(id), await attempts(id)) for id, fault in ids.items()]


async def judge(seller: Seller, shots: list[Shot], delivered: tuple[str, ...]) -> None:
    for one in shots:
        assert one.ended_s <= DEADLINE_S + 5, (one.fault, one.ended_s)
        right = State.COMPLETED if one.fault in delivered else State.FAILED
        assert one.row.state == right, (one.fault, one.row.error, one.row.words)
        assert one.row.state == State.COMPLETED or (one.row.error and one.row.words and one.row.remedy), one.fault
    charged = sum(PRICE for one in shots if one.row.state == State.COMPLETED)
    assert await seller.credits() == (1000 - charged, 0)


@pytest.mark.parametrize("engine", [*AT_ONCE, *LATER])
async def test_what_was_billed_was_written_down(engine: str, seller: Seller, simulators: Simulators) -> None:
    faults = BILLED + (BILLED_LATER if engine in LATER else ())
    before, memory = simulators.billed(engine), high_mb()
    shots = await play(seller, engine, DELIVERED) + await play(seller, engine, faults)
    await judge(seller, shots, DELIVERED)
    assert simulators.billed(engine) - before == sum(len(one.attempts) for one in shots)
    assert high_mb() - memory < MOST_MB
    for one in shots:
        most = policy.MOST_ATTEMPTS if one.fault in ("failed", "aborted") else policy.MOST_UNKNOWN + 1
        assert len(one.attempts) <= (1 if one.fault in DELIVERED else most), one.fault


@pytest.mark.parametrize("engine", [*AT_ONCE, *LATER])
async def test_what_was_not_taken_on_is_not_billed(engine: str, seller: Seller, simulators: Simulators) -> None:
    before = simulators.billed(engine)
    shots = await play(seller, engine, FREE)
    await judge(seller, shots, ())
    assert simulators.billed(engine) == before


@pytest.mark.parametrize("engine", [*AT_ONCE, *LATER])
async def test_content_rules_end_it_at_once(engine: str, seller: Seller) -> None:
    (one,) = await play(seller, engine, ("moderated",))
    assert one.row.state == State.FAILED and one.row.error == "moderated" and len(one.attempts) == 1
    assert await seller.credits() == (1000, 0)


@pytest.mark.parametrize("fault", ASKS_TO_WAIT)
async def test_who_asks_to_be_left_alone_is_by_all(fault: str, seller: Seller, simulators: Simulators) -> None:
    before = simulators.billed("stability")
    shots = await play(seller, "stability", (fault, fault, fault))
    await judge(seller, shots, ())
    assert simulators.billed("stability") == before
    async with transaction(system=True) as session:
        sent = await session.scalar(select(func.count()).select_from(Attempt)) or 0
    most = {"rate-limited": 3, "overloaded": 3, "rate-limited-bare": 4}[fault]
    assert sent <= 3 * most, "seven seconds, or five where none are asked for, of twenty"


def high_mb() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024
