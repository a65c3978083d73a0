"""Shoots, their generations, and the attempts to make them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns
from packshot.migrations.rls import protect

revision = "0005"
down_revision = "0004"

STATES = "'PENDING', 'RUNNING', 'REVIEW', 'COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED'"


def upgrade() -> None:
    op.create_table(
        "shoot",
        columns.key(),
        columns.account(),
        sa.Column("user_id", sa.Uuid),
        *[
            sa.Column(f"{name}_id", sa.Uuid, sa.ForeignKey(f"{name}.id", ondelete="set null"), index=True)
            for name in ("project", "product")
        ],
        *[columns.text(name) for name in ("engine", "model")],
        columns.json("styles"),
        *[columns.number(name) for name in ("width", "height")],
        *[columns.text(name) for name in ("framing", "format")],
        *[columns.number(name) for name in ("count", "seed", "credits")],
        columns.now(),
    )
    op.create_index("ix_shoot_newest", "shoot", ["account_id", sa.text("id desc")])
    op.create_table(
        "submission",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="cascade"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        columns.json("answer"),
        columns.now(),
    )
    op.create_table(
        "generation",
        columns.key(),
        columns.account(),
        sa.Column("shoot_id", sa.Uuid, sa.ForeignKey("shoot.id", ondelete="cascade"), nullable=False),
        columns.number("number"),
        sa.Column("photo_id", sa.Uuid),
        sa.Column("cutout_id", sa.Uuid),
        columns.text("style"),
        columns.number("seed"),
        columns.number("credits"),
        columns.text("queue"),
        columns.text("state", "PENDING"),
        columns.text("waits_for", ""),
        columns.number("lease_token", "0"),
        columns.time("lease_until"),
        columns.number("claims", "0"),
        columns.now("next_step_at"),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_of", sa.Uuid, unique=True),
        sa.Column("key", sa.Text),
        sa.Column("bytes", sa.BigInteger),
        sa.Column("crc32", sa.BigInteger),
        columns.json("facts", "{}"),
        columns.json("warnings", "[]"),
        *[columns.text(name, "") for name in ("error", "words", "remedy")],
        columns.now(),
        columns.time("finished_at"),
        sa.UniqueConstraint("shoot_id", "number"),
        sa.CheckConstraint(f"state in ({STATES})", name="state"),
        sa.CheckConstraint("queue in ('io', 'cpu')", name="queue"),
        sa.CheckConstraint("credits >= 0", name="credits_not_negative"),
        sa.CheckConstraint("(state = 'COMPLETED') = (key is not null)", name="key"),
    )
    # What the sweep looks for: few rows, however many are finished.
    still_open = sa.text("state in ('PENDING', 'RUNNING')")
    op.create_index("ix_generation_due", "generation", ["next_step_at"], postgresql_where=still_open)
    op.create_index("ix_generation_deadline", "generation", ["deadline_at"], postgresql_where=still_open)
    op.create_index("ix_generation_newest", "generation", ["account_id", sa.text("id desc")])
    op.create_table(
        "attempt",
        columns.key(),
        columns.account(),
        sa.Column("generation_id", sa.Uuid, sa.ForeignKey("generation.id", ondelete="cascade"), nullable=False),
        columns.number("number"),
        columns.text("state", "sent"),
        sa.Column("operation_id", sa.Text),
        columns.json("operation", "{}"),
        sa.Column("result_key", sa.Text),
        sa.Column("seed", sa.BigInteger),
        columns.json("facts", "{}"),
        columns.json("warnings", "[]"),
        columns.number("cost_micros", "0"),
        columns.text("error", ""),
        columns.text("words", ""),
        columns.now(),
        columns.time("settled_at"),
        sa.UniqueConstraint("generation_id", "number"),
        sa.CheckConstraint("state in ('sent', 'accepted', 'done', 'failed', 'unknown')", name="state"),
    )
    for table in ("shoot", "submission", "generation", "attempt"):
        protect(table)
