"""Calls an engine for one picture, or asks how its operation stands, and writes down what was bought."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from math import inf

import structlog

from packshot.catalog.doomed import pardon
from packshot.db import DatabaseDownError, after_commit, direct, transaction
from packshot.engines.base import Done, Engine, Failed, Operation, Pending
from packshot.engines.breaker import weight
from packshot.engines.stop import stopped
from packshot.errors import BadInputError, DecisionNeededError, RefusedError
from packshot.settings import settings
from packshot.shoots import line, news, policy
from packshot.shoots.complete import complete
from packshot.shoots.finishing import Finishing
from packshot.shoots.lease import rest, write
from packshot.shoots.models import Attempt, AttemptState
from packshot.shoots.paint import ask
from packshot.shoots.references import GoneError, references_of
from packshot.shoots.styled import lacking
from packshot.shoots.work import NOW, Work, note, raw_key, set_back
from packshot.storage import storage
from packshot.vendors.gate import pause as pause_vendor

log = structlog.get_logger(__name__)

_ACCEPTED = f"""
update attempt set state = '{AttemptState.ACCEPTED}', operation_id = $2, operation = $3 where id = $1
"""  # noqa: S608 -- made of this module's own words
DATABASE_AWAY_S = 0.5  # between two tries to write down what was bought


async def send(work: Work, attempt: Attempt) -> None:
    try:
        references = await references_of(work)
    except GoneError as gone:
        await set_back(work, attempt, Failed("refused", str(gone), "Upload the photo again and shoot it anew."))
        return
    if lost := lacking(work.generation.style, references):
        await set_back(work, attempt, lost)
        return
    outcome: Done | Operation | Failed
    try:
        asked = await ask(work, attempt, references)
        if work.engine.works == "here":
            outcome = await asyncio.to_thread(lambda: asyncio.run(work.engine.submit(asked, key=str(attempt.id))))
        else:
            outcome = await work.engine.submit(asked, key=str(attempt.id))
    except DecisionNeededError as question:
        outcome = Failed("undecided", question.message, question.remedy)
    except (BadInputError, RefusedError) as error:
        outcome = Failed("refused", error.message, error.remedy)
    except Exception:
        log.exception("engine raised", engine=work.engine.id)
        outcome = _broken(work.engine)
    await _say(work, outcome)
    match outcome:
        case Done():
            await _insist(lambda: _done(work, attempt, outcome))
        case Operation():
            await _insist(lambda: _accepted(work, attempt, outcome))
        case Failed():
            await set_back(work, attempt, outcome)


async def _say(work: Work, outcome: Done | Operation | Failed) -> None:
    """Tells the gate how the vendor is, before the next one is let in. Nothing that was bought is lost over it."""
    if work.engine.works == "here":
        return
    hold_s = outcome.poll_after_s + line.LOOK_S if isinstance(outcome, Operation) else 0.0
    try:
        if isinstance(outcome, Failed) and (wait := policy.left_alone_s(outcome)):
            await pause_vendor(work.engine.id, wait)
        await line.leave(work, weight(outcome), hold_s=hold_s)
    except Exception:
        log.warning("the gate was not told", engine=work.engine.id, exc_info=True)


async def _goes_on(work: Work, attempt: Attempt, outcome: Pending | Done | Failed) -> None:
    try:
        await line.goes_on(work, attempt, outcome)
    except Exception:
        log.warning("the gate was not told", engine=work.engine.id, exc_info=True)


async def resume(work: Work, attempt: Attempt) -> None:
    """The worker that sent `attempt` is gone, and nobody knows whether the engine got it."""
    model = work.engine.known.get(attempt.model or work.shoot.model)
    if model is not None and model.capabilities.submits == "idempotent":
        await send(work, attempt)
        return
    lost = Failed("outcome_unknown", "The worker ended while the engine was at it.", charged=None)
    await set_back(work, attempt, lost)


async def poll(work: Work, attempt: Attempt) -> None:
    assert attempt.operation_id is not None
    operation = Operation(attempt.operation_id, attempt.operation)
    outcome: Pending | Done | Failed
    try:
        outcome = await work.engine.poll(operation)
    except Exception:
        log.exception("engine raised", engine=work.engine.id)
        outcome = Pending()
    left_s = _left_s(work.engine, attempt)
    if isinstance(outcome, Pending) and left_s <= 0:
        outcome = await stopped(work.engine, operation, work.engine.patience_s or 0)
    await _goes_on(work, attempt, outcome)
    match outcome:
        case Pending():
            wait_s = min(outcome.poll_after_s, left_s)
            async with direct(work.lease.account_id) as session:
                await rest(session, work.lease, wait_s)
            news.wake_later(wait_s, work.generation.queue, work.lease.id)
        case Done():
            await _done(work, attempt, outcome)
        case Failed():
            await set_back(work, attempt, outcome)


def _left_s(engine: Engine, attempt: Attempt) -> float:
    """The seconds that the operation of `attempt` may still take; infinite where its engine has no limit of its own."""
    if engine.patience_s is None:
        return inf
    return engine.patience_s - (datetime.now(UTC) - attempt.created_at).total_seconds()


async def _accepted(work: Work, attempt: Attempt, operation: Operation) -> None:
    async with direct(work.lease.account_id) as session:
        await rest(session, work.lease, operation.poll_after_s)
        await session.fetch(_ACCEPTED, attempt.id, operation.id, json.dumps(dict(operation.state)))
    news.wake_later(operation.poll_after_s, work.generation.queue, work.lease.id)


async def _done(work: Work, attempt: Attempt, done: Done) -> None:
    """The engine made it. A file that was bought is stored before anything else is done with it."""
    artefact = done.artefacts[0]
    finishing = Finishing.of(work.shoot, artefact, done.warnings)
    if not isinstance(artefact.content, bytes):
        await complete(work, attempt, finishing)
        return
    key = raw_key(attempt)
    await storage().put(key, artefact.content)
    async with transaction(work.lease.account_id) as session:
        # Opening a stranger's file and writing ours is work for the pixels' queue.
        await write(session, work.lease, queue="cpu", lease_until=None, next_step_at=NOW)
        await note(
            session,
            attempt,
            state=AttemptState.DONE,
            result_key=key,
            seed=artefact.seed,
            facts=dict(artefact.facts),
            warnings=list(done.warnings),
            cost_micros=done.cost.micros,
            settled_at=NOW,
        )
        await pardon(session, key)
        after_commit(session, lambda: news.wake("cpu", work.lease.id))


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
