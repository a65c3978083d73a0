"""The pictures that go with a request: read once, however many pictures are made of them at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from weakref import WeakValueDictionary

from sqlalchemy import select

from packshot.db import transaction
from packshot.engines.base import Model, Reference
from packshot.shoots.judging.apply import turned
from packshot.shoots.judging.next_try import Change
from packshot.shoots.lease import Files
from packshot.shoots.work import Work
from packshot.storage import storage
from packshot.talents.models import Reference as Photo
from packshot.talents.models import ReferenceState
from packshot.words.poses import figure, shows_person

MOST_PEOPLE = 6  # photos of one person: more make the likeness hardly steadier

_reading: dict[Files, asyncio.Task[Reference]] = {}
_shared: WeakValueDictionary[Files, Reference] = WeakValueDictionary()


class GoneError(Exception):
    """The photo or its cutout was deleted since."""


async def references_of(work: Work) -> tuple[Reference, ...]:
    """The photo with its outline, as many photos of the person as the engine takes, and a drawing of the pose.

    The drawing goes last, and only where there is room for it: it displaces nothing.
    """
    shown = await _product(work)
    model = work.engine.known.get((work.attempts[-1].model if work.attempts else "") or work.shoot.model)
    if work.shoot.talent_id is not None:
        room = model.capabilities.references - len(shown) if model else 1
        shown = turned((*shown, *(await people_of(work))[: max(room, 0)]), Change.of(work.generation.change))
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
    if work.shoot.talent_id is None:
        return ()
    usable = select(Photo).where(
        Photo.talent_id == work.shoot.talent_id, Photo.state == ReferenceState.READY, Photo.master_key.is_not(None)
    )
    async with transaction(work.lease.account_id) as session:
        photos = (await session.scalars(usable.order_by(Photo.id).limit(MOST_PEOPLE))).all()
    return tuple([Reference(await storage().get(str(one.master_key)), role="person", name=one.name) for one in photos])


async def _product(work: Work) -> tuple[Reference, ...]:
    """The photo with its outline. Pictures that are made of the same one at the same time share it."""
    files = work.files
    if work.generation.photo_id is None:
        return ()
    if files is None:
        raise GoneError("The photo was deleted before its picture was made.")
    reference = _shared.get(files)
    if reference is None:
        if files not in _reading:
            _reading[files] = asyncio.create_task(_read(files))
            _reading[files].add_done_callback(lambda _: _reading.pop(files, None))
        reference = _shared[files] = await asyncio.shield(_reading[files])
    return (reference,)


async def _read(files: Files) -> Reference:
    return Reference(
        await storage().get(files.master_key),
        name=files.name,
        view=files.view if files.view in ("standing", "above") else None,  # type: ignore[arg-type]
        approved=True,
        alpha=await storage().get(files.alpha_key),
    )
