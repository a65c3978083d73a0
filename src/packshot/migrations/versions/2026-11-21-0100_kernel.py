"""The role the application runs as, and what an admin may change while it runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from packshot.db import APP_ROLE

revision = "0001"
down_revision = None


def upgrade() -> None:
    # A role belongs to the whole server: other databases of it may have made it, or be making it right now.
    op.execute(f"""
        do $$ begin
            if not exists (select from pg_roles where rolname = '{APP_ROLE}') then
                create role {APP_ROLE} nologin;
            end if;
        exception when duplicate_object or unique_violation then null;
        end $$
    """)
    op.execute(f"""
        do $$ begin
            if not pg_has_role(current_user, '{APP_ROLE}', 'set') then
                execute format('grant {APP_ROLE} to %I', current_user);
            end if;
        end $$
    """)
    op.execute(f"grant usage on schema public to {APP_ROLE}")
    op.execute(
        f"alter default privileges in schema public grant select, insert, update, delete on tables to {APP_ROLE}"
    )
    op.execute(f"alter default privileges in schema public grant usage, select on sequences to {APP_ROLE}")
    op.execute(f"grant select on alembic_version to {APP_ROLE}")
    op.create_table(
        "config",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", JSONB, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("changed_by", sa.Uuid),
    )
