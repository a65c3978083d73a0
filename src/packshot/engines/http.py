"""One exchange with a vendor over HTTP: sent once, bounded in time and bytes, and clear about whether it was sent."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import httpx

CONNECT_S = 10.0
KEEP_S = 5.0  # an idle connection of polls
ERROR_BYTES = 65_536  # of an answer that is an error
ERROR_S = 5.0  # and how long its text is waited for: its status says enough
LONGEST_RETRY_AFTER_S = 3600.0

watched: ContextVar[list[Answer] | None] = ContextVar("watched", default=None)
"""Where answers are put for who compares vendors with their simulators."""

Part = tuple[str, tuple[str | None, bytes | str, str] | tuple[None, str]]


class NotSentError(Exception):
    """Provably nothing of the request left this machine."""


class NoAnswerError(Exception):
    """The request was sent, at least in part, and no usable answer came: it may have been carried out."""


class UnusableError(NoAnswerError):
    """An answer came that is not read: compressed, or of more bytes than were expected."""


@dataclass(frozen=True)
class Answer:
    """What a vendor answered, as sent: never decompressed, no longer than it may be."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; a NoAnswerError if it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise NoAnswerError("sent something other than JSON") from error

    @property
    def retry_after_s(self) -> float | None:
        """Seconds to wait that the vendor asks for, as a number or a date; None where it asks for none."""
        given = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d*)?", given, re.ASCII):
            seconds = float(given)
        else:
            try:
                when = parsedate_to_datetime(given)
            except ValueError:
                return None
            seconds = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


async def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    deadline_s: float,
    max_bytes: int,
    json: object = None,
    parts: Sequence[Part] | None = None,
) -> Answer:
    """Sends one request, never again, follows nothing, and reads at most `max_bytes` within `deadline_s` altogether.

    A body of `json`, or `parts` as multipart/form-data. Raises NotSentError, NoAnswerError or UnusableError:
    their words follow the vendor's name and hold no address and no header.
    """
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise NotSentError("cannot be reached with a key of these characters")
    sent = False

    async def watch(event: str, _: Mapping[str, Any]) -> None:
        nonlocal sent
        sent = sent or event.endswith("send_request_headers.started")

    try:
        request = httpx.Request(
            method,
            url,
            headers={"Accept": "application/json", "User-Agent": "packshot"} | dict(headers) | _PLAIN,
            json=json,
            files=parts or None,
            extensions={"trace": watch, "timeout": _timeouts(deadline_s)},
        )
        client = _client(keep=method == "GET")
        async with asyncio.timeout(deadline_s):
            response = await client.send(request, stream=True)
            try:
                answer = await _read(response, max_bytes)
            finally:
                await response.aclose()
        if (seen := watched.get()) is not None:
            seen.append(answer)
        return answer
    except TimeoutError:
        raise (NoAnswerError if sent else NotSentError)(f"did not answer within {deadline_s:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        # Without the cause: addresses stand in it, and those of results are signed.
        raise NoAnswerError("broke off") if sent else NotSentError("cannot be reached") from None


_PLAIN = {"Accept-Encoding": "identity"}


def _timeouts(deadline_s: float) -> dict[str, float | None]:
    return httpx.Timeout(deadline_s, connect=min(CONNECT_S, deadline_s)).as_dict()


async def _read(response: httpx.Response, max_bytes: int) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    body = bytearray()
    if response.status_code >= 300:
        try:
            async with asyncio.timeout(ERROR_S):
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > ERROR_BYTES:
                        break
        except (TimeoutError, httpx.HTTPError):
            pass
        return Answer(response.status_code, headers, bytes(body[:ERROR_BYTES]))
    if headers.get("content-encoding", "identity") != "identity":
        raise UnusableError("sent a compressed answer, which was not asked for")
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            raise UnusableError(f"sent more than {max_bytes:,} bytes")
    return Answer(response.status_code, headers, bytes(body))


_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, httpx.AsyncClient]] = WeakKeyDictionary()


def _client(*, keep: bool) -> httpx.AsyncClient:
    """This loop's client, made at its first use.

    Only connections of polls are kept: a kept one may be closed by the vendor just while something that costs money is
    sent over it, and then nobody knows whether it arrived.
    """
    own = _clients.setdefault(asyncio.get_running_loop(), {})
    if keep not in own:
        limits = httpx.Limits(
            max_connections=None, max_keepalive_connections=None if keep else 0, keepalive_expiry=KEEP_S
        )
        own[keep] = httpx.AsyncClient(verify=_tls(), limits=limits, follow_redirects=False)
    return own[keep]


async def hang_up() -> None:
    """Closes this loop's connections."""
    for client in _clients.pop(asyncio.get_running_loop(), {}).values():
        await client.aclose()


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
