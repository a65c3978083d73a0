"""How the locks do, for operators: how much they reject and why, what other limits would do, and how often they err."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.locks.base import Lock
from packshot.shoots.judging.models import HumanLabel, StoredVerdict
from packshot.shoots.judging.statistics import Curve, Labelled, Rate, curve, wilson
from packshot.shoots.models import Generation, Shoot

DAYS = 30
GROUPS = 20  # lines of one table
RELEVANT = ("accept", "review", "reject")

By = Literal["engine", "reason", "style"]

_NOW = func.clock_timestamp()
_SINCE = _NOW - timedelta(days=DAYS)


@dataclass(frozen=True)
class Group:
    """The verdicts of one engine, style or reason of a lock."""

    lock: str
    name: str
    rejected: Rate
    reviewed: int


@dataclass(frozen=True)
class Replay:
    """What an accept limit would have done to the verdicts of the last 30 days; of one version, for others differ."""

    lock: Lock
    version: str
    accept: float
    review: float
    n: int
    accepted: int
    reviewed: int

    @property
    def rejected(self) -> int:
        return self.n - self.accepted - self.reviewed

    def share(self, count: int) -> float:
        """`count` in parts of all."""
        return count / self.n if self.n else 0.0


@dataclass(frozen=True)
class Truth:
    """What people's labels say of one version of a lock: a curve, or how many labels there are so far."""

    lock: str
    version: str
    right: int
    wrong: int
    curve: Curve | None


async def groups(session: AsyncSession, by: By) -> list[Group]:
    """Rejection rates of the last 30 days with 95 % intervals, the busiest groups first.

    By reason it is the share of all that the lock looked at.
    """
    column = {"engine": StoredVerdict.engine, "reason": StoredVerdict.reason, "style": StoredVerdict.style}[by]
    rejected = func.count().filter(StoredVerdict.decision == "reject")
    reviewed = func.count().filter(StoredVerdict.decision == "review")
    counted = (
        select(StoredVerdict.lock, column, func.count(), rejected, reviewed)
        .where(StoredVerdict.created_at > _SINCE, StoredVerdict.decision.in_(RELEVANT))
        .group_by(StoredVerdict.lock, column)
    )
    rows = (await session.execute(counted)).all()
    totals: dict[str, int] = defaultdict(int)
    for lock, _, n, _, _ in rows:
        totals[lock] += n
    found = [
        Group(lock, name, wilson(hits, totals[lock] if by == "reason" else n), doubts)
        for lock, name, n, hits, doubts in rows
        if by != "reason" or hits or doubts
    ]
    return sorted(found, key=lambda one: (-one.rejected.hits, -one.rejected.n, one.name))[:GROUPS]


async def versions(session: AsyncSession, lock: Lock) -> list[str]:
    """The versions of a lock that gave scores in the last 30 days, the newest first."""
    last = func.max(StoredVerdict.created_at)
    found = (
        select(StoredVerdict.version)
        .where(StoredVerdict.lock == lock, StoredVerdict.created_at > _SINCE, StoredVerdict.score.is_not(None))
        .group_by(StoredVerdict.version)
        .order_by(last.desc())
    )
    return list(await session.scalars(found))


async def replay(session: AsyncSession, lock: Lock, version: str, accept: float, review: float) -> Replay:
    """What these limits would have done to stored scores.

    What a lock held back whatever its score, having too little to go by, it would hold back still.
    """
    review = min(review, accept)
    limited = StoredVerdict.limited & (StoredVerdict.decision == "review")
    above = StoredVerdict.score >= accept
    counted = select(
        func.count(),
        func.sum(case((above & ~limited, 1), else_=0)),
        func.sum(case(((StoredVerdict.score >= review) & (~above | limited), 1), else_=0)),
    ).where(
        StoredVerdict.lock == lock,
        StoredVerdict.version == version,
        StoredVerdict.score.is_not(None),
        StoredVerdict.decision.in_(RELEVANT),
        StoredVerdict.created_at > _SINCE,
    )
    n, accepted, reviewed = (await session.execute(counted)).one()
    return Replay(lock, version, accept, review, n, accepted or 0, reviewed or 0)


async def truths(session: AsyncSession) -> list[Truth]:
    """What operators' labels say, for each version by itself. A seller's answers are not asked: they pay by them."""
    labelled = (
        select(StoredVerdict.lock, StoredVerdict.version, StoredVerdict.score, StoredVerdict.decision, HumanLabel.right)
        .join(HumanLabel, HumanLabel.verdict_id == StoredVerdict.id)
        .where(HumanLabel.by == "operator", StoredVerdict.score.is_not(None))
    )
    labels: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for lock, version, score, decision, right in await session.execute(labelled):
        labels[lock, version].append(Labelled(score or 0.0, bool(right), decision))
    decided = await _decided(session)
    return [
        Truth(lock, version, sum(one.right for one in found), sum(not one.right for one in found), made)
        for (lock, version), found in sorted(labels.items())
        for made in (curve(found, decided.get((lock, version), {})),)
    ]


async def _decided(session: AsyncSession) -> Mapping[tuple[str, str], dict[str, int]]:
    """How often each version decided how: what the labelled ones stand for."""
    counted = (
        select(StoredVerdict.lock, StoredVerdict.version, StoredVerdict.decision, func.count())
        .where(StoredVerdict.score.is_not(None))
        .group_by(StoredVerdict.lock, StoredVerdict.version, StoredVerdict.decision)
    )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for lock, version, decision, count in await session.execute(counted):
        found[lock, version][decision] = count
    return found


@dataclass(frozen=True)
class Quality:
    """What people gave pictures of one engine and style, 1 to 5."""

    engine: str
    style: str
    mean: float
    n: int


async def quality(session: AsyncSession) -> Sequence[Quality]:
    """The mean of people's ratings by engine and style, the most rated first."""
    mean, n = func.avg(HumanLabel.rating), func.count()
    counted = (
        select(Shoot.engine, Generation.style, mean, n)
        .join(Generation, Generation.id == HumanLabel.generation_id)
        .join(Shoot, Shoot.id == Generation.shoot_id)
        .where(HumanLabel.rating.is_not(None))
        .group_by(Shoot.engine, Generation.style)
        .order_by(n.desc(), Shoot.engine, Generation.style)
        .limit(GROUPS)
    )
    rows = await session.execute(counted)
    return [Quality(engine, style, float(given), count) for engine, style, given, count in rows]
