"""Pages for operators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from redis.exceptions import RedisError

from packshot.accounts.browser import Admin
from packshot.admin import pages_locks, pages_styles
from packshot.admin.queries import in_lines, overview
from packshot.credits.audit import audit
from packshot.db import transaction
from packshot.engines import engine, registry
from packshot.engines.base import Engine
from packshot.errors import NotFoundError
from packshot.settings import settings
from packshot.shoots import line
from packshot.vendors import gate
from packshot.vendors.limits import limit
from packshot.vendors.retirement import endings
from packshot.web import csrf
from packshot.web.render import render

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/admin", include_in_schema=False, dependencies=[Depends(csrf.guard)])
router.include_router(pages_styles.router)


@router.get("")
async def overview_page(request: Request, _: Admin) -> Response:
    async with transaction(system=True) as session:
        figures = await overview(session, datetime.now(UTC))
    known = registry()
    return render(request, "admin/overview.html", figures=figures, engines=_engines(), broken=known.broken)


@router.get("/vendors")
async def vendors_page(request: Request, _: Admin) -> Response:
    return render(request, "admin/vendors.html", **await _vendors())


@router.post("/vendors/reset")
async def reset(
    request: Request, who: Admin, engine: Annotated[str, Form()], model: Annotated[str, Form()]
) -> Response:
    """Has a vendor's model tried again at once."""
    if not any(one.id == engine and model in one.known for one in _engines()):
        raise NotFoundError(f"There is no model {model!r} of {engine!r}.", remedy="Reload the page.")
    await gate.reset(engine, model)
    log.warning("breaker reset", engine=engine, model=model, user_id=str(who.principal.user_id))
    line.move_later(engine, 0)
    return render(request, "admin/weather.html", **await _vendors())


async def _vendors() -> dict[str, Any]:
    """What the page of vendors shows; without Valkey, which is said, only what the database and our lists know."""
    vendors = [one for one in _engines() if one.works == "elsewhere"]
    titles = {one.id: one.title for one in vendors}
    limits = {one.id: await limit(one.id) for one in vendors}
    try:
        weather = await gate.weather([(one.id, model) for one in vendors for model in one.known])
        loads = {one.id: await gate.load(one.id) for one in vendors}
    except (RedisError, OSError, TimeoutError):
        weather, loads = None, {}
    async with transaction(system=True) as session:
        ends = await endings(session, datetime.now(UTC).date())
        waiting = await in_lines(session)
    return {
        "vendors": vendors,
        "titles": titles,
        "limits": limits,
        "weather": weather,
        "loads": loads,
        "endings": ends,
        "waiting": waiting,
    }


def _engines() -> list[Engine]:
    return [engine(id, settings()) for id in registry().classes]


@router.get("/ledger")
async def ledger_check(request: Request, _: Admin) -> Response:
    """Adds the whole ledger up again, which takes a while where it is long: only when somebody asks."""
    async with transaction(system=True) as session:
        wrong = await audit(session)
    return render(request, "admin/ledger.html", wrong=wrong)


router.include_router(pages_locks.router)
