"""Refresh tokens are good for one use, and one that comes again ends its login."""

from __future__ import annotations

import asyncio

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from packshot.accounts import sessions
from packshot.accounts.models import Session
from packshot.db import transaction

from .conftest import SignUp, error


async def refresh(client: AsyncClient, token: str) -> Response:
    return await client.post("/api/auth/refresh", json={"refresh_token": token})


async def refreshed(client: AsyncClient, token: str) -> str:
    answer = await refresh(client, token)
    assert answer.status_code == 200, answer.text
    return answer.json()["refresh_token"]


async def pass_time(seconds: int) -> None:
    """Lets everything that was noted about sessions be so much longer ago."""
    async with transaction(system=True) as session:
        await session.execute(
            text(
                "update session set rotated_at = rotated_at - make_interval(secs => :s), "
                "expires_at = expires_at - make_interval(secs => :s)"
            ),
            {"s": seconds},
        )


async def test_a_refresh_gives_a_new_pair(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    answer = (await refresh(client, ada.refresh)).json()
    assert answer["refresh_token"] != ada.refresh
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == 900
    ada.access = answer["access_token"]
    assert (await ada.get("/api/me")).status_code == 200


async def test_a_token_that_comes_again_ends_the_login(client: AsyncClient, sign_up: SignUp) -> None:
    first = (await sign_up()).refresh
    second = await refreshed(client, first)
    third = await refreshed(client, second)
    assert (await refresh(client, first)).status_code == 401
    refused = await refresh(client, third)
    assert refused.status_code == 401
    assert "no longer good" in error(refused)["message"]


async def test_a_lost_answer_can_be_asked_for_again(client: AsyncClient, sign_up: SignUp) -> None:
    first = (await sign_up()).refresh
    second = await refreshed(client, first)
    assert await refreshed(client, first) == second
    assert await refreshed(client, second)


async def test_after_5_seconds_the_predecessor_ends_the_login(client: AsyncClient, sign_up: SignUp) -> None:
    first = (await sign_up()).refresh
    second = await refreshed(client, first)
    await pass_time(4)
    assert await refreshed(client, first) == second
    await pass_time(2)
    assert (await refresh(client, first)).status_code == 401
    assert (await refresh(client, second)).status_code == 401


async def test_of_20_refreshes_at_once_one_family_lives_on(client: AsyncClient, sign_up: SignUp) -> None:
    first = (await sign_up()).refresh
    tokens = await asyncio.gather(*[refreshed(client, first) for _ in range(20)])
    assert len(set(tokens)) == 1
    assert await refreshed(client, tokens[0])
    async with transaction(system=True) as session:
        assert (await session.execute(text("select rotation, ended_at from session"))).all() == [(2, None)]


async def test_a_login_ends_7_days_after_its_last_use(client: AsyncClient, sign_up: SignUp) -> None:
    token = (await sign_up()).refresh
    for _ in range(2):
        await pass_time(7 * 86400 - 60)
        token = await refreshed(client, token)
    await pass_time(7 * 86400 + 1)
    assert (await refresh(client, token)).status_code == 401


async def test_logging_out_ends_this_login_only(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    other = await client.post("/api/auth/login", json={"email": ada.email, "password": "correct horse battery"})
    for _ in range(2):
        out = await client.post("/api/auth/logout", json={"refresh_token": ada.refresh})
        assert out.status_code == 204
    assert (await refresh(client, ada.refresh)).status_code == 401
    assert (await refresh(client, other.json()["refresh_token"])).status_code == 200


@pytest.mark.parametrize("change", ["number", "id", "code", "none", "words"])
async def test_a_forged_token_is_refused_and_ends_nothing(client: AsyncClient, sign_up: SignUp, change: str) -> None:
    token = (await sign_up()).refresh
    other = (await sign_up("bob@example.com")).refresh
    _, id, number, code = token.split("_", 3)
    forged = {
        "number": f"rt_{id}_7_{code}",
        "id": f"rt_{other.split('_')[1]}_{number}_{code}",
        "code": f"rt_{id}_{number}_{'A' * 43}",
        "none": "",
        "words": "let me in",
    }[change]
    assert (await refresh(client, forged)).status_code == 401
    await client.post("/api/auth/logout", json={"refresh_token": forged})
    await refreshed(client, token)
    await refreshed(client, other)


async def test_nothing_that_opens_a_session_is_stored(client: AsyncClient, sign_up: SignUp) -> None:
    token = (await sign_up()).refresh
    async with transaction(system=True) as session:
        row = str((await session.execute(text("select * from session"))).one())
    assert token.split("_", 3)[3] not in row


async def test_a_page_cookie_opens_its_session_until_it_ends(client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    async with transaction(system=True) as session:
        begun = await session.get_one(Session, (await session.scalar(text("select id from session"))))
        value = sessions.cookie(begun)
        found = await sessions.of_cookie(session, value)
        assert found and found[1].id == ada.user_id
        for forged in ("", "x", value[:-1] + ("A" if value[-1] != "A" else "B"), sessions.refresh_token(begun)):
            assert await sessions.of_cookie(session, forged) is None
        await sessions.end(session, ada.refresh)
        assert await sessions.of_cookie(session, value) is None
