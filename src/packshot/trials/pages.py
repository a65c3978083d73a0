"""Pages of the trial: drop a photo, watch its pictures arrive, take it along into an account."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from packshot.accounts.auth import address
from packshot.accounts.browser import LoggedIn, MaybeViewer
from packshot.catalog.draw import upload_bytes
from packshot.catalog.photos import shown_name
from packshot.errors import NotFoundError
from packshot.settings import settings
from packshot.storage import storage
from packshot.styles.library import styles
from packshot.tasks import enqueue
from packshot.trials.doors import adopt, begin
from packshot.trials.trial import STYLES, trial
from packshot.web import csrf, multipart
from packshot.web.render import go, render

router = APIRouter(prefix="/try", include_in_schema=False, dependencies=[Depends(csrf.guard)])


@router.get("")
async def try_page(request: Request, _: MaybeViewer) -> Response:
    return render(request, "trials/try.html", megabytes=settings().max_upload_mb)


@router.post("")
async def begin_trial(request: Request, _: MaybeViewer) -> Response:
    async with multipart.files(request, "file", most=1, max_bytes=upload_bytes()) as (file,):
        begun = await begin(csrf.visitor(request), address(request), shown_name(file.filename), file.file)
    await enqueue("trials.make", begun.id)
    return go(request, f"/try/{begun.id}")


@router.get("/{trial_id}")
async def trial_page(request: Request, trial_id: UUID, viewer: MaybeViewer) -> Response:
    found = await trial(trial_id, csrf.visitor(request))
    template = "trials/pictures.html" if request.headers.get("HX-Target") == "pictures" else "trials/trial.html"
    titles = {style.slug: style.title for style in styles()}
    return render(request, template, trial=found, styles=STYLES, titles=titles)


@router.get("/{trial_id}/{style}.webp")
async def trial_picture(request: Request, trial_id: UUID, style: str) -> Response:
    found = await trial(trial_id, csrf.visitor(request))
    if style not in found.made:
        raise NotFoundError("This picture is not there.")
    headers = {"Cache-Control": "private, max-age=3600, immutable"}
    return Response(await storage().get(found.picture_key(style)), media_type="image/webp", headers=headers)


@router.post("/{trial_id}/keep")
async def keep_trial(request: Request, trial_id: UUID, viewer: LoggedIn) -> Response:
    found = await trial(trial_id, csrf.visitor(request))
    product_id = await adopt(found, viewer.principal.account_id)
    return go(request, f"/products/{product_id}")
