"""The columns that tables of a customer are made of."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB


def key() -> sa.Column[object]:
    """The id."""
    return sa.Column("id", sa.Uuid, primary_key=True)


def account() -> sa.Column[object]:
    """Whose row it is; it goes with the account."""
    return sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="cascade"), nullable=False, index=True)


def parent(table: str) -> sa.Column[object]:
    """The row of `table` that it is part of, and goes with."""
    to = sa.ForeignKey(f"{table}.id", ondelete="cascade")
    return sa.Column(f"{table}_id", sa.Uuid, to, nullable=False, index=True)


def text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=default)


def json(name: str, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default=default)


def time(name: str) -> sa.Column[object]:
    """A time that may not have come yet."""
    return sa.Column(name, sa.DateTime(timezone=True))


def now(name: str = "created_at") -> sa.Column[object]:
    """A time that is known when the row is made."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
