"""What an admin may change while Packshot runs: typed keys with defaults, one table, read through a short cache."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Index, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import func

from packshot.db import Base, after_commit, new_id, transaction
from packshot.errors import BadInputError, NotFoundError

FRESH_S = 3.0
T = TypeVar("T")


class Entry(Base):
    """A key that an admin has changed."""

    __tablename__ = "config"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())
    changed_by: Mapped[UUID | None]


class Change(Base):
    """That somebody changed a key: who, when, and what it was before. Never deleted."""

    __tablename__ = "config_change"
    __table_args__ = (Index("ix_config_change_newest", "key", text("created_at desc")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str]
    old: Mapped[Any] = mapped_column(JSONB)
    new: Mapped[Any] = mapped_column(JSONB)
    by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True)
class Key(Generic[T]):
    """Something that can be changed: `type` is what pydantic checks a value against, limits included.

    `start` is what holds until somebody changes it, or a function that says so where that is a setting.
    """

    name: str
    type: Any
    start: T | Callable[[], T]
    words: str

    @property
    def default(self) -> T:
        return cast(T, self.start() if callable(self.start) else self.start)

    def parse(self, value: object) -> T:
        """`value` as this key's type, or a BadInputError that says why not."""
        try:
            return TypeAdapter[T](self.type).validate_python(value)
        except ValidationError as error:
            reasons = "; ".join(wrong["msg"] for wrong in error.errors())
            raise BadInputError(f"{self.name} cannot be {value!r}: {reasons}.", remedy=self.words) from None


keys: dict[str, Key[Any]] = {}
_ordered: list[tuple[Key[Any], Key[Any]]] = []
_cached: dict[str, Any] = {}
_cached_until = 0.0


class UnknownKeyError(NotFoundError):
    """Nobody announced a key of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no configuration key {name!r}.", remedy=f"There are: {', '.join(sorted(keys))}.")


def named(name: str) -> Key[Any]:
    """The key `name`, or an UnknownKeyError that lists those there are."""
    if name not in keys:
        raise UnknownKeyError(name)
    return keys[name]


def key(name: str, type: type[T] | Any, default: T | Callable[[], T], words: str) -> Key[T]:
    """Announces a key, once, at import: `THRESHOLD = config.key("locks.face", Annotated[float, Le(1)], 0.6, "…")`."""
    if name in keys:
        raise ValueError(f"The configuration key {name} is announced twice.")
    keys[name] = Key(name, type, default, words)
    return keys[name]


def ordered(low: Key[T], high: Key[T]) -> None:
    """Announces, once, at import, that `low` is never set above `high`; `agree` says so to who tries."""
    _ordered.append((low, high))


async def get(key: Key[T]) -> T:
    """The value of `key`, at most FRESH_S old; a stored value that no longer fits its type gives way to the default."""
    global _cached, _cached_until
    if time.monotonic() >= _cached_until:
        async with transaction() as session:
            _cached = {entry.key: entry.value for entry in (await session.scalars(select(Entry)))}
        _cached_until = time.monotonic() + FRESH_S
    return _value(key, _cached)


def _value(key: Key[T], stored: Mapping[str, Any]) -> T:
    if key.name not in stored:
        return key.default
    try:
        return key.parse(stored[key.name])
    except BadInputError:
        return key.default


async def change(session: AsyncSession, key: Key[T], value: object, *, by: UUID | None = None) -> T:
    """Sets `key`, for every process within FRESH_S and for this one as soon as the transaction commits.

    What it was before is written down beside who changed it. Setting what holds already changes nothing.
    """
    parsed = key.parse(value)
    written = TypeAdapter[T](key.type)
    stored = written.dump_python(parsed, mode="json")
    before = await session.scalar(select(Entry.value).where(Entry.key == key.name).with_for_update())
    old = written.dump_python(key.default, mode="json") if before is None else before
    if old == stored:
        return parsed
    session.add(Change(key=key.name, old=old, new=stored, by=by))
    row = insert(Entry).values(key=key.name, value=stored, changed_by=by)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[Entry.key], set_={"value": stored, "changed_by": by, "changed_at": func.now()}
        )
    )
    after_commit(session, forget)
    return parsed


async def agree(session: AsyncSession, names: Collection[str]) -> None:
    """Raises a BadInputError with every pair that does not fit together now, among those with a key of `names`.

    Asked after the last change of a transaction, which ends with it: two keys of a pair may be moved past each other.
    """
    now = {entry.key: entry.value for entry in await entries(session)}
    wrong: list[str] = []
    for low, high in _ordered:
        below, above = (_value(key, now) for key in (low, high))
        if below > above and not {low.name, high.name}.isdisjoint(names):
            wrong.append(f"{low.name} cannot be above {high.name}: {below} is more than {above}.")
    if wrong:
        raise BadInputError(" ".join(wrong), remedy="Nothing was changed. Set both, the first to the second at most.")


async def entries(session: AsyncSession) -> Sequence[Entry]:
    """What has been changed and not changed back."""
    return (await session.scalars(select(Entry))).all()


async def changes(session: AsyncSession, limit: int = 50, of: Sequence[str] = ()) -> Sequence[Change]:
    """The newest changes, of all keys or of those that begin with one `of` these words."""
    newest = select(Change).order_by(Change.id.desc()).limit(limit)
    if of:
        newest = newest.where(or_(*(Change.key.startswith(word, autoescape=True) for word in of)))
    return (await session.scalars(newest)).all()


def forget() -> None:
    """Reads the table again at the next `get`."""
    global _cached_until
    _cached_until = 0.0
