"""API keys: told once, checked before they are looked up, kept within their scopes, and revoked at once."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from packshot.accounts import api_keys
from packshot.accounts.auth import Spender
from packshot.app import create_app
from packshot.db import transaction
from packshot.errors import UnauthenticatedError

from .conftest import Person, SignUp, bearer, error


async def make_key(person: Person, **given: Any) -> dict[str, Any]:
    answer = await person.post("/api/keys", {"name": "shop"} | given)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_is_told_once_and_opens_the_account(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    made = await make_key(ada)
    key = made["key"]
    assert key.startswith(made["details"]["beginning"] + "_")
    me = await client.get("/api/me", headers=bearer(key))
    assert me.json()["account"]["id"] == str(ada.account_id)
    listed = await ada.get("/api/keys")
    assert [one["id"] for one in listed.json()] == [made["details"]["id"]]
    assert listed.json()[0]["last_used_at"]
    secret = key.split("_")[3]
    assert secret not in listed.text
    async with transaction(system=True) as session:
        row = str((await session.execute(text("select * from api_key"))).one())
    assert secret[:32] not in row


async def test_a_revoked_key_is_out_at_once(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    made, other = await make_key(ada), await make_key(ada)
    assert (await ada.delete(f"/api/keys/{made['details']['id']}")).status_code == 204
    refused = await client.get("/api/me", headers=bearer(made["key"]))
    assert refused.status_code == 401
    assert "unknown or revoked" in error(refused)["message"]
    assert (await client.get("/api/me", headers=bearer(other["key"]))).status_code == 200
    assert len((await ada.get("/api/keys")).json()) == 1
    assert (await ada.delete(f"/api/keys/{made['details']['id']}")).status_code == 404


@pytest.mark.parametrize("place", [0, 9, 29, 31, 40, 62, 63, 68])
async def test_a_typo_is_told_from_a_wrong_key(client: AsyncClient, sign_up: SignUp, place: int) -> None:
    key = (await make_key(await sign_up()))["key"]
    typo = key[:place] + ("x" if key[place] != "x" else "y") + key[place + 1 :]
    with pytest.raises(UnauthenticatedError, match="typo"):
        api_keys.read(typo)
    with pytest.raises(UnauthenticatedError, match="typo"):
        api_keys.read(key[:place] + key[place + 1 :])
    assert (await client.get("/api/me", headers=bearer(typo))).status_code == 401


def test_the_check_is_a_crc_of_all_the_rest() -> None:
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    rest = f"pk_live_{'0' * 21}1_{'a' * 32}"
    value, check = crc32(rest.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        check = digits[digit] + check
    assert api_keys.read(rest + check) == (api_keys.UUID(int=1), "a" * 32)


def test_an_id_that_is_too_large_is_a_typo() -> None:
    rest = f"pk_live_{'z' * 22}_{'a' * 32}"
    with pytest.raises(UnauthenticatedError, match="typo"):
        api_keys.read(rest + api_keys._check(rest))


async def test_a_whole_key_with_another_secret_is_refused(client: AsyncClient, sign_up: SignUp) -> None:
    key = (await make_key(await sign_up()))["key"]
    rest = key[:31] + "a" * 32
    forged = rest + api_keys._check(rest)
    assert api_keys.read(forged)[0] == api_keys.read(key)[0]
    assert (await client.get("/api/me", headers=bearer(forged))).status_code == 401


async def test_a_key_stays_within_its_scopes(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    reader = bearer((await make_key(ada, scopes=["read"]))["key"])
    writer = bearer((await make_key(ada, scopes=["write"]))["key"])
    app = create_app()

    async def spend(principal: Spender) -> None: ...

    app.add_api_route("/spend", spend, methods=["POST"])
    assert (await client.get("/api/credits", headers=reader)).status_code == 200
    assert (await client.get("/api/credits", headers=writer)).status_code == 403
    from httpx import ASGITransport

    async with AsyncClient(transport=ASGITransport(app), base_url="http://packshot.test") as other:
        shooter = bearer((await make_key(ada, scopes=["write", "shoot"]))["key"])
        for headers, status in ((reader, 403), (writer, 403), (shooter, 200), (bearer(ada.access), 200)):
            assert (await other.post("/spend", headers=headers)).status_code == status
        lacks = error(await other.post("/spend", headers=writer))["message"]
    assert "shoot" in lacks


async def test_a_key_makes_and_revokes_no_keys(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    made = await make_key(ada)
    headers = bearer(made["key"])
    assert (await client.post("/api/keys", json={"name": "more"}, headers=headers)).status_code == 403
    assert (await client.delete(f"/api/keys/{made['details']['id']}", headers=headers)).status_code == 403
    assert len((await ada.get("/api/keys")).json()) == 1


@pytest.mark.parametrize("given", [{"scopes": []}, {"scopes": ["admin"]}, {"name": None}, {"name": "a\x00"}])
async def test_an_odd_key_is_not_made(sign_up: SignUp, given: dict[str, object]) -> None:
    ada = await sign_up()
    answer = await ada.post("/api/keys", {"name": "shop"} | given)
    assert answer.status_code == 422
    error(answer)


async def test_the_use_of_a_key_is_noted_once_a_minute(client: AsyncClient, sign_up: SignUp) -> None:
    key = bearer((await make_key(await sign_up()))["key"])

    async def used() -> object:
        await client.get("/api/me", headers=key)
        async with transaction(system=True) as session:
            return await session.scalar(text("select last_used_at from api_key"))

    first = await used()
    assert await used() == first
    async with transaction(system=True) as session:
        await session.execute(text("update api_key set last_used_at = last_used_at - interval '61 seconds'"))
    assert await used() > first  # type: ignore[operator]
