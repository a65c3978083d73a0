"""At most so many requests in any minute, all processes together; without Redis one may read, not spend or log in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from limits import RateLimitItemPerSecond
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from packshot import valkey
from packshot.accounts import rate_limit
from packshot.accounts.auth import CurrentUser, Spender
from packshot.errors import TooManyRequestsError, UnavailableError
from packshot.settings import settings
from packshot.web import errors

from .conftest import PASSWORD, SignUp, bearer, error

WINDOW_S = 2
HUNDRED = RateLimitItemPerSecond(100, 60)


async def admitted(tries: int, who: str, limit: RateLimitItemPerSecond = HUNDRED) -> int:
    return len(await admissions(tries, who, limit))


async def admissions(tries: int, who: str, limit: RateLimitItemPerSecond) -> list[tuple[float, float]]:
    """When each that was let through began and ended, in seconds."""

    async def one() -> tuple[float, float] | None:
        began = time.monotonic()
        try:
            await rate_limit.hit("test", who, limit)
        except TooManyRequestsError:
            return None
        return began, time.monotonic()

    return [times for times in await asyncio.gather(*[one() for _ in range(tries)]) if times]


@pytest.fixture
def three_a_minute(database: None, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.setenv("PACKSHOT_RATE_LIMIT", "3")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def stop_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no Redis answers the rate limits."""
    nowhere = Redis(unix_socket_path="/nowhere/valkey.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(rate_limit, "valkey", lambda: nowhere)
    monkeypatch.setattr(rate_limit, "_redis_down_until", 0.0)


async def test_no_window_lets_more_through_than_the_limit(database: None) -> None:
    who, limit = uuid4().hex, RateLimitItemPerSecond(100, WINDOW_S)
    through = await admissions(1, who, limit)
    await asyncio.sleep(WINDOW_S * 0.8)
    through += await admissions(150, who, limit)
    await asyncio.sleep(WINDOW_S * 0.3)
    through += await admissions(150, who, limit)
    assert len(through) > 100
    # The n-th began no earlier than the n-th smallest beginning, and ended no later than the n-th smallest end.
    begins, ends = map(sorted, zip(*through, strict=True))
    assert all(end - begin >= WINDOW_S for begin, end in zip(begins, ends[100:], strict=False))
    await valkey.dispose()


async def test_processes_count_together(database: None) -> None:
    who = uuid4().hex
    assert await admitted(60, who) == 60
    await valkey.dispose()
    assert await admitted(60, who) == 40
    await valkey.dispose()


async def test_each_counts_alone(database: None) -> None:
    once = RateLimitItemPerSecond(1, 60)
    assert [await admitted(2, who, once) for who in ("a", "b", "a")] == [1, 1, 0]
    await rate_limit.hit("another name", "a", once)
    await valkey.dispose()


async def test_an_account_is_told_where_it_stands(three_a_minute: None, sign_up: SignUp) -> None:
    ada = await sign_up()
    answers = [await ada.get("/api/credits") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"account";q=3;w=60'
    assert answers[0].headers["RateLimit"].startswith('"account";r=2;t=')
    assert answers[2].headers["RateLimit"].startswith('"account";r=0;t=')
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    refused = error(answers[3])
    assert refused["message"] == "More than 3 requests in 60 seconds."
    assert (refused["code"], refused["limit"], refused["window_s"]) == ("too_many_requests", 3, 60)
    assert refused["remedy"].startswith("Wait ")


async def test_a_key_counts_for_its_account(three_a_minute: None, client: AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    key = (await ada.post("/api/keys", {"name": "shop"})).json()["key"]
    statuses = [(await client.get("/api/credits", headers=bearer(key))).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_guessing_keys_is_limited_by_address(three_a_minute: None, client: AsyncClient) -> None:
    statuses = [(await client.get("/api/me", headers=bearer(f"guess{n}"))).status_code for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


@pytest.mark.parametrize("path", ["register", "login", "refresh", "logout"])
async def test_every_open_route_is_limited_by_address(three_a_minute: None, client: AsyncClient, path: str) -> None:
    body = {"email": "ada", "password": PASSWORD, "refresh_token": "x"}
    statuses = [(await client.post(f"/api/auth/{path}", json=body)).status_code for _ in range(4)]
    assert 429 not in statuses[:3]
    assert statuses[3] == 429


async def test_guessing_one_password_is_limited_more(client: AsyncClient) -> None:
    async def guess(email: str) -> int:
        return (await client.post("/api/auth/login", json={"email": email, "password": PASSWORD})).status_code

    assert [await guess("ada@example.com") for _ in range(11)] == [*[401] * 10, 429]
    assert await guess(" ADA@example.com") == 429
    assert await guess("bob@example.com") == 401


async def test_without_redis_one_may_read_but_neither_log_in_nor_spend(
    client: AsyncClient, sign_up: SignUp, three_a_minute: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await sign_up()
    app = FastAPI()
    errors.install(app)

    @app.post("/spend")
    async def spend(principal: Spender) -> None: ...

    @app.post("/write")
    async def write(principal: CurrentUser) -> None: ...

    stop_redis(monkeypatch)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://packshot.test") as other:
        spent = await other.post("/spend", headers=bearer(ada.access))
        assert spent.status_code == 503
        assert int(spent.headers["Retry-After"]) >= 1
        assert "cannot count" in error(spent)["message"]
        assert (await other.post("/write", headers=bearer(ada.access))).status_code == 200
    assert (await ada.get("/api/credits")).status_code == 200
    assert (await ada.get("/api/credits")).status_code == 429
    credentials = {"email": ada.email, "password": PASSWORD}
    assert (await client.post("/api/auth/login", json=credentials)).status_code == 503
    assert (await client.post("/api/auth/register", json=credentials | {"email": "b@example.com"})).status_code == 503
    assert (await client.post("/api/auth/refresh", json={"refresh_token": ada.refresh})).status_code == 200


async def test_redis_is_asked_again_after_a_while(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_redis(monkeypatch)
    with pytest.raises(UnavailableError):
        await rate_limit.hit_shared("test", "ada", HUNDRED)
    monkeypatch.setattr(rate_limit, "valkey", valkey.valkey)
    assert not (await rate_limit.hit("test", "ada", HUNDRED)).shared
    monkeypatch.setattr(rate_limit, "_redis_down_until", 0.0)
    assert (await rate_limit.hit("test", "ada", HUNDRED)).shared
    await valkey.dispose()
