"""Registering, logging in and out."""

from __future__ import annotations

import asyncio
from statistics import median

import bcrypt
import pytest
from httpx import AsyncClient
from sqlalchemy import select, text, update

from packshot.accounts import passwords
from packshot.accounts.models import User
from packshot.db import transaction
from packshot.settings import settings

from .conftest import PASSWORD, SignUp, bearer, error


async def log_in(client: AsyncClient, email: str, password: str):
    return await client.post("/api/auth/login", json={"email": email, "password": password})


async def stored(email: str) -> str:
    async with transaction(system=True) as session:
        return (await session.scalars(select(User.password_hash).where(User.email == email))).one()


async def test_registering_makes_a_user_an_account_and_its_credits(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up(" Ada@Example.com ")
    me = (await ada.get("/api/me")).json()
    assert me["user"] == {"id": str(ada.user_id), "email": "ada@example.com", "name": "ada", "role": "USER"}
    assert me["account"] == {"id": str(ada.account_id), "name": "ada", "tier": "free"}
    assert me["part"] == "owner"
    assert me["scopes"] == ["read", "shoot", "write"]
    free = settings().free_credits
    assert me["credits"] == {"available": free, "held": 0, "allowance": free, "purchased": 0}
    assert (await ada.get("/api/credits")).json() == me["credits"]
    entry = (await ada.get("/api/credits/entries")).json()[0]
    assert (entry["kind"], entry["d_allowance"], entry["allowance_after"]) == ("allowance", free, free)


async def test_the_free_credits_are_a_setting(
    client: AsyncClient, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_FREE_CREDITS", "8")
    settings.cache_clear()
    ada = await sign_up()
    settings.cache_clear()
    assert (await ada.get("/api/credits")).json()["available"] == 8


async def test_an_email_registers_once(client: AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada@example.com")
    same = {"email": "ADA@example.com", "password": PASSWORD}
    answer = await client.post("/api/auth/register", json=same)
    assert answer.status_code == 409
    assert "registered already" in error(answer)["message"]


async def test_of_8_registrations_at_once_one_is_made(client: AsyncClient) -> None:
    same = {"email": "ada@example.com", "password": PASSWORD}
    answers = await asyncio.gather(*[client.post("/api/auth/register", json=same) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    async with transaction(system=True) as session:
        for table in ('"user"', "account", "membership", "wallet", "session"):
            assert await session.scalar(text(f"select count(*) from {table}")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ada"},
        {"email": "ada@example"},
        {"email": "ada@@example.com"},
        {"email": "a da@example.com"},
        {"email": "ada\x00@example.com"},
        {"email": "a" * 250 + "@example.com"},
        {"email": "a" * 600},
        {"email": None},
        {"password": "short12"},
        {"password": "x" * 257},
        {"password": "x" * 2000},
        {"password": "lone \ud800 surrogate"},
        {"name": "tab\there"},
        {"name": "nul\x00"},
        {"name": "x" * 101},
    ],
)
async def test_nonsense_is_refused_in_words(client: AsyncClient, wrong: dict[str, str]) -> None:
    import json

    body = json.dumps({"email": "ada@example.com", "password": PASSWORD} | wrong)
    answer = await client.post("/api/auth/register", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    error(answer)
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("password", ["8 chars.", "é" * 36 + "x", "𝄞" * 64, "x" * 256, "with \x00 in it"])
async def test_long_and_odd_passwords_open_and_their_neighbours_do_not(
    client: AsyncClient, sign_up: SignUp, password: str
) -> None:
    await sign_up("ada@example.com", password)
    assert (await log_in(client, "ada@example.com", password)).status_code == 200
    assert (await log_in(client, "ada@example.com", password[:-1])).status_code == 401
    assert (await log_in(client, "ada@example.com", password[:-1] + "!")).status_code == 401


async def test_wrong_email_and_wrong_password_get_the_same_answer(client: AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada@example.com")
    answers = [
        await log_in(client, "ada@example.com", "wrong horse battery"),
        await log_in(client, "bob@example.com", PASSWORD),
        await log_in(client, "not an email", PASSWORD),
        await log_in(client, "nul\x00@example.com", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({str(error(answer)) for answer in answers}) == 1


async def test_wrong_email_and_wrong_password_do_the_same_work(
    client: AsyncClient, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up("ada@example.com")
    work: list[str] = []
    verify = passwords._HASHES.verify

    def counted(password: bytes, hash: str) -> bool:
        work.append(hash.rsplit("$", 2)[0])
        return verify(password, hash)

    monkeypatch.setattr(passwords._HASHES, "verify", counted)
    await log_in(client, "ada@example.com", "wrong horse battery")
    await log_in(client, "bob@example.com", PASSWORD)
    assert len(work) == 2
    assert work[0] == work[1] == "$argon2id$v=19$m=19456,t=2,p=1"


@pytest.mark.parametrize("password", [PASSWORD, "x" * 72, "x" * 73, "é" * 128])
async def test_a_bcrypt_hash_opens_once_and_becomes_argon2id(
    client: AsyncClient, sign_up: SignUp, password: str
) -> None:
    await sign_up("ada@example.com")
    from_elsewhere = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(12)).decode()
    async with transaction(system=True) as session:
        await session.execute(update(User).values(password_hash=from_elsewhere))
    assert (await log_in(client, "ada@example.com", "not " + password)).status_code == 401
    assert await stored("ada@example.com") == from_elsewhere
    assert (await log_in(client, "ada@example.com", password)).status_code == 200
    assert (await stored("ada@example.com")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await log_in(client, "ada@example.com", password)).status_code == 200
    assert (await log_in(client, "ada@example.com", password + "y")).status_code == 401


@pytest.mark.parametrize(
    "broken", ["", "!", "$2b$12$tooshort", "$2x$12$" + "a" * 53, "$argon2id$v=19$m=19456,t=2,p=1$a$b"]
)
async def test_what_is_no_hash_opens_to_nobody(client: AsyncClient, sign_up: SignUp, broken: str) -> None:
    await sign_up("ada@example.com")
    async with transaction(system=True) as session:
        await session.execute(update(User).values(password_hash=broken))
    assert (await log_in(client, "ada@example.com", PASSWORD)).status_code == 401


async def test_a_disabled_user_is_out(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada@example.com")
    key = (await ada.post("/api/keys", {"name": "shop"})).json()["key"]
    async with transaction(system=True) as session:
        await session.execute(text('update "user" set disabled_at = now()'))
    assert (await log_in(client, "ada@example.com", "wrong horse battery")).status_code == 401
    refused = await log_in(client, "ada@example.com", PASSWORD)
    assert refused.status_code == 403
    assert "disabled" in error(refused)["message"]
    assert (await client.post("/api/auth/refresh", json={"refresh_token": ada.refresh})).status_code == 401
    assert (await client.get("/api/me", headers=bearer(key))).status_code == 401


async def test_secrets_do_not_come_back(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up("ada@example.com")
    answers = [await ada.get("/api/me"), await log_in(client, "ada@example.com", PASSWORD)]
    for answer in answers:
        assert "argon2" not in answer.text
        assert PASSWORD not in answer.text


async def test_20_logins_at_once_do_not_hold_up_the_event_loop(client: AsyncClient, sign_up: SignUp) -> None:
    await sign_up("ada@example.com")
    lags: list[float] = []

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 0.005
            await asyncio.sleep(0.005)
            lags.append(loop.time() - due)

    watcher = asyncio.create_task(watch())
    known = await stored("ada@example.com")
    verified = await asyncio.gather(*[passwords.verify(PASSWORD, known) for _ in range(20)])
    assert all(one.right for one in verified)
    await asyncio.sleep(0.01)
    watcher.cancel()
    assert median(lags) <= 0.050
    assert max(lags) <= 0.200
