"""Every accident of vendors through the whole core: each order ends, rightly paid for.

`make test` plays one that answers at once, one that is asked later, and a few accidents of one that needs a person;
`make faults` plays every accident of every engine, also of those that make videos.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from packshot import config
from packshot.db import transaction
from packshot.engines import vendor
from packshot.engines.http import hang_up
from packshot.settings import settings as current
from packshot.shoots import policy
from packshot.shoots.advance import advance
from packshot.shoots.lease import due
from packshot.shoots.makers import maker
from packshot.shoots.models import Attempt, AttemptState, Generation, State
from packshot.shoots.sweep import sweep
from packshot.simulators import faults
from packshot.vendors.limits import LIMITS, TROUBLE_AFTER, Limit
from tests.faults.harness import FULL
from tests.locks.conftest import tiny_detector, tiny_embedder
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, look, shot
from tests.shoots.test_casting import add_person
from tests.simulated import Simulators
from tests.talents.conftest import face_model

__all__ = ["face_model", "tiny_detector", "tiny_embedder"]

# All at once on two busy cores: what is written down has to be sent, and taken on, before either time is over.
VENDOR_S, DEADLINE_S = (15.0, 60.0) if FULL else (4.0, 14.0)
WAITING_S = 25.0 if FULL else DEADLINE_S  # of those that nobody takes on, some of which wait until it is over
PATIENCE_S = 120.0
MOST_MB = 600  # of all accidents of a vendor at once, plates laid included; one by one is tests/contract/test_memory.py
BILLED = ("broken-after", "cut-off", "nonsense", "hang", "endless", "gzip-bomb", "html", "drip")
BILLED_LATER = ("failed", "strange-status", "forgotten", "expired", "redirect", "metadata", "aborted")
BILLED_VIDEO = ("cut-short", "brief", "wrong-shape")
FREE = ("broken", "bad-gateway", "unpaid")
ASKS_TO_WAIT = ("rate-limited", "rate-limited-bare", "overloaded")
MODERATED = ("moderated", "failed-moderated")
DELIVERED = ("", "wrong-size")
ELSEWHERE = ("webhook-twice", "webhook-reordered", "webhook-forged", "-once")  # tests/shoots/test_callbacks.py, _videos
SILENT = ("hang", "drip")
NOT_MADE = ("failed", "aborted")  # what the vendor itself calls failed is asked for anew most often


@dataclass(frozen=True)
class Play:
    """How a picture of an engine is ordered, what it costs, and which accidents it can have.

    With `few` only those in `make test`.
    """

    photo: bool = False
    person: bool = False
    later: bool = False
    video: bool = False
    price: int = 4
    asked: Mapping[str, Any] = field(default_factory=dict[str, Any])
    few: tuple[str, ...] = ()
    never: tuple[str, ...] = ()  # what cannot befall it

    def of(self, *faults: str) -> tuple[str, ...]:
        """Those of the accidents that are played here."""
        foreign = {*self.never, *(() if self.later else BILLED_LATER), *(() if self.video else BILLED_VIDEO)}
        mine = [one for one in faults if one not in foreign]
        return tuple(mine if FULL or not self.few else [one for one in mine if one in self.few])


MARBLE = {"styles": ["marble"]}
WORN = {"styles": ["words"]}
TURNED = {"styles": ["slow-turn"], "size": None, "seconds": 2}
TOLD = {"styles": None, "size": "720x720", "seconds": 1}
THEIRS = ("aborted",)  # a status of Replicate's
IN_FULL = {  # in `make test` those at once are OpenAI alone, and videos are tests/shoots/test_videos.py
    "stability": Play(asked=MARBLE),
    "bedrock": Play(asked=MARBLE),
    "runway": Play(photo=True, later=True, video=True, price=8, asked=TURNED, never=THEIRS),
    "http_video": Play(photo=True, later=True, video=True, asked=TOLD, never=THEIRS),
}
PLAYS = {
    "openai": Play(photo=True, asked=MARBLE, never=("failed-moderated",)),
    "replicate": Play(photo=True, later=True, asked=MARBLE),
    "fashn": Play(
        photo=True,
        person=True,
        later=True,
        asked=WORN,
        few=("", "hang", "failed", "broken", "moderated"),
        never=THEIRS,
    ),
    **(IN_FULL if FULL else {}),
}


@dataclass(frozen=True)
class Shot:
    fault: str
    id: UUID
    price: int
    row: Generation
    attempts: list[Attempt]

    @property
    def late_s(self) -> float:
        """How long after its own deadline it ended, by the database's clock: ordering them all takes a while."""
        assert self.row.finished_at
        return (self.row.finished_at - self.row.deadline_at).total_seconds()

    @property
    def adrift(self) -> list[Attempt]:
        """Attempts that perhaps never arrived: cut off by a deadline although their accident is no silence."""
        heard = self.fault not in SILENT
        return [
            one for one in self.attempts if one.state == AttemptState.SENT or (heard and "did not answer" in one.words)
        ]


@pytest.fixture(autouse=True)
async def hasty(simulators: Simulators, monkeypatch: pytest.MonkeyPatch, database: None) -> AsyncGenerator[None]:
    """Deadlines, waits and polls of a moment; breakers and lines that do not hide one accident behind another."""
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(vendor, "POLL_S", 0.2)
    monkeypatch.setattr(vendor, "TROUBLE_S", 0.3)
    monkeypatch.setattr(policy, "WAIT_S", (0.1, 0.2, 0.3))
    monkeypatch.setattr(policy, "OPERATOR_S", 3.0)
    current.cache_clear()
    maker.cache_clear()
    async with transaction() as session:
        await config.change(session, TROUBLE_AFTER, 100)
        await config.change(session, LIMITS, {engine: Limit() for engine in PLAYS})
    yield
    config.forget()
    current.cache_clear()
    maker.cache_clear()
    await hang_up()


@pytest.fixture
def play(seller: Seller, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> PlayAll:
    """Orders a picture of an engine with each accident, and is worker and clock until all have ended."""

    async def played(engine: str, faults: tuple[str, ...], deadline_s: float = DEADLINE_S) -> list[Shot]:
        good = set(faults) <= set(DELIVERED)  # a vendor that is well has the time that this machine takes
        monkeypatch.setenv(f"PACKSHOT_{engine.upper()}_DEADLINE_S", str(PATIENCE_S if good else VENDOR_S))
        monkeypatch.setenv("PACKSHOT_GENERATION_DEADLINE_S", str(deadline_s))
        current.cache_clear()
        maker.cache_clear()
        person: str | None = None
        if PLAYS[engine].person and faults:
            request.getfixturevalue("face_model")
            person = await add_person(seller, photos=1)
        return await _play(seller, engine, person, PLAYS[engine].of(*faults), deadline_s)

    return played


async def _play(
    seller: Seller, engine: str, person: str | None, faults: tuple[str, ...], deadline_s: float
) -> list[Shot]:
    how = PLAYS[engine]
    order = {
        "engine": engine,
        "photo_ids": [str(seller.photo_id)] if how.photo else None,
        "talent_id": person,
        "size": "1024x1024",
        **how.asked,
    }
    ids = {await shot(seller, **order, words=f"a mug fault:{fault}" if fault else "a mug"): fault for fault in faults}
    async with transaction(system=True) as session:  # pixels take what this machine takes for them
        good = [id for id, fault in ids.items() if fault in DELIVERED]
        later = func.clock_timestamp() + timedelta(seconds=PATIENCE_S)
        await session.execute(update(Generation).where(Generation.id.in_(good)).values(deadline_at=later))
    most_s = PATIENCE_S if good else deadline_s
    started, ended = time.monotonic(), set[UUID]()
    working: set[asyncio.Task[None]] = set()
    while len(ended) < len(ids):
        assert time.monotonic() - started < most_s + 20, {ids[id] for id in ids if id not in ended}
        async with transaction(system=True) as session:
            ready = (await session.execute(select(Generation.id, Generation.queue).where(due()))).all()
            over = await session.scalars(
                select(Generation.id).where(Generation.id.in_(ids), Generation.finished_at.is_not(None))
            )
            seen = await session.scalars(
                select(Generation.id).where(Generation.id.in_(ids), Generation.state == State.REVIEW)
            )
        for id in seen:  # how cloth falls, somebody has to see
            assert (await seller.person.post(f"/api/generations/{id}/accept", {})).is_success
        ended |= set(over)
        for id, queue in ready:
            task = asyncio.create_task(advance("cpu" if queue == "cpu" else "io", id))
            working.add(task)
            task.add_done_callback(working.discard)
        await sweep()
        await asyncio.sleep(0.1)
    await asyncio.gather(*working)
    return [Shot(fault, id, how.price, await look(id), await attempts(id)) for id, fault in ids.items()]


async def judge(seller: Seller, shots: list[Shot], delivered: tuple[str, ...]) -> None:
    for one in shots:
        assert one.attempts, (one.fault, "it was never played")
        assert one.fault in delivered or one.late_s <= 5, (one.fault, one.late_s)
        right = State.COMPLETED if one.fault in delivered else State.FAILED
        assert one.row.state == right, (one.fault, one.row.error, one.row.words)
        assert one.row.state == State.COMPLETED or (one.row.error and one.row.words and one.row.remedy), one.fault
    charged = sum(one.price for one in shots if one.row.state == State.COMPLETED)
    assert await seller.credits() == (1000 - charged, 0)


def test_no_accident_is_left_out() -> None:
    told = set(re.findall(r"`([a-z-]+)`", str(faults.__doc__))) - {faults.HEADER}
    assert told == {*BILLED, *BILLED_LATER, *BILLED_VIDEO, *FREE, *ASKS_TO_WAIT, *MODERATED, *DELIVERED, *ELSEWHERE} - {
        ""
    }


@pytest.mark.parametrize("engine", PLAYS)
async def test_what_was_billed_was_written_down(
    engine: str, seller: Seller, simulators: Simulators, play: PlayAll
) -> None:
    before, memory = simulators.billed(engine), high_mb()
    shots = await play(engine, DELIVERED) + await play(engine, BILLED + BILLED_LATER + BILLED_VIDEO)
    await judge(seller, shots, DELIVERED)
    billed, made = simulators.billed(engine) - before, [attempt for one in shots for attempt in one.attempts]
    assert len(made) - sum(len(one.adrift) for one in shots) <= billed <= len(made)
    assert high_mb() - memory < MOST_MB
    for one in shots:
        kind = "transient" if one.fault in NOT_MADE else "unusable" if one.fault in BILLED_VIDEO else "outcome_unknown"
        assert {attempt.error for attempt in one.attempts if attempt not in one.adrift} <= {"", "deadline", kind}, (
            one.fault
        )
        most = policy.MOST_ATTEMPTS if one.fault in NOT_MADE else policy.MOST_UNKNOWN + 1
        assert len(one.attempts) <= (1 if one.fault in DELIVERED else most), one.fault


@pytest.mark.parametrize("engine", PLAYS if FULL else ["openai"])
async def test_what_was_not_taken_on_is_not_billed(
    engine: str, seller: Seller, simulators: Simulators, play: PlayAll
) -> None:
    before = simulators.billed(engine)
    shots = await play(engine, FREE, WAITING_S)
    await judge(seller, shots, ())
    assert simulators.billed(engine) == before


@pytest.mark.parametrize("engine", PLAYS)
async def test_content_rules_end_it_at_once(engine: str, seller: Seller, play: PlayAll) -> None:
    for one in await play(engine, MODERATED):
        assert (one.row.state, one.row.error, len(one.attempts)) == (State.FAILED, "moderated", 1), one.fault
    assert await seller.credits() == (1000, 0)


@pytest.mark.skipif(not FULL, reason="it waits as vendors ask for: make faults; tests/vendors/test_line.py is quicker")
@pytest.mark.parametrize("engine", PLAYS)
@pytest.mark.parametrize("fault", ASKS_TO_WAIT)
async def test_who_asks_to_be_left_alone_is_by_all(
    fault: str, engine: str, seller: Seller, simulators: Simulators, play: PlayAll
) -> None:
    before = simulators.billed(engine)
    shots = await play(engine, (fault, fault, fault), WAITING_S)
    await judge(seller, shots, ())
    assert simulators.billed(engine) == before
    async with transaction(system=True) as session:
        sent = await session.scalar(select(func.count()).select_from(Attempt)) or 0
    wait_s = {"rate-limited": 7, "overloaded": 7, "rate-limited-bare": 5}[fault]
    assert sent <= 3 * (ceil(WAITING_S / wait_s) + 1), "seven seconds, or five where none are asked for"


class PlayAll(Protocol):
    async def __call__(self, engine: str, faults: tuple[str, ...], deadline_s: float = ...) -> list[Shot]: ...


def high_mb() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024
