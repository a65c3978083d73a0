"""Lines before vendors, what vendors call back about, and when they say that their models end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns
from packshot.migrations.rls import protect

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("generation", sa.Column("line", sa.Text))
    waiting = sa.text("line is not null and state in ('PENDING', 'RUNNING')")
    op.create_index("ix_generation_line", "generation", ["line", "account_id", "id"], postgresql_where=waiting)
    op.create_table(
        "callback",
        sa.Column("engine", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        columns.account(),
        columns.parent("attempt"),
        columns.now("received_at"),
    )
    protect("callback")
    op.create_table(
        "retirement",
        sa.Column("engine", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("retires_on", sa.Date, nullable=False),
        columns.text("source"),
        columns.now("seen_at"),
        columns.time("told_at"),
    )
