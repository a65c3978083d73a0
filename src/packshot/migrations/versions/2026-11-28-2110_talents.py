"""Talents, their releases and reference photos, and receipts for what was deleted of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.migrations import columns
from packshot.migrations.rls import protect

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "talent",
        columns.key(),
        columns.account(),
        columns.text("name"),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        columns.time("withdrawn_at"),
        columns.now(),
    )
    op.create_table(
        "talent_release",
        columns.key(),
        columns.account(),
        columns.parent("talent"),
        columns.text("person"),
        columns.text("text_version"),
        columns.json("purposes"),
        columns.json("channels"),
        columns.json("markets"),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=False),
        sa.Column("engines_elsewhere", sa.Boolean, nullable=False),
        sa.Column("evidence_key", sa.Text),
        columns.text("evidence_name", ""),
        columns.text("evidence_sha256", ""),
        columns.time("signed_at"),
        sa.Column("recorded_by", sa.Uuid),
        columns.now(),
        sa.CheckConstraint("valid_from <= valid_until", name="days"),
        sa.CheckConstraint("(evidence_key is null) = (signed_at is null)", name="signed"),
    )
    op.create_table(
        "talent_photo",
        columns.key(),
        columns.account(),
        columns.parent("talent"),
        columns.text("name"),
        columns.text("state", "received"),
        sa.Column("upload_key", sa.Text),
        sa.Column("master_key", sa.Text),
        sa.Column("preview_key", sa.Text),
        sa.Column("width", sa.BigInteger),
        sa.Column("height", sa.BigInteger),
        sa.Column("score", sa.Float),
        columns.text("checked_with", ""),
        columns.text("words", ""),
        columns.text("remedy", ""),
        columns.number("tries", "0"),
        columns.now(),
        sa.CheckConstraint("state in ('received', 'ready', 'refused')", name="state"),
        sa.CheckConstraint("(state = 'ready') = (master_key is not null)", name="master"),
    )
    op.create_index("ix_talent_photo_received", "talent_photo", ["id"], postgresql_where=sa.text("state = 'received'"))
    op.create_table(
        "talent_receipt",
        columns.key(),
        columns.account(),
        sa.Column("talent_id", sa.Uuid, nullable=False, index=True),
        columns.text("name"),
        columns.text("cause"),
        columns.number("photos"),
        columns.number("files"),
        sa.Column("by", sa.Uuid),
        columns.now("at"),
        columns.text("words"),
    )
    for table in ("talent", "talent_release", "talent_photo", "talent_receipt"):
        protect(table)
