"""`packshot admin create`: the first person who may do everything."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli.stack import in_transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

app = typer.Typer(help="Admins: create one.", no_args_is_help=True)


@app.callback()
def admin() -> None:
    """Admins: create one."""


@app.command()
def create(email: Annotated[str, typer.Argument(help="Who; registered with it already, or new.")]) -> None:
    """Make somebody an admin. For a new email the password is asked for, or read from standard input."""
    from packshot.accounts.models import Role, User
    from packshot.accounts.passwords import hashed
    from packshot.accounts.register import normal_email, register, user_of
    from packshot.errors import NotFoundError

    known = normal_email(email)

    async def promote(session: AsyncSession) -> bool:
        try:
            user: User = await user_of(session, known)
        except NotFoundError:
            return False
        user.role = Role.ADMIN
        return True

    if not in_transaction(promote):
        digest = asyncio.run(hashed(_password()))
        in_transaction(lambda session: register(session, known, digest, role=Role.ADMIN))
    typer.echo(f"{known} is an admin.")


def _password() -> str:
    if sys.stdin.isatty():
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return sys.stdin.readline().rstrip("\n")
