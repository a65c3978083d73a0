"""A talent is a person in the pictures, made up or real; a real one has signed a release before any photo is looked at.

No face template is stored anywhere: it is computed from the photos when it is needed, and forgotten.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from packshot.accounts.models import of_account
from packshot.db import Base, new_id


class ReferenceState(StrEnum):
    """How far a reference photo has come."""

    RECEIVED = "received"  # the bytes are here and nobody has opened them
    READY = "ready"  # opened, kept, and compared with the others where a face model is there
    REFUSED = "refused"  # cannot be used; `words` say why


class Purpose(StrEnum):
    """What pictures of a person are made for."""

    CATALOGUE = "catalogue"
    ADVERTISING = "advertising"
    EDITORIAL = "editorial"


class Channel(StrEnum):
    """Where pictures of a person appear."""

    SHOP = "shop"
    MARKETPLACES = "marketplaces"
    SOCIAL = "social"
    EMAIL = "email"
    PRINT = "print"


class Cause(StrEnum):
    """Why references were deleted."""

    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DELETED = "deleted"


class Talent(Base):
    """A person in the pictures. Of a `synthetic` one, made by a machine, nobody has to sign anything."""

    __tablename__ = "talent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    name: Mapped[str]
    synthetic: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Release(Base):
    """What a real person agreed to, in the text `text_version`; the newest signed one counts.

    `markets` are ISO 3166-1 codes in capitals, or "worldwide". Both days are included. It is signed once
    `evidence_key` names the paper: a scan or a PDF, which is never opened here.
    """

    __tablename__ = "talent_release"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    talent_id: Mapped[UUID] = mapped_column(ForeignKey("talent.id", ondelete="cascade"), index=True)
    person: Mapped[str]
    text_version: Mapped[str]
    purposes: Mapped[list[Any]] = mapped_column(JSONB)
    channels: Mapped[list[Any]] = mapped_column(JSONB)
    markets: Mapped[list[Any]] = mapped_column(JSONB)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    engines_elsewhere: Mapped[bool]
    evidence_key: Mapped[str | None]
    evidence_name: Mapped[str] = mapped_column(server_default="")
    evidence_sha256: Mapped[str] = mapped_column(server_default="")
    signed_at: Mapped[datetime | None]
    recorded_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Reference(Base):
    """A photo that shows what a talent looks like.

    The keys are as in catalog.models.Photo. `score` is how alike its face and those of the others are, `checked_with`
    the face model that said so: empty where none was there.
    """

    __tablename__ = "talent_photo"
    __table_args__ = (Index("ix_talent_photo_received", "id", postgresql_where=text("state = 'received'")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    talent_id: Mapped[UUID] = mapped_column(ForeignKey("talent.id", ondelete="cascade"), index=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=ReferenceState.RECEIVED)
    upload_key: Mapped[str | None]
    master_key: Mapped[str | None]
    preview_key: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    score: Mapped[float | None]
    checked_with: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    remedy: Mapped[str] = mapped_column(server_default="")
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Receipt(Base):
    """That the references of a talent were deleted, when, why and how many; it outlives the talent.

    `cleared_at` is when nothing was left of them among pictures that were never delivered (shoots.withdrawn).
    """

    __tablename__ = "talent_receipt"
    __table_args__ = (Index("ix_talent_receipt_open", "talent_id", postgresql_where=text("cleared_at is null")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    talent_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    cause: Mapped[str]
    photos: Mapped[int]
    files: Mapped[int]
    by: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    words: Mapped[str]
    cleared_at: Mapped[datetime | None]
