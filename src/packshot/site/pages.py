"""The pages that anybody may see: the first one, what things cost, the fine print."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from packshot.accounts.browser import MaybeViewer
from packshot.settings import settings
from packshot.site import docs, style_library
from packshot.styles.edit import refreshed
from packshot.styles.library import styles
from packshot.styles.price import prices
from packshot.web.render import own_path, render

router = APIRouter(include_in_schema=False)
router.include_router(docs.router)
router.include_router(style_library.router)


@router.get("/")
async def front(request: Request, _: MaybeViewer) -> Response:
    await refreshed()
    return render(
        request,
        "site/front.html",
        styles=styles(),
        free=settings().free_credits,
        megabytes=settings().max_upload_mb,
    )


@router.get("/pricing")
async def pricing(request: Request, _: MaybeViewer, missing: int = 0, back: str = "") -> Response:
    """`missing` credits for a shoot, which waits at `back`."""
    await refreshed()
    return render(
        request,
        "site/pricing.html",
        styles=styles(),
        photo=prices().photo,
        second=prices().second,
        free=settings().free_credits,
        missing=max(0, min(missing, 1_000_000)),
        back=own_path(back[:500], ""),
    )


@router.get("/style-guide")
async def style_guide(request: Request, _: MaybeViewer) -> Response:
    return render(request, "site/style_guide.html")


@router.get("/terms")
async def terms(request: Request, _: MaybeViewer) -> Response:
    return render(request, "site/terms.html")


@router.get("/privacy")
async def privacy(request: Request, _: MaybeViewer) -> Response:
    return render(request, "site/privacy.html")
