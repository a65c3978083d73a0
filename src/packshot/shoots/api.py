"""The API of shoots: ask for pictures, watch them arrive, stop them, ask again."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import aclosing
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.auth import CurrentUser, SessionDep, Spender, who_spends
from packshot.accounts.models import Role
from packshot.accounts.principal import Principal
from packshot.db import direct
from packshot.shoots import api_hooks, api_words, keep, news
from packshot.shoots.brief import Brief
from packshot.shoots.cancel import cancel_generation, cancel_shoot, generation_of, shoot_of
from packshot.shoots.errors import IdempotencyKeyMissingError, ShootNotFoundError
from packshot.shoots.judging import review
from packshot.shoots.judging.labels import rate
from packshot.shoots.judging.models import By
from packshot.shoots.judging.shown import seen
from packshot.shoots.look import generations, newest, states_of
from packshot.shoots.models import Attempt, Shoot, State
from packshot.shoots.retry import ask_again, retry_generation, retry_shoot
from packshot.shoots.schemas import (
    AgainIn,
    AttemptOut,
    GenerationDetailOut,
    GenerationOut,
    RatingIn,
    RejectIn,
    ShootDetailOut,
    ShootOut,
    ShootsOut,
    VerdictOut,
    WinnerIn,
)
from packshot.shoots.submit import AcceptedOut, accept
from packshot.shoots.winner import choose_winner
from packshot.web.events import Hub

router = APIRouter(prefix="/api", tags=["shoots"])

# What a stream of events starts with: an open page asks for it after every gap, so on the bare driver.
_SHOOT = f"select {', '.join(column.name for column in Shoot.__table__.columns)} from shoot where id = $1"  # noqa: S608
_GENERATIONS = f"""
select {", ".join(news.SUMMARY)} from generation where shoot_id = $1 and hidden_at is null order by number
"""  # noqa: S608

LONGEST_KEY = 255


class Quick(APIRoute):
    """An order straight to `create`: FastAPI's own way there costs as much as the order itself.

    It goes that way all the same where something is wrong with the request, and says what as everywhere.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        usual = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.headers.get("content-type") != "application/json":
                return await usual(request)
            try:
                brief = Brief.model_validate_json(await request.body())
            except ValidationError:
                return await usual(request)
            return await create(brief, await who_spends(request), request.headers.get("idempotency-key"))

        return handle


orders = APIRouter(route_class=Quick)


@orders.post("/generate", status_code=202, response_model=AcceptedOut)
async def create(
    brief: Brief,
    principal: Spender,
    idempotency_key: Annotated[str | None, Header(description="A new random one for every shoot; required.")] = None,
) -> Response:
    """Ask for pictures. The same key with the same body gets the same answer, and is made and paid for once."""
    if not idempotency_key or len(idempotency_key) > LONGEST_KEY:
        raise IdempotencyKeyMissingError
    answer = await accept(principal.account_id, principal.user_id, brief, idempotency_key)
    return Response(answer, 202, media_type="application/json")


router.include_router(orders)
router.include_router(api_hooks.router)
router.include_router(api_words.router)


@router.get("/generate", responses={304: {"description": "Nothing has changed since."}})
async def shoots(
    principal: CurrentUser,
    session: SessionDep,
    before: Annotated[UUID | None, Query(description="Only shoots older than this one: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    if_none_match: Annotated[str | None, Header()] = None,
) -> ShootsOut:
    """The account's shoots, newest first."""
    found = await newest(session, principal.account_id, before=before, limit=limit + 1)
    page = found[:limit]
    states = await states_of(session, [shoot.id for shoot in page])
    more = f"/api/generate?before={page[-1].id}&limit={limit}" if len(found) > limit else None
    body = ShootsOut(shoots=[ShootOut.of(shoot, states[shoot.id]) for shoot in page], next=more)
    return _unless_known(body, if_none_match)


@router.get("/generate/{shoot_id}", responses={304: {"description": "Nothing has changed since."}})
async def shoot(
    shoot_id: UUID, session: SessionDep, if_none_match: Annotated[str | None, Header()] = None
) -> ShootDetailOut:
    """One shoot with all its pictures."""
    return _unless_known(await _detail(session, shoot_id), if_none_match)


@router.post("/generate/{shoot_id}/cancel")
async def cancel(shoot_id: UUID, session: SessionDep) -> ShootDetailOut:
    """Stop every picture that is not finished. Their credits are given back."""
    await cancel_shoot(session, shoot_id)
    return await _detail(session, shoot_id)


@router.put("/generate/{shoot_id}/winner")
async def winner(shoot_id: UUID, chosen: WinnerIn, _: CurrentUser, session: SessionDep) -> ShootDetailOut:
    """Record which of a shoot's pictures won, such as in an A/B test."""
    await choose_winner(session, shoot_id, chosen.generation_id)
    return await _detail(session, shoot_id)


@router.post("/generate/{shoot_id}/retry", status_code=202)
async def retry(shoot_id: UUID, principal: Spender, session: SessionDep) -> ShootDetailOut:
    """Make all pictures of a shoot again that were rejected, failed or cancelled; each once, however often you ask."""
    await retry_shoot(session, shoot_id)
    return await _detail(session, shoot_id)


async def _exists(shoot_id: UUID, principal: CurrentUser) -> None:
    async with direct(principal.account_id) as session:
        if not await session.row("select 1 from shoot where id = $1", shoot_id):
            raise ShootNotFoundError(shoot_id)


@router.get("/generate/{shoot_id}/events", response_class=EventSourceResponse, dependencies=[Depends(_exists)])
async def events(shoot_id: UUID, principal: CurrentUser, request: Request) -> AsyncGenerator[ServerSentEvent]:
    """Server-sent events: `shoot` is the whole state, first and after every gap; `generation` one picture's change."""

    async def look() -> dict[str, Any]:
        async with direct(principal.account_id) as session:
            row = await session.row(_SHOOT, shoot_id)
            rows = await session.fetch(_GENERATIONS, shoot_id)
        if row is None:
            raise ShootNotFoundError(shoot_id)
        head = ShootOut.of(Shoot(**row), _counts(row["state"] for row in rows)).model_dump(mode="json")
        return {"shoot": head | {"generations": [news.summary(row) for row in rows]}}

    hub: Hub = request.app.state.hub
    async with aclosing(hub.follow(news.channel(shoot_id), look)) as stream:
        async for told in stream:
            for event, data in told.items():
                yield ServerSentEvent(event=event, data=data)


@router.get("/generations/{generation_id}")
async def generation(generation_id: UUID, principal: CurrentUser, session: SessionDep) -> GenerationDetailOut:
    """One picture, with the calls of the engine that it took, and what the locks found about each."""
    return await _generation(session, generation_id, principal)


@router.post("/generations/{generation_id}/cancel")
async def cancel_one(generation_id: UUID, principal: CurrentUser, session: SessionDep) -> GenerationDetailOut:
    """Stop one picture unless it is finished. Its credits are given back."""
    await cancel_generation(session, generation_id)
    return await _generation(session, generation_id, principal)


@router.post("/generations/{generation_id}/accept")
async def accept_one(generation_id: UUID, principal: CurrentUser, session: SessionDep) -> GenerationDetailOut:
    """It is right: a picture in review is delivered, and its credits are spent. Twice is the same as once."""
    await review.accept(session, generation_id, by=principal.user_id)
    return await _generation(session, generation_id, principal)


@router.post("/generations/{generation_id}/reject")
async def reject_one(
    generation_id: UUID, principal: CurrentUser, session: SessionDep, why: RejectIn | None = None
) -> GenerationDetailOut:
    """It is not right: a picture in review gives its credits back. Twice is the same as once."""
    await review.refuse(session, generation_id, by=principal.user_id, reason=why.reason if why else "")
    return await _generation(session, generation_id, principal)


@router.post("/generations/{generation_id}/keep")
async def keep_one(generation_id: UUID, principal: CurrentUser, session: SessionDep) -> GenerationDetailOut:
    """Mark a delivered picture as kept."""
    await keep.keep(session, [generation_id])
    return await _generation(session, generation_id, principal)


@router.delete("/generations/{generation_id}/keep")
async def unkeep_one(generation_id: UUID, principal: CurrentUser, session: SessionDep) -> GenerationDetailOut:
    """Take the mark away again."""
    await keep.keep(session, [generation_id], kept=False)
    return await _generation(session, generation_id, principal)


@router.delete("/generations/{generation_id}", status_code=204)
async def hide_one(generation_id: UUID, principal: CurrentUser, session: SessionDep) -> None:
    """Delete a delivered or rejected picture; it can be restored within ten minutes."""
    await keep.hide(session, [generation_id])


@router.post("/generations/{generation_id}/restore")
async def restore_one(generation_id: UUID, principal: CurrentUser, session: SessionDep) -> GenerationDetailOut:
    """Bring a deleted picture back."""
    await keep.restore(session, [generation_id])
    return await _generation(session, generation_id, principal)


@router.post("/generations/{generation_id}/rating")
async def rate_one(
    generation_id: UUID, given: RatingIn, principal: CurrentUser, session: SessionDep
) -> GenerationDetailOut:
    """Say how good a picture is, 1 to 5; the last word counts."""
    await rate(session, generation_id, given.rating, by=By.SELLER, user_id=principal.user_id)
    return await _generation(session, generation_id, principal)


@router.post("/generations/{generation_id}/again", status_code=202)
async def again_one(generation_id: UUID, why: AgainIn, principal: Spender, session: SessionDep) -> GenerationDetailOut:
    """Make another version of a delivered picture, with another seed and credits of its own; asked twice, made once."""
    made = await ask_again(session, generation_id, why.reason, why.words)
    return await _generation(session, made.id, principal)


@router.post("/generations/{generation_id}/retry", status_code=202)
async def retry_one(generation_id: UUID, principal: Spender, session: SessionDep) -> GenerationDetailOut:
    """Make one picture again that was rejected, failed or cancelled; the new one, the same however often you ask."""
    again = await retry_generation(session, generation_id)
    return await _generation(session, again.id, principal)


async def _detail(session: AsyncSession, shoot_id: UUID) -> ShootDetailOut:
    shoot = await shoot_of(session, shoot_id)
    rows = await generations(session, shoot_id)
    head = ShootOut.of(shoot, _counts(row.state for row in rows))
    return ShootDetailOut(**head.model_dump(), generations=[GenerationOut.of(row, shoot) for row in rows])


async def _generation(session: AsyncSession, generation_id: UUID, principal: Principal) -> GenerationDetailOut:
    row = await generation_of(session, generation_id)
    attempts = select(Attempt).where(Attempt.generation_id == generation_id).order_by(Attempt.number)
    out = GenerationOut.of(row, await shoot_of(session, row.shoot_id))
    verdicts = await seen(session, generation_id, exact=principal.role == Role.ADMIN)
    return GenerationDetailOut(
        **out.model_dump(),
        review_until=review.waits_until(row),
        kept=row.kept_at is not None,
        attempts=[AttemptOut.model_validate(attempt) for attempt in await session.scalars(attempts)],
        verdicts=[VerdictOut.model_validate(verdict) for verdict in verdicts],
    )


def _counts(states: Iterable[str]) -> dict[State, int]:
    return dict(Counter(State(state) for state in states))


def _unless_known(body: BaseModel, if_none_match: str | None) -> Any:
    """`body` with its ETag, or a bare 304 where the client has it already. Links are the same within a minute."""
    data = body.model_dump_json().encode()
    tag = f'W/"{sha256(data).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and tag in (known.strip() for known in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/json", headers=headers)
