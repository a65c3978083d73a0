"""What operators made of the style library, who changed what, and which styles people keep at hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from packshot.db import Base, new_id


class EditedStyle(Base):
    """A style that is not as it came with Packshot: an operator's own, or one that somebody changed.

    `preset` is the whole of it. `origin` is the hash of the preset that came with Packshot when it was made to differ,
    empty where none did; `edited` whether a person changed it, so that no file takes its place.
    """

    __tablename__ = "style"

    slug: Mapped[str] = mapped_column(primary_key=True)
    preset: Mapped[dict[str, Any]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(server_default="true")
    origin: Mapped[str] = mapped_column(server_default="")
    edited: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class StyleChange(Base):
    """That a style was changed: by whom (None: a command), what was done in words, and the preset after it."""

    __tablename__ = "style_change"
    __table_args__ = (Index("ix_style_change_newest", "slug", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str]
    user_id: Mapped[UUID | None]
    words: Mapped[str]
    preset: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FavouriteStyle(Base):
    """That a user keeps a style at hand."""

    __tablename__ = "style_favourite"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "user_id"], ["membership.account_id", "membership.user_id"], ondelete="cascade"
        ),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
