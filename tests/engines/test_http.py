"""What is sent to a vendor is sent once, bounded, and whether it was sent is never guessed."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from packshot.engines.http import Answer, NoAnswerError, NotSentError, UnusableError, exchange, hang_up

pytestmark = pytest.mark.anyio

Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Vendor:
    url: str = ""
    heads: list[bytes] = field(default_factory=list[bytes])


@asynccontextmanager
async def vendor(behave: Behave) -> AsyncGenerator[Vendor]:
    """A server that notes each request's head and then does as `behave` says."""
    there = Vendor()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there.heads.append(await reader.readuntil(b"\r\n\r\n"))
            await behave(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    there.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/make"
    try:
        yield there
    finally:
        await hang_up()
        server.close()


def says(head: str, body: bytes = b"") -> Behave:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return behave


async def post(url: str, *, deadline_s: float = 5.0, max_bytes: int = 1000, key: str = "sk-1") -> Answer:
    headers = {"Authorization": f"Bearer {key}"}
    return await exchange("POST", url, headers=headers, deadline_s=deadline_s, max_bytes=max_bytes, json={"a": 1})


async def test_an_answer_comes_as_it_is() -> None:
    async with vendor(says("201 Created\r\nX-Seed: 5", b'{"id": "a"}')) as there:
        answer = await post(there.url)
    assert answer.status == 201 and answer.headers["x-seed"] == "5" and answer.json() == {"id": "a"}
    (head,) = there.heads
    assert b"accept-encoding: identity" in head.lower() and b"Bearer sk-1" in head


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/make", "https://nowhere.invalid/", "ftp://a/b", "nonsense", "http://["]
)
async def test_what_did_not_leave_was_not_sent(url: str) -> None:
    with pytest.raises(NotSentError):
        await post(url)
    await hang_up()


@pytest.mark.parametrize("key", ["two\r\nlines", "schlüssel", "a\x00b"])
async def test_a_key_that_cannot_be_sent_is_in_no_error(key: str) -> None:
    async with vendor(says("200 OK")) as there:
        with pytest.raises(NotSentError) as caught:
            await post(there.url, key=key)
    error = caught.value
    assert key not in str(error) and error.__cause__ is None and error.__context__ is None
    assert not any(b"Bearer" in head for head in there.heads)


async def test_a_vendor_that_hangs_up_may_have_begun() -> None:
    async def gone(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with vendor(gone) as there:
        with pytest.raises(NoAnswerError, match="broke off"):
            await post(there.url)
    assert len(there.heads) == 1, "it is sent once"


async def test_a_vendor_that_says_nothing_is_waited_for_until_the_deadline() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with vendor(silent) as there:
        started = time.monotonic()
        with pytest.raises(NoAnswerError, match="1 seconds"):
            await post(there.url, deadline_s=1)
    assert time.monotonic() - started < 4 and len(there.heads) == 1


async def test_a_drip_does_not_move_the_deadline() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with vendor(drip) as there:
        started = time.monotonic()
        with pytest.raises(NoAnswerError):
            await post(there.url, deadline_s=1)
    assert time.monotonic() - started < 4


async def test_an_endless_answer_ends_at_its_most() -> None:
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with vendor(endless) as there:
        tracemalloc.start()
        with pytest.raises(UnusableError):
            await post(there.url, max_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 5_000_000


async def test_a_compressed_answer_is_not_opened() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    async with vendor(says("200 OK\r\nContent-Encoding: gzip", bomb)) as there:
        with pytest.raises(UnusableError, match="compressed"):
            await post(there.url, max_bytes=1_000_000)


async def test_nothing_is_followed() -> None:
    async with vendor(says("307 Temporary Redirect\r\nLocation: http://169.254.169.254/latest/")) as there:
        assert (await post(there.url)).status == 307
    assert len(there.heads) == 1


async def test_an_endless_error_is_an_error_all_the_same() -> None:
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nConnection: close\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with vendor(endless) as there:
        answer = await post(there.url)
    assert answer.status == 429 and answer.retry_after_s == 7 and len(answer.body) <= 65_536


@pytest.mark.parametrize(
    ("given", "least", "most"),
    [
        ("7", 7, 7),
        ("1.5", 1.5, 1.5),
        ("999999", 3600, 3600),
        ("Tue, 24 Nov 2020 10:00:00 GMT", 0, 0),
    ],
)
def test_how_long_to_wait_is_a_number_or_a_date(given: str, least: float, most: float) -> None:
    wait = Answer(429, {"retry-after": given}, b"").retry_after_s
    assert wait is not None and least <= wait <= most


def test_a_date_to_come_is_waited_for() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 60 < (Answer(503, {"retry-after": date}, b"").retry_after_s or 0) <= 90


@pytest.mark.parametrize("given", ["", "soon", "-5", "٣", "1e9", "nan"])
def test_any_other_is_no_time(given: str) -> None:
    assert Answer(429, {"retry-after": given}, b"").retry_after_s is None
