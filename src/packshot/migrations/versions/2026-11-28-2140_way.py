"""How an attempt was to be made: by painting around the product, an empty scene for it, or the whole picture."""

from __future__ import annotations

from alembic import op

from packshot.migrations import columns

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("attempt", columns.text("way", ""))
