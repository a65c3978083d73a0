"""The pictures that go with a request: read once, however many pictures are made of them at the same time."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from packshot.engines.base import Reference
from packshot.shoots.lease import Files
from packshot.shoots.work import Work
from packshot.storage import storage

_reading: dict[Files, asyncio.Task[Reference]] = {}
_shared: WeakValueDictionary[Files, Reference] = WeakValueDictionary()


class GoneError(Exception):
    """The photo or its cutout was deleted since."""


async def references_of(work: Work) -> tuple[Reference, ...]:
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
