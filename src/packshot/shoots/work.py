"""A claimed generation with all that its next step needs, and what every step may write down about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import structlog
from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import after_commit, transaction
from packshot.engines.base import Engine, Failed
from packshot.errors import PackshotError
from packshot.plates.way import Way
from packshot.shoots import news, policy
from packshot.shoots.chain import next_call, takes_over
from packshot.shoots.judging.judge import blocked
from packshot.shoots.judging.standing import needed
from packshot.shoots.lease import Files, Held, write
from packshot.shoots.makers import Call, maker, queue_of
from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot, State
from packshot.shoots.settle import give_up
from packshot.tasks import Queue
from packshot.vendors.gate import Pass

log = structlog.get_logger(__name__)

NOW = func.clock_timestamp()
UNDER_WAY = (AttemptState.ACCEPTED, AttemptState.DONE, AttemptState.SENT)
TAKES_OVER = "another engine, which takes over"
LOOK_AGAIN_S = 60.0  # between two looks whether a lock is back


@dataclass(frozen=True)
class Work:
    """A claimed generation with all that its next step needs. `fresh`: its newest attempt has yet to be sent.

    `refused`: its person does not agree to it any more. `passed` is what lets it call its vendor.
    """

    lease: Held
    generation: Generation
    shoot: Shoot
    files: Files | None
    attempts: Sequence[Attempt]
    fresh: bool = False
    refused: PackshotError | None = None
    passed: Pass | None = None

    @property
    def engine(self) -> Engine:
        """Who makes the newest attempt."""
        return maker((self.attempts[-1].engine if self.attempts else "") or self.shoot.engine)

    @property
    def product(self) -> str:
        """What the customer calls the thing in the photo; "" without a photo."""
        return self.files.product if self.files else ""

    @property
    def under_way(self) -> bool:
        """Whether the newest attempt has yet to come to its end."""
        return bool(self.attempts) and self.attempts[-1].state in UNDER_WAY

    @property
    def blocked(self) -> str:
        """What a strict shoot waits for before anything is bought: a lock that could not look; "" where all can."""
        return blocked(needed(self.shoot, self.generation))

    @property
    def orders(self) -> bool:
        """Whether the next step is a new call of an engine, which begins with a new attempt."""
        return not (self.poisoned or self.under_way or self.blocked)

    @property
    def call(self) -> Call:
        """Who is called next, or was for the attempt that is under way."""
        if not self.under_way:
            return next_call(self.shoot, self.generation, self.attempts)
        last = self.attempts[-1]
        way = cast(Way, last.way)
        return Call(last.engine or self.shoot.engine, last.model or self.shoot.model, way)

    @property
    def poisoned(self) -> bool:
        return self.generation.claims > policy.MOST_CLAIMS

    @property
    def unknown(self) -> int:
        """Attempts that may have been paid for in vain."""
        return sum(1 for one in self.attempts if one.state == AttemptState.UNKNOWN or one.error == "unusable")

    def calls_of(self, attempt: Attempt) -> int:
        """How often the engine and model of `attempt` were called for this picture, up to it.

        What a lock rejected is not counted: that was no failure, and has limits of its own.
        """
        made = [one for one in self.attempts if one.state != AttemptState.REJECTED]
        same = [one for one in made if (one.engine, one.model) == (attempt.engine, attempt.model)]
        return len([one for one in same if one.number <= attempt.number])


def raw_key(attempt: Attempt) -> str:
    """Where the engine's own file lies until it is finished."""
    return f"attempts/{attempt.id}"


def picture_key(work: Work, attempt: Attempt) -> str:
    """Where the finished file lies."""
    return f"generations/{work.lease.id}/{attempt.id}.{work.shoot.extension}"


async def set_back(work: Work, attempt: Attempt, failed: Failed) -> None:
    """Writes down that `attempt` came to nothing, and when to try again; or gives the picture up."""
    vain = failed.kind in policy.IN_VAIN
    again = policy.after(failed, work.calls_of(attempt), work.unknown + vain)
    other = await takes_over(work, attempt, failed, again=again is not None)
    facts = dict(attempt.facts)
    if other:
        again = policy.Again(0, TAKES_OVER)
        facts["next"] = other.model_dump()
    queue = queue_of(maker(other.engine) if other else work.engine)
    log.warning("attempt failed", kind=failed.kind, number=attempt.number, again=again is not None, other=other)
    async with transaction(work.lease.account_id) as session:
        if again:
            await pause(session, work.lease, again.wait_s, waits_for=again.waits_for, state=State.PENDING, queue=queue)
        await note(
            session,
            attempt,
            state=AttemptState.UNKNOWN if failed.kind in policy.NOT_KNOWN else AttemptState.FAILED,
            facts=facts,
            error=failed.kind,
            words=failed.words,
            settled_at=NOW,
            **({"cost_micros": failed.cost.micros} if failed.cost.micros else {}),
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
        news.wake_later(again.wait_s, queue, work.lease.id)


async def refuse(work: Work, why: PackshotError) -> None:
    """Gives the picture up, for a reason that another try would not change."""
    async with transaction(work.lease.account_id) as session:
        remedy = f"Nothing was charged. {why.remedy}".strip()
        await give_up(session, work.lease, error=why.code, words=why.message, remedy=remedy)


async def wait(work: Work, what: str) -> None:
    """Waits for `what`: nothing is charged, no try is used up, and what was bought is kept. Its deadline stands."""
    async with transaction(work.lease.account_id) as session:
        await pause(session, work.lease, LOOK_AGAIN_S, waits_for=what, state=State.PENDING)
    news.wake_later(LOOK_AGAIN_S, work.generation.queue, work.lease.id)


async def pause(
    session: AsyncSession,
    lease: Held,
    seconds: float,
    *,
    waits_for: str = "",
    state: State = State.RUNNING,
    queue: Queue | None = None,
) -> None:
    """Gives the lease back until the next step is due, on another `queue` if that is given."""
    generation = await write(
        session,
        lease,
        state=state,
        waits_for=waits_for,
        lease_until=None,
        next_step_at=NOW + timedelta(seconds=seconds),
        **({"queue": queue} if queue else {}),
    )
    if waits_for:
        after_commit(session, lambda: news.tell(generation))


async def note(session: AsyncSession, attempt: Attempt, **values: object) -> None:
    """Writes `values` into the attempt."""
    await session.execute(update(Attempt).where(Attempt.id == attempt.id).values(**values))
