"""How the locks do, their limits with what others would have done, and the pictures that operators look at."""

from __future__ import annotations

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select

from packshot import config
from packshot.accounts.browser import Admin
from packshot.accounts.models import User
from packshot.admin.api import put
from packshot.db import transaction
from packshot.errors import BadInputError, NotFoundError, PackshotError
from packshot.locks.base import Lock, calibrated
from packshot.shoots.files import file
from packshot.shoots.finishing import small_key
from packshot.shoots.judging import figures
from packshot.shoots.judging.labels import QUEUE, VerdictNotFoundError, label, queue, rate, waiting_at
from packshot.shoots.judging.limits import (
    ACCEPT,
    FREE_REJECTIONS,
    REVIEW,
    REVIEW_HOURS,
    SAMPLE_ACCEPTED,
    SAMPLE_REJECTED,
)
from packshot.shoots.judging.models import By, StoredVerdict
from packshot.shoots.judging.statistics import LEAST_OF_A_CLASS, Curve
from packshot.shoots.models import State
from packshot.web.render import fragment, go, is_htmx, render

router = APIRouter()

KEPT_S = 3600
LOCKS: tuple[Lock, ...] = ("identity", "product")
OTHERS: tuple[config.Key[Any], ...] = (REVIEW_HOURS, FREE_REJECTIONS, SAMPLE_ACCEPTED, SAMPLE_REJECTED)
LockName = Annotated[str, Query(pattern="^(identity|product)$")]
Limit = Annotated[float, Query(ge=0, le=1)]


@router.get("/locks")
async def locks(request: Request, _: Admin) -> Response:
    return await _locks(request)


@router.get("/locks/replay")
async def replayed(
    request: Request, _: Admin, lock: LockName, accept: Limit, review: Limit, version: Annotated[str, Query()] = ""
) -> HTMLResponse:
    """What the sliders' limits would have done, as they are moved."""
    async with transaction(system=True) as session:
        found = await figures.replay(session, cast(Lock, lock), version, accept, review)
    return HTMLResponse(fragment("admin/replay.html", replay=found))


@router.post("/locks")
async def change(
    request: Request,
    viewer: Admin,
    lock: Annotated[str, Form(pattern="^(identity|product)$")],
    accept: Annotated[str, Form(max_length=20)],
    review: Annotated[str, Form(max_length=20)],
) -> Response:
    """Sets a lock's limits, for every picture from now on."""
    name = cast(Lock, lock)
    return await _changed(request, viewer, {ACCEPT[name].name: accept, REVIEW[name].name: review})


@router.post("/locks/rules")
async def change_rules(request: Request, viewer: Admin) -> Response:
    """Sets how long and how often people may look, and which sample operators do."""
    form = await request.form()
    return await _changed(request, viewer, {key.name: str(form.get(key.name, "")) for key in OTHERS})


@router.get("/review")
async def review_queue(
    request: Request, viewer: Admin, lock: Annotated[str, Query(pattern="^(|identity|product)$")] = ""
) -> Response:
    """A contact sheet of what this operator is asked about."""
    async with transaction(system=True) as session:
        waiting = await queue(session, viewer.principal.user_id, lock=lock)
    return render(request, "admin/review.html", waiting=waiting, lock=lock, most=QUEUE, calibrated=calibrated)


@router.post("/review/{verdict_id}")
async def say(
    request: Request,
    verdict_id: UUID,
    viewer: Admin,
    right: Annotated[str, Form(pattern="^(yes|no)$")],
) -> Response:
    """Writes down what the operator says of one verdict."""
    async with transaction(system=True) as session:
        await label(session, verdict_id, right=right == "yes", by=By.OPERATOR, user_id=viewer.principal.user_id)
    if not is_htmx(request):
        return go(request, "/admin/review")
    return HTMLResponse(fragment("admin/labelled.html", id=verdict_id, right=right))


@router.post("/review/{verdict_id}/rating")
async def give(verdict_id: UUID, viewer: Admin, rating: Annotated[int, Form(ge=1, le=5)]) -> HTMLResponse:
    """Gives a verdict's picture a rating."""
    async with transaction(system=True) as session:
        verdict = await session.get(StoredVerdict, verdict_id)
        if verdict is None:
            raise VerdictNotFoundError(verdict_id)
        await rate(session, verdict.generation_id, rating, by=By.OPERATOR, user_id=viewer.principal.user_id)
    return HTMLResponse(f"rated {rating}")


@router.get("/verdicts/{verdict_id}/{what}")
async def shown(request: Request, verdict_id: UUID, what: str, _: Admin) -> Response:
    """What the lock compared, or the picture as its customer sees it: small; or its video."""
    async with transaction(system=True) as session:
        one = await waiting_at(session, verdict_id)
    generation = one.generation
    key = {"evidence": one.verdict.picture_key, "video": one.film}.get(what, one.attempt.preview_key)
    if what == "picture" and key is None and generation.key and generation.state == State.COMPLETED:
        key = small_key(generation.key)
    if key is None:
        raise NotFoundError("There is no such picture.", remedy="Reload the page.")
    return file(request, key, tag=key.rpartition("/")[2], max_age_s=KEPT_S)


async def _changed(request: Request, viewer: Admin, values: dict[str, Any]) -> Response:
    try:
        await put(values, viewer.principal.user_id)
    except BadInputError as error:
        return await _locks(request, wrong=error)
    return go(request, "/admin/locks")


async def _locks(request: Request, *, wrong: PackshotError | None = None) -> Response:
    async with transaction(system=True) as session:
        rates = {by: await figures.groups(session, by) for by in ("engine", "reason", "style")}
        panels: list[dict[str, Any]] = []
        for lock in LOCKS:
            accept, review = await config.get(ACCEPT[lock]), await config.get(REVIEW[lock])
            known = await figures.versions(session, lock)
            version = next(iter(known), "")
            found = await figures.replay(session, lock, version, accept, review)
            panels.append({"lock": lock, "accept": accept, "review": review, "versions": known, "replay": found})
        truths = await figures.truths(session)
        quality = await figures.quality(session)
        changes = await config.changes(session, of=("locks.", "review."))
        who = select(User.id, User.email).where(User.id.in_([one.by for one in changes if one.by]))
        emails = {id: email for id, email in await session.execute(who)}  # noqa: C416 -- a row is not typed as a pair
    return render(
        request,
        "admin/locks.html",
        status=wrong.status if wrong else 200,
        rates=rates,
        panels=panels,
        truths=truths,
        least=LEAST_OF_A_CLASS,
        quality=quality,
        changes=changes,
        emails=emails,
        others=[(key, await config.get(key)) for key in OTHERS],
        points=_points,
        calibrated=calibrated,
        wrong=wrong,
    )


def _points(curve: Curve) -> list[tuple[float, float]]:
    """The curve in a square of 100 units, its origin at the bottom left; at most a point a unit."""
    steps = zip(curve.wrong_accepted.tolist(), curve.right_accepted.tolist(), strict=True)
    found = {round(100 * wrong): 100 - 100 * right for wrong, right in steps}
    return [(x, round(y, 2)) for x, y in found.items()]
