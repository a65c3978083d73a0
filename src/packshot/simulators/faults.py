"""Accidents on request: a header `x-simulator-fault`, or the words `fault:NAME` in a description.

Before the vendor takes the request on, and so not billed: `rate-limited` (429 with Retry-After), `rate-limited-bare`,
`overloaded` (503 with Retry-After), `broken` (500), `bad-gateway` (502), `unpaid`, and `moderated` in the vendor's own
way. Afterwards, and billed: `broken-after` (500), `hang`, `cut-off`. With the result: `drip`, `endless`, `gzip-bomb`,
`html`, `wrong-size`, `nonsense` (JSON that means nothing); with a video's also `cut-short` (half of the file), `brief`
(it lasts half as long) and `wrong-shape`. With a result that has an address: `expired`, `redirect` (to
a cloud's metadata), `metadata` (its address itself). With something under way: `failed`, `failed-moderated`, `aborted`,
`strange-status`, `forgotten`. With webhooks: `webhook-twice`, `webhook-reordered`, `webhook-forged`. With `-once`
behind it an accident in the words happens to the first who says them.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncGenerator, Callable
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

HEADER = "x-simulator-fault"
METADATA = "http://169.254.169.254/latest/meta-data/"
PAGE = b"<!doctype html><html><body>Sorry, please log in.</body></html>"
BOMB_BYTES = 256 << 20
_FAULT = re.compile(r"\bfault:([a-z-]+)")

Error = Callable[[int, str], Response]


def asked(request: Request, words: str = "") -> str:
    """The name of the accident that a request asks for; "" for none."""
    found = _FAULT.search(words)
    return request.headers.get(HEADER, "") or (found[1] if found else "")


def before(fault: str, error: Error) -> Response | None:
    """The answer of a vendor that does not take the request on, in its own shape of errors."""
    statuses = {"rate-limited": 429, "rate-limited-bare": 429, "overloaded": 503, "broken": 500, "bad-gateway": 502}
    if fault == "unpaid":
        return error(402, "The account has no credits.")
    if fault not in statuses:
        return None
    answer = error(statuses[fault], f"As asked: {fault}.")
    if fault in ("rate-limited", "overloaded"):
        answer.headers["Retry-After"] = "7"
    return answer


async def after(fault: str, error: Error) -> Response | None:
    """The answer of a vendor that took the request on and then had an accident."""
    if fault == "broken-after":
        return error(500, "As asked: broken after the request was accepted.")
    if fault == "hang":
        await asyncio.sleep(3600)
    if fault == "cut-off":
        return StreamingResponse(_few(), headers={"Content-Length": "100000"})
    if fault == "nonsense":
        return PlainTextResponse("[1, 2", media_type="application/json")
    return None


def sent(fault: str, data: bytes, media_type: str) -> Response:
    """A result on its way: whole, or as the accident has it."""
    if fault == "drip":
        return StreamingResponse(_drip(data), media_type=media_type)
    if fault == "endless":
        return StreamingResponse(_endless(data), media_type=media_type)
    if fault == "gzip-bomb":
        return Response(_bomb(), media_type=media_type, headers={"Content-Encoding": "gzip"})
    if fault == "expired":
        return PlainTextResponse("Request has expired", 403)
    if fault == "redirect":
        return RedirectResponse(METADATA, 302)
    return Response(data, media_type=media_type)


async def _few() -> AsyncGenerator[bytes]:
    yield b"{"


async def _drip(data: bytes) -> AsyncGenerator[bytes]:
    for position in range(len(data)):
        yield data[position : position + 1]
        await asyncio.sleep(0.05)


async def _endless(data: bytes) -> AsyncGenerator[bytes]:
    chunk = (data * (65_536 // len(data) + 1))[:65_536]
    while True:
        yield chunk
        await asyncio.sleep(0)


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_BYTES), 9)
