"""Shoots, their generations, and the attempts to make them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from packshot.migrations.rls import protect

revision = "0005"
down_revision = "0004"

STATES = "'PENDING', 'RUNNING', 'REVIEW', 'COMPLETED', 'REJECTED', 'FAILED', 'CANCELLED'"


def upgrade() -> None:
    op.create_table(
        "shoot",
        _id(),
        _account(),
        sa.Column("user_id", sa.Uuid),
        *[
            sa.Column(f"{name}_id", sa.Uuid, sa.ForeignKey(f"{name}.id", ondelete="set null"), index=True)
            for name in ("project", "product")
        ],
        *[_text(name) for name in ("engine", "model")],
        _json("styles"),
        *[_number(name) for name in ("width", "height")],
        *[_text(name) for name in ("framing", "format")],
        *[_number(name) for name in ("count", "seed", "credits")],
        _now(),
    )
    op.create_index("ix_shoot_newest", "shoot", ["account_id", sa.text("id desc")])
    op.create_table(
        "submission",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="cascade"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        _json("answer"),
        _now(),
    )
    op.create_table(
        "generation",
        _id(),
        _account(),
        sa.Column("shoot_id", sa.Uuid, sa.ForeignKey("shoot.id", ondelete="cascade"), nullable=False),
        _number("number"),
        sa.Column("photo_id", sa.Uuid),
        sa.Column("cutout_id", sa.Uuid),
        _text("style"),
        _number("seed"),
        _number("credits"),
        _text("queue"),
        _text("state", "PENDING"),
        _text("waits_for", ""),
        _number("lease_token", "0"),
        _time("lease_until"),
        _number("claims", "0"),
        _now("next_step_at"),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_of", sa.Uuid, unique=True),
        sa.Column("key", sa.Text),
        sa.Column("bytes", sa.BigInteger),
        sa.Column("crc32", sa.BigInteger),
        _json("facts", "{}"),
        _json("warnings", "[]"),
        *[_text(name, "") for name in ("error", "words", "remedy")],
        _now(),
        _time("finished_at"),
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
        _id(),
        _account(),
        sa.Column("generation_id", sa.Uuid, sa.ForeignKey("generation.id", ondelete="cascade"), nullable=False),
        _number("number"),
        _text("state", "sent"),
        sa.Column("operation_id", sa.Text),
        _json("operation", "{}"),
        sa.Column("result_key", sa.Text),
        sa.Column("seed", sa.BigInteger),
        _json("facts", "{}"),
        _json("warnings", "[]"),
        _number("cost_micros", "0"),
        _text("error", ""),
        _text("words", ""),
        _now(),
        _time("settled_at"),
        sa.UniqueConstraint("generation_id", "number"),
        sa.CheckConstraint("state in ('sent', 'accepted', 'done', 'failed', 'unknown')", name="state"),
    )
    for table in ("shoot", "submission", "generation", "attempt"):
        protect(table)


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid, primary_key=True)


def _account() -> sa.Column[object]:
    return sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="cascade"), nullable=False, index=True)


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=default)


def _json(name: str, default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=False, server_default=default)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _now(name: str = "created_at") -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
