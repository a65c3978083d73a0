"""What the darkroom makes: a product in a style before it is shot, or a picture in another format."""

from __future__ import annotations

import asyncio
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.catalog.approved import Approved
from packshot.catalog.models import Cutout, Photo
from packshot.db import transaction
from packshot.engines.base import Done, Failed, GenerationRequest, Reference
from packshot.errors import NotFoundError, PackshotError, RefusedError
from packshot.shoots import darkroom
from packshot.shoots.cancel import generation_of
from packshot.shoots.darkroom import Order
from packshot.shoots.lease import due
from packshot.shoots.makers import maker
from packshot.shoots.models import Generation
from packshot.storage import storage
from packshot.styles.direction import look_of
from packshot.styles.price import EMBEDDED

SIDE = 384  # px of a preview
SEED = 1  # the same for all, so that styles differ by nothing else

log = structlog.get_logger(__name__)


def preview_of(account_id: UUID, photo: Approved, style: str, framing: str) -> Order:
    """A small picture of this photo's product in `style`."""
    return Order("preview", account_id, photo.cutout_id, style=style, framing=framing, view=photo.view or "")


async def develop(id: UUID) -> None:
    """Makes what was ordered, unless paid work waits for this queue."""
    order = await darkroom.taken(id)
    if order is None:
        return
    async with transaction(system=True) as session:
        paid_work = await session.scalar(select(Generation.id).where(due("cpu")).limit(1))
    if paid_work is not None and order.what == "preview":
        await darkroom.stand_back(order)
        return
    try:
        await darkroom.deliver(order, await _made(order))
    except PackshotError as error:
        await darkroom.refuse(order, error)
    except Exception:
        log.exception("nothing came of an order", what=order.what, subject=str(order.subject))
        await darkroom.refuse(order, PackshotError("This could not be made.", remedy="Reload the page in a while."))


async def _made(order: Order) -> bytes:
    async with transaction(order.account_id) as session:
        match order.what:
            case "preview":
                reference = await _reference(session, order)
            case "copy":
                generation = await generation_of(session, order.subject)
                reference = await _file(generation.key)
    if isinstance(reference, Reference):
        return await asyncio.to_thread(_preview, order, reference)
    from packshot.imaging.own import copy

    return await asyncio.to_thread(copy, reference, order.format)


async def _file(key: str | None) -> bytes:
    if key is None:
        raise NotFoundError("There is no such file.", remedy="Reload the page.")
    return await storage().get(key)


async def _reference(session: AsyncSession, order: Order) -> Reference:
    cutout = await session.get(Cutout, order.subject)
    photo = await session.get(Photo, cutout.photo_id) if cutout else None
    if photo is None or cutout is None or photo.master_key is None or cutout.alpha_key is None:
        raise NotFoundError("The photo was deleted.", remedy="Reload the page.")
    return Reference(
        await storage().get(photo.master_key),
        name=photo.name,
        view=order.view or None,  # type: ignore[arg-type]
        approved=True,
        alpha=await storage().get(cutout.alpha_key),
    )


def _preview(order: Order, reference: Reference) -> bytes:
    """The embedded studio's picture, whatever engine makes the shoot: it costs nobody anything."""
    from packshot.imaging.own import small
    from packshot.imaging.photo import Photo as Pixels

    studio = maker(EMBEDDED)
    look = look_of(order.style, order.framing)
    asked = GenerationRequest(
        model=studio.models()[0].id,
        width=SIDE,
        height=SIDE,
        style=look.style,
        framing=look.framing,
        seed=SEED,
        references=(reference,),
    )
    outcome = asyncio.run(studio.submit(asked, key=str(order.id)))
    if isinstance(outcome, Failed):
        raise RefusedError(outcome.words, remedy=outcome.remedy)
    content = cast(Done, outcome).artefacts[0].content
    assert isinstance(content, Pixels)
    return small(content.pixels)
