"""The signed paper of a release: kept as it came, never opened, and known by its hash."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.doomed import written
from packshot.db import new_id, transaction
from packshot.errors import BadInputError, ConflictError, NotFoundError
from packshot.imaging.sniff import kind_of
from packshot.talents.models import Release
from packshot.talents.people import talent

_PDF = b"%PDF-"


async def sign(account_id: UUID, release_id: UUID, name: str, file: BinaryIO) -> Release:
    """The release with its signed paper, from now on in force: a PDF, or a scan as a picture."""
    data = await asyncio.to_thread(file.read)
    if not data.startswith(_PDF) and kind_of(data[:1024]) is None:
        raise BadInputError(f"{name} is no PDF and no picture.", remedy="Upload the signed release as one of them.")
    key = f"talents/evidence/{new_id()}"
    async with transaction(account_id) as session:
        await _unsigned(session, release_id)
    async with written(account_id, {key: data}) as session:
        signed = await _unsigned(session, release_id)
        of = await talent(session, signed.talent_id, held=True)
        if of.withdrawn_at:
            raise ConflictError(f"{of.name} has withdrawn.", remedy="If they agree anew, add them as a new model.")
        signed.signed_at = (await session.execute(select(func.now()))).scalar_one()
        signed.evidence_key, signed.evidence_name = key, name
        signed.evidence_sha256 = sha256(data).hexdigest()
        await session.flush()
        return signed


async def release(session: AsyncSession, release_id: UUID) -> Release:
    """The release, or a NotFoundError."""
    found = await session.get(Release, release_id)
    if found is None:
        raise NotFoundError(f"There is no release {release_id}.", remedy="GET /api/models/{id} shows a model's.")
    return found


async def drop_unsigned(session: AsyncSession, release_id: UUID) -> None:
    """Removes a release that nobody has signed."""
    await session.delete(await _unsigned(session, release_id))


async def evidence_keys(session: AsyncSession, talent_id: UUID) -> list[str]:
    """Where the papers of a talent lie."""
    keys = select(Release.evidence_key).where(Release.talent_id == talent_id, Release.evidence_key.is_not(None))
    return [key for key in (await session.scalars(keys)).all() if key]


async def _unsigned(session: AsyncSession, release_id: UUID) -> Release:
    found = await release(session, release_id)
    if found.evidence_key:
        raise ConflictError(
            "This release is signed, and what was signed does not change.", remedy="Add a new release instead."
        )
    return found
