"""What Alembic runs around the migrations."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from alembic import context
from sqlalchemy import Connection, text

import packshot
from packshot.db import Base
from packshot.migrations import LOCK_TIMEOUT_MS


def import_models() -> None:
    """Imports each domain's models.py, so that Base.metadata knows every table."""
    for module in iter_modules(packshot.__path__, "packshot."):
        if module.ispkg and find_spec(f"{module.name}.models"):
            import_module(f"{module.name}.models")


def run(connection: Connection) -> None:
    """Runs the migrations, each in a transaction of its own, seeing the rows of every account."""
    connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT_MS}ms'"))
    connection.execute(text("set packshot.account = '*'"))
    connection.commit()
    context.configure(
        connection=connection, target_metadata=Base.metadata, transaction_per_migration=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


import_models()
run(context.config.attributes["connection"])
