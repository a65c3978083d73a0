"""Cutouts of a photo: begun, looked at, approved. At most one of a photo is approved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.models import Cutout, CutoutSource, CutoutState, Mask, Photo, PhotoState
from packshot.catalog.news import tell, wake_cut
from packshot.errors import BadInputError, ConflictError, NotFoundError, RefusedError

Rectangle = tuple[int, int, int, int]
"""x, y, width and height in pixels of the photo."""


class NotOpenedError(ConflictError):
    """The photo's size is not known yet, or never will be."""


class CannotApproveError(RefusedError):
    """This cutout is not good enough, or not there yet."""


async def cutouts(
    session: AsyncSession, photo_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> Sequence[Cutout]:
    """The newest cutouts of a photo; with `before` those begun before that one."""
    newest = select(Cutout).where(Cutout.photo_id == photo_id).order_by(Cutout.id.desc()).limit(limit)
    return (await session.scalars(newest.where(Cutout.id < before) if before else newest)).all()


async def cutout(session: AsyncSession, cutout_id: UUID) -> Cutout:
    """The cutout, or a NotFoundError."""
    with_photo = select(Cutout).join(Photo, Photo.id == Cutout.photo_id).where(Photo.hidden_at.is_(None))
    found = await session.scalar(with_photo.where(Cutout.id == cutout_id))
    if found is None:
        raise NotFoundError(f"There is no cutout {cutout_id}.", remedy="GET /api/photos/{id}/cutouts lists a photo's.")
    return found


async def shown_cutouts(session: AsyncSession, photo_ids: Iterable[UUID]) -> dict[UUID, list[Cutout]]:
    """Of each photo that has any: its approved cutout first, if it has one, and the newest of the others."""
    newest = (
        select(Cutout)
        .where(Cutout.photo_id.in_(list(photo_ids)))
        .ext(distinct_on(Cutout.photo_id, Cutout.approved_at.is_(None)))
        .order_by(Cutout.photo_id, Cutout.approved_at.is_(None), Cutout.id.desc())
    )
    found: dict[UUID, list[Cutout]] = {}
    for cutout in await session.scalars(newest):
        found.setdefault(cutout.photo_id, []).append(cutout)
    return found


async def start(
    session: AsyncSession,
    photo: Photo,
    source: CutoutSource,
    *,
    box: Rectangle | None = None,
    mask: Mask | None = None,
) -> Cutout:
    """A new cutout, which a worker makes."""
    corners = [box[0], box[1], box[0] + box[2], box[1] + box[3]] if box else None
    mask_id = mask.id if mask else None
    added = Cutout(account_id=photo.account_id, photo_id=photo.id, source=source, box=corners, mask_id=mask_id)
    session.add(added)
    await session.flush()
    wake_cut(session, added.id)
    tell(session, photo.product_id, photo.id)
    return added


async def again(session: AsyncSession, photo: Photo, box: Rectangle | None) -> Cutout:
    """Cuts an opened photo out once more: within `box`, or wherever the product is found."""
    if box is None:
        size(photo)
        return await start(session, photo, CutoutSource.AUTO)
    check_inside(photo, box)
    return await start(session, photo, CutoutSource.BOX, box=box)


def check_inside(photo: Photo, rectangle: Rectangle) -> None:
    """Raises BadInputError where `rectangle` leaves the photo, NotOpenedError where the photo's size is not known."""
    width, height = size(photo)
    x, y, across, down = rectangle
    if x + across > width or y + down > height:
        raise BadInputError(
            f"The box from {x},{y} to {x + across},{y + down} lies outside the photo of {width}×{height} pixels.",
            remedy="Draw it again inside the photo.",
        )


def size(photo: Photo) -> tuple[int, int]:
    """Width and height in pixels, or a NotOpenedError."""
    if photo.state == PhotoState.REFUSED:
        raise NotOpenedError(f"This photo cannot be used. {photo.words}", remedy=photo.remedy)
    if photo.width is None or photo.height is None:
        raise NotOpenedError("This photo has not been opened yet.", remedy="Wait until its state is ready.")
    return photo.width, photo.height


async def approve(session: AsyncSession, cutout_id: UUID, user_id: UUID) -> Cutout:
    """Takes this cutout for its photo, and no other any more; a CannotApproveError says why it cannot be taken."""
    found = await cutout(session, cutout_id)
    photo = await _locked_photo(session, found)
    if reason := why_not(found):
        words, remedy = reason
        raise CannotApproveError(words, remedy=remedy, state=found.state, verdict=found.verdict)
    if found.approved_at is None:
        others = update(Cutout).where(Cutout.photo_id == found.photo_id, Cutout.approved_at.is_not(None))
        await session.execute(others.values(approved_at=None, approved_by=None))
        found.approved_at, found.approved_by = await session.scalar(select(func.now())), user_id
        found.rejected_at = None
        await session.flush()
        tell(session, photo.product_id, photo.id)
    return found


async def withdraw(session: AsyncSession, cutout_id: UUID) -> Cutout:
    """Takes the approval back, if there is one."""
    found = await cutout(session, cutout_id)
    photo = await _locked_photo(session, found)
    if found.approved_at is not None:
        found.approved_at = found.approved_by = None
        await session.flush()
        tell(session, photo.product_id, photo.id)
    return found


async def reject(session: AsyncSession, cutout_id: UUID) -> Cutout:
    """Takes a person's word that this cutout is not right, and its approval with it."""
    found = await cutout(session, cutout_id)
    photo = await _locked_photo(session, found)
    if found.rejected_at is None:
        found.rejected_at = await session.scalar(select(func.now()))
        found.approved_at = found.approved_by = None
        await session.flush()
        tell(session, photo.product_id, photo.id)
    return found


def why_not(cutout: Cutout) -> tuple[str, str] | None:
    """Why `cutout` cannot be approved, and what to do about it; None where it can."""
    if cutout.state == CutoutState.PENDING:
        return "Its cutout is still being made.", "Wait a moment and look at it."
    if cutout.state == CutoutState.FAILED or cutout.verdict == "refuse":
        words = " ".join(reason["words"] for reason in cutout.reasons) or "Its cutout could not be made."
        remedies = dict.fromkeys(reason["remedy"] for reason in cutout.reasons if reason["remedy"])
        return words, " ".join(remedies) or "Draw a box around the product, upload a mask, or take another photo."
    return None


async def _locked_photo(session: AsyncSession, found: Cutout) -> Photo:
    """The photo of `found`, locked so that approvals come one after the other; `found` as it is now."""
    photo = await session.get(Photo, found.photo_id, with_for_update={"key_share": True})
    if photo is None:
        raise NotFoundError(f"There is no cutout {found.id}.", remedy="Its photo was deleted.")
    await session.refresh(found)
    return photo
