"""Deletions that can be undone for a while, small copies of photos for pages, and cutouts that somebody rejected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns

revision = "0007"
down_revision = "0006"

LISTED_BY = {"project": "account_id", "product": "project_id", "photo": "product_id"}


def upgrade() -> None:
    for table, parent in LISTED_BY.items():
        op.add_column(table, columns.time("hidden_at"))
        shown, hidden = sa.text("hidden_at is null"), sa.text("hidden_at is not null")
        op.create_index(f"ix_{table}_shown", table, [parent, "id"], postgresql_where=shown)
        op.create_index(f"ix_{table}_hidden", table, ["hidden_at"], postgresql_where=hidden)
    op.add_column("photo", sa.Column("preview_key", sa.Text))
    op.add_column("cutout", columns.time("rejected_at"))
