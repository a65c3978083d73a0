"""What operators do to the library: read it, change a style, take files in; every change is written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.db import after_commit, transaction
from packshot.errors import NotFoundError
from packshot.styles import shelf
from packshot.styles.files import shipped
from packshot.styles.makers import read_presets
from packshot.styles.models import EditedStyle, StyleChange
from packshot.styles.preset import Preset
from packshot.styles.shelf import Shelved

MOST_CHANGES = 50

log = structlog.get_logger(__name__)


async def refreshed() -> None:
    """Sees to it that what this process knows of the styles is at most `shelf.FRESH_S` old."""
    if shelf.is_fresh():
        return
    await read_presets()
    shelf.shelved()  # the files take a while the first time, and no transaction waits for them
    async with transaction() as session:
        await read(session)


async def read(session: AsyncSession) -> None:
    """Reads the table; a row that this version does not understand gives way to the file's, and the log says so."""
    found: dict[str, Shelved] = {}
    for row in await session.scalars(select(EditedStyle)):
        try:
            found[row.slug] = Shelved(Preset.model_validate(row.preset), row.active)
        except ValidationError as error:
            log.warning("a style makes no sense any more", slug=row.slug, problems=error.error_count())
    shelf.remember(found)


async def save(session: AsyncSession, preset: Preset, *, by: UUID | None) -> bool:
    """Writes a style down as an operator wants it; whether that changed anything."""
    row = await session.get(EditedStyle, preset.slug, with_for_update=True)
    before = row.preset if row else _dump(shipped()[preset.slug]) if preset.slug in shipped() else None
    after = _dump(preset)
    if before == after:
        return False
    if row is None:
        row = EditedStyle(slug=preset.slug, origin=_origin(preset.slug))
        session.add(row)
    row.preset, row.edited = after, True
    changed = sorted(name for name in after if before and before.get(name) != after[name])
    await _changed(session, preset.slug, by, f"Changed: {', '.join(changed)}." if before else "Added.", after)
    return True


async def set_active(session: AsyncSession, slug: str, active: bool, *, by: UUID | None) -> None:
    """Has a style offered, or no longer; what was shot in it stays. NotFoundError for a slug that no style has."""
    row = await session.get(EditedStyle, slug, with_for_update=True)
    if row is None:
        if slug not in shipped():
            raise NotFoundError(f"There is no style {slug!r}.", remedy="Look at the list of styles.")
        row = EditedStyle(slug=slug, preset=_dump(shipped()[slug]), origin=_origin(slug), edited=True, active=True)
        session.add(row)
    if row.active != active:
        row.active, row.edited = active, True
        await _changed(session, slug, by, "Offered again." if active else "No longer offered.", row.preset)


async def restore(session: AsyncSession, slug: str, *, by: UUID | None) -> None:
    """Takes a style back to the file that came with Packshot."""
    row = await session.get(EditedStyle, slug, with_for_update=True)
    if slug not in shipped():
        raise NotFoundError(f"No style {slug!r} came with Packshot.", remedy="Deactivate it instead.")
    if row is not None:
        await session.delete(row)
        await _changed(session, slug, by, "As it came with Packshot again.", _dump(shipped()[slug]))


@dataclass
class Loaded:
    """What became of the styles of a file, by slug."""

    added: list[str] = field(default_factory=list[str])
    updated: list[str] = field(default_factory=list[str])
    same: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])


async def load(session: AsyncSession, presets: Iterable[Preset], *, force: bool = False) -> Loaded:
    """Takes the styles of an operator's file in. What somebody edited since is kept, unless `force`."""
    told = Loaded()
    for preset in presets:
        row = await session.get(EditedStyle, preset.slug, with_for_update=True)
        after = _dump(preset)
        if row is None:
            if preset == shipped().get(preset.slug):
                told.same.append(preset.slug)
                continue
            session.add(EditedStyle(slug=preset.slug, preset=after, origin=_origin(preset.slug)))
            (told.updated if preset.slug in shipped() else told.added).append(preset.slug)
        elif row.preset == after:
            told.same.append(preset.slug)
            continue
        elif row.edited and not force:
            told.kept.append(preset.slug)
            continue
        else:
            row.preset, row.origin, row.edited = after, _origin(preset.slug), False
            told.updated.append(preset.slug)
        await _changed(session, preset.slug, None, "Loaded from a file.", after)
    return told


@dataclass(frozen=True)
class Standing:
    """How a style stands to the file that came with Packshot.

    `edited`: it differs. `overtaken`: the file has changed since it was made to differ. `own`: no file of ours has it.
    """

    slug: str
    edited: bool = False
    overtaken: bool = False
    own: bool = False


async def standings(session: AsyncSession) -> dict[str, Standing]:
    """All styles that are not as they came, by slug."""
    rows = await session.scalars(select(EditedStyle).order_by(EditedStyle.slug))
    return {
        row.slug: Standing(
            row.slug,
            edited=row.slug in shipped(),
            overtaken=row.slug in shipped() and row.origin != shipped()[row.slug].hash,
            own=row.slug not in shipped(),
        )
        for row in rows
    }


async def changes(session: AsyncSession, slug: str) -> Sequence[StyleChange]:
    """What happened to a style, the newest first."""
    newest = select(StyleChange).where(StyleChange.slug == slug).order_by(StyleChange.id.desc()).limit(MOST_CHANGES)
    return (await session.scalars(newest)).all()


async def _changed(session: AsyncSession, slug: str, by: UUID | None, words: str, preset: dict[str, Any]) -> None:
    session.add(StyleChange(slug=slug, user_id=by, words=words, preset=preset))
    await session.flush()
    after_commit(session, shelf.forget)


def _dump(preset: Preset) -> dict[str, Any]:
    return preset.model_dump(mode="json")


def _origin(slug: str) -> str:
    """The hash of the file's preset, which an edit starts from."""
    return shipped()[slug].hash if slug in shipped() else ""
