"""The API of models: people in the pictures, their reference photos, what they agreed to, and how that ends."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.auth import CurrentUser, SessionDep
from packshot.catalog.draw import upload_bytes
from packshot.catalog.photos import shown_name
from packshot.db import transaction
from packshot.talents import evidence, people, references, withdrawal
from packshot.talents.models import Talent
from packshot.talents.release import add_release
from packshot.talents.schemas import (
    ReceiptOut,
    ReferenceOut,
    ReleaseIn,
    ReleaseOut,
    TalentIn,
    TalentOut,
    talents_out,
)
from packshot.web import multipart

router = APIRouter(prefix="/api/models", tags=["models"])

MOST_ROWS = 200
Before = Annotated[UUID | None, Query(description="Only what was added before this id: the next page.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


def today() -> date:
    """The day as releases count it: in UTC."""
    return datetime.now(UTC).date()


async def _out(session: AsyncSession, talent: Talent) -> TalentOut:
    return (await talents_out(session, [talent], today()))[0]


@router.get("")
async def list_models(_: CurrentUser, session: SessionDep, before: Before = None, limit: Limit = 50) -> list[TalentOut]:
    """Your models, newest first."""
    return await talents_out(session, await people.talents(session, before=before, limit=limit), today())


@router.post("", status_code=201)
async def create_model(given: TalentIn, principal: CurrentUser, session: SessionDep) -> TalentOut:
    """Add a model: a real person, or a synthetic one that a machine made."""
    added = await people.add_talent(session, principal.account_id, given.name, synthetic=given.synthetic)
    return await _out(session, added)


@router.get("/receipts")
async def list_receipts(_: CurrentUser, session: SessionDep) -> list[ReceiptOut]:
    """The newest receipts of deleted photos, also of models that are gone."""
    return [ReceiptOut.of(one) for one in await withdrawal.receipts(session)]


@router.get("/receipts/{receipt_id}", response_class=PlainTextResponse)
async def read_receipt(receipt_id: UUID, _: CurrentUser, session: SessionDep) -> PlainTextResponse:
    """A receipt as text, for the person it is about."""
    found = await withdrawal.receipt(session, receipt_id)
    named = f'attachment; filename="receipt-{found.id}.txt"'
    return PlainTextResponse(found.words, headers={"Content-Disposition": named, "Cache-Control": "no-store"})


@router.get("/{model_id}")
async def read_model(model_id: UUID, _: CurrentUser, session: SessionDep) -> TalentOut:
    """One model with its releases and photos."""
    return await _out(session, await people.talent(session, model_id))


@router.delete("/{model_id}")
async def delete_model(model_id: UUID, principal: CurrentUser, session: SessionDep) -> ReceiptOut:
    """Delete a model with its photos and releases. What stays is the receipt."""
    return ReceiptOut.of(await withdrawal.delete_talent(session, model_id, by=principal.user_id))


@router.post("/{model_id}/withdraw")
async def withdraw_model(model_id: UUID, principal: CurrentUser, session: SessionDep) -> ReceiptOut:
    """The person takes the consent back: the photos are deleted, and nothing more is made or delivered with them."""
    return ReceiptOut.of(await withdrawal.withdraw(session, model_id, by=principal.user_id))


@router.post("/{model_id}/release", status_code=201)
async def create_release(model_id: UUID, given: ReleaseIn, principal: CurrentUser, session: SessionDep) -> ReleaseOut:
    """Say what a real person agreed to. It counts once its signed paper is uploaded."""
    return ReleaseOut.of(await add_release(session, model_id, by=principal.user_id, **dict(given)))


@router.post("/releases/{release_id}/evidence", openapi_extra=multipart.schema("file", most=1))
async def sign_release(release_id: UUID, request: Request, principal: CurrentUser) -> ReleaseOut:
    """Upload the signed paper of a release, a PDF or a picture. From then on it is in force and cannot be changed."""
    async with transaction(principal.account_id) as session:
        await evidence.release(session, release_id)
    async with multipart.files(request, "file", most=1, max_bytes=upload_bytes()) as (file,):
        name = shown_name(file.filename)
        return ReleaseOut.of(await evidence.sign(principal.account_id, release_id, name, file.file))


@router.delete("/releases/{release_id}", status_code=204)
async def delete_release(release_id: UUID, _: CurrentUser, session: SessionDep) -> None:
    """Delete a release that is not signed."""
    await evidence.drop_unsigned(session, release_id)


@router.post("/{model_id}/photos", status_code=201, openapi_extra=multipart.schema("files", most=references.MOST))
async def upload_references(model_id: UUID, request: Request, principal: CurrentUser) -> list[ReferenceOut]:
    """Upload reference photos: the person alone, facing the camera. They are opened and compared in the background."""
    async with transaction(principal.account_id) as session:
        await people.talent(session, model_id)
    async with multipart.files(request, "files", most=references.MOST, max_bytes=upload_bytes()) as files:
        named = [(shown_name(file.filename), file.file) for file in files]
        ids = await references.take(principal.account_id, model_id, named)
    async with transaction(principal.account_id) as session:
        (mine,) = (await references.references(session, [model_id])).values()
        return [ReferenceOut.of(one) for one in mine if one.id in ids]


@router.delete("/{model_id}/photos/{photo_id}", status_code=204)
async def delete_reference(model_id: UUID, photo_id: UUID, _: CurrentUser, session: SessionDep) -> None:
    """Delete a reference photo and its files."""
    await references.remove(session, model_id, photo_id)
