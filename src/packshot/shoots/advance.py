"""Takes the next step of one generation, whatever it is: call the engine, ask how it stands, finish, deliver."""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import cast
from uuid import UUID
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import UNTIL_WRITTEN, pardon
from packshot.db import DatabaseDownError, Direct, after_commit, direct, new_id, transaction
from packshot.engines.base import Done, Engine, Failed, Operation, Pending, Reference
from packshot.errors import BadInputError
from packshot.imaging.formats import FORMATS, Format
from packshot.log import bind
from packshot.settings import settings
from packshot.shoots import news, policy
from packshot.shoots.finishing import Finishing, fetched, finished, small_key
from packshot.shoots.lease import Files, Held, LeaseLostError, claim, held, kept, write
from packshot.shoots.makers import maker, request
from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot, State
from packshot.shoots.settle import Delivery, deliver, give_up
from packshot.storage import storage
from packshot.tasks import Queue

log = structlog.get_logger(__name__)

DATABASE_AWAY_S = 0.5  # between two tries to write down what was bought

_NOW = func.clock_timestamp()
_reading: dict[Files, asyncio.Task[Reference]] = {}
_shared: WeakValueDictionary[Files, Reference] = WeakValueDictionary()


# Written down before anything is sent, with the files that may come of it: whatever dies before a row names them leaves
# none that nobody knows.
_BEGIN = f"""
with sent as (
  insert into attempt (id, account_id, generation_id, number, state)
  select id, account_id, generation_id, number, '{AttemptState.SENT}'
  from unnest(cast($1 as uuid[]), cast($2 as uuid[]), cast($3 as uuid[]), cast($4 as bigint[]))
    as given (id, account_id, generation_id, number)
)
insert into doomed_file (key, account_id, at)
select key, account_id, now() + $7
from unnest(cast($5 as text[]), cast($6 as uuid[])) as given (key, account_id)
on conflict (key) do update set at = excluded.at
"""  # noqa: S608 -- made of this module's own words
_ATTEMPTS = f"""
select {", ".join(column.name for column in Attempt.__table__.columns)} from attempt
where generation_id = any($1) order by number
"""  # noqa: S608


@dataclass(frozen=True)
class Work:
    """A claimed generation with all that its next step needs. `fresh`: its newest attempt has yet to be sent."""

    lease: Held
    generation: Generation
    shoot: Shoot
    files: Files | None
    attempts: Sequence[Attempt]
    fresh: bool = False

    @property
    def engine(self) -> Engine:
        return maker(self.shoot.engine)

    @property
    def poisoned(self) -> bool:
        return self.generation.claims > policy.MOST_CLAIMS

    @property
    def unknown(self) -> int:
        """Attempts that may have been paid for in vain."""
        return sum(1 for attempt in self.attempts if attempt.state == AttemptState.UNKNOWN)


async def advance(queue: Queue, *generation_ids: UUID) -> None:
    """The next step of generations that are due and that nobody else has. Safe to call at any time, from anywhere.

    They are claimed together, and their steps taken side by side.
    """
    async with direct(system=True) as session:
        works = await _begun(session, await _claimed(session, generation_ids, queue))
    await asyncio.gather(*(_advance(work) for work in works))


async def _advance(work: Work) -> None:
    lease = work.lease
    with bind(account_id=lease.account_id, shoot_id=work.shoot.id, generation_id=lease.id):
        if lease.token == 1:
            await news.tell(work.generation)
        try:
            async with kept(lease):
                await _step(work)
        except LeaseLostError:
            log.info("lease lost", token=lease.token)
        except asyncio.CancelledError:  # the worker stops: the next one need not wait for the lease to lapse
            with suppress(LeaseLostError):
                async with transaction(lease.account_id) as session:
                    await write(session, lease, lease_until=None)
            raise


async def _claimed(session: Direct, generation_ids: Sequence[UUID], queue: Queue) -> list[Work]:
    claimed = await claim(session, generation_ids, queue)
    again = [one.generation.id for one in claimed if one.generation.lease_token > 1]
    attempts: dict[UUID, list[Attempt]] = defaultdict(list)
    for row in await session.fetch(_ATTEMPTS, again) if again else ():
        attempts[row["generation_id"]].append(Attempt(**row))
    return [
        Work(held(one.generation), one.generation, one.shoot, one.files, attempts[one.generation.id]) for one in claimed
    ]


async def _begun(session: Direct, claimed: Sequence[Work]) -> list[Work]:
    """The same, with a new attempt written down for each whose next step is to call its engine."""
    works: list[Work] = []
    doomed: list[tuple[str, UUID]] = []
    for work in claimed:
        last = work.attempts[-1] if work.attempts else None
        if work.poisoned or (last and last.state in (AttemptState.ACCEPTED, AttemptState.DONE, AttemptState.SENT)):
            works.append(work)
            continue
        attempt = Attempt(
            id=new_id(),
            account_id=work.lease.account_id,
            generation_id=work.lease.id,
            number=len(work.attempts) + 1,
            state=AttemptState.SENT,
        )
        works.append(replace(work, attempts=[*work.attempts, attempt], fresh=True))
        files = (_raw_key(attempt), _key(work, attempt), small_key(_key(work, attempt)))
        doomed += [(key, attempt.account_id) for key in files]
    sent = [work.attempts[-1] for work in works if work.fresh]
    if sent:
        await session.fetch(
            _BEGIN,
            [attempt.id for attempt in sent],
            [attempt.account_id for attempt in sent],
            [attempt.generation_id for attempt in sent],
            [attempt.number for attempt in sent],
            [key for key, _ in doomed],
            [account_id for _, account_id in doomed],
            UNTIL_WRITTEN,
        )
    return works


async def _step(work: Work) -> None:
    if work.poisoned:
        async with transaction(work.lease.account_id) as session:
            await give_up(
                session,
                work.lease,
                error="poison",
                words="This picture ended its worker several times.",
                remedy="Nothing was charged. Try another photo or style.",
            )
        return
    last = work.attempts[-1]
    match last.state:
        case AttemptState.ACCEPTED:
            await _poll(work, last)
        case AttemptState.DONE:
            await _finish_stored(work, last)
        case _ if work.fresh:
            await _send(work, last)
        case _:
            await _resume(work, last)


async def _resume(work: Work, attempt: Attempt) -> None:
    """The worker that sent `attempt` is gone, and nobody knows whether the engine got it."""
    asked = request(work.shoot, work.generation, ())
    model = work.engine.model(asked)
    if model is not None and model.capabilities.submits == "idempotent":
        await _send(work, attempt)
        return
    await _failed(
        work, attempt, Failed("outcome_unknown", "The worker ended while the engine was at it.", charged=None)
    )


async def _send(work: Work, attempt: Attempt) -> None:
    try:
        references = await _references(work)
    except _GoneError as gone:
        await _failed(work, attempt, Failed("refused", str(gone), "Upload the photo again and shoot it anew."))
        return
    asked = request(work.shoot, work.generation, references)
    outcome: Done | Operation | Failed
    try:
        if work.engine.works == "here":
            outcome = await asyncio.to_thread(lambda: asyncio.run(work.engine.submit(asked, key=str(attempt.id))))
        else:
            outcome = await work.engine.submit(asked, key=str(attempt.id))
    except BadInputError as error:
        outcome = Failed("refused", error.message, error.remedy)
    except Exception:
        log.exception("engine raised", engine=work.engine.id)
        outcome = _broken(work.engine)
    match outcome:
        case Done():
            await _insist(lambda: _done(work, attempt, outcome))
        case Operation():
            await _insist(lambda: _accepted(work, attempt, outcome))
        case Failed():
            await _failed(work, attempt, outcome)


async def _insist(write_down: Callable[[], Awaitable[None]]) -> None:
    """Writes down what was bought as soon as the database answers again: forgotten, it would be bought again.

    The fence holds meanwhile. What was written although nobody heard of it may be written twice.
    """
    until = time.monotonic() + settings().lease_s
    while True:
        try:
            return await write_down()
        except DatabaseDownError:
            if time.monotonic() > until:
                raise
            log.warning("the database is away, trying again")
            await asyncio.sleep(DATABASE_AWAY_S)


def _broken(engine: Engine) -> Failed:
    """An engine that raised: on this machine nothing was bought; elsewhere it may have been."""
    words = "The engine had a problem of its own."
    return Failed("transient", words) if engine.works == "here" else Failed("outcome_unknown", words, charged=None)


class _GoneError(Exception):
    """The photo or its cutout was deleted since."""


async def _references(work: Work) -> tuple[Reference, ...]:
    """The photo with its outline. Pictures that are made of the same one at the same time share it."""
    files = work.files
    if work.generation.photo_id is None:
        return ()
    if files is None:
        raise _GoneError("The photo was deleted before its picture was made.")
    reference = _shared.get(files)
    if reference is None:
        if files not in _reading:
            _reading[files] = asyncio.create_task(_read(files))
            _reading[files].add_done_callback(lambda _: _reading.pop(files, None))
        reference = _shared[files] = await asyncio.shield(_reading[files])
    return (reference,)


async def _read(files: Files) -> Reference:
    return Reference(
        await storage().get(files.master_key),
        name=files.name,
        view=files.view if files.view in ("standing", "above") else None,  # type: ignore[arg-type]
        approved=True,
        alpha=await storage().get(files.alpha_key),
    )


async def _accepted(work: Work, attempt: Attempt, operation: Operation) -> None:
    async with transaction(work.lease.account_id) as session:
        await _pause(session, work.lease, operation.poll_after_s)
        await _note(
            session, attempt, state=AttemptState.ACCEPTED, operation_id=operation.id, operation=dict(operation.state)
        )
    news.wake_later(operation.poll_after_s, work.generation.queue, work.lease.id)


async def _poll(work: Work, attempt: Attempt) -> None:
    assert attempt.operation_id is not None
    outcome: Pending | Done | Failed
    try:
        outcome = await work.engine.poll(Operation(attempt.operation_id, attempt.operation))
    except Exception:
        log.exception("engine raised", engine=work.engine.id)
        outcome = Pending()
    match outcome:
        case Pending():
            async with transaction(work.lease.account_id) as session:
                await _pause(session, work.lease, outcome.poll_after_s)
            news.wake_later(outcome.poll_after_s, work.generation.queue, work.lease.id)
        case Done():
            await _done(work, attempt, outcome)
        case Failed():
            await _failed(work, attempt, outcome)


async def _done(work: Work, attempt: Attempt, done: Done) -> None:
    """The engine made it. A file that was bought is stored before anything else is done with it."""
    artefact = done.artefacts[0]
    finishing = Finishing.of(work.shoot, artefact, done.warnings)
    if not isinstance(artefact.content, bytes):
        await _deliver(work, attempt, finishing)
        return
    key = _raw_key(attempt)
    await storage().put(key, artefact.content)
    async with transaction(work.lease.account_id) as session:
        # Opening a stranger's file and writing ours is work for the pixels' queue.
        await write(session, work.lease, queue="cpu", lease_until=None, next_step_at=_NOW)
        await _note(
            session,
            attempt,
            state=AttemptState.DONE,
            result_key=key,
            seed=artefact.seed,
            facts=dict(artefact.facts),
            warnings=list(done.warnings),
            cost_micros=done.cost.micros,
            settled_at=_NOW,
        )
        await pardon(session, key)
        after_commit(session, lambda: news.wake("cpu", work.lease.id))


async def _finish_stored(work: Work, attempt: Attempt) -> None:
    """Opens the file that an engine gave for `attempt`, and delivers it."""
    assert attempt.result_key
    await _deliver(work, attempt, await fetched(work.shoot, attempt))


async def _deliver(work: Work, attempt: Attempt, finishing: Finishing) -> None:
    try:
        made = await asyncio.get_running_loop().run_in_executor(_pixels(), finished, finishing)
    except BadInputError as error:
        await _failed(work, attempt, Failed("transient", f"The engine's picture cannot be used: {error.message}"))
        return
    key = _key(work, attempt)
    await storage().put(key, made.data)
    await storage().put(small_key(key), made.small)
    delivery = Delivery(key, len(made.data), made.crc32, finishing.seed, finishing.facts, made.warnings)
    async with direct(work.lease.account_id) as session:
        await deliver(session, work.lease, attempt, delivery)


@cache
def _pixels() -> ThreadPoolExecutor:
    """The threads that finish pictures: as many as there are cores, for more would only take more memory."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "pixels")


os.register_at_fork(after_in_child=_pixels.cache_clear)


def _raw_key(attempt: Attempt) -> str:
    """Where the engine's own file lies until it is finished."""
    return f"attempts/{attempt.id}"


def _key(work: Work, attempt: Attempt) -> str:
    """Where the finished file lies."""
    extension = FORMATS[cast(Format, work.shoot.format)].extension
    return f"generations/{work.lease.id}/{attempt.id}.{extension}"


async def _failed(work: Work, attempt: Attempt, failed: Failed) -> None:
    unknown = failed.kind == "outcome_unknown"
    again = policy.after(failed, attempt.number, work.unknown + unknown)
    log.warning("attempt failed", kind=failed.kind, number=attempt.number, again=again is not None)
    async with transaction(work.lease.account_id) as session:
        if again:
            await _pause(session, work.lease, again.wait_s, waits_for=again.waits_for, state=State.PENDING)
        await _note(
            session,
            attempt,
            state=AttemptState.UNKNOWN if unknown else AttemptState.FAILED,
            error=failed.kind,
            words=failed.words,
            settled_at=_NOW,
        )
        if not again:
            await give_up(
                session,
                work.lease,
                error=failed.kind,
                words=failed.words,
                remedy=failed.remedy or "Nothing was charged. Try again later.",
                facts=dict(failed.facts),
            )
    if again:
        news.wake_later(again.wait_s, work.generation.queue, work.lease.id)


async def _pause(
    session: AsyncSession, lease: Held, seconds: float, *, waits_for: str = "", state: State = State.RUNNING
) -> None:
    """Gives the lease back until the next step is due."""
    generation = await write(
        session,
        lease,
        state=state,
        waits_for=waits_for,
        lease_until=None,
        next_step_at=_NOW + timedelta(seconds=seconds),
    )
    if waits_for:
        after_commit(session, lambda: news.tell(generation))


async def _note(session: AsyncSession, attempt: Attempt, **values: object) -> None:
    await session.execute(update(Attempt).where(Attempt.id == attempt.id).values(**values))
