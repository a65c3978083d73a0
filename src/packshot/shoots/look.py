"""Looks at shoots: the newest, how far each is, and the pictures of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import Product
from packshot.shoots.models import OPEN, Generation, Shoot, State
from packshot.words.templates import cut, tidy

SAMPLES = 6  # pictures of a shoot in a list
SAMPLES_AMONG = 24  # looked for among so many of its first
MOST_SAID = 60  # characters of a description that stand for its shoot


@dataclass(frozen=True)
class Sample:
    """A delivered picture beside others."""

    id: UUID
    style: str
    number: int


@dataclass(frozen=True)
class Overview:
    """A shoot in a list: its product's name as long as there is one, its pictures counted, some of those delivered."""

    shoot: Shoot
    product: str | None
    states: dict[State, int]
    samples: Sequence[Sample]

    @property
    def subject(self) -> str:
        return subject(self.shoot, self.product)

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def open(self) -> int:
        return sum(self.states.get(state, 0) for state in OPEN)

    @property
    def doubtful(self) -> int:
        """Those that wait for somebody to look at them."""
        return self.states.get(State.REVIEW, 0)

    @property
    def delivered(self) -> int:
        return self.states.get(State.COMPLETED, 0)


def subject(shoot: Shoot, product: str | None) -> str:
    """What a shoot is of, for people: its product; without one the words it was made from, or the person in it."""
    if product:
        return product
    words = tidy(shoot.words)
    said = cut(words, MOST_SAID)
    return said + "…" * (said != words) or ("Portrait" if shoot.talent_id else "Deleted product")


async def newest(
    session: AsyncSession, account_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Shoot]:
    """The newest shoots; with `before` those asked for before that one."""
    rows = select(Shoot).where(Shoot.account_id == account_id).order_by(Shoot.id.desc()).limit(limit)
    return (await session.scalars(rows.where(Shoot.id < before) if before else rows)).all()


async def running(session: AsyncSession, account_id: UUID, limit: int = 10) -> list[Overview]:
    """The newest shoots that are being made."""
    being_made = select(Generation.shoot_id).where(Generation.account_id == account_id, Generation.state.in_(OPEN))
    rows = select(Shoot).where(Shoot.id.in_(being_made)).order_by(Shoot.id.desc()).limit(limit)
    return await overviews(session, (await session.scalars(rows)).all())


async def overviews(session: AsyncSession, shoots: Sequence[Shoot]) -> list[Overview]:
    """`shoots` as a list shows them."""
    ids = [shoot.id for shoot in shoots]
    states = await states_of(session, ids)
    products = [shoot.product_id for shoot in shoots if shoot.product_id]
    named = select(Product.id, Product.name).where(Product.id.in_(products))
    names = {id: name for id, name in await session.execute(named)}  # noqa: C416 -- a row is not typed as a pair
    samples = await _samples(session, ids)
    return [
        Overview(shoot, names.get(shoot.product_id) if shoot.product_id else None, states[shoot.id], samples[shoot.id])
        for shoot in shoots
    ]


async def generations(session: AsyncSession, shoot_id: UUID, *, hidden: bool = False) -> Sequence[Generation]:
    """The pictures of a shoot in their order; with `hidden` also those that were deleted a moment ago."""
    ordered = select(Generation).where(Generation.shoot_id == shoot_id).order_by(Generation.number)
    if not hidden:
        ordered = ordered.where(Generation.hidden_at.is_(None))
    return (await session.scalars(ordered.execution_options(populate_existing=True))).all()


async def states_of(session: AsyncSession, shoot_ids: Sequence[UUID]) -> dict[UUID, dict[State, int]]:
    """How many pictures of each shoot are in which state."""
    counted = (
        select(Generation.shoot_id, Generation.state, func.count())
        .where(Generation.shoot_id.in_(shoot_ids), Generation.hidden_at.is_(None))
        .group_by(Generation.shoot_id, Generation.state)
    )
    states: dict[UUID, dict[State, int]] = defaultdict(dict)
    for shoot_id, state, count in await session.execute(counted):
        states[shoot_id][State(state)] = count
    return states


async def _samples(session: AsyncSession, shoot_ids: Sequence[UUID]) -> dict[UUID, list[Sample]]:
    """The first delivered of each shoot.

    What is delivered is sorted out here: PostgreSQL, asked for that too, walks through all pictures of the account.
    """
    first = (
        select(
            Generation.shoot_id,
            Generation.id,
            Generation.style,
            Generation.number,
            Generation.state,
            Generation.hidden_at,
        )
        .where(Generation.shoot_id.in_(shoot_ids), Generation.number <= SAMPLES_AMONG)
        .order_by(Generation.shoot_id, Generation.number)
    )
    samples: dict[UUID, list[Sample]] = defaultdict(list)
    for shoot_id, id, style, number, state, hidden_at in await session.execute(first):
        if state == State.COMPLETED and hidden_at is None and len(samples[shoot_id]) < SAMPLES:
            samples[shoot_id].append(Sample(id, style, number))
    return samples
