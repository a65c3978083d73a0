"""How far each photo of a product has come, in one glance: what a page shows and watches, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from packshot.catalog.models import Cutout, CutoutState, Photo, PhotoState, ProtectedRegion

VERSION_BYTES = 6


class Stage(StrEnum):
    """What a photo waits for, or what became of it."""

    AWAITED = "awaited"  # its file
    OPENING = "opening"
    CUTTING = "cutting"
    RIGHT = "right"  # looks right: waits for a person's word
    LOOK = "look"  # may be wrong: waits for a person's look
    CANNOT = "cannot"  # its cutout cannot be used
    REJECTED = "rejected"  # its cutout is not right, a person said
    REFUSED = "refused"  # no photo can be made of its file
    APPROVED = "approved"


@dataclass(frozen=True)
class Glance:
    """A photo in brief: its newest cutout, the approved one, and a version that changes with all its card shows."""

    photo_id: UUID
    stage: Stage
    newest_id: UUID | None
    taken_id: UUID | None
    protected: int
    version: str


@dataclass(frozen=True)
class Summary:
    """A product's photos counted: all, the ones that can be shot, and those at each stage."""

    photos: int
    usable: int
    stages: dict[Stage, int]

    def at(self, *stages: Stage) -> int:
        return sum(self.stages.get(stage, 0) for stage in stages)


async def look(session: AsyncSession, product_id: UUID) -> list[Glance]:
    """All photos of a product, newest first."""
    newest = select(Cutout).where(Cutout.photo_id == Photo.id).order_by(Cutout.id.desc()).limit(1).lateral()
    taken = aliased(Cutout)
    protected = select(func.count()).where(ProtectedRegion.photo_id == Photo.id).scalar_subquery()
    rows = (
        select(
            Photo.id,
            Photo.state,
            Photo.view,
            newest.c.id.label("newest_id"),
            newest.c.state.label("newest_state"),
            newest.c.verdict.label("verdict"),
            newest.c.rejected_at,
            taken.id.label("taken_id"),
            protected.label("protected"),
        )
        .select_from(Photo)
        .outerjoin(newest, true())
        .outerjoin(taken, (taken.photo_id == Photo.id) & taken.approved_at.is_not(None))
        .where(Photo.product_id == product_id, Photo.hidden_at.is_(None))
        .order_by(Photo.id.desc())
    )
    return [
        Glance(row.id, _stage(row), row.newest_id, row.taken_id, row.protected, _version(row))
        for row in await session.execute(rows)
    ]


def summary(glances: Sequence[Glance]) -> Summary:
    """What they come to."""
    stages: dict[Stage, int] = {}
    for glance in glances:
        stages[glance.stage] = stages.get(glance.stage, 0) + 1
    return Summary(len(glances), sum(glance.taken_id is not None for glance in glances), stages)


def _stage(row: Any) -> Stage:
    if row.state == PhotoState.REFUSED:
        return Stage.REFUSED
    if row.state == PhotoState.AWAITED:
        return Stage.AWAITED
    if row.newest_state == CutoutState.PENDING:
        return Stage.CUTTING if row.state == PhotoState.READY else Stage.OPENING
    unusable = row.newest_state == CutoutState.FAILED or row.verdict == "refuse"
    if row.taken_id is not None and (row.taken_id == row.newest_id or unusable or row.rejected_at):
        return Stage.APPROVED  # a newer one that is of no use takes nothing away
    if unusable:
        return Stage.CANNOT
    if row.rejected_at:
        return Stage.REJECTED
    return Stage.RIGHT if row.verdict == "accept" else Stage.LOOK


def _version(row: Any) -> str:
    return blake2s("|".join(map(str, row)).encode(), digest_size=VERSION_BYTES).hexdigest()
