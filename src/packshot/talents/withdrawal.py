"""Withdrawal: the references of a talent go, nothing more is made with them, and a receipt says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from annotated_types import Interval
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot import config
from packshot.catalog.doomed import doom
from packshot.catalog.news import wake_purge
from packshot.db import new_id
from packshot.errors import ConflictError, NotFoundError
from packshot.talents.evidence import evidence_keys
from packshot.talents.models import Cause, Receipt, Reference, Release, Talent
from packshot.talents.people import talent
from packshot.talents.references import remove_all

KEEP_DAYS = config.key(
    "talents.keep_days",
    Annotated[int, Interval(ge=0, le=365)],
    30,
    "How many days after the end of its last release a person's reference photos are deleted.",
)
AT_ONCE = 20
_WHY = {
    Cause.WITHDRAWN: "the consent was withdrawn",
    Cause.EXPIRED: "the release had ended",
    Cause.DELETED: "the model was deleted",
}


async def withdraw(
    session: AsyncSession, talent_id: UUID, *, cause: Cause = Cause.WITHDRAWN, by: UUID | None = None
) -> Receipt:
    """Deletes the references of a talent for good; the releases stay as proof until the talent itself is deleted.

    Pictures that are still to be made or delivered are refused from here on (release.permits).
    """
    of = await talent(session, talent_id, held=True)
    if of.withdrawn_at:
        raise ConflictError(f"{of.name} has withdrawn already.", remedy="GET /api/models/receipts has the receipt.")
    of.withdrawn_at = (await session.execute(select(func.now()))).scalar_one()
    return await _delete_references(session, of, cause, by)


async def delete_talent(session: AsyncSession, talent_id: UUID, *, by: UUID | None = None) -> Receipt:
    """Deletes a talent with everything: photos, releases and their papers. Only the receipt stays."""
    of = await talent(session, talent_id, held=True)
    papers = await evidence_keys(session, talent_id)
    await doom(session, of.account_id, papers)
    receipt = await _delete_references(session, of, Cause.DELETED, by, papers=len(papers))
    await session.delete(of)
    await session.flush()
    return receipt


async def withdraw_expired(session: AsyncSession, keep_days: int) -> int:
    """Deletes the references of those whose last release ended `keep_days` ago, of all accounts that `session` sees."""
    signed = select(Release.talent_id, func.max(Release.valid_until).label("until")).where(
        Release.signed_at.is_not(None)
    )
    ended = signed.group_by(Release.talent_id).subquery()
    over = select(Talent.id).join(ended, ended.c.talent_id == Talent.id)
    due = over.where(Talent.withdrawn_at.is_(None), ended.c.until < func.current_date() - timedelta(days=keep_days))
    ids = (await session.scalars(due.order_by(Talent.id).limit(AT_ONCE))).all()
    for id in ids:
        await withdraw(session, id, cause=Cause.EXPIRED)
    return len(ids)


async def receipts(session: AsyncSession, talent_id: UUID | None = None) -> list[Receipt]:
    """The newest receipts of the account, or those of one talent."""
    newest = select(Receipt).order_by(Receipt.id.desc()).limit(200)
    mine = newest.where(Receipt.talent_id == talent_id) if talent_id else newest
    return list((await session.scalars(mine)).all())


async def receipt(session: AsyncSession, receipt_id: UUID) -> Receipt:
    """The receipt, or a NotFoundError."""
    found = await session.get(Receipt, receipt_id)
    if found is None:
        raise NotFoundError(f"There is no receipt {receipt_id}.", remedy="GET /api/models/receipts lists yours.")
    return found


async def _delete_references(
    session: AsyncSession, of: Talent, cause: Cause, by: UUID | None, *, papers: int = 0
) -> Receipt:
    theirs = select(Reference).where(Reference.talent_id == of.id).order_by(Reference.id).with_for_update()
    photos = (await session.scalars(theirs.execution_options(populate_existing=True))).all()
    files = await remove_all(session, of.account_id, photos) + papers
    wake_purge(session)
    at = (await session.execute(select(func.now()))).scalar_one()
    made = Receipt(
        id=new_id(),
        account_id=of.account_id,
        talent_id=of.id,
        name=of.name,
        cause=cause,
        photos=len(photos),
        files=files,
        by=by,
        at=at,
        words="",
    )
    made.words = _words(made, papers)
    session.add(made)
    await session.flush()
    return made


def _words(receipt: Receipt, papers: int) -> str:
    """The receipt as text, for the person it is about."""
    kept = (
        f"{papers} signed releases were deleted with them."
        if receipt.cause == Cause.DELETED
        else "The signed release itself is kept as proof of what was agreed, until the model is deleted."
    )
    return f"""Receipt {receipt.id}

The reference photos of {receipt.name} (model {receipt.talent_id}) were deleted
on {receipt.at:%-d %B %Y at %H:%M:%S} UTC because {_WHY[Cause(receipt.cause)]}.

Photos deleted: {receipt.photos}
Files deleted: {receipt.files} (the photos as sent, their masters and small copies)
Face templates deleted: 0, because none is ever stored.

{kept}

The files are removed from this server's storage as soon as this was recorded, at the latest with its next sweep.
Backups made before hold them until they are overwritten. No picture with this person is made or delivered from
then on: with that sweep, those that waited for somebody's look end, and the previews and comparisons of pictures
that were never delivered are removed. Pictures delivered before are not changed.
"""
