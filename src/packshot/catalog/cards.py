"""What the cards of a product's photos show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.look import Glance
from packshot.catalog.models import CutoutState, Photo
from packshot.catalog.schemas import CutoutOut, PhotoOut, photos_out

A_PAGE = 24


@dataclass(frozen=True)
class Card:
    """A photo, how far it has come, and the cutout that its picture shows: the newest, unless another is better."""

    photo: PhotoOut
    glance: Glance
    shown: CutoutOut | None


async def cards(session: AsyncSession, glances: Sequence[Glance]) -> list[Card]:
    """The cards of these photos, in their order."""
    ids = [glance.photo_id for glance in glances]
    found = {one.id: one for one in await session.scalars(select(Photo).where(Photo.id.in_(ids)))}
    there = [glance for glance in glances if glance.photo_id in found]
    photos = await photos_out(session, [found[glance.photo_id] for glance in there])
    return [Card(photo, glance, _shown(photo)) for photo, glance in zip(photos, there, strict=True)]


def _shown(photo: PhotoOut) -> CutoutOut | None:
    newest = photo.cutout
    if newest is None or newest.state != CutoutState.READY:
        return photo.approved
    return (photo.approved or newest) if newest.verdict == "refuse" or newest.rejected_at else newest
