"""Live news over one subscription."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from packshot.valkey import dispose, valkey
from packshot.web import events
from packshot.web.events import PREFIX, Hub, News, publish

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def hub() -> AsyncGenerator[Hub]:
    hub = Hub()
    async with hub.running():
        await asyncio.wait_for(hub.connected.wait(), 5)
        yield hub


async def looked() -> News:
    return {"looked": True}


async def next_of(stream: AsyncGenerator[News]) -> News:
    return await asyncio.wait_for(anext(stream), 5)


async def test_two_hundred_clients_share_one_connection(hub: Hub) -> None:
    streams = [hub.follow(f"shoot:{number % 10}", looked) for number in range(200)]
    for stream in streams:
        assert await next_of(stream) == {"looked": True}
    assert await valkey().pubsub_numpat() == 1
    assert len(await valkey().client_list(_type="pubsub")) == 1
    for number in range(10):
        await publish(f"shoot:{number}", {"number": number})
    told = await asyncio.gather(*map(next_of, streams))
    assert [news["number"] for news in told] == [number % 10 for number in range(200)]
    for stream in streams:
        await stream.aclose()
    assert not hub._listeners, "who left is forgotten"  # pyright: ignore[reportPrivateUsage]


async def test_news_between_listening_and_looking_is_not_lost(hub: Hub) -> None:
    async def look_slowly() -> News:
        await publish("shoot:1", {"published": "while looking"})
        await asyncio.sleep(0.1)
        return {"looked": True}

    stream = hub.follow("shoot:1", look_slowly)
    assert await next_of(stream) == {"looked": True}
    assert await next_of(stream) == {"published": "while looking"}


async def test_who_falls_behind_looks_again(hub: Hub) -> None:
    stream = hub.follow("shoot:1", looked)
    await next_of(stream)
    for number in range(events.BACKLOG + 1):
        await publish("shoot:1", {"number": number})
    await asyncio.sleep(0.3)
    assert await next_of(stream) == {"looked": True}
    await publish("shoot:1", {"number": "next"})
    assert await next_of(stream) == {"number": "next"}


async def test_without_news_it_looks_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "RESYNC_S", 0.1)
    stream = hub.follow("shoot:1", looked)
    assert [await next_of(stream) for _ in range(3)] == [{"looked": True}] * 3


async def test_a_broken_connection_is_made_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "RECONNECT_S", 0.05)
    stream = hub.follow("shoot:1", looked)
    await next_of(stream)
    await valkey().client_kill_filter(_type="pubsub")
    assert await next_of(stream) == {"looked": True}, "what was missed meanwhile is looked up"
    await publish("shoot:1", {"back": True})
    assert await next_of(stream) == {"back": True}


async def test_a_server_that_stops_ends_its_streams(hub: Hub) -> None:
    streams = [hub.follow("shoot:1", looked) for _ in range(20)]
    for stream in streams:
        await next_of(stream)
    waiting = [asyncio.ensure_future(anext(stream, None)) for stream in streams]
    await asyncio.sleep(0)
    hub.stop()
    assert await asyncio.wait_for(asyncio.gather(*waiting), 2) == [None] * 20


async def test_publishing_into_nowhere_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    await dispose()
    monkeypatch.setattr("packshot.settings.Settings.redis", "redis://127.0.0.1:1/0")
    await publish("shoot:1", {"lost": True})
    await dispose()


async def test_channels_have_our_prefix(hub: Hub) -> None:
    stream = hub.follow("shoot:1", looked)
    await next_of(stream)
    await valkey().publish("shoot:1", '{"from": "somebody else"}')
    await valkey().publish(PREFIX + "shoot:1", '{"from": "us"}')
    assert await next_of(stream) == {"from": "us"}
