"""Accounts own credits, projects and pictures; users are their members and prove themselves by session or API key."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from packshot.db import Base, new_id


class Role(StrEnum):
    """What a user may do in all of Packshot."""

    USER = "USER"
    ADMIN = "ADMIN"


class Part(StrEnum):
    """What a user is in an account."""

    OWNER = "owner"
    MEMBER = "member"


class Scope(StrEnum):
    """What an API key may do; a person who is logged in may do all of it."""

    READ = "read"
    WRITE = "write"
    SHOOT = "shoot"


FREE = "free"


def of_account(**options: Any) -> MappedColumn[UUID]:
    """The column by which a row belongs to an account, and goes with it."""
    return mapped_column(ForeignKey("account.id", ondelete="cascade"), **options)


class Account(Base):
    """Who pays and owns.

    `tier` names the plan; it is data, written where plans are sold. `allowance_month` (2026-11) is the last month whose
    allowance it got.
    """

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    tier: Mapped[str] = mapped_column(server_default=FREE)
    allowance_month: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class User(Base):
    """A person. `email` is in the form of `register.normal_email`."""

    __tablename__ = "user"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]


class Membership(Base):
    """That a user belongs to an account."""

    __tablename__ = "membership"

    account_id: Mapped[UUID] = of_account(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id", ondelete="cascade"), primary_key=True, index=True)
    part: Mapped[str]


def _of_membership() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["account_id", "user_id"], ["membership.account_id", "membership.user_id"], ondelete="cascade"
    )


class Session(Base):
    """One login on one device, ended by logging out. `rotation` counts the refresh tokens that it was given."""

    __tablename__ = "session"
    __table_args__ = (_of_membership(),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID]
    rotation: Mapped[int] = mapped_column(server_default="0")
    rotated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiKey(Base):
    """A key for programs; of its secret only the SHA-256 is kept."""

    __tablename__ = "api_key"
    __table_args__ = (_of_membership(),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID]
    name: Mapped[str]
    secret_hash: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
