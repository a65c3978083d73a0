"""Wallets, holds and the append-only ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from packshot.db import APP_ROLE
from packshot.migrations.rls import protect

revision = "0003"
down_revision = "0002"

BALANCES = ("allowance", "purchased", "held_allowance", "held_purchased")


def upgrade() -> None:
    op.create_table(
        "wallet",
        sa.Column("account_id", sa.Uuid, primary_key=True),
        *[sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in (*BALANCES, "seq")],
        *[sa.CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative") for name in BALANCES],
        postgresql_with={"fillfactor": 50},  # a wallet changes often: room to do so without touching its index
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *[sa.Column(f"d_{name}", sa.BigInteger, nullable=False) for name in BALANCES],
        *[sa.Column(f"{name}_after", sa.BigInteger, nullable=False) for name in BALANCES],
        sa.Column("op_key", sa.Text, nullable=False),
        sa.Column("shoot_id", sa.Uuid),
        sa.Column("generation_id", sa.Uuid),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        sa.UniqueConstraint("op_key"),
        sa.UniqueConstraint("account_id", "seq"),
        sa.CheckConstraint("kind in ('grant', 'allowance', 'hold', 'capture', 'release', 'clawback')", name="kind"),
        *[sa.CheckConstraint(f"{name}_after >= 0", name=f"{name}_not_negative") for name in BALANCES],
    )
    op.create_index(
        "uq_ledger_entry_settlement",
        "ledger_entry",
        ["generation_id"],
        unique=True,
        postgresql_where=sa.text("kind in ('capture', 'release')"),
    )
    op.create_table(
        "hold",
        sa.Column("generation_id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, nullable=False, index=True),
        sa.Column("shoot_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.BigInteger, sa.ForeignKey("ledger_entry.id"), nullable=False, index=True),
        sa.Column("allowance", sa.BigInteger, nullable=False),
        sa.Column("purchased", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="held"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("allowance >= 0 and purchased >= 0", name="not_negative"),
        sa.CheckConstraint("state in ('held', 'captured', 'released')", name="state"),
        sa.CheckConstraint("(state = 'held') = (settled_at is null)", name="settled_at"),
    )
    for table in ("wallet", "ledger_entry", "hold"):
        protect(table)
    _append_only("ledger_entry")
    op.execute(f"revoke delete on wallet, hold from {APP_ROLE}")


def _append_only(table: str) -> None:
    """Refuses changes to written rows, also by the owner of the table."""
    op.execute(f"revoke update, delete on {table} from {APP_ROLE}")
    op.execute(f"""
        create function {table}_is_append_only() returns trigger language plpgsql as $$ begin
            raise exception '{table} is append-only: correct it with another entry'
                using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute(f"""
        create trigger append_only before update or delete or truncate on {table}
            for each statement execute function {table}_is_append_only()
    """)
