"""Pictures are kept, deleted with a way back, and asked for again with a reason; the gallery finds them quickly."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for name in ("kept_at", "hidden_at"):
        op.add_column("generation", columns.time(name))
    for name in ("reason", "reason_words"):
        op.add_column("generation", columns.text(name, ""))
    shown = "state = 'COMPLETED' and hidden_at is null"
    newest = ["account_id", sa.text("id desc")]
    op.create_index("ix_generation_gallery", "generation", newest, postgresql_where=sa.text(shown))
    kept = sa.text(f"{shown} and kept_at is not null")
    op.create_index("ix_generation_kept", "generation", newest, postgresql_where=kept)
    op.create_index(
        "ix_generation_style",
        "generation",
        ["account_id", "style", sa.text("id desc")],
        postgresql_where=sa.text(shown),
    )
    op.create_index(
        "ix_generation_hidden", "generation", ["hidden_at"], postgresql_where=sa.text("hidden_at is not null")
    )
