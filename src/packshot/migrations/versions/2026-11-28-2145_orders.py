"""Less to check and to file for each generation of an order; what it promised it still promises (decision 13)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    _index_once()
    _belong_to_a_shoot()
    _prove_holds_together()
    # Kept to be sent once more, perhaps: compressing it took longer than checking and holding the order's credits.
    op.execute("alter table submission alter column answer set storage external")


def _index_once() -> None:
    """One index where another began with the same column, and none for what is nearly always null."""
    for table in ("shoot", "generation"):
        op.drop_index(f"ix_{table}_account_id", table)  # ix_…_newest begins with it
    for column in ("account_id", "entry_id"):
        op.drop_index(f"ix_hold_{column}", "hold")
    op.create_index("ix_hold_entry", "hold", ["account_id", "entry_id"])
    op.drop_constraint("uq_generation_retry_of", "generation")
    where = sa.text("retry_of is not null")
    op.create_index("uq_generation_retry_of", "generation", ["retry_of"], unique=True, postgresql_where=where)


def _belong_to_a_shoot() -> None:
    """A generation's account is its shoot's: one key says so, and goes with the account as the shoot does."""
    op.create_unique_constraint("uq_shoot_id_account_id", "shoot", ["id", "account_id"])
    op.drop_constraint("fk_generation_account_id", "generation")
    op.drop_constraint("fk_generation_shoot_id", "generation")
    both = ["shoot_id", "account_id"], ["id", "account_id"]
    op.create_foreign_key("fk_generation_shoot_id_account_id", "generation", "shoot", *both, ondelete="cascade")


def _prove_holds_together() -> None:
    """Every hold has an entry that held for its account: asked once a statement, not once a row.

    Entries are never deleted and never change, so it is enough to ask when a hold is written; and it keeps its entry.
    """
    op.drop_constraint("fk_hold_entry_id", "hold")
    op.execute("""
        create function hold_has_its_entry() returns trigger language plpgsql as $$ begin
            if exists (
                select from written left join ledger_entry as entry on entry.id = written.entry_id
                where (entry.account_id, entry.kind) is distinct from (written.account_id, 'hold')
            ) then
                raise exception 'a hold needs the ledger entry that took its credits'
                    using errcode = 'foreign_key_violation';
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create trigger has_its_entry after insert on hold referencing new table as written
            for each statement execute function hold_has_its_entry()
    """)
    op.execute("""
        create function hold_keeps_its_entry() returns trigger language plpgsql as $$ begin
            raise exception 'a hold keeps its ledger entry' using errcode = 'integrity_constraint_violation';
        end $$
    """)
    op.execute("""
        create trigger keeps_its_entry before update of generation_id, account_id, entry_id on hold
            for each row when ((old.generation_id, old.account_id, old.entry_id)
                is distinct from (new.generation_id, new.account_id, new.entry_id))
            execute function hold_keeps_its_entry()
    """)
