"""Files on their way in: looked at from outside at the door, stored as they are, opened only by a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import BinaryIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.cutouts import size, start
from packshot.catalog.doomed import UNTIL_WRITTEN, doom, pardon
from packshot.catalog.draw import open_mask
from packshot.catalog.models import Cutout, CutoutSource, Mask, Photo, PhotoState
from packshot.catalog.photos import announce, photo, receive, refuse
from packshot.catalog.removal import remove_photo
from packshot.db import new_id, transaction
from packshot.errors import BadInputError, ConflictError
from packshot.imaging.decode import check_kind
from packshot.storage import storage
from packshot.storage.base import FileMissingError

HEAD = 1024
OPENED_AT_ONCE = 2  # masks in this process: each may take a gigabyte

_masks = asyncio.Semaphore(OPENED_AT_ONCE)


class NotArrivedError(ConflictError):
    """The file of an announced photo is not here."""


async def take(account_id: UUID, product_id: UUID, files: Sequence[tuple[str, BinaryIO]]) -> list[UUID]:
    """New photos of a product from files by name; all of them, or a BadInputError that says what is wrong with which.

    Rows are announced before bytes are stored, so that nothing is stored that no row names.
    """
    check_files(files)
    async with transaction(account_id) as session:
        photos = await announce(session, product_id, [name for name, _ in files])
    ids = [photo.id for photo in photos]
    try:
        for announced, (_, file) in zip(photos, files, strict=True):
            assert announced.upload_key
            await storage().put(announced.upload_key, await asyncio.to_thread(file.read))
        async with transaction(account_id) as session:
            for id in ids:
                await receive(session, id)
    except Exception:
        async with transaction(account_id) as session:
            for id in ids:
                await remove_photo(session, id)
        raise
    return ids


def check_files(files: Sequence[tuple[str, BinaryIO]]) -> None:
    """Raises one BadInputError for all of the files that are no photos by their first bytes."""
    problems: list[BadInputError] = []
    for name, file in files:
        try:
            check_kind(file.read(HEAD), name=name)
        except BadInputError as problem:
            problems.append(problem)
        file.seek(0)
    if problems:
        remedies = dict.fromkeys(problem.remedy for problem in problems)
        raise BadInputError(" ".join(problem.message for problem in problems), remedy=" ".join(remedies))


async def arrived(session: AsyncSession, photo_id: UUID) -> Photo:
    """The photo whose file was sent through its link: received, or refused where the file is no photo.

    Raises NotArrivedError where there is no file. Said twice it changes nothing.
    """
    announced = await photo(session, photo_id)
    if announced.state != PhotoState.AWAITED:
        return announced
    assert announced.upload_key
    try:
        file = await storage().open(announced.upload_key)
    except FileMissingError:
        raise NotArrivedError("The file of this photo is not here.", remedy="PUT it to upload_url first.") from None
    with file:
        head = await asyncio.to_thread(file.read, HEAD)
    try:
        check_kind(head, name=announced.name)
    except BadInputError as problem:
        return await refuse(session, photo_id, problem.message, problem.remedy)
    return await receive(session, photo_id)


async def take_mask(account_id: UUID, photo_id: UUID, name: str, file: BinaryIO) -> Cutout:
    """A cutout by a mask that a person drew; a BadInputError where it is no picture of the photo's size."""
    check_files([(name, file)])
    async with transaction(account_id) as session:
        width, height = size(await photo(session, photo_id))
    async with _masks:
        data = await asyncio.to_thread(lambda: open_mask(file.read(), name, width, height))
    id = new_id()
    key = f"masks/{id}.png"
    async with transaction(account_id) as session:
        await doom(session, account_id, [key], after=UNTIL_WRITTEN)
    await storage().put(key, data)
    async with transaction(account_id) as session:
        parent = await photo(session, photo_id, held=True)
        mask = Mask(id=id, account_id=account_id, photo_id=photo_id, key=key)
        session.add(mask)
        await session.flush()
        await pardon(session, key)
        return await start(session, parent, CutoutSource.MASK, mask=mask)
