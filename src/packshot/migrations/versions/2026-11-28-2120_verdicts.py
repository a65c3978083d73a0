"""What locks found, what people think of it, and who changed what an admin may change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns
from packshot.migrations.rls import protect

revision = "0011"
down_revision = "0010"

KEPT_WITH_FILE = "(state in ('COMPLETED', 'REVIEW')) = (key is not null)"
ATTEMPT_STATES = "'sent', 'accepted', 'done', 'rejected', 'failed', 'unknown'"
DECISIONS = "'accept', 'review', 'reject', 'not_applicable', 'unavailable'"


def upgrade() -> None:
    op.add_column("generation", columns.time("review_until"))
    op.add_column("generation", columns.json("change", "{}"))
    op.drop_constraint(op.f("ck_generation_key"), "generation")
    op.create_check_constraint(op.f("ck_generation_key"), "generation", KEPT_WITH_FILE)
    op.create_index(
        "ix_generation_review", "generation", ["review_until"], postgresql_where=sa.text("state = 'REVIEW'")
    )
    judged = sa.text("state in ('REVIEW', 'REJECTED') and hidden_at is null")
    op.create_index("ix_generation_judged", "generation", ["account_id", sa.text("id desc")], postgresql_where=judged)

    op.add_column("attempt", columns.json("change", "{}"))
    op.add_column("attempt", sa.Column("preview_key", sa.Text))
    op.drop_constraint(op.f("ck_attempt_state"), "attempt")
    op.create_check_constraint(op.f("ck_attempt_state"), "attempt", f"state in ({ATTEMPT_STATES})")

    op.create_table(
        "verdict",
        columns.key(),
        columns.account(),
        columns.parent("generation"),
        columns.parent("attempt"),
        *[columns.text(name) for name in ("lock", "decision", "reason")],
        *[columns.text(name, "") for name in ("words", "remedy", "profile", "version", "weights")],
        *[sa.Column(name, sa.Double) for name in ("score", "raw", "accept", "review")],
        columns.json("measures", "{}"),
        sa.Column("limited", sa.Boolean, nullable=False, server_default=sa.false()),
        *[columns.text(name, "") for name in ("engine", "model", "style")],
        sa.Column("seed", sa.BigInteger),
        columns.text("parameters", ""),
        columns.number("cost_micros", "0"),
        columns.number("took_ms", "0"),
        sa.Column("picture_key", sa.Text),
        sa.Column("lottery", sa.Double, nullable=False, server_default=sa.func.random()),
        columns.now(),
        sa.CheckConstraint("lock in ('identity', 'product')", name="lock"),
        sa.CheckConstraint(f"decision in ({DECISIONS})", name="decision"),
    )
    op.create_index("ix_verdict_newest", "verdict", [sa.text("created_at desc")])

    op.create_table(
        "human_label",
        columns.key(),
        columns.account(),
        columns.parent("generation"),
        sa.Column("verdict_id", sa.Uuid, sa.ForeignKey("verdict.id", ondelete="cascade")),
        sa.Column("user_id", sa.Uuid),
        columns.text("by"),
        sa.Column("right", sa.Boolean),
        sa.Column("rating", sa.BigInteger),
        columns.now(),
        sa.CheckConstraint("by in ('operator', 'seller')", name="by"),
        sa.CheckConstraint("rating between 1 and 5", name="rating"),
        sa.CheckConstraint('(verdict_id is null) = ("right" is null)', name="about"),
    )
    for name, about in (("verdict", "verdict_id"), ("rating", "generation_id")):
        empty = "is not null" if name == "verdict" else "is null"
        op.create_index(
            f"uq_human_label_{name}",
            "human_label",
            [about, "user_id"],
            unique=True,
            postgresql_where=sa.text(f"verdict_id {empty}"),
        )
    for table in ("verdict", "human_label"):
        protect(table)

    op.create_table(
        "config_change",
        columns.key(),
        columns.text("key"),
        columns.json("old"),
        columns.json("new"),
        sa.Column("by", sa.Uuid),
        columns.now(),
    )
    op.create_index("ix_config_change_newest", "config_change", ["key", sa.text("created_at desc")])
