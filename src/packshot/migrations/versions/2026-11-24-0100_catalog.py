"""Projects, products, photos, cutouts, and the files that wait to be removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from packshot.migrations.rls import protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table("project", *_own(), _text("name"), _time("created_at"), _time("updated_at"))
    op.create_table(
        "product",
        *_own(),
        _in("project"),
        _text("name"),
        _text("sku", ""),
        _time("created_at"),
        _time("updated_at"),
    )
    op.create_table(
        "photo",
        *_own(),
        _in("product"),
        _text("name"),
        _text("state", "awaited"),
        sa.Column("upload_key", sa.Text),
        sa.Column("master_key", sa.Text),
        sa.Column("width", sa.BigInteger),
        sa.Column("height", sa.BigInteger),
        sa.Column("depth", sa.BigInteger),
        sa.Column("view", sa.Text),
        _text("words", ""),
        _text("remedy", ""),
        _time("created_at"),
        sa.CheckConstraint("state in ('awaited', 'received', 'ready', 'refused')", name="state"),
        sa.CheckConstraint("view in ('standing', 'above')", name="view"),
        sa.CheckConstraint("(state = 'ready') = (master_key is not null)", name="master"),
    )
    op.create_table("mask", *_own(), _in("photo"), _text("key"), _time("created_at"))
    op.create_table(
        "cutout",
        *_own(),
        _in("photo"),
        _text("source", "auto"),
        sa.Column("box", JSONB),
        sa.Column("mask_id", sa.Uuid, sa.ForeignKey("mask.id", ondelete="cascade")),
        _text("state", "pending"),
        sa.Column("verdict", sa.Text),
        sa.Column("confidence", sa.Float),
        sa.Column("reasons", JSONB, nullable=False, server_default="[]"),
        sa.Column("view", sa.Text),
        sa.Column("elevation", sa.Float),
        sa.Column("alpha_key", sa.Text),
        sa.Column("preview_key", sa.Text),
        sa.Column("lease_token", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("tries", sa.BigInteger, nullable=False, server_default="0"),
        _time("created_at"),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
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
        *_own(),
        _in("photo"),
        _text("kind"),
        *[sa.Column(name, sa.BigInteger, nullable=False) for name in ("x", "y", "width", "height")],
        _time("created_at"),
        sa.CheckConstraint("kind in ('logo', 'text', 'other')", name="kind"),
        sa.CheckConstraint("x >= 0 and y >= 0 and width > 0 and height > 0", name="box"),
    )
    op.create_table(
        "doomed_file",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False, index=True),
        _time("at"),
    )
    for table in ("project", "product", "photo", "mask", "cutout", "protected_region", "doomed_file"):
        protect(table)


def _own() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="cascade"), nullable=False, index=True),
    )


def _in(parent: str) -> sa.Column[object]:
    return sa.Column(
        f"{parent}_id", sa.Uuid, sa.ForeignKey(f"{parent}.id", ondelete="cascade"), nullable=False, index=True
    )


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
