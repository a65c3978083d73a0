"""Pages of models: the people in the pictures, their photos, what they signed, and how that ends."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.browser import LoggedIn, PageSession
from packshot.catalog.draw import upload_bytes
from packshot.catalog.photos import shown_name
from packshot.errors import BadInputError, PackshotError
from packshot.talents import evidence, people, references, withdrawal
from packshot.talents.api import read_receipt, today
from packshot.talents.models import Channel, Purpose
from packshot.talents.release import add_release
from packshot.talents.schemas import ReceiptOut, ReleaseIn, TalentIn, talents_out
from packshot.web import csrf, multipart
from packshot.web.forms import read
from packshot.web.render import go, is_htmx, own_path, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(csrf.guard)])

A_PAGE = 60
Typed = Annotated[str, Form(max_length=2000)]
Back = Annotated[str, Query(max_length=2000)]
Ticked = Annotated[list[str] | None, Form(max_length=20)]
PERSON = {"name": "The name of the model"}
RELEASE = {
    "person": "Who signs",
    "text_version": "The version of the text",
    "purposes": "What for",
    "channels": "Where",
    "markets": "The markets",
    "valid_from": "The first day",
    "valid_until": "The last day",
    "": "The days",
}


@router.get("/models")
async def list_models(
    request: Request, _: LoggedIn, session: PageSession, before: UUID | None = None, back: Back = ""
) -> Response:
    """`back` is the shoot that a new model is wanted for."""
    return await _models(request, session, before=before, back=back)


@router.post("/models")
async def make_model(
    request: Request,
    viewer: LoggedIn,
    session: PageSession,
    name: Typed = "",
    kind: Typed = "real",
    back: Typed = "",
) -> Response:
    try:
        given = read(TalentIn, {"name": name, "synthetic": kind == "synthetic"}, PERSON)
    except PackshotError as wrong:
        return await _models(request, session, name=name, kind=kind, wrong=wrong, back=back)
    account_id = viewer.principal.account_id
    made = await people.add_talent(session, account_id, given.name, synthetic=given.synthetic)
    return go(request, _address(made.id, back))


@router.get("/models/receipts/{receipt_id}")
async def show_receipt(receipt_id: UUID, viewer: LoggedIn, session: PageSession) -> PlainTextResponse:
    return await read_receipt(receipt_id, viewer.principal, session)


@router.get("/models/{model_id}")
async def show_model(request: Request, model_id: UUID, _: LoggedIn, session: PageSession, back: Back = "") -> Response:
    """The page; htmx, which asks once a release is signed, is told to load it anew."""
    if is_htmx(request):
        return go(request, _address(model_id, back))
    return await _model(request, session, model_id, back=back)


@router.get("/models/{model_id}/photos")
async def show_photos(request: Request, model_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    """The photos alone, asked for again while one is being checked."""
    (model,) = await talents_out(session, [await people.talent(session, model_id)], today())
    return render(request, "talents/photos.html", model=model)


@router.post("/models/{model_id}/photos")
async def upload_photo(model_id: UUID, request: Request, viewer: LoggedIn) -> Response:
    """One photo, so that each file has its own progress and its own refusal."""
    async with multipart.files(request, "file", most=1, max_bytes=upload_bytes()) as (file,):
        named = [(shown_name(file.filename), file.file)]
        (id,) = await references.take(viewer.principal.account_id, model_id, named)
    return JSONResponse({"photo_id": str(id)}, 201)


@router.post("/models/{model_id}/photos/{photo_id}/delete")
async def delete_photo(request: Request, model_id: UUID, photo_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    await references.remove(session, model_id, photo_id)
    return go(request, f"/models/{model_id}")


@router.post("/models/{model_id}/release")
async def make_release(
    request: Request,
    model_id: UUID,
    viewer: LoggedIn,
    session: PageSession,
    person: Typed = "",
    text_version: Typed = "",
    purposes: Ticked = None,
    channels: Ticked = None,
    markets: Typed = "",
    valid_from: Typed = "",
    valid_until: Typed = "",
    engines_elsewhere: Typed = "",
    back: Typed = "",
) -> Response:
    typed: dict[str, Any] = {
        "person": person,
        "text_version": text_version,
        "purposes": purposes or [],
        "channels": channels or [],
        "markets": markets,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "engines_elsewhere": bool(engines_elsewhere),
    }
    try:
        places = [place for place in markets.replace(",", " ").split() if place]
        given = read(ReleaseIn, {**typed, "markets": places}, RELEASE)
        await add_release(session, model_id, by=viewer.principal.user_id, **dict(given))
    except BadInputError as wrong:
        return await _model(request, session, model_id, typed=typed, wrong=wrong, back=back)
    return go(request, _address(model_id, back))


@router.post("/models/{model_id}/releases/{release_id}/paper")
async def upload_paper(model_id: UUID, release_id: UUID, request: Request, viewer: LoggedIn) -> Response:
    async with multipart.files(request, "file", most=1, max_bytes=upload_bytes()) as (file,):
        name = shown_name(file.filename)
        await evidence.sign(viewer.principal.account_id, release_id, name, file.file)
    return JSONResponse({"model_id": str(model_id)}, 201)


@router.post("/models/{model_id}/releases/{release_id}/delete")
async def delete_release(
    request: Request, model_id: UUID, release_id: UUID, _: LoggedIn, session: PageSession
) -> Response:
    await evidence.drop_unsigned(session, release_id)
    return go(request, f"/models/{model_id}")


@router.post("/models/{model_id}/withdraw")
async def withdraw(
    request: Request, model_id: UUID, viewer: LoggedIn, session: PageSession, sure: Typed = ""
) -> Response:
    try:
        _ask(sure)
    except BadInputError as wrong:
        return await _model(request, session, model_id, unsure=wrong)
    await withdrawal.withdraw(session, model_id, by=viewer.principal.user_id)
    return go(request, f"/models/{model_id}")


@router.post("/models/{model_id}/delete")
async def delete_model(
    request: Request, model_id: UUID, viewer: LoggedIn, session: PageSession, sure: Typed = ""
) -> Response:
    try:
        _ask(sure)
    except BadInputError as wrong:
        return await _model(request, session, model_id, unsure=wrong)
    await withdrawal.delete_talent(session, model_id, by=viewer.principal.user_id)
    return go(request, "/models")


def _address(model_id: UUID, back: str) -> str:
    """The page of a model, from which the way leads back to the shoot that it was added for, if there is one."""
    kept = own_path(back, "")
    return f"/models/{model_id}?{urlencode({'back': kept})}" if kept else f"/models/{model_id}"


def _ask(sure: str) -> None:
    if not sure:
        raise BadInputError("Nothing was deleted.", remedy="Tick that you are sure: it cannot be undone.")


async def _models(
    request: Request,
    session: AsyncSession,
    *,
    before: UUID | None = None,
    name: str = "",
    kind: str = "real",
    wrong: PackshotError | None = None,
    back: str = "",
) -> Response:
    found = await people.talents(session, before=before, limit=A_PAGE + 1)
    return render(
        request,
        "talents/models.html",
        status=wrong.status if wrong else 200,
        models=await talents_out(session, found[:A_PAGE], today()),
        more=found[A_PAGE - 1].id if len(found) > A_PAGE else None,
        receipts=[ReceiptOut.of(one) for one in await withdrawal.receipts(session)],
        name=name,
        kind=kind,
        wrong=wrong,
        back=own_path(back, ""),
    )


async def _model(
    request: Request,
    session: AsyncSession,
    model_id: UUID,
    *,
    typed: dict[str, Any] | None = None,
    wrong: PackshotError | None = None,
    unsure: PackshotError | None = None,
    back: str = "",
) -> Response:
    problem = wrong or unsure
    day = today()
    (model,) = await talents_out(session, [await people.talent(session, model_id)], day)
    fresh = {
        "person": model.name,
        "text_version": "",
        "purposes": [Purpose.CATALOGUE],
        "channels": [Channel.SHOP],
        "markets": "",
        "valid_from": day.isoformat(),
        "valid_until": "",
        "engines_elsewhere": False,
    }
    return render(
        request,
        "talents/model.html",
        status=problem.status if problem else 200,
        model=model,
        counts=next((one for one in model.releases if one.signed_at), None),
        draft=next((one for one in model.releases if not one.signed_at), None),
        receipts=[ReceiptOut.of(one) for one in await withdrawal.receipts(session, model_id)],
        purposes=[(one.value, one.value.capitalize()) for one in Purpose],
        channels=[(one.value, one.value.capitalize()) for one in Channel],
        typed=typed or fresh,
        today=day,
        max_bytes=upload_bytes(),
        wrong=wrong,
        unsure=unsure,
        back=own_path(back, ""),
    )
