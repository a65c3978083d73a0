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
from packshot.imaging.formats import FORMATS, Format
from packshot.shoots import news, policy
from packshot.shoots.lease import Files, Held, write
from packshot.shoots.makers import maker
from packshot.shoots.models import Attempt, AttemptState, Generation, Shoot, State
from packshot.shoots.settle import give_up
from packshot.vendors.gate import Pass

log = structlog.get_logger(__name__)

NOW = func.clock_timestamp()


@dataclass(frozen=True)
class Work:
    """A claimed generation with all that its next step needs.

    `fresh`: its newest attempt has yet to be sent. `passed` is what lets it call its vendor.
    """

    lease: Held
    generation: Generation
    shoot: Shoot
    files: Files | None
    attempts: Sequence[Attempt]
    fresh: bool = False
    passed: Pass | None = None

    @property
    def engine(self) -> Engine:
        return maker(self.shoot.engine)

    @property
    def orders(self) -> bool:
        """Whether the next step is a new call of the engine, which begins with a new attempt."""
        last = self.attempts[-1].state if self.attempts else None
        return last not in (AttemptState.ACCEPTED, AttemptState.DONE, AttemptState.SENT)

    @property
    def poisoned(self) -> bool:
        return self.generation.claims > policy.MOST_CLAIMS

    @property
    def unknown(self) -> int:
        """Attempts that may have been paid for in vain."""
        return sum(1 for attempt in self.attempts if attempt.state == AttemptState.UNKNOWN)


def raw_key(attempt: Attempt) -> str:
    """Where the engine's own file lies until it is finished."""
    return f"attempts/{attempt.id}"


def picture_key(work: Work, attempt: Attempt) -> str:
    """Where the finished file lies."""
    extension = FORMATS[cast(Format, work.shoot.format)].extension
    return f"generations/{work.lease.id}/{attempt.id}.{extension}"


async def set_back(work: Work, attempt: Attempt, failed: Failed) -> None:
    """Writes down that `attempt` came to nothing, and when to try again; or gives the picture up."""
    unknown = failed.kind == "outcome_unknown"
    again = policy.after(failed, attempt.number, work.unknown + unknown)
    log.warning("attempt failed", kind=failed.kind, number=attempt.number, again=again is not None)
    async with transaction(work.lease.account_id) as session:
        if again:
            await pause(session, work.lease, again.wait_s, waits_for=again.waits_for, state=State.PENDING)
        await note(
            session,
            attempt,
            state=AttemptState.UNKNOWN if unknown else AttemptState.FAILED,
            error=failed.kind,
            words=failed.words,
            settled_at=NOW,
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


async def pause(
    session: AsyncSession, lease: Held, seconds: float, *, waits_for: str = "", state: State = State.RUNNING
) -> None:
    """Gives the lease back until the next step is due."""
    generation = await write(
        session,
        lease,
        state=state,
        waits_for=waits_for,
        lease_until=None,
        next_step_at=NOW + timedelta(seconds=seconds),
    )
    if waits_for:
        after_commit(session, lambda: news.tell(generation))


async def note(session: AsyncSession, attempt: Attempt, **values: object) -> None:
    """Writes `values` into the attempt."""
    await session.execute(update(Attempt).where(Attempt.id == attempt.id).values(**values))
