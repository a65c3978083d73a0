"""Whether a receipt's person is gone from pictures that were never delivered too, and how to find those."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("talent_receipt", columns.time("cleared_at"))
    open_ones = sa.text("cleared_at is null")
    op.create_index("ix_talent_receipt_open", "talent_receipt", ["talent_id"], postgresql_where=open_ones)
    with_a_person = sa.text("talent_id is not null")
    op.create_index("ix_shoot_talent", "shoot", ["talent_id"], postgresql_where=with_a_person)
