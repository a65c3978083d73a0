"""An account's rows are invisible to every other, through every route and to every query."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from fastapi.routing import APIRoute
from httpx import AsyncClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from packshot.accounts import api
from packshot.accounts.auth import account_session
from packshot.accounts.models import Account, ApiKey, Membership, Role, Session, User
from packshot.accounts.principal import EVERY_SCOPE, Principal
from packshot.credits import ledger
from packshot.credits.models import Bucket
from packshot.db import new_id, transaction

from .conftest import SignUp

# What a route may show without anybody being logged in. Every other one needs a line in ROUTES.
OPEN = {"/api/auth/register", "/api/auth/login", "/api/auth/refresh", "/api/auth/logout"}
ROUTES = {
    ("GET", "/api/me"): 200,
    ("GET", "/api/credits"): 200,
    ("GET", "/api/credits/entries"): 200,
    ("GET", "/api/keys"): 200,
    ("POST", "/api/keys"): 201,
    ("DELETE", "/api/keys/{key_id}"): 404,
}


def routes() -> list[tuple[str, str]]:
    return [
        (method, route.path) for route in api.router.routes if isinstance(route, APIRoute) for method in route.methods
    ]


def test_every_route_is_in_the_table() -> None:
    assert {route for route in routes() if route[1] not in OPEN} == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), sorted(ROUTES))
async def test_a_stranger_sees_nothing_of_an_account(
    client: AsyncClient, sign_up: SignUp, method: str, path: str
) -> None:
    ada, bob = await sign_up("ada@example.com"), await sign_up("bob@example.com")
    key = (await ada.post("/api/keys", {"name": "ada's shop"})).json()["details"]["id"]
    async with transaction(ada.account_id) as session:
        await ledger.grant(session, ada.account_id, 7654321, Bucket.PURCHASED, "ada's invoice", "Ada's.")
    url, body = path.format(key_id=key), {"name": "shop"} if method == "POST" else None
    nobody = await client.request(method, url, json=body)
    assert nobody.status_code == 401
    answer = await client.request(method, url, json=body, headers={"Authorization": f"Bearer {bob.access}"})
    assert answer.status_code == ROUTES[method, path]
    for trace in ("ada@", "ada's", "7654321", str(ada.account_id), str(ada.user_id)):
        assert trace not in answer.text
    assert len((await ada.get("/api/keys")).json()) == 1


@pytest.mark.parametrize("model", [Account, User, Membership, Session, ApiKey])
async def test_rows_show_to_their_account_only(sign_up: SignUp, model: type) -> None:
    ada, bob = await sign_up("ada@example.com"), await sign_up("bob@example.com")
    for person in (ada, bob):
        await person.post("/api/keys", {"name": "shop"})
    count = select(func.count()).select_from(model)
    for account, expected in ((ada.account_id, 1), (new_id(), 0), (None, 0)):
        async with transaction(account) as session:
            assert await session.scalar(count) == expected
    async with transaction(system=True) as session:
        assert await session.scalar(count) == 2


async def test_a_routes_session_sees_its_account_only(sign_up: SignUp) -> None:
    ada, _ = await sign_up("ada@example.com"), await sign_up("bob@example.com")
    principal = Principal(ada.user_id, ada.account_id, Role.USER, EVERY_SCOPE, via="token")
    async with asynccontextmanager(account_session)(principal) as session:
        assert list(await session.scalars(select(Account.id))) == [ada.account_id]


async def test_an_account_cannot_write_into_another(sign_up: SignUp) -> None:
    ada, bob = await sign_up("ada@example.com"), await sign_up("bob@example.com")
    for row in (
        ApiKey(account_id=ada.account_id, user_id=ada.user_id, name="", secret_hash=b"", scopes=["read"]),
        Membership(account_id=ada.account_id, user_id=bob.user_id, part="owner"),
        Account(name="another"),
        User(email="eve@example.com", name="", password_hash="", role="ADMIN"),
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with transaction(bob.account_id) as session:
                session.add(row)
    async with transaction(bob.account_id) as session:
        await session.execute(text("update \"user\" set role = 'USER'"))
        changed = await session.execute(text("update \"user\" set role = 'ADMIN' where email = 'ada@example.com'"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
