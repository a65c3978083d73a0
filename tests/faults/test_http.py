"""Many clients at once over real HTTP: every credit is spent once, and the same key is one shoot.

`make test` sends 320 requests for 100 credits, `make faults` 3,200 for 1,000.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import closing
from uuid import uuid4

import pytest
from httpx import AsyncClient, Limits, Response
from sqlalchemy import func, select

from packshot.credits.models import Hold
from packshot.db import transaction
from packshot.settings import Settings
from packshot.shoots.models import Shoot
from tests.faults.harness import FULL
from tests.shoots.conftest import OUTSIDE, OpenShop, Seller
from tests.up import free_port

CLIENTS = 64
CREDITS, TRIES = (1000, 3200) if FULL else (100, 320)


@pytest.fixture(scope="module")
async def server(settings: Settings, anyio_backend: str, vendor_folder: object) -> AsyncGenerator[AsyncClient]:
    """64 connections to a server process in which a picture of the studio costs 1; no worker runs."""
    port = free_port()
    environment = {
        **os.environ,
        "PACKSHOT_STUDIO_CREDITS": "1",
        "PACKSHOT_RATE_LIMIT": "1000000",
        "PYTHONPATH": str(OUTSIDE),
    }
    command = [sys.executable, "-m", "packshot", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    limits = Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    try:
        async with AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=120) as client:
            await _ready(client, port, process)
            yield client
    finally:
        process.terminate()
        process.wait(20)


async def _ready(client: AsyncClient, port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not _listens(port) or (await client.get("/readyz")).status_code != 200:
        assert process.poll() is None and time.monotonic() < until, "the server did not start"
        await asyncio.sleep(0.1)


def _listens(port: int) -> bool:
    """Asked by a socket of our own: a refused connection of the client's is closed when it pleases the collector."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def shoots(seller: Seller) -> tuple[int, int]:
    async with transaction(seller.account_id) as session:
        count = [await session.scalar(select(func.count()).select_from(table)) or 0 for table in (Shoot, Hold)]
    return count[0], count[1]


async def test_64_clients_spend_every_credit_once(server: AsyncClient, open_shop: OpenShop) -> None:
    seller = await open_shop(credits=CREDITS)
    seller.client = server
    tries = iter(range(TRIES))
    answers: list[Response] = []

    async def client() -> None:
        for _ in tries:
            answers.append(await seller.shoot(engine="studio", styles=["white"], size="256x256"))

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    assert Counter(answer.status_code for answer in answers) == {202: CREDITS, 402: TRIES - CREDITS}
    assert await seller.credits() == (0, CREDITS)
    assert await shoots(seller) == (CREDITS, CREDITS)


async def test_twenty_at_once_on_credits_for_eight(server: AsyncClient, open_shop: OpenShop) -> None:
    seller = await open_shop(credits=35)
    seller.client = server
    answers = await asyncio.gather(*(seller.shoot() for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {202: 8, 402: 12}
    assert await seller.credits() == (3, 32)


async def test_the_same_key_64_times_at_once_is_one_shoot(server: AsyncClient, open_shop: OpenShop) -> None:
    seller = await open_shop(credits=100)
    seller.client = server
    key = uuid4().hex
    answers = await asyncio.gather(*(seller.shoot(key=key) for _ in range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert await shoots(seller) == (1, 1)
    assert await seller.credits() == (96, 4)
    other = await seller.shoot(key=key, count=2)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    replay = await seller.shoot(key=key)
    assert (replay.status_code, replay.content) == (202, answers[0].content)
    assert await shoots(seller) == (1, 1)
