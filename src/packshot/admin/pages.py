"""Pages for operators."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from packshot.accounts.browser import Admin
from packshot.admin import pages_locks, pages_styles, pages_vendors
from packshot.admin.queries import overview
from packshot.credits.audit import audit
from packshot.db import transaction
from packshot.engines import engine, registry
from packshot.settings import settings
from packshot.web import csrf
from packshot.web.render import render

router = APIRouter(prefix="/admin", include_in_schema=False, dependencies=[Depends(csrf.guard)])
router.include_router(pages_styles.router)
router.include_router(pages_vendors.router)


@router.get("")
async def overview_page(request: Request, _: Admin) -> Response:
    async with transaction(system=True) as session:
        figures = await overview(session, datetime.now(UTC))
    known = registry()
    made = [engine(id, settings()) for id in known.classes]
    return render(request, "admin/overview.html", figures=figures, engines=made, broken=known.broken)


@router.get("/ledger")
async def ledger_check(request: Request, _: Admin) -> Response:
    """Adds the whole ledger up again, which takes a while where it is long: only when somebody asks."""
    async with transaction(system=True) as session:
        wrong = await audit(session)
    return render(request, "admin/ledger.html", wrong=wrong)


router.include_router(pages_locks.router)
