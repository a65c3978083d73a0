"""The making of a cutout: claimed under a lease, made, and written only by whoever still holds the lease.

A lease has a number that goes up with every claim. It stands in the key of each file and in the condition of each
write, so that a worker that was taken for dead and comes back can neither replace a file nor change a row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import written
from packshot.catalog.draw import draw, open_upload
from packshot.catalog.models import Cutout, CutoutState, Mask, Photo, PhotoState
from packshot.catalog.news import tell
from packshot.catalog.photos import drop_upload
from packshot.db import transaction
from packshot.errors import BadInputError
from packshot.settings import settings
from packshot.storage import storage

MOST_TRIES = 5
log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Somebody else has taken over, or what was worked on is gone."""


@dataclass(frozen=True)
class Claim:
    """A cutout that this worker makes, as it was when it was claimed."""

    cutout: Cutout
    photo: Photo
    mask_key: str | None

    def key(self, ending: str) -> str:
        """Where a file of this claim lies: no other claim has the same."""
        return f"cutouts/{self.cutout.id}/{self.cutout.lease_token}-{ending}"


async def make(cutout_id: UUID) -> None:
    """Makes a pending cutout that nobody works on; does nothing where it is another's or done.

    What goes wrong on our side leaves the lease to lapse, which spaces out the tries; after the fifth the cutout fails.
    """
    claim = await _claim(cutout_id)
    if claim is None:
        return
    try:
        async with _heartbeat(claim):
            await _make(claim)
    except LeaseLostError:
        log.warning("cutout taken over", cutout_id=str(cutout_id), token=claim.cutout.lease_token)
    except asyncio.CancelledError:  # the worker stops: the next one need not wait
        async with transaction(claim.cutout.account_id) as session:
            await session.execute(_mine(claim).values(lease_until=None))
        raise


async def _claim(cutout_id: UUID) -> Claim | None:
    async with transaction(system=True) as session:
        lapsed = or_(Cutout.lease_until.is_(None), Cutout.lease_until < func.clock_timestamp())
        free = update(Cutout).where(Cutout.id == cutout_id, Cutout.state == CutoutState.PENDING, lapsed)
        claimed = await session.scalar(
            free.values(lease_token=Cutout.lease_token + 1, lease_until=_lease_end(), tries=Cutout.tries + 1).returning(
                Cutout
            )
        )
        if claimed is None:
            return None
        photo = await session.get_one(Photo, claimed.photo_id)
        mask = await session.get(Mask, claimed.mask_id) if claimed.mask_id else None
        claim = Claim(claimed, photo, mask.key if mask else None)
    if claimed.tries <= MOST_TRIES:
        return claim
    log.error("cutout given up", cutout_id=str(cutout_id), tries=MOST_TRIES)
    with suppress(LeaseLostError):
        words = f"This photo could not be worked on in {MOST_TRIES} tries, which is our fault."
        await _fail(claim, "poison", words, "Save it again in another format and upload that.")
    return None


async def _make(claim: Claim) -> None:
    cutout = claim.cutout
    try:
        master = await _master(claim)
        mask = await storage().get(claim.mask_key) if claim.mask_key else None
        box = (cutout.box[0], cutout.box[1], cutout.box[2], cutout.box[3]) if cutout.box else None
        drawn = await asyncio.to_thread(draw, master, claim.photo.name, box=box, mask=mask)
    except BadInputError as refusal:
        await _fail(claim, "unusable", refusal.message, refusal.remedy)
        return
    files = {claim.key("alpha.png"): drawn.alpha, claim.key("preview.webp"): drawn.preview}
    alpha_key, preview_key = files
    async with written(cutout.account_id, files) as session:
        await _fenced(
            session,
            claim,
            state=CutoutState.READY,
            lease_until=None,
            alpha_key=alpha_key,
            preview_key=preview_key,
            verdict=drawn.verdict,
            confidence=drawn.confidence,
            reasons=drawn.reasons,
            view=drawn.view,
            elevation=drawn.elevation,
        )
        tell(session, claim.photo.product_id, claim.photo.id)
    log.info("cutout made", cutout_id=str(cutout.id), verdict=drawn.verdict, confidence=drawn.confidence)


async def _master(claim: Claim) -> bytes:
    """The photo's master, made now if nobody opened the photo before; a BadInputError where it cannot be opened."""
    photo = claim.photo
    if photo.master_key:
        return await storage().get(photo.master_key)
    if photo.state != PhotoState.RECEIVED or photo.upload_key is None:
        raise BadInputError(photo.words or "The photo's file is gone.", remedy=photo.remedy or "Upload it again.")
    opened = await asyncio.to_thread(open_upload, await storage().get(photo.upload_key), photo.name)
    files = {claim.key(f"master.{opened.format}"): opened.data, claim.key("photo.webp"): opened.preview}
    key, preview_key = files
    async with written(claim.cutout.account_id, files) as session:
        await _fenced(session, claim, lease_until=_lease_end())
        kept = {"master_key": key, "preview_key": preview_key}
        measured = {"width": opened.width, "height": opened.height, "depth": opened.depth}
        opening = update(Photo).where(Photo.id == photo.id)
        await session.execute(opening.values(state=PhotoState.READY, **kept, **measured))
        await drop_upload(session, photo)
        tell(session, photo.product_id, photo.id)
    return opened.data


async def _fail(claim: Claim, code: str, words: str, remedy: str) -> None:
    """The cutout cannot be made; neither can any other of the photo if it could not even be opened."""
    reasons = [{"code": code, "penalty": 1.0, "words": words, "remedy": remedy}]
    async with transaction(claim.cutout.account_id) as session:
        await _fenced(session, claim, state=CutoutState.FAILED, lease_until=None, reasons=reasons)
        closed = update(Photo).where(Photo.id == claim.photo.id, Photo.state == PhotoState.RECEIVED)
        if await session.scalar(
            closed.values(state=PhotoState.REFUSED, words=words, remedy=remedy).returning(Photo.id)
        ):
            await drop_upload(session, claim.photo)
        tell(session, claim.photo.product_id, claim.photo.id)


async def _fenced(session: AsyncSession, claim: Claim, **values: Any) -> None:
    """Writes into the cutout if its lease is still this claim's, else raises LeaseLostError.

    The photo is locked before its cutout, as everywhere, so that a deletion and a worker cannot wait for each other.
    """
    await session.execute(select(Photo.id).where(Photo.id == claim.photo.id).with_for_update(key_share=True))
    written = await session.scalar(_mine(claim).values(**values).returning(Cutout.id))
    if written is None:
        raise LeaseLostError


@asynccontextmanager
async def _heartbeat(claim: Claim) -> AsyncGenerator[None]:
    """Says while the block runs that the claim is being worked on."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(settings().heartbeat_s)
            try:
                async with transaction(claim.cutout.account_id) as session:
                    await session.execute(_mine(claim).values(lease_until=_lease_end()))
            except Exception:  # the next beat may come through; if none does, the lease lapses
                log.warning("no heartbeat", cutout_id=str(claim.cutout.id), exc_info=True)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


def _mine(claim: Claim) -> Any:
    cutout = claim.cutout
    return update(Cutout).where(
        Cutout.id == cutout.id, Cutout.lease_token == cutout.lease_token, Cutout.state == CutoutState.PENDING
    )


def _lease_end() -> Any:
    return func.clock_timestamp() + timedelta(seconds=settings().lease_s)
