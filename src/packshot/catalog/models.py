"""Projects hold products, products hold photos, and a photo is used through a cutout that somebody approved."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from packshot.accounts.models import of_account
from packshot.db import Base, new_id


class PhotoState(StrEnum):
    """How far an upload has come."""

    AWAITED = "awaited"  # a link was given out, the bytes are not here yet
    RECEIVED = "received"  # the bytes are here and nobody has opened them
    READY = "ready"  # opened, and kept as a lossless master
    REFUSED = "refused"  # cannot be used; `words` say why


class CutoutSource(StrEnum):
    """What the outline was found with."""

    AUTO = "auto"
    BOX = "box"
    MASK = "mask"


class CutoutState(StrEnum):
    """How far a cutout has come."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class Project(Base):
    """A seller's folder of products. `hidden_at`, here and below: deleted, and not yet beyond a change of mind."""

    __tablename__ = "project"
    __table_args__ = (
        Index("ix_project_shown", "account_id", "id", postgresql_where=text("hidden_at is null")),
        Index("ix_project_hidden", "hidden_at", postgresql_where=text("hidden_at is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    name: Mapped[str]
    hidden_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Product(Base):
    """A thing that is sold. `sku` is the seller's own number for it."""

    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_shown", "project_id", "id", postgresql_where=text("hidden_at is null")),
        Index("ix_product_hidden", "hidden_at", postgresql_where=text("hidden_at is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id", ondelete="cascade"), index=True)
    name: Mapped[str]
    sku: Mapped[str] = mapped_column(server_default="")
    hidden_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Photo(Base):
    """A photo of a product.

    `upload_key` is the file as it was sent, gone once it was opened; `master_key` the lossless master in the photo's
    own depth; `preview_key` a small copy for pages, None for photos opened before there were any. `view` is a person's
    word on how it was photographed (standing, above), None to let the engine look.
    """

    __tablename__ = "photo"
    __table_args__ = (
        Index("ix_photo_shown", "product_id", "id", postgresql_where=text("hidden_at is null")),
        Index("ix_photo_hidden", "hidden_at", postgresql_where=text("hidden_at is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("product.id", ondelete="cascade"), index=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=PhotoState.AWAITED)
    upload_key: Mapped[str | None]
    master_key: Mapped[str | None]
    preview_key: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    depth: Mapped[int | None]
    view: Mapped[str | None]
    words: Mapped[str] = mapped_column(server_default="")
    remedy: Mapped[str] = mapped_column(server_default="")
    hidden_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Mask(Base):
    """An outline that a person drew: a grey picture of the photo's size, white where the product is."""

    __tablename__ = "mask"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id", ondelete="cascade"), index=True)
    key: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Cutout(Base):
    """One try at finding the product in a photo; at most one of a photo is approved. `rejected_at`: not right, somebody

    said, whatever its verdict; approving it takes that back.

    `box` is [x0, y0, x1, y1] in pixels. `alpha_key` is the alpha as a 16-bit grey PNG of the photo's size, and
    `preview_key` the product on transparency for people. `reasons` are {code, penalty, words, remedy}. The lease is as
    in shoots: who holds the newest token may write.
    """

    __tablename__ = "cutout"
    __table_args__ = (
        Index("uq_cutout_approved", "photo_id", unique=True, postgresql_where=text("approved_at is not null")),
        Index("ix_cutout_pending", "id", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id", ondelete="cascade"), index=True)
    source: Mapped[str] = mapped_column(server_default=CutoutSource.AUTO)
    box: Mapped[list[Any] | None] = mapped_column(JSONB)
    mask_id: Mapped[UUID | None] = mapped_column(ForeignKey("mask.id", ondelete="cascade"))
    state: Mapped[str] = mapped_column(server_default=CutoutState.PENDING)
    verdict: Mapped[str | None]
    confidence: Mapped[float | None]
    reasons: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    view: Mapped[str | None]
    elevation: Mapped[float | None]
    alpha_key: Mapped[str | None]
    preview_key: Mapped[str | None]
    lease_token: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    rejected_at: Mapped[datetime | None]


class ProtectedRegion(Base):
    """A part of the product that has to stay exactly as it is: a logo, a text. Pixels of the photo."""

    __tablename__ = "protected_region"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = of_account(index=True)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("photo.id", ondelete="cascade"), index=True)
    kind: Mapped[str]
    x: Mapped[int]
    y: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DoomedFile(Base):
    """A stored file whose row is gone, written in the transaction that deletes the row; it outlives its account."""

    __tablename__ = "doomed_file"

    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
