"""Projects, products, photos, cutouts, and the files that wait to be removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from packshot.migrations import columns
from packshot.migrations.rls import protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "project", columns.key(), columns.account(), columns.text("name"), columns.now(), columns.now("updated_at")
    )
    op.create_table(
        "product",
        columns.key(),
        columns.account(),
        columns.parent("project"),
        columns.text("name"),
        columns.text("sku", ""),
        columns.now(),
        columns.now("updated_at"),
    )
    op.create_table(
        "photo",
        columns.key(),
        columns.account(),
        columns.parent("product"),
        columns.text("name"),
        columns.text("state", "awaited"),
        sa.Column("upload_key", sa.Text),
        sa.Column("master_key", sa.Text),
        sa.Column("width", sa.BigInteger),
        sa.Column("height", sa.BigInteger),
        sa.Column("depth", sa.BigInteger),
        sa.Column("view", sa.Text),
        columns.text("words", ""),
        columns.text("remedy", ""),
        columns.now(),
        sa.CheckConstraint("state in ('awaited', 'received', 'ready', 'refused')", name="state"),
        sa.CheckConstraint("view in ('standing', 'above')", name="view"),
        sa.CheckConstraint("(state = 'ready') = (master_key is not null)", name="master"),
    )
    op.create_table(
        "mask", columns.key(), columns.account(), columns.parent("photo"), columns.text("key"), columns.now()
    )
    op.create_table(
        "cutout",
        columns.key(),
        columns.account(),
        columns.parent("photo"),
        columns.text("source", "auto"),
        sa.Column("box", JSONB),
        sa.Column("mask_id", sa.Uuid, sa.ForeignKey("mask.id", ondelete="cascade")),
        columns.text("state", "pending"),
        sa.Column("verdict", sa.Text),
        sa.Column("confidence", sa.Float),
        columns.json("reasons", "[]"),
        sa.Column("view", sa.Text),
        sa.Column("elevation", sa.Float),
        sa.Column("alpha_key", sa.Text),
        sa.Column("preview_key", sa.Text),
        columns.number("lease_token", "0"),
        columns.time("lease_until"),
        columns.number("tries", "0"),
        columns.now(),
        columns.time("approved_at"),
        sa.Column("approved_by", sa.Uuid),
        sa.CheckConstraint("source in ('auto', 'box', 'mask')", name="source"),
        sa.CheckConstraint("state in ('pending', 'ready', 'failed')", name="state"),
        sa.CheckConstraint("verdict in ('accept', 'ask', 'refuse')", name="verdict"),
        sa.CheckConstraint("approved_at is null or (state = 'ready' and verdict <> 'refuse')", name="approved"),
    )
    op.create_index(
        "uq_cutout_approved", "cutout", ["photo_id"], unique=True, postgresql_where=sa.text("approved_at is not null")
    )
    op.create_index("ix_cutout_pending", "cutout", ["id"], postgresql_where=sa.text("state = 'pending'"))
    op.create_table(
        "protected_region",
        columns.key(),
        columns.account(),
        columns.parent("photo"),
        columns.text("kind"),
        *[columns.number(name) for name in ("x", "y", "width", "height")],
        columns.now(),
        sa.CheckConstraint("kind in ('logo', 'text', 'other')", name="kind"),
        sa.CheckConstraint("x >= 0 and y >= 0 and width > 0 and height > 0", name="box"),
    )
    op.create_table(
        "doomed_file",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False, index=True),
        columns.now("at"),
    )
    for table in ("project", "product", "photo", "mask", "cutout", "protected_region", "doomed_file"):
        protect(table)
