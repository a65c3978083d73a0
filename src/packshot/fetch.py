"""The one way to get bytes from a stranger's address: bounded in time and size, never into our own network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import httpx

from packshot.errors import BadInputError, RefusedError, TooLargeError, UnavailableError

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[Address]]]

# Python's own is_global differs between versions and calls some of these global: the lists are IANA's special-purpose
# registries of 2025, plus 6to4 and Teredo, which lead to any IPv4 address.
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_PORTS = {"https": 443, "http": 80}


class BlockedAddressError(RefusedError):
    """The address leads somewhere that Packshot does not fetch from."""


@dataclass(frozen=True)
class Fetched:
    """`data` as sent, not decompressed; `content_type` as the server claims it: not to be believed."""

    data: bytes
    content_type: str


async def resolve(host: str, port: int) -> list[Address]:
    """The addresses of `host`, as the system finds them; what looks like a number is a number in any notation."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(place[4][0])) for place in found]


def is_public(address: Address) -> bool:
    """`address` belongs to the open internet: no network of ours, of this machine, of a cloud's metadata."""
    if isinstance(address, IPv6Address) and (address not in _PUBLIC_IPV6 or address.scope_id):
        return False
    return not any(address in network for network in _SPECIAL if network.version == address.version)


async def fetch(
    url: str,
    *,
    max_bytes: int,
    timeout_s: float = 20,
    schemes: Collection[str] = ("https",),
    resolve: Resolve = resolve,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Fetched:
    """GETs `url`: no redirects, no proxy, standard ports, no cookies, `timeout_s` for everything together.

    The name is looked up once, every address it has must be public, and the connection goes to the address that was
    checked, so that a name cannot change its mind in between. Raises BlockedAddressError, TooLargeError, BadInputError
    (the answer is not what was asked for) or UnavailableError.
    """
    target = _parse(url, schemes)
    try:
        async with asyncio.timeout(timeout_s):
            address = await _public_address(target, resolve)
            return await _get(target, address, max_bytes, transport)
    except (TimeoutError, httpx.TransportError) as error:
        reason = f"took longer than {timeout_s:g} s" if isinstance(error, TimeoutError) else "cannot be reached"
        raise UnavailableError(f"{target.host} {reason}.", remedy="Try again, or upload the file.") from error


def _parse(url: str, schemes: Collection[str]) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise BadInputError(
            "This is not an address on the web.", remedy="It looks like https://example.com/mug.jpg."
        ) from error
    if target.scheme not in schemes or not target.host:
        raise BlockedAddressError(f"Addresses have to start with {' or '.join(f'{one}://' for one in schemes)}.")
    if target.userinfo or target.port not in (None, _PORTS[target.scheme]):
        raise BlockedAddressError("Addresses with a user or a port of their own are not fetched.")
    return target


async def _public_address(target: httpx.URL, resolve: Resolve) -> Address:
    try:
        addresses = await resolve(target.raw_host.decode("ascii").strip("[]"), _PORTS[target.scheme])
    except (OSError, UnicodeError, ValueError) as error:
        raise UnavailableError(f"{target.host} is not known.", remedy="Check the address.") from error
    if not addresses or not all(map(is_public, addresses)):
        raise BlockedAddressError(
            f"{target.host} does not lead to the open internet.", remedy="Upload the file instead."
        )
    return addresses[0]


async def _get(
    target: httpx.URL, address: Address, max_bytes: int, transport: httpx.AsyncBaseTransport | None
) -> Fetched:
    request = httpx.Request(
        "GET",
        target.copy_with(host=str(address)),
        headers={"Host": target.netloc.decode("ascii"), "Accept-Encoding": "identity", "User-Agent": "packshot"},
        extensions={"sni_hostname": target.raw_host.decode("ascii"), "timeout": httpx.Timeout(10).as_dict()},
    )
    async with httpx.AsyncClient(
        transport=transport, trust_env=False, follow_redirects=False, limits=httpx.Limits(max_connections=1)
    ) as client:
        response = await client.send(request, stream=True)
        try:
            return await _read(response, target.host, max_bytes)
        finally:
            await response.aclose()


async def _read(response: httpx.Response, host: str, max_bytes: int) -> Fetched:
    if response.status_code != 200:
        raise BadInputError(
            f"{host} answered {response.status_code}.",
            remedy="Give the address of the file itself.",
            status=response.status_code,
        )
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise BadInputError(f"{host} sent a compressed answer, which was not asked for.", remedy="Upload the file.")
    data = bytearray()
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > max_bytes:
            raise TooLargeError(f"{host} sent more than {max_bytes:,} bytes.", remedy="Use a smaller file.")
    return Fetched(bytes(data), response.headers.get("Content-Type", ""))
