"""What a shoot may ask for besides a style: words, a mode, a preset, strictness, a talent, poses and a market."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for name in ("words", "avoid", "mode", "preset", "market"):
        op.add_column("shoot", columns.text(name, ""))
    op.add_column("shoot", columns.json("poses", "[]"))
    op.add_column("shoot", sa.Column("strict", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("shoot", sa.Column("talent_id", sa.Uuid))
    op.add_column("generation", columns.text("pose", ""))
    op.add_column("attempt", columns.text("engine", ""))
    op.add_column("attempt", columns.text("model", ""))
