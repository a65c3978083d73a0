"""Row-level security for the tables of a customer."""

from __future__ import annotations

from alembic import op

from packshot.db import EVERY_ACCOUNT


def protect(table: str, account: str = "account_id") -> None:
    """Shows and takes only rows whose column `account` is the transaction's account (see db.transaction).

    FORCE holds it for the owner of the table too; where no account is set, the table looks empty.
    """
    mine = f"current_setting('packshot.account', true) in ({account}::text, '{EVERY_ACCOUNT}')"
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy account on {table} using ({mine}) with check ({mine})")
