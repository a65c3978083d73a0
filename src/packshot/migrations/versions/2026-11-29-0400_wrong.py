"""What a seller found wrong with a picture that they rejected."""

from __future__ import annotations

from alembic import op

from packshot.migrations import columns

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("human_label", columns.text("reason", ""))
