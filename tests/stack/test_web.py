"""Errors, ids and headers of every answer, and the probes."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel, Field

from packshot import app as app_module
from packshot import log
from packshot.errors import PackshotError, TooManyRequestsError, UnauthenticatedError, UnavailableError
from packshot.web import errors
from packshot.web.requests import CONTENT_SECURITY_POLICY, Requests


class InsufficientCreditsError(PackshotError):
    """Stands in for the domain's own."""

    status = 402


class Mug(BaseModel):
    height: Annotated[int, Field(gt=0)]
    colour: str


def small_app() -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.add_middleware(Requests, https=True)

    @app.get("/poor")
    def poor() -> None:
        raise InsufficientCreditsError("8 credits are needed.", remedy="Buy some.", needed=8, available=3)

    @app.get("/again")
    def again() -> None:
        raise TooManyRequestsError("Too often.", retry_after_s=1.2)

    @app.get("/who")
    def who() -> None:
        raise UnauthenticatedError("Nobody is logged in.")

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the password is hunter2hunter2")

    @app.post("/mugs")
    def mugs(mug: Mug, count: Annotated[int, Query(gt=0)]) -> Mug:
        return mug

    return app


@pytest.fixture
async def web(anyio_backend: str) -> AsyncGenerator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(small_app()), base_url="http://packshot.test") as client:
        yield client


async def test_errors_of_ours_have_a_code_words_and_facts(web: AsyncClient) -> None:
    answer = await web.get("/poor")
    assert answer.status_code == 402
    assert answer.json() == {
        "error": {
            "code": "insufficient_credits",
            "message": "8 credits are needed.",
            "remedy": "Buy some.",
            "needed": 8,
            "available": 3,
        }
    }


async def test_headers_say_when_to_come_back_and_how_to_log_in(web: AsyncClient) -> None:
    assert (await web.get("/again")).headers["Retry-After"] == "2"
    assert (await web.get("/who")).headers["WWW-Authenticate"] == "Bearer"


async def test_all_mistakes_of_a_request_come_at_once(web: AsyncClient) -> None:
    answer = await web.post("/mugs?count=0", json={"height": -1})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert {problem["field"] for problem in error["problems"]} == {"count", "height", "colour"}


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/poor", 405)])
async def test_the_frameworks_own_errors_look_the_same(web: AsyncClient, method: str, path: str, status: int) -> None:
    answer = await web.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"code", "message", "remedy"}


async def test_what_is_no_json_says_from_where_on(web: AsyncClient) -> None:
    answer = await web.post("/mugs?count=1", content=b'{"a": ', headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["problems"]
    assert problem == {"field": "body", "message": "no JSON from character 6 on: Expecting value"}


async def test_a_mistake_of_ours_shows_an_id_and_nothing_else(web: AsyncClient) -> None:
    answer = await web.get("/broken", headers={"X-Request-ID": "my-request-1"})
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] == "my-request-1" == answer.json()["error"]["request_id"]
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("given", ["short", "x" * 65, "line\tbreak-and-more", "<script>alert"])
async def test_a_request_id_that_is_none_is_replaced(web: AsyncClient, given: str) -> None:
    answer = await web.get("/poor", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


async def test_every_answer_keeps_browsers_in_bounds(web: AsyncClient) -> None:
    for path in ("/poor", "/nowhere", "/broken"):
        headers = (await web.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "object-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Strict-Transport-Security"]


async def test_the_log_has_the_request_id_and_no_secrets(
    web: AsyncClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    log.configure("test")
    try:
        await web.get("/broken", headers={"X-Request-ID": "my-request-2"})
        logging.getLogger("a.library").warning("connecting to redis://user:hunter2hunter2@host/0")
    finally:
        root.handlers[:], root.level = before
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    failed = next(line for line in lines if line["event"] == "request failed")
    assert failed["request_id"] == "my-request-2"
    assert "RuntimeError" in failed["exception"]
    assert next(line for line in lines if line["event"] == "request")["status"] == 500
    assert next(line for line in lines if line["logger"] == "a.library")["event"].endswith("user:[redacted]@host/0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", "hunter2hunter2"),
        ("new_password", "hunter2hunter2"),
        ("Authorization", "Bearer hunter2hunter2"),
        ("set-cookie", "session=hunter2hunter2"),
        ("headers", {"x-api-key": "hunter2hunter2"}),
        ("items", [{"refresh_token": "hunter2hunter2"}]),
        ("event", "sent Authorization: Bearer hunter2hunter2"),
        ("event", "key pk_live_0192_hunter2hunter2 was used"),
        ("event", "postgresql://packshot:hunter2hunter2@db/packshot"),
        ("event", "POST /login password=hunter2hunter2&x=1"),
        ("event", '{"password": "hunter2hunter2"}'),
        ("path", "/files/.hunter2hunter2hunter2.hunter2hunter2"),
        ("event", "eyJhbGciOiJIUzI1NiJ9.hunter2hunter2.hunter2hunter2"),
    ],
)
def test_secrets_are_taken_out(name: str, value: object) -> None:
    assert "hunter2" not in str(log.redact(None, "info", {name: value}))


@pytest.mark.parametrize("words", ["The mug is 12 cm tall.", "shoot 0192 took 3.2 s", "GET /api/products"])
def test_plain_words_stay(words: str) -> None:
    assert log.redact(None, "info", {"event": words}) == {"event": words}


async def test_alive_and_ready_are_two_things(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await client.get("/livez")).status_code == 200
    assert (await client.get("/readyz")).json()["ready"]
    monkeypatch.setattr(app_module, "head", lambda: "9999")
    behind = await client.get("/readyz")
    assert (behind.status_code, behind.json()["error"]["remedy"]) == (503, "packshot migrate")
    assert behind.headers["Retry-After"] == str(int(UnavailableError.retry_after_s or 0))
    assert (await client.get("/livez")).status_code == 200


async def test_the_documentation_comes_from_us_alone(client: AsyncClient) -> None:
    page = await client.get("/api/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert "script-src" not in page.headers["Content-Security-Policy"], "scripts fall under default-src 'self'"
    for asset in ("assets/swagger-ui.css", "assets/swagger-ui-bundle.js", "start.js"):
        assert (await client.get(f"/api/docs/{asset}")).status_code == 200
    assert (await client.get("/api/openapi.json")).json()["info"]["title"] == "Packshot"
