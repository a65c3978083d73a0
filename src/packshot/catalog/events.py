"""Live news of a product's photos, each told as it is by the time it is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from packshot.catalog.news import channel
from packshot.catalog.photos import photo, photos
from packshot.catalog.schemas import photo_out, photos_out
from packshot.db import transaction
from packshot.errors import NotFoundError
from packshot.web.events import Hub

MOST = 200  # photos in one look


async def events(hub: Hub, account_id: UUID, product_id: UUID) -> AsyncGenerator[tuple[str, Any]]:
    """What happens, as a name and JSON, until the product is gone; no transaction is open while anybody waits.

    `photos`: the newest, first and whenever news may have been missed. `photo`: one that came or changed. `deleted`:
    the id of a photo or, as the last one, of the product.
    """

    async def look() -> Mapping[str, Any]:
        try:
            async with transaction(account_id) as session:
                return {"photos": await photos_out(session, await photos(session, product_id, limit=MOST))}
        except NotFoundError:
            return {"photo_id": None}

    async with aclosing(hub.follow(channel(product_id), look)) as stream:
        async for news in stream:
            if "photos" in news:
                yield "photos", news["photos"]
            elif news["photo_id"] is None:
                yield "deleted", {"id": product_id}
                return
            else:
                yield await _changed(account_id, UUID(news["photo_id"]))


async def _changed(account_id: UUID, photo_id: UUID) -> tuple[str, Any]:
    try:
        async with transaction(account_id) as session:
            return "photo", await photo_out(session, await photo(session, photo_id))
    except NotFoundError:
        return "deleted", {"id": photo_id}
