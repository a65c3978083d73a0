"""Ends workers where it is told to, lets others take over, and looks at what became of the credits and the pictures."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import zlib
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from packshot.catalog.models import DoomedFile
from packshot.credits.models import Hold, LedgerEntry
from packshot.db import transaction
from packshot.shoots.advance import advance
from packshot.shoots.finishing import small_key
from packshot.shoots.models import OPEN, Attempt, Generation, State
from packshot.storage import storage

ROOT = Path(__file__).parents[2]
FULL = os.environ.get("PACKSHOT_FAULTS") == "full"
LEASE_S = 1.0
RECOVERED_S = LEASE_S + 15
DURABLE = ("after submit", "after poll", "after storage.put")
WRITES = ("after insert", "after update", "after delete", "after with")  # the ledger's begin with "with"


def worth_dying_at(names: Sequence[str]) -> list[int]:
    """Ticks, from 1: all of them, or those just after something became durable."""
    if FULL:
        return list(range(1, len(names) + 1))
    found: list[int] = []
    wrote = False
    for number, name in enumerate(names, 1):
        wrote = name != "after start" and (wrote or name in WRITES)
        if name in DURABLE or (name == "after commit" and wrote):
            found.append(number)
    return found


@dataclass(frozen=True)
class End:
    """How a forked worker ended: its exit code, negative for a signal, None while it is frozen; and its ticks."""

    pid: int
    status: int | None
    names: list[str]


class Workers:
    """Workers that end or freeze at a tick, forked from one process that has imported everything."""

    def __init__(self, server: Process) -> None:
        self._server = server
        self._frozen: set[int] = set()

    async def run(self, generation_id: UUID, engine: str, tick: int | str = 0, how: str = "KILL") -> End:
        """A worker that takes the steps of a generation and gets the signal `how` at `tick`; at 0 it gets none."""
        end = End(**await self._ask(generation=str(generation_id), engine=engine, tick=tick, how=how))
        if end.status is None:
            self._frozen.add(end.pid)
        return end

    async def thaw(self, frozen: End) -> int:
        """Lets a frozen worker go on, and returns its exit code."""
        self._frozen.discard(frozen.pid)
        os.kill(frozen.pid, signal.SIGCONT)
        return (await self._ask(pid=frozen.pid))["status"]

    def kill_frozen(self) -> None:
        """Ends those that never went on, and with them their locks."""
        for pid in self._frozen:
            os.kill(pid, signal.SIGKILL)
        self._frozen.clear()

    async def stop(self) -> None:
        self.kill_frozen()
        assert self._server.stdin
        self._server.stdin.close()
        await self._server.wait()

    async def ready(self) -> None:
        """Returns once their parent has loaded everything: nobody else is to wait for the processor because of it."""
        await self._heard()

    async def _ask(self, **request: object) -> dict[str, Any]:
        assert self._server.stdin
        self._server.stdin.write(json.dumps(request).encode() + b"\n")
        return await self._heard()

    async def _heard(self) -> dict[str, Any]:
        assert self._server.stdout
        line = await asyncio.wait_for(self._server.stdout.readline(), 60)
        assert line, "the workers' parent has ended"
        return json.loads(line)


@asynccontextmanager
async def workers(*arguments: str) -> AsyncGenerator[Workers]:
    """Forked workers, all gone at the end; `arguments` are bootstrap's."""
    path = os.pathsep.join([str(ROOT / "tests/outside"), os.environ.get("PYTHONPATH", "")])
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.bootstrap",
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
    )
    started = Workers(server)
    try:
        await started.ready()
        yield started
    finally:
        await started.stop()


class Others:
    """The workers that live on: they take every due step of the generations that lost theirs."""

    def __init__(self) -> None:
        self._at_once = asyncio.Semaphore(8)
        self._tasks: list[asyncio.Task[None]] = []

    def leave(self, *generation_ids: UUID) -> None:
        """Their workers are gone, or frozen, as of now."""
        self._tasks += [asyncio.create_task(self._finish(id)) for id in generation_ids]

    async def done(self) -> None:
        """Returns once every generation that was left to them is finished, each within RECOVERED_S."""
        await asyncio.gather(*self._tasks)

    async def _finish(self, id: UUID) -> None:
        try:
            async with asyncio.timeout(RECOVERED_S):
                while (row := await look(id)).state in OPEN:
                    async with self._at_once:
                        await advance("cpu" if row.queue == "cpu" else "io", id)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            states = [attempt.state for attempt in await attempts_of(id)]
            raise TimeoutError(
                f"not finished within {RECOVERED_S:g} s: {vars(await look(id))}, attempts {states}"
            ) from None


async def look(generation_id: UUID) -> Generation:
    async with transaction(system=True) as session:
        return await session.get_one(Generation, generation_id)


async def attempts_of(generation_id: UUID) -> Sequence[Attempt]:
    async with transaction(system=True) as session:
        found = select(Attempt).where(Attempt.generation_id == generation_id).order_by(Attempt.number)
        return (await session.scalars(found)).all()


def bought(vendor_folder: Path, attempts: Sequence[Attempt]) -> int:
    """How often the vendor was paid for a generation, by the vendor's own books."""
    books = [vendor_folder / str(attempt.id) for attempt in attempts]
    return sum(book.read_text().split().count("submit") for book in books if book.exists())


async def settled_once(generation_id: UUID, ended: State = State.COMPLETED) -> None:
    """The generation has `ended`, it was charged if it was delivered and only then, and no file lies about."""
    async with transaction(system=True) as session:
        row = await session.get_one(Generation, generation_id)
        hold = await session.get_one(Hold, generation_id)
        entries = await session.scalars(select(LedgerEntry.kind).where(LedgerEntry.generation_id == generation_id))
        settlements = entries.all()
        doomed = set(await session.scalars(select(DoomedFile.key)))
    if ended == State.COMPLETED:
        assert (row.state, hold.state, list(settlements)) == (State.COMPLETED, "captured", ["capture"]), row.words
        assert row.key
        data = await storage().get(row.key)
        assert (len(data), zlib.crc32(data)) == (row.bytes, row.crc32)
        assert row.key not in doomed, "delivered, and about to be removed"
    else:
        assert (row.state, hold.state, list(settlements)) == (ended, "released", ["release"])
        assert row.key is None
    files = storage()._root  # pyright: ignore[reportPrivateUsage]
    left = {f"generations/{generation_id}/{file.name}" for file in files.glob(f"generations/{generation_id}/*")}
    attempts = await attempts_of(generation_id)
    for attempt in attempts:
        left |= {f"attempts/{attempt.id}"} if (files / f"attempts/{attempt.id}").exists() else set()
    known = {row.key, small_key(row.key)} if row.key else set[str]()
    known |= {attempt.preview_key for attempt in attempts if attempt.preview_key}
    assert left - doomed <= known, "a file that nobody knows lies about"
