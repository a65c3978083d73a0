"""What a shoot's pictures are for and where they appear; what a seller found wrong with one that they rejected."""

from __future__ import annotations

from alembic import op

from packshot.migrations import columns

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("shoot", columns.text("purpose", "catalogue"))
    op.add_column("shoot", columns.json("channels", '["shop"]'))
    op.add_column("human_label", columns.text("reason", ""))
