"""Pages of photos: uploading, watching, approving, mending, protecting and deleting them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.browser import LoggedIn, PageSession
from packshot.catalog import bulk, cutouts, hidden, photos, projects, regions, uploads
from packshot.catalog.cards import A_PAGE, cards
from packshot.catalog.draw import upload_bytes
from packshot.catalog.look import look, summary
from packshot.catalog.models import Photo
from packshot.catalog.news import channel
from packshot.catalog.schemas import LINK_S, CutoutIn, CutoutOut, RegionIn, photo_out
from packshot.db import transaction
from packshot.errors import NotFoundError, PackshotError
from packshot.settings import settings
from packshot.storage import storage
from packshot.web import multipart
from packshot.web.files import CACHE_S
from packshot.web.forms import read
from packshot.web.render import go, is_htmx, render

router = APIRouter()

MOST_CARDS = 60  # in one answer
TRIES_SHOWN = 12
Chosen = Annotated[list[UUID], Form(max_length=1000)]
Typed = Annotated[str, Form(max_length=100)]
BOX = {"x": "Left", "y": "Top", "width": "Width", "height": "Height", "kind": "What to protect"}


@router.post("/products/{product_id}/photos")
async def upload_photo(product_id: UUID, request: Request, viewer: LoggedIn) -> Response:
    """One photo, so that each file has its own progress and its own refusal."""
    account_id = viewer.principal.account_id
    async with transaction(account_id) as session:
        await projects.product(session, product_id)
    async with multipart.files(request, "file", most=1, max_bytes=upload_bytes()) as (file,):
        (id,) = await uploads.take(account_id, product_id, [(photos.shown_name(file.filename), file.file)])
    return JSONResponse({"photo_id": str(id)}, 201)


async def _watched(product_id: UUID, viewer: LoggedIn) -> UUID:
    """Looked up before the stream begins, so that a product of somebody else's is a 404."""
    async with transaction(viewer.principal.account_id) as session:
        return (await projects.product(session, product_id)).id


@router.get("/products/{product_id}/live", response_class=EventSourceResponse)
async def live(
    product_id: Annotated[UUID, Depends(_watched)], viewer: LoggedIn, request: Request
) -> AsyncGenerator[ServerSentEvent]:
    """`look`: ids and versions of a product's photos, first and whenever they changed; `gone`: it was deleted."""

    async def seen() -> dict[str, Any]:
        async with transaction(viewer.principal.account_id) as session:
            try:
                await projects.product(session, product_id)
            except NotFoundError:
                return {"look": None}
            return {"look": [(glance.photo_id, glance.version) for glance in await look(session, product_id)]}

    told: object = ()
    async with aclosing(request.app.state.hub.follow(channel(product_id), seen)) as stream:
        async for news in stream:
            now = (news if "look" in news else await seen())["look"]
            if now is None:
                yield ServerSentEvent(event="gone", data={})
                return
            if now != told:
                told = now
                yield ServerSentEvent(event="look", data=now)


@router.get("/products/{product_id}/look")
async def look_again(product_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    """What `live` tells, for browsers that cannot follow it."""
    await projects.product(session, product_id)
    seen = [(str(glance.photo_id), glance.version) for glance in await look(session, product_id)]
    return JSONResponse(seen, headers={"Cache-Control": "no-store"})


@router.get("/products/{product_id}/cards")
async def show_cards(
    request: Request,
    product_id: UUID,
    _: LoggedIn,
    session: PageSession,
    id: Annotated[list[UUID] | None, Query(max_length=MOST_CARDS)] = None,
    before: UUID | None = None,
) -> Response:
    """The cards of these photos, or of the next ones, with what the product still needs."""
    product = await projects.product(session, product_id)
    glances = await look(session, product_id)
    older = [glance for glance in glances if before and glance.photo_id < before]
    wanted = older[:A_PAGE] if before else [glance for glance in glances if glance.photo_id in set(id or [])]
    return render(
        request,
        "catalog/cards.html",
        product=product,
        cards=await cards(session, wanted),
        more=wanted[-1].photo_id if len(older) > A_PAGE else None,
        summary=summary(glances),
    )


@router.post("/products/{product_id}/approve")
async def approve_right(request: Request, product_id: UUID, viewer: LoggedIn, session: PageSession) -> Response:
    approved = await bulk.approve_right(session, product_id, viewer.principal.user_id)
    return _told(request, product_id, approved=approved)


@router.post("/products/{product_id}/photos/approve")
async def approve_chosen(
    request: Request, product_id: UUID, photo: Chosen, viewer: LoggedIn, session: PageSession
) -> Response:
    approved, left = await bulk.approve_chosen(session, product_id, photo, viewer.principal.user_id)
    return _told(request, product_id, approved=approved, left=left)


@router.post("/products/{product_id}/photos/reject")
async def reject_chosen(
    request: Request, product_id: UUID, photo: Chosen, _: LoggedIn, session: PageSession
) -> Response:
    return _told(request, product_id, rejected=await bulk.reject_chosen(session, product_id, photo))


@router.post("/products/{product_id}/photos/delete")
async def delete_photos(
    request: Request, product_id: UUID, photo: Chosen, _: LoggedIn, session: PageSession
) -> Response:
    gone = await hidden.hide_photos(session, product_id, photo)
    if is_htmx(request):
        return _told(request, product_id, removed=gone)
    return go(request, f"/products/{product_id}?{'&'.join(f'removed={one.id}' for one in gone)}")


@router.post("/products/{product_id}/photos/restore")
async def restore_photos(
    request: Request, product_id: UUID, photo: Chosen, _: LoggedIn, session: PageSession
) -> Response:
    back = await hidden.restore_photos(session, product_id, photo)
    if not back:
        raise NotFoundError("There is nothing to bring back.", remedy="Upload the photos again.")
    return _changed(request, product_id)


@router.post("/cutouts/{cutout_id}/approve")
async def approve(request: Request, cutout_id: UUID, viewer: LoggedIn, session: PageSession) -> Response:
    approved = await cutouts.approve(session, cutout_id, viewer.principal.user_id)
    return await _changed_photo(request, session, approved.photo_id)


@router.post("/cutouts/{cutout_id}/reject")
async def reject(request: Request, cutout_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    rejected = await cutouts.reject(session, cutout_id)
    return await _changed_photo(request, session, rejected.photo_id)


@router.get("/photos/{photo_id}")
async def mend(request: Request, photo_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    """Where a photo's cutout is mended and parts of it are protected."""
    return await _mend(request, session, await photos.photo(session, photo_id))


@router.post("/photos/{photo_id}/cutouts")
async def cut_again(
    request: Request,
    photo_id: UUID,
    _: LoggedIn,
    session: PageSession,
    x: Typed = "",
    y: Typed = "",
    width: Typed = "",
    height: Typed = "",
) -> Response:
    """Within the box; without one the product is searched for again."""
    photo = await photos.photo(session, photo_id, held=True)
    typed = {"x": x, "y": y, "width": width, "height": height}
    try:
        given = read(CutoutIn, {"box": typed} if any(typed.values()) else {}, BOX)
        await cutouts.again(session, photo, given.box.rectangle if given.box else None)
    except PackshotError as wrong:
        if is_htmx(request):
            raise
        return await _mend(request, session, photo, typed=typed, wrong=wrong)
    return await _changed_photo(request, session, photo_id)


@router.post("/photos/{photo_id}/masks")
async def take_mask(request: Request, photo_id: UUID, viewer: LoggedIn) -> Response:
    account_id = viewer.principal.account_id
    async with transaction(account_id) as session:
        photo = await photos.photo(session, photo_id)
    try:
        async with multipart.files(request, "file", most=1, max_bytes=upload_bytes()) as (file,):
            await uploads.take_mask(account_id, photo_id, photos.shown_name(file.filename), file.file)
    except NotFoundError:
        raise
    except PackshotError as wrong:
        return render(request, "catalog/mask.html", photo=photo, wrong=wrong)
    return go(request, _place(photo))


@router.post("/photos/{photo_id}/view")
async def set_view(
    request: Request,
    photo_id: UUID,
    _: LoggedIn,
    session: PageSession,
    view: Annotated[Literal["standing", "above", ""], Form()] = "",
) -> Response:
    await photos.set_view(session, photo_id, view or None)
    return await _changed_photo(request, session, photo_id, otherwise=f"/photos/{photo_id}")


@router.post("/photos/{photo_id}/regions")
async def protect(
    request: Request,
    photo_id: UUID,
    _: LoggedIn,
    session: PageSession,
    kind: Typed = "logo",
    x: Typed = "",
    y: Typed = "",
    width: Typed = "",
    height: Typed = "",
) -> Response:
    photo = await photos.photo(session, photo_id)
    typed = {"x": x, "y": y, "width": width, "height": height}
    try:
        given = read(RegionIn, {"kind": kind, **typed}, BOX)
        await regions.protect(session, photo_id, given.kind, given.rectangle)
    except PackshotError as wrong:
        return await _mend(request, session, photo, typed=typed, wrong=wrong)
    return go(request, f"/photos/{photo_id}")


@router.post("/regions/{region_id}/delete")
async def unprotect(request: Request, region_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    return go(request, f"/photos/{await regions.unprotect(session, region_id)}")


@router.get("/photos/{photo_id}/picture")
async def photo_picture(photo_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    found = await photos.photo(session, photo_id)
    return _file(found.preview_key or found.master_key)


@router.get("/photos/{photo_id}/master")
async def photo_master(photo_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    return _file((await photos.photo(session, photo_id)).master_key)


@router.get("/cutouts/{cutout_id}/picture")
async def cutout_picture(cutout_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    return _file((await cutouts.cutout(session, cutout_id)).preview_key)


@router.get("/cutouts/{cutout_id}/outline")
async def cutout_outline(cutout_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    return _file((await cutouts.cutout(session, cutout_id)).alpha_key)


def _file(key: str | None) -> Response:
    """To a file, under an address that stays the same, so that a card that is drawn again does not load it again."""
    if key is None:
        raise NotFoundError("There is no picture yet.", remedy="Wait a moment and reload the page.")
    link = storage().url(key, LINK_S).removeprefix(settings().base_url.rstrip("/"))
    return RedirectResponse(link, 302, {"Cache-Control": f"private, max-age={CACHE_S}"})


def _place(photo: Photo) -> str:
    return f"/products/{photo.product_id}#photo-{photo.id}"


def _changed(request: Request, product_id: UUID, path: str = "") -> Response:
    """Done: a page that is open looks again, a plain form goes back to where it was."""
    if is_htmx(request):
        return Response(headers={"HX-Trigger": "photos-changed"})
    return go(request, path or f"/products/{product_id}")


async def _changed_photo(request: Request, session: AsyncSession, photo_id: UUID, otherwise: str = "") -> Response:
    photo = await photos.photo(session, photo_id)
    answer = _changed(request, photo.product_id, otherwise or _place(photo))
    if is_htmx(request):
        answer.headers["HX-Trigger"] = f'{{"photos-changed": {{"id": "{photo_id}"}}}}'
    return answer


def _told(
    request: Request,
    product_id: UUID,
    *,
    approved: int = 0,
    left: int = 0,
    rejected: int = 0,
    removed: Sequence[Photo] = (),
) -> Response:
    """What was done to many, said at the edge of the page."""
    if not is_htmx(request):
        return go(request, f"/products/{product_id}")
    answer = render(
        request,
        "catalog/told.html",
        product_id=product_id,
        approved=approved,
        left=left,
        rejected=rejected,
        removed=removed,
    )
    answer.headers["HX-Trigger"] = "photos-changed"
    return answer


async def _mend(
    request: Request,
    session: AsyncSession,
    photo: Photo,
    *,
    typed: dict[str, str] | None = None,
    wrong: PackshotError | None = None,
) -> Response:
    product = await projects.product(session, photo.product_id)
    tried = await cutouts.cutouts(session, photo.id, limit=TRIES_SHOWN)
    return render(
        request,
        "catalog/photo.html",
        status=wrong.status if wrong else 200,
        project=await projects.project(session, product.project_id),
        product=product,
        photo=await photo_out(session, photo),
        tries=[CutoutOut.of(one) for one in tried],
        regions=await regions.regions(session, photo.id),
        typed=typed or {"x": "", "y": "", "width": "", "height": ""},
        wrong=wrong,
    )
