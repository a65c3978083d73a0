"""One picture: large, beside its photo and its siblings, how it was made, its files, and asking for it again."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import select

from packshot.accounts.browser import LoggedIn, PageSession
from packshot.catalog.models import Photo
from packshot.db import transaction
from packshot.engines.base import Cost
from packshot.errors import BadInputError, NotFoundError, PackshotError
from packshot.imaging.formats import Format, extension_of
from packshot.plates.way import WAYS
from packshot.shoots.archive import file_name
from packshot.shoots.cancel import generation_of
from packshot.shoots.cards import Card, cards_of, of_shoot
from packshot.shoots.chosen import FORMAT_NAMES
from packshot.shoots.darkroom import Order, developed
from packshot.shoots.files import file
from packshot.shoots.finishing import small_key
from packshot.shoots.judging.labels import BEST, rated
from packshot.shoots.judging.review import WRONG
from packshot.shoots.judging.shown import seen
from packshot.shoots.look import generations
from packshot.shoots.models import Attempt
from packshot.shoots.retry import REASONS, ask_again
from packshot.storage.base import FileMissingError
from packshot.web.render import go, render

router = APIRouter()

KEPT_S = 3600
SHOWN = ("webp", "png", "jpeg", "avif")  # what browsers show
FINDINGS = {
    "cutout_confidence": "Confidence of the cutout",
    "cutout_verdict": "Verdict on the cutout",
    "cutout_reasons": "Doubts about the cutout",
    "view": "Photographed",
    "elevation": "Camera's height, degrees",
    "engine": "Taken over by",
    "model": "Its model",
    "enlarged": "Scene enlarged",
    "busy": "Clutter, where less is better",
    "floor_edge": "Floor begins at",
    "alike": "Product kept in place",
    "lasts": "Lasts, in seconds",
    "frames_a_second": "Frames a second",
    "packed_as": "Packed as",
}

VERDICTS = {"accept": "Looks right", "ask": "Approved by a person", "refuse": "Cannot be used"}


@router.get("/generations/{generation_id}")
async def picture_page(
    request: Request, generation_id: UUID, viewer: LoggedIn, session: PageSession, beside: Annotated[str, Query()] = ""
) -> Response:
    """`beside` is the id of another picture of the shoot to compare with."""
    return await _page(request, viewer, session, generation_id, beside=beside)


@router.post("/generations/{generation_id}/again")
async def again(
    request: Request,
    generation_id: UUID,
    viewer: LoggedIn,
    reason: Annotated[str, Form(max_length=40)] = "",
    words: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Another version with another seed; the one that was asked for before, if it was."""
    account_id = viewer.principal.account_id
    try:
        async with transaction(account_id) as session:
            made = await ask_again(session, generation_id, reason, words)
    except NotFoundError:
        raise
    except PackshotError as error:
        async with transaction(account_id) as session:
            return await _page(request, viewer, session, generation_id, wrong=error, reason=reason, words=words)
    return go(request, f"/shoots/{made.shoot_id}#g-{made.id}")


@router.get("/generations/{generation_id}/picture")
async def picture(
    request: Request, generation_id: UUID, viewer: LoggedIn, size: Literal["small", "full"] = "full"
) -> Response:
    """The picture as pages show it: a small one for lists, or all of it, in a format that browsers show.

    Of a video it is a still.
    """
    card, key = await _delivered(viewer, generation_id)
    if size == "small" or card.shoot.is_video:
        try:
            return file(request, small_key(key), tag=f"s{card.generation.crc32}", max_age_s=KEPT_S)
        except FileMissingError:  # it is older than small pictures are
            if card.shoot.is_video:
                raise
    if card.shoot.format in SHOWN:
        return file(request, key, tag=f"f{card.generation.crc32}", max_age_s=KEPT_S)
    return await _made(request, Order("copy", viewer.principal.account_id, card.id))


@router.get("/generations/{generation_id}/video")
async def video(request: Request, generation_id: UUID, viewer: LoggedIn) -> Response:
    """The video as pages play it, in parts where a browser asks for one."""
    card, key = await _delivered(viewer, generation_id)
    if not card.shoot.is_video:
        raise NotFoundError("This is a picture.", remedy="Look at it on its page.")
    return file(request, key, tag=f"f{card.generation.crc32}", max_age_s=KEPT_S)


@router.get("/generations/{generation_id}/download")
async def download(
    request: Request, generation_id: UUID, viewer: LoggedIn, format: Annotated[Format | None, Query()] = None
) -> Response:
    """The finished file, or a copy of it in another format, which a video has none of."""
    card, key = await _delivered(viewer, generation_id)
    if card.shoot.is_video and format:
        raise BadInputError("A video is not made into pictures.", remedy="Download it as it is.")
    name = file_name((card.generation, card.shoot, card.product), extension_of(format or card.shoot.format))
    if format in (None, card.shoot.format):
        return file(request, key, tag=f"f{card.generation.crc32}", max_age_s=KEPT_S, filename=name)
    return await _made(request, Order("copy", viewer.principal.account_id, card.id, format=format), name)


async def _made(request: Request, order: Order, filename: str = "") -> Response:
    """What the darkroom makes. No transaction is open while it is waited for."""
    return file(request, await developed(order), tag=str(order.id), max_age_s=KEPT_S, filename=filename)


async def _delivered(viewer: LoggedIn, generation_id: UUID) -> tuple[Card, str]:
    """A delivered picture and the key of its file, or a NotFoundError."""
    async with transaction(viewer.principal.account_id) as session:
        (card,) = await cards_of(session, await generation_of(session, generation_id))
    if card.generation.key is None or not card.delivered:
        raise NotFoundError("This picture is not delivered.", remedy="Its shoot shows how it stands.")
    return card, card.generation.key


async def _page(
    request: Request,
    viewer: LoggedIn,
    session: PageSession,
    generation_id: UUID,
    *,
    beside: str = "",
    wrong: PackshotError | None = None,
    reason: str = "",
    words: str = "",
) -> Response:
    (card,) = await cards_of(session, await generation_of(session, generation_id))
    rows = await generations(session, card.shoot.id)
    siblings = [one for one in of_shoot(card.shoot, card.product, rows) if one.delivered]
    place = next((place for place, one in enumerate(siblings) if one.id == card.id), 0)
    source = await session.get(Photo, card.generation.photo_id) if card.generation.photo_id else None
    attempts = select(Attempt).where(Attempt.generation_id == generation_id).order_by(Attempt.number)
    calls = (await session.scalars(attempts)).all()
    return render(
        request,
        "shoots/picture.html",
        status=wrong.status if wrong else 200,
        card=card,
        siblings=[one for one in siblings if one.id != card.id],
        beside=next((one for one in siblings if str(one.id) == beside and one.id != card.id), None),
        before=siblings[place - 1] if place > 0 else None,
        after=siblings[place + 1] if card.delivered and place + 1 < len(siblings) else None,
        photo=source if source and source.master_key and not source.hidden_at else None,
        attempts=calls,
        filmed=next((one for one in reversed(calls) if one.preview_key), None) if card.filmed else None,
        findings=_findings(card),
        formats=FORMAT_NAMES,
        costs={attempt.id: Cost(attempt.cost_micros) for attempt in calls},
        way=WAYS.get(card.generation.facts.get("way", "")),
        spent=Cost(sum(attempt.cost_micros for attempt in calls)),
        reasons=REASONS,
        faults=WRONG,
        verdicts=await seen(session, generation_id, exact=viewer.is_admin),
        best=BEST,
        rating=await rated(session, generation_id, viewer.principal.user_id) if card.delivered else None,
        wrong=wrong,
        reason=reason,
        words=words,
    )


def _findings(card: Card) -> list[tuple[str, str]]:
    """What the engine found, in words."""
    told: list[tuple[str, str]] = []
    for name, value in card.generation.facts.items():
        if value in (None, "", -1.0) or isinstance(value, dict | bool) or name == "way":
            continue
        told.append((FINDINGS.get(name, name.replace("_", " ").capitalize()), _shown(name, value)))
    return told


def _shown(name: str, value: str | float) -> str:
    """A finding as people read it."""
    if name == "enlarged":
        return f"{value:.2f}×"
    if name in ("cutout_confidence", "floor_edge", "alike"):
        return f"{value:.0%}"
    if isinstance(value, float):
        return f"{value:.3g}"
    return VERDICTS.get(value, value.replace("_", " ")) if isinstance(value, str) else str(value)
