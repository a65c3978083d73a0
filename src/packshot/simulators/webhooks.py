"""Webhooks that simulators send: in order, twice, the wrong way round or forged, signed as Standard Webhooks says."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

SECRET = "whsec_" + base64.b64encode(b"simulated signing secret").decode("ascii")
Message = tuple[str, Mapping[str, Any]]
_running: set[asyncio.Task[None]] = set()


def tell_later(to: str | None, messages: Sequence[Message], fault: str, *, sign: bool = True) -> None:
    """Sends messages, each an id and its JSON, to an address if there is one, while others are served."""
    if to:
        task = asyncio.get_running_loop().create_task(_tell(to, messages, fault, sign=sign))
        _running.add(task)
        task.add_done_callback(_running.discard)


async def _tell(to: str, messages: Sequence[Message], fault: str, *, sign: bool) -> None:
    if fault == "webhook-reordered":
        messages = messages[::-1]
    if fault == "webhook-twice":
        messages = [*messages, *messages]
    async with httpx.AsyncClient(timeout=5) as client:
        for id, told in messages:
            body = json.dumps(told).encode()
            key = secrets.token_bytes(24) if fault == "webhook-forged" else None
            headers = signed(id, body, key=key) if sign else {"content-type": "application/json"}
            try:
                await client.post(to, content=body, headers=headers)
            except httpx.HTTPError:
                return


def signed(id: str, body: bytes, *, key: bytes | None = None, now: float | None = None) -> dict[str, str]:
    """The headers of a webhook, signed with the simulator's secret or another `key`."""
    timestamp = str(int(time.time() if now is None else now))
    key = base64.b64decode(SECRET.removeprefix("whsec_")) if key is None else key
    signature = base64.b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256")).decode("ascii")
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
        "content-type": "application/json",
    }
