"""Accounts, the people in them, and how they prove who they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from packshot.db import EVERY_ACCOUNT
from packshot.migrations.rls import protect

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account",
        _id(),
        _text("name"),
        sa.Column("tier", sa.Text, nullable=False, server_default="free"),
        sa.Column("allowance_month", sa.Text, nullable=False, server_default=""),
        _now(),
    )
    op.create_table(
        "user",
        _id(),
        _text("email"),
        _text("name"),
        _text("password_hash"),
        _text("role"),
        _now(),
        _time("disabled_at"),
        sa.UniqueConstraint("email"),
        sa.CheckConstraint("role in ('USER', 'ADMIN')", name="role"),
    )
    op.create_table(
        "membership",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="cascade"), primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("user.id", ondelete="cascade"), primary_key=True, index=True),
        _text("part"),
        sa.CheckConstraint("part in ('owner', 'member')", name="part"),
    )
    op.create_table(
        "session",
        _id(),
        *_membership(),
        sa.Column("rotation", sa.BigInteger, nullable=False, server_default="0"),
        _now("rotated_at"),
        _now(),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _time("ended_at"),
    )
    op.create_table(
        "api_key",
        _id(),
        *_membership(),
        _text("name"),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        _now(),
        _time("last_used_at"),
        _time("revoked_at"),
    )
    protect("account", "id")
    for table in ("membership", "session", "api_key"):
        protect(table)
    _protect_users()


def _protect_users() -> None:
    """A user has no account column: an account sees those who are its members, by membership's own policy."""
    op.execute('alter table "user" enable row level security')
    op.execute('alter table "user" force row level security')
    op.execute(f"""
        create policy account on "user" using (
            current_setting('packshot.account', true) = '{EVERY_ACCOUNT}'
            or exists (select from membership where membership.user_id = "user".id)
        )
    """)


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _now(name: str = "created_at") -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _membership() -> tuple[sa.Column[object] | sa.ForeignKeyConstraint, ...]:
    """Columns of what belongs to one user in one account, and goes when the user leaves it."""
    return (
        sa.Column("account_id", sa.Uuid, nullable=False, index=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"], ["membership.account_id", "membership.user_id"], ondelete="cascade"
        ),
    )
