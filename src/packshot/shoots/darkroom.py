"""Pictures made on demand, for looking at or in another format: ordered once however many ask, kept an hour, free.

Valkey holds the open orders, storage the results, under ids that are made of what was ordered. The `cpu` workers make
them; while paid work waits there they make none, and who asks is told to come back.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid5

from limits import RateLimitItemPerMinute
from redis.exceptions import RedisError

from packshot.accounts import rate_limit
from packshot.catalog.doomed import doom
from packshot.db import transaction
from packshot.errors import PackshotError, RefusedError, UnavailableError
from packshot.imaging.formats import FORMATS, Format
from packshot.storage import storage
from packshot.storage.base import FileMissingError
from packshot.tasks import enqueue
from packshot.valkey import valkey

What = Literal["preview", "copy"]

KEPT = timedelta(hours=1)
PATIENCE_S = 20.0
LOOK_S = 0.15
STALE_S = 60.0  # an order that is open longer was lost
MOST_OPEN = 24  # of one account: more are asked to come back
BUSY_S = 3  # after an order stood back for paid work
PER_MINUTE = RateLimitItemPerMinute(120)  # orders of one account
FAILED_S = 600  # a refusal is remembered so long

_NAMES = UUID("7d3d1c1e-4b5c-4a51-9f0e-6a4f8c4f0c11")
_BUSY = "packshot:darkroom:busy"


class DarkroomBusyError(UnavailableError):
    """Not now."""

    retry_after_s = float(BUSY_S)


class NotDevelopedError(RefusedError):
    """It cannot be made; the words say why."""


@dataclass(frozen=True)
class Order:
    """What is to be made of `subject`: a cutout's preview in a style, or a copy."""

    what: What
    account_id: UUID
    subject: UUID
    format: Format = "webp"
    style: str = ""
    framing: str = ""
    view: str = ""

    @property
    def id(self) -> UUID:
        return uuid5(_NAMES, self.text)

    @property
    def text(self) -> str:
        return json.dumps(asdict(self), default=str, sort_keys=True)

    @property
    def key(self) -> str:
        """Where the result lies while it is kept."""
        return f"darkroom/{self.id}.{FORMATS[self.format].extension}"

    @classmethod
    def parse(cls, text: str) -> Order:
        known = json.loads(text)
        return cls(**known | {"account_id": UUID(known["account_id"]), "subject": UUID(known["subject"])})


async def developed(order: Order, patience_s: float = PATIENCE_S) -> str:
    """The storage key of what was ordered, once it is there.

    Raises NotDevelopedError where it cannot be made, DarkroomBusyError where it is not there in time, and
    TooManyRequestsError.
    """
    if await _exists(order.key):
        return order.key
    await rate_limit.hit("darkroom", str(order.account_id), PER_MINUTE)
    until = time.monotonic() + patience_s
    try:
        while time.monotonic() < until:
            if why := await valkey().get(_name("failed", order.id)):
                words, remedy = json.loads(why)
                raise NotDevelopedError(words, remedy=remedy)
            if await valkey().exists(_BUSY):
                break
            await _ask(order)
            await asyncio.sleep(LOOK_S)
            if await _exists(order.key):
                return order.key
    except (RedisError, OSError, TimeoutError) as error:
        raise DarkroomBusyError("Pictures cannot be made at the moment.", remedy="Try again in a moment.") from error
    raise DarkroomBusyError(
        "This is not made yet: ordered pictures come first.", remedy="It comes by itself once there is room."
    )


async def taken(id: UUID) -> Order | None:
    """The open order `id`, for a worker."""
    text = await valkey().get(_name("order", id))
    return Order.parse(str(text)) if text else None


async def deliver(order: Order, data: bytes) -> None:
    """Stores what was made, for KEPT."""
    async with transaction(order.account_id) as session:
        await doom(session, order.account_id, [order.key], after=KEPT)
    await storage().put(order.key, data)
    await _close(order)


async def refuse(order: Order, error: PackshotError) -> None:
    """Says to who asks, for a while, why it cannot be made."""
    why = json.dumps([error.message, error.remedy or "Try another style or photo."])
    await valkey().set(_name("failed", order.id), why, ex=FAILED_S)
    await _close(order)


async def stand_back(order: Order) -> None:
    """Leaves the order for later: what is paid for comes first."""
    await valkey().set(_BUSY, "1", ex=BUSY_S)
    await _close(order)


async def _ask(order: Order) -> None:
    """Orders it, unless that was done."""
    account, id, now = f"packshot:darkroom:open:{order.account_id}", str(order.id), time.time()
    async with valkey().pipeline() as pipeline:
        pipeline.zremrangebyscore(account, 0, now - STALE_S)
        pipeline.set(_name("order", order.id), order.text, ex=int(STALE_S * 2))
        pipeline.zadd(account, {id: now}, nx=True)
        pipeline.zcard(account)
        pipeline.expire(account, int(STALE_S * 2))
        _, _, fresh, count, _ = await pipeline.execute()
    if fresh and count > MOST_OPEN:
        await valkey().zrem(account, id)
        raise DarkroomBusyError(f"{MOST_OPEN} pictures are being made for you already.", remedy="Wait for them.")
    if fresh and not await enqueue("shoots.develop", order.id):
        await valkey().zrem(account, id)


async def _close(order: Order) -> None:
    await valkey().zrem(f"packshot:darkroom:open:{order.account_id}", str(order.id))


async def _exists(key: str) -> bool:
    try:
        return await storage().size(key) > 0
    except FileMissingError:
        return False


def _name(kind: str, id: UUID) -> str:
    return f"packshot:darkroom:{kind}:{id}"
