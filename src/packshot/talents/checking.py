"""The checking of reference photos: opened, and compared with the talent's others, where a face model is there.

Photos of a talent are checked one after another. Two workers may do so at the same time: whoever finishes second finds
that the photos it compared with are not those of now, and compares again. Templates of faces live in `_compared` only.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import doom, written
from packshot.catalog.draw import Opened, open_upload
from packshot.db import after_commit, new_id, transaction
from packshot.errors import BadInputError
from packshot.storage import storage
from packshot.talents.models import Reference, ReferenceState, Talent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packshot.locks.identity.face import Template
    from packshot.locks.identity.stack import Stack

MOST_TRIES = 5
COMPARED_WITH = 6  # the mean of more is hardly steadier, and each has to be opened
ROUNDS = 20  # of comparing anew because others came meanwhile

log = structlog.get_logger(__name__)


class ChangedError(Exception):
    """The photo is gone or judged already, or it has other company than it was compared with."""


@dataclass(frozen=True)
class Compared:
    """How alike a photo and the others are, and which model said so; nothing where none is there."""

    score: float | None = None
    model: str = ""


async def check(talent_id: UUID) -> None:
    """Checks the photos of a talent that came in; what goes wrong on our side is tried again by the sweep."""
    tried: set[UUID] = set()
    while (reference := await _next(talent_id, tried)) is not None:
        tried.add(reference.id)
        if reference.tries > MOST_TRIES:
            log.error("reference given up", reference_id=str(reference.id), tries=MOST_TRIES)
            words = f"This photo could not be worked on in {MOST_TRIES} tries, which is our fault."
            await _refuse(reference, words, "Save it again in another format and upload that.")
            continue
        await _check(reference)


async def _next(talent_id: UUID, tried: set[UUID]) -> Reference | None:
    async with transaction(system=True) as session:
        waiting = select(Reference.id).where(
            Reference.talent_id == talent_id, Reference.state == ReferenceState.RECEIVED, Reference.id.not_in(tried)
        )
        first = (await session.scalars(waiting.order_by(Reference.id).limit(1))).first()
        if first is None:
            return None
        began = update(Reference).where(Reference.id == first, Reference.state == ReferenceState.RECEIVED)
        return await session.scalar(began.values(tries=Reference.tries + 1).returning(Reference))


async def _check(reference: Reference) -> None:
    assert reference.upload_key
    data = await storage().get(reference.upload_key)
    try:
        opened = await asyncio.to_thread(open_upload, data, reference.name)
        for _ in range(ROUNDS):
            others = await _others(reference)
            compared = await _compare(reference, opened, others)
            try:
                await _keep(reference, opened, compared, [one.id for one in others])
                return
            except ChangedError:
                if not await _still_waits(reference):
                    return
    except BadInputError as problem:
        await _refuse(reference, problem.message, problem.remedy)


async def _compare(reference: Reference, opened: Opened, others: Sequence[Reference]) -> Compared:
    from packshot.locks.identity.stack import configured
    from packshot.locks.identity.weights import ModelMissingError

    try:
        stack = await asyncio.to_thread(configured)
    except ModelMissingError as missing:
        log.warning("reference not compared", reason=missing.message)
        return Compared()
    files = [(one.name, await storage().get(one.master_key)) for one in others if one.master_key]
    score = await asyncio.to_thread(_compared, reference.name, opened.data, files, stack)
    return Compared(score, stack.version)


def _compared(name: str, master: bytes, others: Sequence[tuple[str, bytes]], stack: Stack) -> float | None:
    from packshot.locks.identity.known import belongs

    face = _template(name, master, stack)
    known: list[Template] = []
    for other, data in others:
        try:
            known.append(_template(other, data, stack))
        except BadInputError:  # taken in when no model was there, or another one
            log.info("reference without a face")
    return belongs(name, face, known, stack)


def _template(name: str, master: bytes, stack: Stack) -> Template:
    from packshot.imaging.own import opened
    from packshot.locks.identity.known import face_of

    return face_of(name, opened(master), stack)


async def _others(reference: Reference) -> list[Reference]:
    async with transaction(reference.account_id) as session:
        return await _ready(session, reference.talent_id)


async def _ready(session: AsyncSession, talent_id: UUID) -> list[Reference]:
    ready = select(Reference).where(Reference.talent_id == talent_id, Reference.state == ReferenceState.READY)
    return list((await session.scalars(ready.order_by(Reference.id).limit(COMPARED_WITH))).all())


async def _keep(reference: Reference, opened: Opened, compared: Compared, others: list[UUID]) -> None:
    unique = new_id()  # whoever checks the same photo at the same time has other files
    master, preview = (f"talents/{reference.id}/{unique}-{end}" for end in (f"master.{opened.format}", "photo.webp"))
    async with written(reference.account_id, {master: opened.data, preview: opened.preview}) as session:
        await session.execute(select(Talent.id).where(Talent.id == reference.talent_id).with_for_update())
        if [one.id for one in await _ready(session, reference.talent_id)] != others:
            raise ChangedError
        await _settle(
            session,
            reference,
            state=ReferenceState.READY,
            master_key=master,
            preview_key=preview,
            width=opened.width,
            height=opened.height,
            score=None if compared.score is None else round(compared.score, 2),
            checked_with=compared.model,
        )


async def _refuse(reference: Reference, words: str, remedy: str) -> None:
    async with transaction(reference.account_id) as session:
        try:
            await _settle(session, reference, state=ReferenceState.REFUSED, words=words, remedy=remedy)
        except ChangedError:
            log.info("refused reference is gone", reference_id=str(reference.id))


async def _settle(session: AsyncSession, reference: Reference, **values: object) -> None:
    """Writes what was found, if nobody else has, and lets the file as it was sent go."""
    waiting = update(Reference).where(Reference.id == reference.id, Reference.state == ReferenceState.RECEIVED)
    settled = await session.scalar(waiting.values(upload_key=None, **values).returning(Reference.id))
    if settled is None:
        raise ChangedError
    key = reference.upload_key
    assert key
    await doom(session, reference.account_id, [key])
    after_commit(session, lambda: storage().delete(key))


async def _still_waits(reference: Reference) -> bool:
    async with transaction(reference.account_id) as session:
        state = await session.scalar(select(Reference.state).where(Reference.id == reference.id))
        return state == ReferenceState.RECEIVED
