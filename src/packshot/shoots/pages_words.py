"""The page where a shoot is described in words: what is understood, where it leads, and the price, as one types."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.browser import LoggedIn, Viewer
from packshot.catalog.models import Cutout, Photo, Product
from packshot.credits.errors import InsufficientCreditsError
from packshot.db import transaction
from packshot.errors import PackshotError
from packshot.shoots.cards import titles
from packshot.shoots.chosen import FORMAT_NAMES, SIZES
from packshot.shoots.errors import UnsupportedError
from packshot.shoots.reader import read
from packshot.shoots.submit import AcceptedOut, accept
from packshot.shoots.variations import shown
from packshot.shoots.worded import Leads, Worded, painters, product_of, unconfigured
from packshot.styles.library import styles
from packshot.styles.price import EMBEDDED
from packshot.web.render import go, render
from packshot.words.markets import markets
from packshot.words.poses import poses

router = APIRouter()

MOST_PRODUCTS = 200
Text = Annotated[str, Form(max_length=12_000)]
Short = Annotated[str, Form(max_length=100)]
EXAMPLES = (
    "Brown leather bag on marble, soft light, no people",
    "Scented candle, cosy winter evening, for our customers in Brazil",
    "Steel bottle against a grey wall, hard light, close up",
)


def _typed(
    words: Text = "",
    product: Short = "",
    style: Short = "",
    engine: Short = "",
    market: Short = "",
    pictures: Short = "1",
    different: Short = "",
    size: Short = "1024x1024",
    format: Short = "webp",
    pose: Annotated[list[str] | None, Form(max_length=20)] = None,
) -> Worded:
    return Worded(words, product, style, engine, market, pictures, bool(different), size, format, pose or [])


Typed = Annotated[Worded, Depends(_typed)]


@router.get("/new")
async def new(
    request: Request,
    viewer: LoggedIn,
    style: Annotated[str, Query(max_length=100)] = "",
    product: Annotated[str, Query(max_length=100)] = "",
    words: Annotated[str, Query(max_length=12_000)] = "",
) -> Response:
    """`style`, `product` and `words` in the address fill the form in."""
    return await _page(request, viewer, Worded(words=words, product=product, style=style), {})


@router.post("/new/reading")
async def reading(request: Request, viewer: LoggedIn, typed: Typed) -> Response:
    return render(request, "shoots/reading.html", leads=await _leads(viewer, typed), oob=True, **_names())


@router.post("/new")
async def create(
    request: Request,
    viewer: LoggedIn,
    typed: Typed,
    key: Annotated[str, Form(min_length=8, max_length=255)],
    look: Short = "",
) -> Response:
    leads = await _leads(viewer, typed)
    if look:  # without scripts: only show what is understood
        return await _page(request, viewer, typed, {}, leads)
    brief = leads.brief()
    if isinstance(brief, dict):
        return await _page(request, viewer, typed, brief, leads, status=422)
    try:
        answer = await accept(viewer.principal.account_id, viewer.principal.user_id, brief, key)
    except InsufficientCreditsError as short:
        back = f"/new?{urlencode({'words': typed.words, 'product': typed.product, 'style': typed.style})}"
        return go(request, f"/pricing?{urlencode({'missing': short.needed - short.available, 'back': back})}")
    except PackshotError as error:
        return await _page(request, viewer, typed, _explained(error), leads, status=error.status)
    return go(request, f"/shoots/{AcceptedOut.model_validate_json(answer).id}")


def _explained(error: PackshotError) -> dict[str, str]:
    """The words of a refusal by the field that they are about; the rest stands above the form."""
    facts: dict[str, Any] = error.facts
    if isinstance(error, UnsupportedError):
        names = {"width": "size", "height": "size", "references": "product_id", "style": "engine"}
        problems: list[dict[str, str]] = facts["problems"]
        told: dict[str, str] = {}
        for one in problems:
            name = names.get(one["field"], one["field"])
            told[name] = " ".join(filter(None, [told.get(name), one["message"], one["remedy"]]))
        return told
    return {"again": f"{error.message} {error.remedy}"}


async def _leads(viewer: Viewer, typed: Worded) -> Leads:
    found = await read(typed.words)
    photos = 1
    if id := product_of(typed):
        async with transaction(viewer.principal.account_id) as session:
            photos = next((count for product, _, count in await _products(session) if product == id), 0)
    return Leads(typed, found, photos)


async def _products(session: AsyncSession) -> list[tuple[UUID, str, int]]:
    """The newest products that can be shot: id, name, and how many photos are approved."""
    ready = (
        select(Product.id, Product.name, func.count(distinct(Photo.id)))
        .join(Photo, Photo.product_id == Product.id)
        .join(Cutout, Cutout.photo_id == Photo.id)
        .where(Cutout.approved_at.is_not(None), Photo.hidden_at.is_(None), Product.hidden_at.is_(None))
        .group_by(Product.id, Product.name)
        .order_by(Product.id.desc())
        .limit(MOST_PRODUCTS)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(ready)]


async def _page(
    request: Request,
    viewer: Viewer,
    typed: Worded,
    wrong: dict[str, str],
    leads: Leads | None = None,
    *,
    status: int = 200,
) -> Response:
    leads = leads or await _leads(viewer, typed)
    async with transaction(viewer.principal.account_id) as session:
        products = await _products(session)
    return render(
        request,
        "shoots/words.html",
        status=status,
        typed=typed,
        leads=leads,
        oob=False,
        wrong=wrong,
        known=_FIELDS,
        products=products,
        painters=painters(),
        unconfigured=unconfigured() if viewer.is_admin else [],
        embedded=EMBEDDED,
        styles=styles(),
        sizes=SIZES,
        formats=FORMAT_NAMES,
        markets=markets(),
        poses=poses(),
        examples=EXAMPLES,
        key=uuid4().hex,
        **_names(),
    )


_FIELDS = {"words", "product_id", "engine", "market", "variations", "count", "size", "format", "poses"}


def _names() -> dict[str, Any]:
    return {"titles": titles(), "shown": shown}
