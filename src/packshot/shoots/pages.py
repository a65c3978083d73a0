"""Pages of shoots: the overview that a seller starts from, the list, and one shoot as its pictures arrive."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.browser import LoggedIn, PageSession
from packshot.catalog.models import Cutout, Photo, Product, Project
from packshot.db import transaction
from packshot.shoots import cards, pages_gallery, pages_order, pages_picture, pages_review, pages_words
from packshot.shoots.cancel import cancel_generation, cancel_shoot, generation_of, shoot_of
from packshot.shoots.chosen import FORMAT_NAMES
from packshot.shoots.gallery import Filters, pictures
from packshot.shoots.judging.review import WRONG
from packshot.shoots.look import newest, overviews, running
from packshot.shoots.retry import retry_generation, retry_shoot
from packshot.shoots.winner import choose_winner
from packshot.web import csrf
from packshot.web.render import go, is_htmx, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(csrf.guard)])

LATEST = 12
SHOOTS = 20
Since = Annotated[float, Query(description="When the page was made, in seconds since 1970.")]


@router.get("/dashboard")
async def dashboard(request: Request, viewer: LoggedIn, session: PageSession) -> Response:
    account_id = viewer.principal.account_id
    latest = [cards.Card(*row) for row in await pictures(session, account_id, Filters(), limit=LATEST)]
    under_way = await running(session, account_id)
    template = "shoots/running.html" if request.headers.get("HX-Target") == "running" else "shoots/dashboard.html"
    return render(
        request,
        template,
        cards=latest,
        running=under_way,
        titles=cards.titles(),
        next=await _next_step(session, account_id) if not under_way else None,
    )


async def _next_step(session: AsyncSession, account_id: UUID) -> tuple[str, str, str]:
    """What to do next: words, where, and the button's words."""
    ready = (
        select(Product)
        .join(Photo, Photo.product_id == Product.id)
        .join(Cutout, Cutout.photo_id == Photo.id)
        .where(Product.account_id == account_id, Cutout.approved_at.is_not(None))
        .order_by(Cutout.approved_at.desc())
        .limit(1)
    )
    if product := await session.scalar(ready):
        return f"{product.name} is cut out and ready.", f"/products/{product.id}/shoot", "Shoot it"
    mine = select(Product).where(Product.account_id == account_id).order_by(Product.id.desc()).limit(1)
    if product := await session.scalar(mine):
        return f"{product.name} needs a photo with an approved cutout.", f"/products/{product.id}", "Add photos"
    last = select(Project).where(Project.account_id == account_id).order_by(Project.id.desc()).limit(1)
    if project := await session.scalar(last):
        return f"{project.name} has no product yet.", f"/projects/{project.id}", "Add a product"
    return "", "/projects", "Make a project"


@router.get("/shoots")
async def shoots(
    request: Request, viewer: LoggedIn, session: PageSession, before: Annotated[UUID | None, Query()] = None
) -> Response:
    found = await newest(session, viewer.principal.account_id, before=before, limit=SHOOTS + 1)
    page = found[:SHOOTS]
    return render(
        request,
        "shoots/more_shoots.html" if is_htmx(request) else "shoots/shoots.html",
        overviews=await overviews(session, page),
        titles=cards.titles(),
        more=f"/shoots?before={page[-1].id}" if len(found) > SHOOTS else None,
    )


@router.get("/shoots/{shoot_id}")
async def shoot(request: Request, shoot_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    made_at = datetime.now(UTC)
    found = await cards.look(session, shoot_id)
    return render(
        request,
        "shoots/shoot.html",
        since=made_at.timestamp(),
        cards=[card for card in found.cards if card.generation.hidden_at is None],
        titles=cards.titles(),
        formats=FORMAT_NAMES,
        faults=WRONG,
        **found.facts,
    )


async def _own(shoot_id: UUID, viewer: LoggedIn) -> UUID:
    """Looked up before the stream begins, so that a shoot of somebody else's is a 404."""
    async with transaction(viewer.principal.account_id) as session:
        return (await shoot_of(session, shoot_id)).id


@router.get("/shoots/{shoot_id}/live", response_class=EventSourceResponse)
async def live(
    shoot_id: Annotated[UUID, Depends(_own)], viewer: LoggedIn, request: Request, since: Since
) -> AsyncGenerator[ServerSentEvent]:
    account_id = viewer.principal.account_id
    async with aclosing(cards.live(request.app.state.hub, account_id, shoot_id, _moment(since))) as stream:
        async for html in stream:
            yield ServerSentEvent(raw_data=html)


@router.get("/shoots/{shoot_id}/news")
async def missed(shoot_id: Annotated[UUID, Depends(_own)], viewer: LoggedIn, since: Since) -> HTMLResponse:
    return HTMLResponse(await cards.missed(viewer.principal.account_id, shoot_id, _moment(since)))


@router.post("/shoots/{shoot_id}/cancel")
async def cancel(request: Request, shoot_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    await cancel_shoot(session, shoot_id)
    return go(request, f"/shoots/{shoot_id}")


@router.post("/shoots/{shoot_id}/winner")
async def winner(
    request: Request,
    shoot_id: UUID,
    _: LoggedIn,
    session: PageSession,
    generation_id: Annotated[UUID | None, Form()] = None,
) -> Response:
    shoot, before = await choose_winner(session, shoot_id, generation_id)
    if not is_htmx(request):
        return go(request, f"/shoots/{shoot_id}")
    changed = [await generation_of(session, id) for id in dict.fromkeys((before, shoot.winner_id)) if id]
    return HTMLResponse(cards.changes(await cards.cards_of(session, *changed)))


@router.post("/shoots/{shoot_id}/retry")
async def retry(request: Request, shoot_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    await retry_shoot(session, shoot_id)
    return go(request, f"/shoots/{shoot_id}")


@router.post("/generations/{generation_id}/cancel")
async def cancel_one(request: Request, generation_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    stopped = await cancel_generation(session, generation_id)
    if not is_htmx(request):
        return go(request, f"/shoots/{stopped.shoot_id}")
    return HTMLResponse(cards.changes(await cards.cards_of(session, stopped)))


@router.post("/generations/{generation_id}/retry")
async def retry_one(request: Request, generation_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    again = await retry_generation(session, generation_id)
    if not is_htmx(request):
        return go(request, f"/shoots/{again.shoot_id}")
    old = await generation_of(session, generation_id)
    return HTMLResponse(cards.changes(await cards.cards_of(session, old, again)))


def _moment(since: float) -> datetime:
    """The moment that a page names; whatever makes no sense is long ago."""
    return datetime.fromtimestamp(min(max(since, 0.0), 4e9), UTC)


for part in (pages_order, pages_words, pages_gallery, pages_picture, pages_review):
    router.include_router(part.router)
