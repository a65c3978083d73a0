"""What operators made of the style library, the log of it, and everybody's favourite styles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns
from packshot.migrations.rls import protect

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "style",
        sa.Column("slug", sa.Text, primary_key=True),
        columns.json("preset"),
        sa.Column("active", sa.Boolean, nullable=False, server_default="true"),
        columns.text("origin", ""),
        sa.Column("edited", sa.Boolean, nullable=False, server_default="false"),
        columns.now(),
        columns.now("changed_at"),
    )
    op.create_table(
        "style_change",
        columns.key(),
        columns.text("slug"),
        sa.Column("user_id", sa.Uuid),
        columns.text("words"),
        columns.json("preset"),
        columns.now(),
    )
    op.create_index("ix_style_change_newest", "style_change", ["slug", "id"])
    op.create_table(
        "style_favourite",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("slug", sa.Text, primary_key=True),
        columns.now(),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"], ["membership.account_id", "membership.user_id"], ondelete="cascade"
        ),
    )
    protect("style_favourite")
