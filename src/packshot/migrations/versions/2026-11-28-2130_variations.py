"""Variations of a shoot: what each differs in, its label, how it looks, and which of them won."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("shoot", columns.number("variations", "0"))
    op.add_column("shoot", sa.Column("winner_id", sa.Uuid))
    op.add_column("shoot", columns.time("won_at"))
    for name in ("label", "look"):
        op.add_column("generation", columns.text(name, ""))
    op.add_column("generation", columns.json("variation", "{}"))
