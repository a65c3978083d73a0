"""`packshot keys`: the API keys of somebody who is registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli.lists import Json
from packshot.cli.report import say
from packshot.cli.stack import in_transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from packshot.accounts.models import ApiKey, Membership

app = typer.Typer(help="API keys: create, list, revoke.", no_args_is_help=True)
Email = Annotated[str, typer.Option(help="Whose keys.")]


@app.command()
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="What it is for, to recognise it by.")] = "command line",
    scope: Annotated[list[str] | None, typer.Option(help="read, write or shoot; repeatable. All unless given.")] = None,
    json: Json = False,
) -> None:
    """Make an API key and write it on standard output. It is not kept: nobody can show it again."""
    from packshot.accounts import api_keys
    from packshot.accounts.models import Scope
    from packshot.errors import BadInputError

    try:
        scopes = [Scope(one) for one in scope or Scope]
    except ValueError as error:
        raise BadInputError(f"{error}.", remedy=f"The scopes are {', '.join(Scope)}.") from None

    async def work(session: AsyncSession) -> str:
        _, key = await api_keys.create(session, await _member(session, email), name, scopes)
        return key

    key = in_transaction(work)
    if json:
        say({"key": key, "name": name, "scopes": [str(one) for one in scopes]})
    else:
        typer.echo(key)


@app.command("list")
def list_(email: Email, json: Json = False) -> None:
    """List the API keys that are not revoked, newest first."""
    from packshot.accounts.api_keys import beginning

    for key in in_transaction(lambda session: _keys(session, email)):
        used = key.last_used_at.isoformat(timespec="minutes") if key.last_used_at else None
        if json:
            say(
                {"id": str(key.id), "key": beginning(key), "name": key.name, "scopes": key.scopes, "last_used_at": used}
            )
        else:
            typer.echo(
                f"{beginning(key)}…  {key.name}  {','.join(key.scopes)}  {f'used {used}' if used else 'never used'}"
            )


@app.command()
def revoke(
    email: Email,
    key: Annotated[str, typer.Argument(help="The key, or how it begins, as `packshot keys list` shows it.")],
) -> None:
    """Make an API key useless, at once and for ever."""
    from packshot.accounts import api_keys
    from packshot.errors import BadInputError

    async def work(session: AsyncSession) -> str:
        shown = key.rstrip("…")
        meant = [one for one in await _keys(session, email) if shown.startswith(api_keys.beginning(one))]
        if not meant:
            raise BadInputError(f"{email} has no key that begins like this.", remedy="See: packshot keys list.")
        await api_keys.revoke(session, meant[0].account_id, meant[0].id)
        return meant[0].name

    typer.echo(f"Revoked “{in_transaction(work)}”.", err=True)


async def _member(session: AsyncSession, email: str) -> Membership:
    from packshot.accounts.register import home, user_of

    return await home(session, await user_of(session, email))


async def _keys(session: AsyncSession, email: str) -> list[ApiKey]:
    from packshot.accounts.api_keys import all_of

    return list(await all_of(session, (await _member(session, email)).account_id))
