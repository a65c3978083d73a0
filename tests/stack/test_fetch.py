"""Fetching from strangers' addresses: never into our own network, never without end."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from packshot.errors import BadInputError, PackshotError, TooLargeError, UnavailableError
from packshot.fetch import Address, BlockedAddressError, fetch, is_public

PUBLIC = ipaddress.ip_address("93.184.215.14")

INWARD = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.255.255.254/",
    "http://localhost/",
    "http://localhost./",
    "http://LOCALHOST/",
    "http://10.0.0.1/",
    "http://10.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://192.168.257/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://ⓛocalhost/",
]

NOT_FETCHED = [
    "http://user@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com:22/",
    "http://example.com:6379/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "//example.com/",
    "http:///",
    "data:image/png;base64,AAAA",
]


def picture() -> httpx.Response:
    return httpx.Response(200, stream=httpx.ByteStream(b"picture"))


class Wire(httpx.AsyncBaseTransport):
    """Stands in for the network, and notes who was called."""

    def __init__(self, answer: Callable[[], httpx.Response] = picture) -> None:
        self.answer = answer
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer()


def at(*addresses: str) -> Callable[[str, int], object]:
    async def resolve(_host: str, _port: int) -> list[Address]:
        return [ipaddress.ip_address(address) for address in addresses]

    return resolve


@pytest.mark.parametrize("url", INWARD)
async def test_no_form_of_an_inward_address_gets_through(url: str) -> None:
    wire = Wire()
    with pytest.raises((BlockedAddressError, UnavailableError, BadInputError)):
        await fetch(url, max_bytes=100, schemes=("http",), transport=wire)
    assert wire.requests == []


@pytest.mark.parametrize("url", NOT_FETCHED)
async def test_other_schemes_users_and_ports_are_refused(url: str) -> None:
    wire = Wire()
    with pytest.raises((BlockedAddressError, BadInputError)):
        await fetch(url, max_bytes=100, schemes=("http", "https"), resolve=at(str(PUBLIC)), transport=wire)
    assert wire.requests == []


async def test_one_inward_address_among_public_ones_is_enough_to_refuse() -> None:
    wire = Wire()
    with pytest.raises(BlockedAddressError):
        await fetch("https://a.test/", max_bytes=100, resolve=at(str(PUBLIC), "127.0.0.1"), transport=wire)
    assert wire.requests == []


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    wire, asked = Wire(), []

    async def rebinding(host: str, _port: int) -> list[Address]:
        asked.append(host)
        return [PUBLIC if len(asked) == 1 else ipaddress.ip_address("127.0.0.1")]

    fetched = await fetch("https://shop.test/mug.jpg?size=1", max_bytes=100, resolve=rebinding, transport=wire)
    assert fetched.data == b"picture"
    (request,) = wire.requests
    assert asked == ["shop.test"]
    assert str(request.url) == f"https://{PUBLIC}/mug.jpg?size=1"
    assert request.headers["Host"] == "shop.test"
    assert request.extensions["sni_hostname"] == "shop.test"


async def test_redirects_are_not_followed() -> None:
    wire = Wire(lambda: httpx.Response(302, headers={"Location": "http://127.0.0.1/"}))
    with pytest.raises(BadInputError, match="302"):
        await fetch("https://a.test/", max_bytes=100, resolve=at(str(PUBLIC)), transport=wire)
    assert len(wire.requests) == 1


async def drip(every_s: float, chunk: bytes) -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(every_s)
        yield chunk


async def test_an_answer_without_end_stops_at_the_limit() -> None:
    wire = Wire(lambda: httpx.Response(200, content=drip(0, b"x" * 64)))
    with pytest.raises(TooLargeError):
        await fetch("https://a.test/", max_bytes=1000, resolve=at(str(PUBLIC)), transport=wire)


async def test_a_drip_stops_at_the_deadline() -> None:
    wire = Wire(lambda: httpx.Response(200, content=drip(0.01, b"x")))
    with pytest.raises(UnavailableError, match=r"longer than 0.2 s"):
        async with asyncio.timeout(2):
            await fetch("https://a.test/", max_bytes=10**6, timeout_s=0.2, resolve=at(str(PUBLIC)), transport=wire)


async def test_a_slow_name_server_stops_at_the_deadline() -> None:
    async def never(_host: str, _port: int) -> list[Address]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(UnavailableError):
        await fetch("https://a.test/", max_bytes=100, timeout_s=0.1, resolve=never, transport=Wire())


async def test_a_compressed_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(10**7))
    wire = Wire(lambda: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb)))
    with pytest.raises(BadInputError, match="compressed"):
        await fetch("https://a.test/", max_bytes=10**6, resolve=at(str(PUBLIC)), transport=wire)
    assert wire.requests[0].headers["Accept-Encoding"] == "identity"


async def test_an_unknown_name_is_said_so() -> None:
    async def unknown(_host: str, _port: int) -> list[Address]:
        raise OSError("no such name")

    with pytest.raises(PackshotError, match="not known"):
        await fetch("https://a.test/", max_bytes=100, resolve=unknown, transport=Wire())


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
