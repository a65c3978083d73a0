"""Accounts, the people in them, and how they prove who they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from packshot.db import EVERY_ACCOUNT
from packshot.migrations import columns
from packshot.migrations.rls import protect

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account",
        columns.key(),
        columns.text("name"),
        sa.Column("tier", sa.Text, nullable=False, server_default="free"),
        sa.Column("allowance_month", sa.Text, nullable=False, server_default=""),
        columns.now(),
    )
    op.create_table(
        "user",
        columns.key(),
        columns.text("email"),
        columns.text("name"),
        columns.text("password_hash"),
        columns.text("role"),
        columns.now(),
        columns.time("disabled_at"),
        sa.UniqueConstraint("email"),
        sa.CheckConstraint("role in ('USER', 'ADMIN')", name="role"),
    )
    op.create_table(
        "membership",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="cascade"), primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("user.id", ondelete="cascade"), primary_key=True, index=True),
        columns.text("part"),
        sa.CheckConstraint("part in ('owner', 'member')", name="part"),
    )
    op.create_table(
        "session",
        columns.key(),
        *_membership(),
        sa.Column("rotation", sa.BigInteger, nullable=False, server_default="0"),
        columns.now("rotated_at"),
        columns.now(),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        columns.time("ended_at"),
    )
    op.create_table(
        "api_key",
        columns.key(),
        *_membership(),
        columns.text("name"),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        columns.now(),
        columns.time("last_used_at"),
        columns.time("revoked_at"),
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


def _membership() -> tuple[sa.Column[object] | sa.ForeignKeyConstraint, ...]:
    """Columns of what belongs to one user in one account, and goes when the user leaves it."""
    return (
        sa.Column("account_id", sa.Uuid, nullable=False, index=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"], ["membership.account_id", "membership.user_id"], ondelete="cascade"
        ),
    )
