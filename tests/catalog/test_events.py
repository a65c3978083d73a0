"""Whoever watches a product sees its photos as they are, and every change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, cast
from uuid import UUID

import pytest
from httpx import ASGITransport
from sqlalchemy import text

from packshot.catalog.events import events
from packshot.db import new_id, transaction
from packshot.web.events import Hub

from .conftest import Seller, cut_everything, error

Stream = AsyncGenerator[tuple[str, Any]]


@pytest.fixture
async def hub(seller: Seller) -> Hub:
    hub = hub_of(seller)
    await asyncio.wait_for(hub.connected.wait(), 5)
    return hub


def hub_of(seller: Seller) -> Hub:
    app: Any = cast(ASGITransport, seller.client._transport).app  # pyright: ignore[reportPrivateUsage]
    return app.state.hub


async def next_of(stream: Stream) -> tuple[str, Any]:
    return await asyncio.wait_for(anext(stream), 10)


async def until(stream: Stream, state: str) -> Any:
    """The first `photo` whose cutout is in `state`."""
    while True:
        event, photo = await next_of(stream)
        if event == "photo" and photo.cutout and photo.cutout.state == state:
            return photo


async def test_every_change_is_told_and_a_deletion_is_the_last(seller: Seller, hub: Hub, mug: bytes) -> None:
    async with aclosing(events(hub, seller.account_id, UUID(seller.product))) as stream:
        assert await next_of(stream) == ("photos", [])
        (photo,) = await seller.upload(("mug.jpg", mug))
        await until(stream, "pending")
        await cut_everything()
        shown = await until(stream, "ready")
        assert (str(shown.id), shown.width) == (photo["id"], 320)
        await seller.ask("POST", f"/api/cutouts/{shown.cutout.id}/approve")
        while (told := await until(stream, "ready")).approved is None:
            pass
        assert told.approved.id == shown.cutout.id
        for kind, gone, id in (("photos", photo["id"], photo["id"]), ("projects", seller.product, seller.project)):
            await seller.ask("DELETE", f"/api/{kind}/{id}")
            while await next_of(stream) != ("deleted", {"id": UUID(gone)}):
                pass
        with pytest.raises(StopAsyncIteration):
            await next_of(stream)


async def test_nobody_holds_a_transaction_while_waiting(seller: Seller, hub: Hub) -> None:
    async with aclosing(events(hub, seller.account_id, UUID(seller.product))) as stream:
        await next_of(stream)
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.1)
        async with transaction(system=True) as session:
            others = "select count(*) from pg_stat_activity where state like 'idle in%' and pid <> pg_backend_pid()"
            assert await session.scalar(text(others)) == 0
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


async def test_the_stream_is_server_sent_events(seller: Seller, hub: Hub, mug: bytes) -> None:
    streaming = asyncio.create_task(seller.send("GET", f"/api/products/{seller.product}/events"))
    while not hub._listeners:  # pyright: ignore[reportPrivateUsage]
        await asyncio.sleep(0.01)
    (photo,) = await seller.upload(("mug.jpg", mug))
    await asyncio.sleep(0.5)
    hub.stop()
    answer = await asyncio.wait_for(streaming, 5)
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [dict(line.split(": ", 1) for line in event.splitlines()) for event in answer.text.strip().split("\n\n")]
    assert told[0] == {"event": "photos", "data": "[]"}
    assert {event["event"] for event in told[1:]} == {"photo"}
    assert json.loads(told[-1]["data"])["id"] == photo["id"]


async def test_a_product_that_is_not_there_is_no_stream(seller: Seller, hub: Hub) -> None:
    answer = await seller.send("GET", f"/api/products/{new_id()}/events")
    assert (answer.status_code, error(answer)["code"]) == (404, "not_found")
