"""Replicate's webhooks over real HTTP: twice, the wrong way round and forged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from packshot.engines.base import Operation
from packshot.engines.replicate import Replicate
from packshot.errors import RefusedError
from tests.contract.conftest import Make
from tests.contract.plays import request_to
from tests.simulated import Simulators

pytestmark = pytest.mark.anyio

Letter = tuple[dict[str, str], bytes]


@asynccontextmanager
async def letterbox() -> AsyncGenerator[tuple[str, asyncio.Queue[Letter]]]:
    """An address that takes webhooks in."""
    letters: asyncio.Queue[Letter] = asyncio.Queue()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
        await letters.put((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook", letters


async def sent(simulators: Simulators, fault: str, count: int) -> tuple[str, list[Letter]]:
    """The prediction's id and the `count` webhooks that it sends."""
    async with letterbox() as (url, letters), httpx.AsyncClient() as client:
        body = {"input": {"prompt": f"a mug fault:{fault}"}, "webhook": url}
        path = f"{simulators.url}/replicate/v1/models/black-forest-labs/flux-2-pro/predictions"
        answer = await client.post(path, json=body, headers={"Authorization": "Bearer k"})
        return answer.json()["id"], [await asyncio.wait_for(letters.get(), 20) for _ in range(count)]


@pytest.mark.parametrize(("fault", "count"), [("", 2), ("webhook-twice", 4), ("webhook-reordered", 2)])
async def test_whatever_order_they_come_in_the_vendor_is_asked(
    fault: str, count: int, make: Make, simulators: Simulators
) -> None:
    engine = make("replicate")
    assert isinstance(engine, Replicate)
    id, letters = await sent(simulators, fault, count)
    before = simulators.billed("replicate")
    assert {engine.heard(headers, body).about for headers, body in letters} == {id}
    told = [await engine.poll(Operation(id, {"model": "black-forest-labs/flux-2-pro"})) for _ in letters]
    assert type(told[-1]).__name__ == "Done" and simulators.billed("replicate") == before


async def test_a_forged_one_is_refused(make: Make, simulators: Simulators) -> None:
    engine = make("replicate")
    assert isinstance(engine, Replicate)
    _, letters = await sent(simulators, "webhook-forged", 2)
    for headers, body in letters:
        with pytest.raises(RefusedError):
            engine.heard(headers, body)


@pytest.mark.parametrize("fault", ["", "webhook-twice", "webhook-reordered"])
@pytest.mark.parametrize("id", ["replicate", "fashn", "http_video"])
async def test_who_is_given_an_address_calls_it(id: str, fault: str, make: Make) -> None:
    async with letterbox() as (url, letters):
        engine = make(id, callback=lambda key: f"{url}/{key}")
        operation = await engine.submit(
            request_to(engine, f"a mug fault:{fault}" if fault else "a mug"), key=str(uuid4())
        )
        assert isinstance(operation, Operation), operation
        count = (1 if id == "replicate" else 2) * (2 if fault == "webhook-twice" and id != "fashn" else 1)
        heard = [engine.heard(*await asyncio.wait_for(letters.get(), 20)) for _ in range(count)]
    assert {one.about for one in heard} == {operation.id}
    assert len({one.id for one in heard}) == (1 if id == "replicate" else 2)


@pytest.mark.parametrize("id", ["replicate", "http_video"])
async def test_no_address_is_given_where_no_signature_could_be_checked(id: str, make: Make) -> None:
    async with letterbox() as (url, letters):
        engine = make(id, callback=lambda key: f"{url}/{key}", WEBHOOK_SECRET="")
        assert isinstance(await engine.submit(request_to(engine, "a mug"), key="k-2"), Operation)
        await asyncio.sleep(0.5)
        assert letters.empty()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "x"}', b"\xff"])
async def test_what_says_nothing_is_refused(body: bytes, make: Make) -> None:
    with pytest.raises(RefusedError):
        make("fashn").heard({}, body)
    with pytest.raises(RefusedError):
        make("openai").heard({}, body)
