"""Replicate's webhooks over real HTTP: twice, the wrong way round and forged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest

from packshot.engines.base import Operation
from packshot.engines.replicate import Replicate
from packshot.errors import RefusedError
from tests.contract.conftest import Make, Simulators

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
    assert {engine.heard(headers, body) for headers, body in letters} == {id}
    told = [await engine.poll(Operation(id, {"model": "black-forest-labs/flux-2-pro"})) for _ in letters]
    assert type(told[-1]).__name__ == "Done" and simulators.billed("replicate") == before


async def test_a_forged_one_is_refused(make: Make, simulators: Simulators) -> None:
    engine = make("replicate")
    assert isinstance(engine, Replicate)
    _, letters = await sent(simulators, "webhook-forged", 2)
    for headers, body in letters:
        with pytest.raises(RefusedError):
            engine.heard(headers, body)
