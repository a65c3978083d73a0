"""The page where a shoot is described in words: what is understood, where it leads, and the price, as one types."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot import config
from packshot.accounts.browser import LoggedIn, Viewer
from packshot.catalog.models import Cutout, Photo, Product
from packshot.credits.errors import InsufficientCreditsError
from packshot.db import transaction
from packshot.errors import PackshotError
from packshot.shoots.cards import titles
from packshot.shoots.cast import cast, known_only
from packshot.shoots.chosen import FORMAT_NAMES, SIZES
from packshot.shoots.explained import explained
from packshot.shoots.judging.limits import REVIEW_HOURS
from packshot.shoots.reader import read
from packshot.shoots.submit import AcceptedOut, accept
from packshot.shoots.variations import shown
from packshot.shoots.worded import Leads, Worded, painters, product_of, unconfigured
from packshot.styles.edit import refreshed
from packshot.styles.library import Style, library, styles
from packshot.styles.price import EMBEDDED
from packshot.vendors import ends
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
    talent: Short = "",
    strict: Short = "",
) -> Worded:
    return Worded(
        words=words,
        product=product,
        style=style,
        engine=engine,
        market=market,
        pictures=pictures,
        different=bool(different),
        size=size,
        format=format,
        poses=pose or [],
        talent=talent,
        strict=bool(strict),
    )


Typed = Annotated[Worded, Depends(_typed)]


@router.get("/new")
async def new(
    request: Request,
    viewer: LoggedIn,
    style: Annotated[str, Query(max_length=100)] = "",
    product: Annotated[str, Query(max_length=100)] = "",
    words: Annotated[str, Query(max_length=12_000)] = "",
    talent: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """`style`, `product`, `words` and `talent` in the address fill the form in; a style brings its usual size,

    and a portrait whoever was added last.
    """
    await refreshed()
    await ends.refreshed()
    typed = Worded(words=words, product=product, style=style, talent=talent)
    if typed.portrait and not typed.talent:
        async with transaction(viewer.principal.account_id) as session:
            newest = next(iter(await cast(session)), None)
        typed = replace(typed, talent=str(newest.id) if newest else "")
    if typed.look and typed.look.preset.size:
        typed = replace(typed, size=typed.look.preset.size)
    return await _page(request, viewer, typed, {})


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
        back = _address(typed)
        return go(request, f"/pricing?{urlencode({'missing': short.needed - short.available, 'back': back})}")
    except PackshotError as error:
        return await _page(request, viewer, typed, _explained(error, typed), leads, status=error.status)
    return go(request, f"/shoots/{AcceptedOut.model_validate_json(answer).id}")


def _address(typed: Worded) -> str:
    """Where the form stands as it is filled in, to come back to."""
    filled = {"words": typed.words, "product": typed.product, "style": typed.style, "talent": typed.talent}
    return f"/new?{urlencode({name: value for name, value in filled.items() if value})}"


def _painted() -> list[Style]:
    """The styles of other engines: for words, with or without a product, or for a person."""
    return [one for one in library() if not one.embedded and one.preset.kind == "image"]


_FIELD_OF = {"width": "size", "height": "size", "style": "engine", "model": "engine", "talent_id": "talent"}


def _explained(error: PackshotError, typed: Worded) -> dict[str, str]:
    about = "talent" if typed.talent or typed.portrait else "product_id"
    names = _FIELD_OF | {"references": about}
    return explained(error, names | ({"style": "talent"} if about == "talent" and not typed.talent else {}))


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
        people = await cast(session)
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
        styles=[*styles(), *_painted()],
        sizes=SIZES if typed.size in SIZES else SIZES | {typed.size: typed.size.replace("x", " × ")},
        formats=FORMAT_NAMES,
        markets=markets(),
        poses=poses(),
        cast=people,
        talent=known_only(typed.talent, people),
        back=_address(typed),
        review_hours=await config.get(REVIEW_HOURS),
        examples=EXAMPLES,
        key=uuid4().hex,
        **_names(),
    )


_FIELDS = {"words", "product_id", "engine", "market", "variations", "count", "size", "format", "poses"} | {
    *("talent", "strict")
}


def _names() -> dict[str, Any]:
    return {"titles": titles(), "shown": shown}
