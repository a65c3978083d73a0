"""Verdicts as people see them: operators exactly, everybody else coarsely, so that nobody climbs a score in steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.locks.base import calibrated
from packshot.shoots.judging.models import StoredVerdict
from packshot.shoots.judging.next_try import Change
from packshot.shoots.models import Attempt

STEP = 0.05  # of a score that is not an operator's to see


@dataclass(frozen=True)
class Seen:
    """What one lock found about one attempt, for people. `accept` is the limit that was in force."""

    id: UUID
    attempt_id: UUID
    attempt: int
    lock: str
    decision: str
    reason: str
    words: str
    remedy: str
    profile: str
    version: str
    score: float | None
    accept: float | None
    limited: bool
    pictured: bool
    previewed: bool
    engine: str
    changed: str
    exact: bool

    @property
    def score_words(self) -> str:
        """For people, such as "Score about 0.85 of the 0.90 asked for."; empty where nothing was measured."""
        if self.score is None:
            return ""
        how, digits = ("Score", 3) if self.exact else ("Score about", 2)
        asked = f" of the {self.accept:.{digits}f} asked for" if self.accept is not None else ""
        unsure = "" if calibrated(self.version) else ", not calibrated"
        return f"{how} {self.score:.{digits}f}{asked}{unsure}."


async def seen(session: AsyncSession, generation_id: UUID, *, exact: bool) -> Sequence[Seen]:
    """The verdicts on all attempts at a picture, the first attempt first."""
    found = (
        select(StoredVerdict, Attempt)
        .join(Attempt, Attempt.id == StoredVerdict.attempt_id)
        .where(StoredVerdict.generation_id == generation_id)
        .order_by(Attempt.number, StoredVerdict.id)
    )
    return [
        Seen(
            id=verdict.id,
            attempt_id=attempt.id,
            attempt=attempt.number,
            lock=verdict.lock,
            decision=verdict.decision,
            reason=verdict.reason,
            words=verdict.words,
            remedy=verdict.remedy,
            profile=verdict.profile,
            version=verdict.version,
            score=_shown(verdict.score, exact),
            accept=_shown(verdict.accept, exact),
            limited=verdict.limited,
            pictured=verdict.picture_key is not None,
            previewed=attempt.preview_key is not None,
            engine=verdict.engine,
            changed=Change.of(attempt.change).in_words,
            exact=exact,
        )
        for verdict, attempt in await session.execute(found)
    ]


def _shown(score: float | None, exact: bool) -> float | None:
    """`score`, or the nearest STEP below it: it is never shown as better than it was."""
    if score is None or exact:
        return score
    return round(int(score / STEP + 1e-9) * STEP, 2)
