"""Vendors that call back, over real HTTP: in order, twice, the wrong way round, forged, late and large."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, update

from packshot.db import transaction
from packshot.settings import Settings
from packshot.settings import settings as current
from packshot.shoots import callbacks
from packshot.shoots.advance import advance
from packshot.shoots.makers import maker
from packshot.shoots.models import Attempt, AttemptState, Callback, Generation, State
from packshot.simulators.webhooks import signed
from tests.shoots.conftest import OUTSIDE, Seller
from tests.shoots.test_advance import attempts, look, shot
from tests.simulated import Simulators


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module", autouse=True)
def told_to_call_back(settings: Settings, simulators: Simulators, port: int) -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in simulators.environment.items():
            patch.setenv(name, value)
        patch.setenv("PACKSHOT_BASE_URL", f"http://127.0.0.1:{port}")
        patch.setenv("PACKSHOT_VENDOR_CALLBACKS", "on")
        current.cache_clear()
        maker.cache_clear()
        yield
    current.cache_clear()
    maker.cache_clear()


@pytest.fixture(scope="module")
async def server(told_to_call_back: None, port: int, vendor_folder: object) -> AsyncGenerator[AsyncClient]:
    command = [sys.executable, "-m", "packshot", "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(OUTSIDE)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        async with AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            until = time.monotonic() + 60
            while not _listens(port) or (await client.get("/readyz")).status_code != 200:
                assert process.poll() is None and time.monotonic() < until, "the server did not start"
                await asyncio.sleep(0.1)
            yield client
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def ordered(seller: Seller, engine: str, words: str = "a mug") -> tuple[UUID, Attempt]:
    """A picture that a vendor works on."""
    wish = {"replicate": "1024x1024"}.get(engine, "320x240")
    id = await shot(seller, engine=engine, styles=["marble"], size=wish, words=words)
    await advance("io", id)
    (attempt,) = await attempts(id)
    assert attempt.state == AttemptState.ACCEPTED, attempt.words
    return id, attempt


async def stored() -> list[str]:
    async with transaction(system=True) as session:
        return list(await session.scalars(select(Callback.id).order_by(Callback.received_at)))


async def due_at(id: UUID) -> datetime:
    return (await look(id)).next_step_at


async def comes(true: Callable[[list[str]], bool]) -> list[str]:
    until = time.monotonic() + 10
    while not true(found := await stored()):
        assert time.monotonic() < until, found
        await asyncio.sleep(0.05)
    return found


async def tell(
    server: AsyncClient, attempt: Attempt, id: str, *, about: str | None = None, now: float | None = None
) -> Response:
    body = json.dumps({"id": about or attempt.operation_id, "status": "succeeded"}).encode()
    address = callbacks.address("replicate", str(attempt.id))
    return await server.post(address, content=body, headers=signed(id, body, now=now))


@pytest.mark.parametrize("fault", ["", "webhook-twice"])
async def test_what_the_vendor_tells_is_stored_once_and_hurries_the_question(
    fault: str, server: AsyncClient, seller: Seller
) -> None:
    id, attempt = await ordered(seller, "replicate", f"a mug fault:{fault}" if fault else "a mug")
    await comes(lambda found: len(found) >= 1)
    await asyncio.sleep(0.3)
    assert await stored() == [f"msg_{attempt.operation_id}_succeeded"]
    await advance("io", id)  # it is due at once, and asked about; the simulator needs two questions
    async with transaction(system=True) as session:
        later = datetime.now().astimezone().replace(year=2099)
        await session.execute(update(Generation).where(Generation.id == id).values(next_step_at=later))
    assert (await tell(server, attempt, "msg_new")).json() == {"new": True}
    assert await due_at(id) < datetime.now().astimezone()
    await advance("io", id)
    await advance("cpu", id)
    assert (await look(id)).state == State.COMPLETED


async def test_what_a_dead_worker_ordered_is_found_and_not_bought_again(
    server: AsyncClient, seller: Seller, simulators: Simulators
) -> None:
    before = simulators.billed("replicate")
    id, attempt = await ordered(seller, "replicate", "a mug fault:webhook-forged")
    async with transaction(system=True) as session:  # it died before it could write down what the vendor answered
        unheard = update(Attempt).where(Attempt.id == attempt.id)
        await session.execute(unheard.values(state=AttemptState.SENT, operation_id=None, operation={}))
        past = datetime.now().astimezone() - timedelta(seconds=1)
        await session.execute(update(Generation).where(Generation.id == id).values(lease_until=past))
    assert (await tell(server, attempt, "msg_found")).json() == {"new": True}
    for _ in range(3):
        async with transaction(system=True) as session:
            await session.execute(update(Generation).where(Generation.id == id).values(next_step_at=past))
        await advance("io", id)
    await advance("cpu", id)
    assert (await look(id)).state == State.COMPLETED
    (attempt,) = await attempts(id)
    assert attempt.state == AttemptState.DONE and attempt.cost_micros > 0
    assert simulators.billed("replicate") == before + 1


async def test_a_copy_is_nothing_new(server: AsyncClient, seller: Seller) -> None:
    id, attempt = await ordered(seller, "replicate", "a mug fault:webhook-forged")
    assert (await tell(server, attempt, "msg_1")).json() == {"new": True}
    before = await due_at(id)
    assert [(await tell(server, attempt, "msg_1")).json() for _ in range(3)] == [{"new": False}] * 3
    assert await due_at(id) == before and await stored() == ["msg_1"]


async def test_what_is_forged_or_stale_or_about_something_else_is_refused(server: AsyncClient, seller: Seller) -> None:
    _, attempt = await ordered(seller, "replicate", "a mug fault:webhook-forged")
    await asyncio.sleep(0.5)  # what the simulator forged has come
    late = [await tell(server, attempt, f"late{age}", now=time.time() + age) for age in (-301, 301, -86_400)]
    assert {answer.status_code for answer in late} == {409}
    assert (await tell(server, attempt, "other", about="somebody else's")).status_code == 409
    body = json.dumps({"id": attempt.operation_id}).encode()
    address = callbacks.address("replicate", str(attempt.id))
    forged = signed("msg_f", body, key=b"another key")
    for headers in (forged, {}, {"webhook-id": "a", "webhook-timestamp": "x", "webhook-signature": "v1,"}):
        assert (await server.post(address, content=body, headers=headers)).status_code == 409
    assert await stored() == []


async def test_an_address_that_nobody_was_given_is_none(server: AsyncClient, seller: Seller) -> None:
    _, attempt = await ordered(seller, "replicate", "a mug fault:webhook-forged")
    right = callbacks.address("replicate", str(attempt.id))
    body = json.dumps({"id": attempt.operation_id}).encode()
    guessed = (right[:-1] + ("A" if right[-1] != "A" else "B"), right.replace("/replicate/", "/fashn/"))
    for address in (*guessed, right.replace(str(attempt.id), str(UUID(int=1)))):
        assert (await server.post(address, content=body, headers=signed("m", body))).status_code == 404
    assert await stored() == []


async def test_a_large_one_is_not_read_to_its_end(server: AsyncClient, seller: Seller) -> None:
    _, attempt = await ordered(seller, "replicate", "a mug fault:webhook-forged")
    address = callbacks.address("replicate", str(attempt.id))

    async def post(megabytes: int, key: bytes | None = None) -> int:
        body = json.dumps({"id": attempt.operation_id, "output": "x" * (megabytes << 20)}).encode()
        return (await server.post(address, content=body, headers=signed(f"m{megabytes}", body, key=key))).status_code

    assert [await post(1, b"forged"), await post(8), await post(1)] == [409, 413, 200]
    assert await stored() == ["m1"]


@pytest.mark.parametrize(
    ("base", "wished", "told"),
    [
        ("https://shop.example.com", "auto", True),
        ("http://shop.example.com", "auto", False),
        ("https://localhost", "auto", False),
        ("https://10.1.2.3", "auto", False),
        ("https://shop.internal", "auto", False),
        ("http://127.0.0.1:8000", "on", True),
        ("https://shop.example.com", "off", False),
    ],
)
def test_a_vendor_is_told_where_it_can_reach_us(
    base: str, wished: str, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_BASE_URL", base)
    monkeypatch.setenv("PACKSHOT_VENDOR_CALLBACKS", wished)
    monkeypatch.setattr(callbacks, "settings", Settings.load)
    assert callbacks.reachable() is told
