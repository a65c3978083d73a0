"""`packshot credits` and `packshot ledger`: giving credits, and asking where they went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from packshot.cli.lists import Json
from packshot.cli.report import say
from packshot.cli.stack import in_transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from packshot.credits.audit import Violation

app = typer.Typer(help="Credits: give some.", no_args_is_help=True)
ledger_app = typer.Typer(help="The ledger of credits: prove it, explain it.", no_args_is_help=True)


@app.callback()
def credits() -> None:
    """Credits: give some."""


@app.command()
def grant(
    email: Annotated[str, typer.Option(help="Who gets them.")],
    credits: Annotated[int, typer.Argument(min=1, help="How many.")],
    reason: Annotated[str, typer.Option(help="Why; the account reads it in its ledger.")],
    key: Annotated[str, typer.Option(help="Names this gift: with the same key it is given once, however often.")] = "",
    json: Json = False,
) -> None:
    """Add purchased credits to somebody's account."""
    from packshot.accounts.register import home, user_of
    from packshot.credits import ledger
    from packshot.credits.models import Bucket
    from packshot.db import new_id

    async def work(session: AsyncSession) -> int:
        account = (await home(session, await user_of(session, email))).account_id
        name = f"grant:{account}:{key or new_id()}"
        await ledger.grant(session, account, credits, Bucket.PURCHASED, name, reason)
        return (await ledger.balance(session, account)).available

    available = in_transaction(work)
    if json:
        say({"email": email, "granted": credits, "available": available})
    else:
        typer.echo(f"{email} has {available} credits.")


@ledger_app.command()
def audit(json: Json = False) -> None:
    """Prove the ledger of every account: sums, order, holds. Exit code 70 if anything is wrong."""
    from packshot.credits.audit import audit

    violations: list[Violation] = in_transaction(audit)
    for found in violations:
        if json:
            say({"account_id": str(found.account_id), "rule": found.rule, "words": found.words})
        else:
            typer.echo(f"Account {found.account_id}, {found.rule}: {found.words}.")
    if violations:
        raise typer.Exit(70)
    if not json:
        typer.echo("Every credit is accounted for.")


@ledger_app.command()
def explain(generation: Annotated[UUID, typer.Argument(help="The id of a generation.")], json: Json = False) -> None:
    """Tell what happened to the credits of one picture."""
    from packshot.credits.audit import explain

    for line in in_transaction(lambda session: explain(session, generation)):
        if json:
            say({"words": line})
        else:
            typer.echo(line)
