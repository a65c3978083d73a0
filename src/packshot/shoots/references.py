"""The pictures that go with a request: read once, however many pictures are made of them at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy import select

from packshot.catalog.approved import approved
from packshot.db import direct, transaction
from packshot.engines.base import Model, Reference
from packshot.errors import NotFoundError, RefusedError
from packshot.shoots.judging.apply import turned
from packshot.shoots.judging.next_try import Change
from packshot.shoots.lease import Files
from packshot.shoots.work import Work
from packshot.storage import storage
from packshot.storage.base import FileMissingError
from packshot.talents.models import Reference as Photo
from packshot.talents.models import ReferenceState
from packshot.words.poses import figure, shows_person

MOST_PEOPLE = 6  # photos of one person: more make the likeness hardly steadier
MOST_SIDES = 8  # photos of one product that a picture is held against, its own included

_reading: dict[Files, asyncio.Task[Reference]] = {}
_shared: WeakValueDictionary[Files, Reference] = WeakValueDictionary()


class GoneError(Exception):
    """The photo or its cutout was deleted since."""


async def references_of(work: Work) -> tuple[Reference, ...]:
    """The photo with its outline, other sides of the product if this attempt is to have any, and photos of the person.

    Of these there are as many as the engine takes besides. A drawing of the pose goes last, and only where there is
    room for it: it displaces nothing.
    """
    change = Change.of(work.generation.change)
    shown = await _product(work)
    model = work.engine.known.get((work.attempts[-1].model if work.attempts else "") or work.shoot.model)
    most = model.capabilities.references if model else len(shown) + 1
    if change.sides:  # whoever stands in may take fewer than who was meant
        room = most - len(shown) - (work.shoot.talent_id is not None)
        shown += tuple([one for _, one in (await sides_of(work))[: max(min(change.sides, room), 0)]])
    if work.shoot.talent_id is not None:
        shown = (*shown, *turned(await people_of(work), change.reference)[: max(most - len(shown), 0)])
    return (*shown, *posed(work.generation.pose, model, shown))


def posed(pose: str, model: Model | None, shown: Sequence[Reference]) -> tuple[Reference, ...]:
    """A drawing of `pose`, if `model` takes one beside what is `shown` to it, and a person is in the picture."""
    if not pose or model is None or "pose" not in model.capabilities.roles:
        return ()
    worn = any(one.role == "person" for one in shown)
    if len(shown) >= model.capabilities.references or not shows_person(pose, worn=worn):
        return ()
    return (Reference(figure(pose), role="pose", name=f"pose-{pose}.png"),)


async def people_of(work: Work) -> tuple[Reference, ...]:
    """The photos of the shoot's person, the oldest first. They are read when they are needed, and kept nowhere."""
    photos = await photos_of(work)
    return tuple([Reference(await storage().get(str(one.master_key)), role="person", name=one.name) for one in photos])


async def photos_of(work: Work) -> Sequence[Photo]:
    """What is known of the photos that `people_of` reads, without the files."""
    if work.shoot.talent_id is None:
        return ()
    usable = select(Photo).where(
        Photo.talent_id == work.shoot.talent_id, Photo.state == ReferenceState.READY, Photo.master_key.is_not(None)
    )
    async with transaction(work.lease.account_id) as session:
        return (await session.scalars(usable.order_by(Photo.id).limit(MOST_PEOPLE))).all()


async def sides_of(work: Work) -> list[tuple[UUID, Reference]]:
    """The product's other approved photos with their ids, the oldest first: what a picture shows may be one of them.

    None where the product was deleted since. One whose file goes while it is read is left out.
    """
    photo_id = work.generation.photo_id
    async with direct(work.lease.account_id) as session:
        photo = await session.row("select product_id from photo where id = $1", photo_id)
        try:
            found = await approved(session, None, photo["product_id"]) if photo else []
        except (NotFoundError, RefusedError):  # none of them is approved any more, or all are gone
            found = []
    sides: list[tuple[UUID, Reference]] = []
    for one in [other for other in found if other.photo_id != photo_id][: MOST_SIDES - 1]:
        try:
            files = Files(one.name, work.product, one.view, one.master_key, one.alpha_key)
            sides.append((one.photo_id, await _shared_reference(files)))
        except FileMissingError:
            continue
    return sides


async def _product(work: Work) -> tuple[Reference, ...]:
    """The photo with its outline."""
    if work.generation.photo_id is None:
        return ()
    if work.files is None:
        raise GoneError("The photo was deleted before its picture was made.")
    return (await _shared_reference(work.files),)


async def _shared_reference(files: Files) -> Reference:
    """What is in `files`. Pictures that are made of the same ones at the same time share it."""
    reference = _shared.get(files)
    if reference is None:
        if files not in _reading:
            _reading[files] = asyncio.create_task(_read(files))
            _reading[files].add_done_callback(lambda _: _reading.pop(files, None))
        reference = _shared[files] = await asyncio.shield(_reading[files])
    return reference


async def _read(files: Files) -> Reference:
    return Reference(
        await storage().get(files.master_key),
        name=files.name,
        view=files.view if files.view in ("standing", "above") else None,  # type: ignore[arg-type]
        approved=True,
        alpha=await storage().get(files.alpha_key),
    )
