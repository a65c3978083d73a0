"""The gallery: every delivered picture, found, chosen, kept, deleted with a way back, and taken home as a ZIP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from packshot.accounts.browser import LoggedIn, PageSession
from packshot.db import transaction
from packshot.errors import NotFoundError
from packshot.shoots import gallery, keep
from packshot.shoots.archive import zipped
from packshot.shoots.cancel import shoot_of
from packshot.shoots.cards import Card, cards_of
from packshot.shoots.gallery import LONGEST_QUERY, PAGE, Filters, Kept, Row, Stands
from packshot.shoots.judging.review import WRONG
from packshot.shoots.look import generations
from packshot.shoots.models import Generation, State
from packshot.styles.library import styles
from packshot.web.render import fragment, go, is_htmx, own_path, render

router = APIRouter()

MOST = 500  # pictures at once
Ids = Annotated[list[UUID], Form(min_length=1, max_length=MOST)]
Back = Annotated[str, Form(max_length=500)]


@router.get("/gallery")
async def pictures(
    request: Request,
    viewer: LoggedIn,
    session: PageSession,
    project: str = "",
    style: Annotated[str, Query(max_length=64)] = "",
    kept: Kept = "",
    q: Annotated[str, Query(max_length=LONGEST_QUERY)] = "",
    stands: Stands = "",
    before: UUID | None = None,
) -> Response:
    account_id = viewer.principal.account_id
    filters = Filters(_uuid(project), style, kept, q.strip(), stands)
    found = await gallery.pictures(session, account_id, filters, before=before, limit=PAGE + 1)
    page = found[:PAGE]
    more = filters.url(page[-1][0].id) if len(found) > PAGE else None
    return render(
        request,
        "shoots/more_pictures.html" if is_htmx(request) and before else "shoots/gallery.html",
        cards=[Card(*row) for row in page],
        more=more,
        filters=filters,
        projects=await gallery.choices(session, account_id),
        styles=styles(),
        faults=WRONG,
    )


@router.post("/gallery/keep")
async def keep_pictures(
    request: Request, ids: Ids, _: LoggedIn, session: PageSession, back: Back = "/gallery"
) -> Response:
    return await _changed(request, session, await keep.keep(session, ids), "kept", back=back)


@router.post("/gallery/unkeep")
async def unkeep_pictures(
    request: Request, ids: Ids, _: LoggedIn, session: PageSession, back: Back = "/gallery"
) -> Response:
    return await _changed(request, session, await keep.keep(session, ids, kept=False), "no longer kept", back=back)


@router.post("/gallery/delete")
async def delete_pictures(request: Request, ids: Ids, _: LoggedIn, session: PageSession) -> Response:
    return await _changed(request, session, await keep.hide(session, ids), "deleted", undo=True)


@router.post("/gallery/restore")
async def restore_pictures(request: Request, ids: Ids, _: LoggedIn, session: PageSession) -> Response:
    return await _changed(request, session, await keep.restore(session, ids), "back")


@router.post("/gallery/zip")
async def take_home(ids: Ids, viewer: LoggedIn) -> Response:
    async with transaction(viewer.principal.account_id) as session:
        rows = await gallery.some(session, viewer.principal.account_id, ids)
    return _zip(rows, "pictures")


@router.get("/shoots/{shoot_id}/zip")
async def take_shoot_home(shoot_id: UUID, viewer: LoggedIn) -> Response:
    account_id = viewer.principal.account_id
    async with transaction(account_id) as session:
        await shoot_of(session, shoot_id)
        ids = [row.id for row in await generations(session, shoot_id) if row.state == State.COMPLETED]
        rows = await gallery.some(session, account_id, ids)
    return _zip(rows, "shoot")


def _zip(rows: Sequence[Row], name: str) -> Response:
    if not rows:
        raise NotFoundError("There is no picture to download.", remedy="Wait until one is delivered.")
    ordered = sorted(rows, key=lambda row: (row[1].id, row[0].number))
    headers = {"Content-Disposition": f'attachment; filename="packshot-{name}.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(zipped(ordered), media_type="application/zip", headers=headers)


async def _changed(
    request: Request,
    session: PageSession,
    changed: Sequence[Generation],
    done: str,
    *,
    undo: bool = False,
    back: str = "/gallery",
) -> Response:
    """The cards as they are now, and what was done; `undo` offers the way back."""
    if not is_htmx(request):
        return go(request, own_path(back, "/gallery"))
    cards = await cards_of(session, *changed)
    return HTMLResponse(fragment("shoots/changed.html", cards=cards, done=done, undo=undo))


def _uuid(text: str) -> UUID | None:
    """The project of the form, whose first choice is all of them; what is no id is none of ours."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
