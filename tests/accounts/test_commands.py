"""The commands that make keys, give credits, make admins and explain the ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from packshot.accounts import api_keys
from packshot.cli import app
from packshot.credits import ledger
from packshot.db import dispose, new_id, transaction
from packshot.errors import BadInputError, NotFoundError
from packshot.settings import Settings
from packshot.settings import settings as current_settings

EMAIL = "ada@example.com"
Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, database: None, monkeypatch: pytest.MonkeyPatch) -> Generator[Run]:
    """Runs a command against the servers of the tests; ada@example.com is an admin there."""
    monkeypatch.setenv("DATABASE_URL", settings.database)
    monkeypatch.setenv("REDIS_URL", settings.redis)
    current_settings.cache_clear()

    def ran(*words: str, input: str | None = None) -> Result:
        return CliRunner().invoke(app, words, input=input)

    made = ran("admin", "create", EMAIL, input="correct horse battery\n")
    assert made.exit_code == 0, made.output
    yield ran
    monkeypatch.undo()
    current_settings.cache_clear()


def sql(query: str) -> Any:
    """The first value of a query that sees every account."""

    async def asked() -> Any:
        async with transaction(system=True) as session:
            found = await session.scalar(text(query))
        await dispose()
        return found

    return asyncio.run(asked())


def test_an_admin_is_made_or_promoted(run: Run) -> None:
    assert sql('select role from "user"') == "ADMIN"
    sql("""update "user" set role = 'USER' returning role""")
    again = run("admin", "create", EMAIL.upper())
    assert again.exit_code == 0
    assert again.stdout == f"{EMAIL} is an admin.\n"
    assert sql('select role from "user"') == "ADMIN"


def test_an_admin_needs_a_password_and_an_email(run: Run) -> None:
    short = run("admin", "create", "bob@example.com", input="short\n")
    assert isinstance(short.exception, BadInputError)
    assert isinstance(run("admin", "create", "bob").exception, BadInputError)
    assert sql('select count(*) from "user"') == 1


def test_keys_are_made_listed_and_revoked(run: Run) -> None:
    first = run("keys", "create", "--email", EMAIL, "--name", "shop", "--scope", "read").stdout.strip()
    second = json.loads(run("keys", "create", "--email", EMAIL, "--json").stdout)
    assert second["scopes"] == ["read", "write", "shoot"]
    id, _ = api_keys.read(first)
    rows = [json.loads(line) for line in run("keys", "list", "--email", EMAIL, "--json").stdout.splitlines()]
    assert [row["name"] for row in rows] == ["command line", "shop"]
    assert rows[1] == {
        "id": str(id),
        "key": first[:30],
        "name": "shop",
        "scopes": ["read"],
        "last_used_at": None,
    }
    assert first[31:] not in run("keys", "list", "--email", EMAIL).stdout
    gone = run("keys", "revoke", "--email", EMAIL, f"{first[:30]}…")
    assert gone.exit_code == 0
    assert "shop" in gone.stderr
    assert run("keys", "revoke", "--email", EMAIL, second["key"]).exit_code == 0
    assert run("keys", "list", "--email", EMAIL).stdout == ""
    assert isinstance(run("keys", "revoke", "--email", EMAIL, first).exception, BadInputError)


def test_keys_are_somebodys_and_for_something(run: Run) -> None:
    nobody = run("keys", "create", "--email", "bob@example.com")
    assert isinstance(nobody.exception, NotFoundError)
    odd = run("keys", "create", "--email", EMAIL, "--scope", "everything")
    assert isinstance(odd.exception, BadInputError)
    assert "read, write, shoot" in str(odd.exception)
    assert sql("select count(*) from api_key") == 0


def test_credits_are_given_once_per_key(run: Run) -> None:
    free = current_settings().free_credits
    for expected, words in ((10, ()), (20, ()), (30, ("--key", "may")), (30, ("--key", "may"))):
        given = run("credits", "grant", "--email", EMAIL, "10", "--reason", "Welcome.", "--json", *words)
        assert json.loads(given.stdout)["available"] == free + expected
    assert sql("select count(*) from ledger_entry where reason = 'Welcome.'") == 3
    assert run("credits", "grant", "--email", EMAIL, "0", "--reason", "Nothing.").exit_code == 2
    assert f"{free + 31} credits" in run("credits", "grant", "--email", EMAIL, "1", "--reason", "More.").stdout


def test_the_ledger_is_proved_and_explained(run: Run) -> None:
    generation = new_id()

    async def hold() -> None:
        async with transaction(system=True) as session:
            account = await session.scalar(text("select id from account"))
            await ledger.hold(session, account, new_id(), [(generation, 2)])
            await ledger.capture(session, generation)
        await dispose()

    asyncio.run(hold())
    assert run("ledger", "audit").stdout == "Every credit is accounted for.\n"
    held, captured = run("ledger", "explain", str(generation)).stdout.splitlines()
    assert held.endswith("2 credits of the allowance held for it.")
    assert captured.endswith("captured: 2 credits of the allowance spent.")
    assert isinstance(run("ledger", "explain", str(new_id())).exception, NotFoundError)
    sql("update wallet set purchased = 7 returning purchased")
    spoilt = run("ledger", "audit", "--json")
    assert spoilt.exit_code == 70
    assert json.loads(spoilt.stdout)["rule"] == "sums"
