"""How long the videos of a shoot last."""

from __future__ import annotations

from alembic import op

from packshot.migrations import columns

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("shoot", columns.number("seconds", "0"))
