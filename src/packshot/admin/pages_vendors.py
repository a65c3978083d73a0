"""How vendors do, how much they take, what presets mean, and who takes over where one is in trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from redis.exceptions import RedisError
from sqlalchemy import select

from packshot import config
from packshot.accounts.browser import Admin
from packshot.accounts.models import User
from packshot.admin.api import put
from packshot.admin.queries import in_lines
from packshot.admin.vendors import (
    LABELS,
    MOST_IN_CHAIN,
    MOST_PRESETS,
    PATIENCE,
    Typed,
    chain_typed,
    groups,
    in_words,
    limits_typed,
    presets_typed,
    value_of,
)
from packshot.db import transaction
from packshot.engines import engine as made
from packshot.engines import registry
from packshot.engines.base import Engine
from packshot.errors import NotFoundError
from packshot.settings import settings
from packshot.shoots import line
from packshot.shoots.chain import FALLBACK
from packshot.styles.edit import refreshed
from packshot.styles.makers import PRESETS
from packshot.vendors import gate
from packshot.vendors.limits import DEFAULTS, LIMITS, NONE, limit
from packshot.vendors.retirement import endings
from packshot.web.render import go, render

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/vendors")
SHOWN_CHANGES = 20
SAVED = {"limits": "The limits hold", "presets": "The presets hold", "chain": "The chain holds"}


@router.get("")
async def vendors_page(request: Request, _: Admin) -> Response:
    return await _page(request)


@router.post("/reset")
async def reset(
    request: Request, who: Admin, engine: Annotated[str, Form()], model: Annotated[str, Form()]
) -> Response:
    """Has a vendor's model tried again at once."""
    if not any(one.id == engine and model in one.known for one in _vendors()):
        raise NotFoundError(f"There is no model {model!r} of {engine!r}.", remedy="Reload the page.")
    await gate.reset(engine, model)
    log.warning("breaker reset", engine=engine, model=model, user_id=str(who.principal.user_id))
    line.move_later(engine, 0)
    return render(request, "admin/weather.html", **await _weather(_vendors()))


@router.post("/limits")
async def set_limits(request: Request, who: Admin) -> Response:
    """Sets how much vendors take, and how patient we are with them."""
    now = await config.get(LIMITS)
    return await _set(request, who, "limits", lambda form: limits_typed(form, now))


@router.post("/presets")
async def set_presets(request: Request, who: Admin) -> Response:
    """Sets what the names mean that people choose who do not know engines."""
    await refreshed()
    now = await config.get(PRESETS)
    return await _set(request, who, "presets", lambda form: presets_typed(form, now))


@router.post("/chain")
async def set_chain(request: Request, who: Admin) -> Response:
    """Sets who takes over where an engine fails or is in trouble."""
    now = await config.get(FALLBACK)
    return await _set(request, who, "chain", lambda form: chain_typed(form, now))


async def _set(request: Request, who: Admin, what: str, reads: Callable[[Mapping[str, str]], Typed]) -> Response:
    """Writes down what a form says; what is wrong stands at its field, and nothing is written."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    typed = reads(form)
    if typed.wrong:
        return await _page(request, form=form, wrong=typed.wrong, of=what)
    await put(typed.values, who.principal.user_id)
    if what == "limits":
        async with transaction(system=True) as session:
            waiting = await in_lines(session)
        for id in waiting:
            line.move_later(id, 0)  # there may be a place now
    return go(request, f"/admin/vendors?saved={what}")


async def _page(
    request: Request, *, form: Mapping[str, str] | None = None, wrong: Mapping[str, str] | None = None, of: str = ""
) -> Response:
    vendors = _vendors()
    held = {one.id: await limit(one.id) for one in vendors}
    async with transaction(system=True) as session:
        ends = await endings(session, datetime.now(UTC).date())
        waiting = await in_lines(session)
        changes = await config.changes(session, SHOWN_CHANGES, ("vendors.", "engines."))
        who = select(User.id, User.email).where(User.id.in_([one.by for one in changes if one.by]))
        emails = {id: email for id, email in await session.execute(who)}  # noqa: C416 -- a row is not typed as a pair
    presets, chain = await config.get(PRESETS), await config.get(FALLBACK)
    given = await _given(vendors) | dict(form or {})
    return render(
        request,
        "admin/vendors.html",
        status=422 if wrong else 200,
        vendors=vendors,
        limits=held,
        usual={one.id: DEFAULTS.get(one.id, NONE) for one in vendors},
        patience=[(key, LABELS[key.name]) for key in PATIENCE],
        presets=range(min(len(presets) + 1, MOST_PRESETS) if of != "presets" else _rows(given, "name")),
        preset_groups=groups(chosen=presets.values()),
        chain=range(min(max(len(chain) + 1, 3), MOST_IN_CHAIN)),
        chain_groups=groups(pictures=True, chosen=chain),
        given=given,
        wrong=wrong or {},
        of=of,
        saved=SAVED.get(request.query_params.get("saved", ""), ""),
        endings=ends,
        waiting=waiting,
        changes=[(one, *in_words(one.key, one.old, one.new)) for one in changes],
        emails=emails,
        **await _weather(vendors),
    )


async def _given(vendors: list[Engine]) -> dict[str, str]:
    """What the forms show, by field, while nobody has typed anything."""
    given: dict[str, str] = {}
    for one in vendors:
        held = await limit(one.id)
        given |= {f"{one.id}-at_once": str(held.at_once), f"{one.id}-a_minute": str(held.a_minute)}
    for key in PATIENCE:
        given[key.name] = f"{await config.get(key):g}"
    for row, (name, choice) in enumerate((await config.get(PRESETS)).items()):
        given |= {f"name-{row}": name, f"preset-{row}": value_of(choice)}
    for row, choice in enumerate(await config.get(FALLBACK)):
        given[f"chain-{row}"] = value_of(choice)
    return given


def _rows(given: Mapping[str, str], name: str) -> int:
    """As many rows as were sent."""
    sent = [int(field.rpartition("-")[2]) for field in given if field.startswith(f"{name}-")]
    return min(max(sent, default=0) + 1, MOST_PRESETS)


async def _weather(vendors: list[Engine]) -> dict[str, Any]:
    """How vendors do now; without Valkey, which is said, nothing is known of it."""
    try:
        weather = await gate.weather([(one.id, model) for one in vendors for model in one.known])
        loads = {one.id: await gate.load(one.id) for one in vendors}
    except (RedisError, OSError, TimeoutError):
        weather, loads = None, {}
    return {"weather": weather, "loads": loads, "titles": {one.id: one.title for one in vendors}}


def _vendors() -> list[Engine]:
    return [made(id, settings()) for id, kind in registry().classes.items() if kind.works == "elsewhere"]
