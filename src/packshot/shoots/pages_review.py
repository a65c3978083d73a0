"""Pictures that a lock doubts or rejects: their previews, what the lock saw, and what the seller says to them."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import func, select

from packshot.accounts.browser import LoggedIn, PageSession
from packshot.credits import ledger
from packshot.db import transaction
from packshot.errors import NotFoundError
from packshot.shoots import cards
from packshot.shoots.cancel import generation_of
from packshot.shoots.files import file
from packshot.shoots.finishing import film_key
from packshot.shoots.judging import review
from packshot.shoots.judging.answers import Answered, answer_each
from packshot.shoots.judging.labels import VerdictNotFoundError, rate
from packshot.shoots.judging.models import By, StoredVerdict
from packshot.shoots.models import Attempt, Generation, State
from packshot.web.render import fragment, go, is_htmx, own_path

router = APIRouter()

KEPT_S = 3600
MOST = 500  # pictures answered at once
Doubts = Annotated[list[UUID], Form(min_length=1, max_length=MOST)]
Back = Annotated[str, Form(max_length=500)]


@router.get("/generations/{generation_id}/preview")
async def preview(request: Request, generation_id: UUID, viewer: LoggedIn) -> Response:
    """The best attempt at a picture that is not delivered, small and marked.

    It is the one that most locks let pass, and of those the one whose worst score is the best: the person being right
    makes up for no wrong product.
    """
    passed = func.count().filter(StoredVerdict.decision != "reject")
    async with transaction(viewer.principal.account_id) as session:
        await generation_of(session, generation_id)
        best = (
            select(Attempt.preview_key)
            .outerjoin(StoredVerdict, StoredVerdict.attempt_id == Attempt.id)
            .where(Attempt.generation_id == generation_id, Attempt.preview_key.is_not(None))
            .group_by(Attempt.id)
            .order_by(passed.desc(), func.min(StoredVerdict.score).desc().nulls_last(), Attempt.number.desc())
            .limit(1)
        )
        key = await session.scalar(best)
    return _shown(request, key)


@router.get("/attempts/{attempt_id}/preview")
async def attempt_preview(request: Request, attempt_id: UUID, viewer: LoggedIn) -> Response:
    """One attempt that was not delivered, small and marked."""
    async with transaction(viewer.principal.account_id) as session:
        attempt = await session.get(Attempt, attempt_id)
        if attempt is not None:
            await generation_of(session, attempt.generation_id)
    return _shown(request, attempt.preview_key if attempt else None)


@router.get("/attempts/{attempt_id}/video")
async def attempt_video(request: Request, attempt_id: UUID, viewer: LoggedIn) -> Response:
    """A video that waits for its seller's look, small and marked. Of a rejected one there is only the still."""
    async with transaction(viewer.principal.account_id) as session:
        attempt = await session.get(Attempt, attempt_id)
        waits = attempt is not None and (await generation_of(session, attempt.generation_id)).state == State.REVIEW
    return _shown(request, film_key(attempt.preview_key) if attempt and attempt.preview_key and waits else None)


@router.get("/verdicts/{verdict_id}/picture")
async def verdict_picture(request: Request, verdict_id: UUID, viewer: LoggedIn) -> Response:
    """What a lock compared: the product, what it found of it in the picture, and where they differ."""
    async with transaction(viewer.principal.account_id) as session:
        verdict = await session.get(StoredVerdict, verdict_id)
        if verdict is None:
            raise VerdictNotFoundError(verdict_id)
        await generation_of(session, verdict.generation_id)
    return _shown(request, verdict.picture_key)


@router.post("/generations/{generation_id}/accept")
async def accept(
    request: Request, generation_id: UUID, viewer: LoggedIn, session: PageSession, back: Back = ""
) -> Response:
    delivered = await review.accept(session, generation_id, by=viewer.principal.user_id)
    return await _answered(request, session, delivered, "delivered", back)


@router.post("/generations/{generation_id}/reject")
async def reject(
    request: Request,
    generation_id: UUID,
    viewer: LoggedIn,
    session: PageSession,
    reason: Annotated[str, Form(max_length=20)] = "",
    back: Back = "",
) -> Response:
    rejected = await review.refuse(session, generation_id, by=viewer.principal.user_id, reason=reason)
    return await _answered(request, session, rejected, "rejected, free of charge", back)


@router.post("/gallery/accept")
async def accept_all(request: Request, doubts: Doubts, viewer: LoggedIn, back: Back = "") -> Response:
    """The chosen pictures are right: each is accepted as if it were the only one."""
    answer = partial(review.accept, by=viewer.principal.user_id)
    answered = await answer_each(viewer.principal.account_id, doubts, answer)
    return await _all_answered(request, viewer, answered, "accepted", back)


@router.post("/gallery/reject")
async def reject_all(
    request: Request,
    doubts: Doubts,
    viewer: LoggedIn,
    reason: Annotated[str, Form(pattern=f"^({'|'.join(review.WRONG)})$")],
    back: Back = "",
) -> Response:
    """The chosen pictures are not right: each is rejected as if it were the only one, until the account's share is."""
    answer = partial(review.refuse, by=viewer.principal.user_id, reason=reason)
    answered = await answer_each(viewer.principal.account_id, doubts, answer)
    return await _all_answered(request, viewer, answered, "rejected", back)


@router.get("/gallery/rejections")
async def rejections(viewer: LoggedIn, session: PageSession) -> HTMLResponse:
    """How many pictures the account may still reject, for who is about to."""
    left = await review.rejections_left(session, viewer.principal.account_id)
    return HTMLResponse(fragment("shoots/rejections.html", left=left))


@router.post("/generations/{generation_id}/rating")
async def rating(
    request: Request,
    generation_id: UUID,
    viewer: LoggedIn,
    session: PageSession,
    rating: Annotated[int, Form(ge=1, le=5)],
) -> Response:
    await rate(session, generation_id, rating, by=By.SELLER, user_id=viewer.principal.user_id)
    return go(request, f"/generations/{generation_id}#rating")


async def _answered(request: Request, session: PageSession, generation: Generation, done: str, back: str) -> Response:
    if not is_htmx(request):
        return go(request, own_path(back, f"/generations/{generation.id}"))
    changed = await cards.cards_of(session, generation)
    return HTMLResponse(fragment("shoots/changed.html", cards=changed, done=done, undo=False))


async def _all_answered(request: Request, viewer: LoggedIn, answered: Answered, done: str, back: str) -> Response:
    """The cards as they are now, what was answered and for how much, and what was not with the reason of each."""
    reasons = answered.reasons
    if not answered.done and len(reasons) == 1:
        raise reasons[0][0]
    if not is_htmx(request):
        return go(request, own_path(back, "/gallery?stands=review"))
    async with transaction(viewer.principal.account_id) as session:
        known = select(Generation).where(Generation.id.in_(answered.failed))
        failed = await cards.cards_of(session, *await session.scalars(known))
        changed = await cards.cards_of(session, *answered.done)
        wallet = await ledger.balance(session, viewer.principal.account_id)
    return HTMLResponse(
        fragment(
            "shoots/answered.html",
            cards=[*changed, *failed],
            count=len(answered.done),
            credits=answered.credits,
            done=done,
            reasons=reasons,
            names={card.id: card.name for card in failed},
            available=wallet.available,
        )
    )


def _shown(request: Request, key: str | None) -> Response:
    if key is None:
        raise NotFoundError("There is no such picture.", remedy="Reload the page.")
    return file(request, key, tag=key.rpartition("/")[2], max_age_s=KEPT_S)
