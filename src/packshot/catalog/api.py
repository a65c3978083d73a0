"""The API of the catalog: projects, products, photos, their cutouts and protected regions, and news of all that."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from packshot.accounts.auth import CurrentUser, SessionDep
from packshot.catalog import cutouts, photos, projects, regions, removal, uploads
from packshot.catalog.draw import upload_bytes
from packshot.catalog.events import events
from packshot.catalog.schemas import (
    CutoutIn,
    CutoutOut,
    PhotoOut,
    ProductIn,
    ProductOut,
    ProjectIn,
    ProjectOut,
    RegionIn,
    RegionOut,
    UploadIn,
    UploadOut,
    ViewIn,
    photo_out,
    photos_out,
)
from packshot.db import transaction
from packshot.storage import storage
from packshot.web import multipart

router = APIRouter(prefix="/api")

MOST_FILES = 20
MOST_ROWS = 200
Before = Annotated[UUID | None, Query(description="Only what was made before this id: the next page.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


@router.get("/projects", tags=["projects"])
async def list_projects(
    _: CurrentUser, session: SessionDep, before: Before = None, limit: Limit = 50
) -> list[ProjectOut]:
    """Your projects, newest first."""
    return [ProjectOut.model_validate(row) for row in await projects.projects(session, before=before, limit=limit)]


@router.post("/projects", status_code=201, tags=["projects"])
async def create_project(given: ProjectIn, principal: CurrentUser, session: SessionDep) -> ProjectOut:
    """Make a project: a folder of products."""
    return ProjectOut.model_validate(await projects.add_project(session, principal.account_id, given.name))


@router.get("/projects/{project_id}", tags=["projects"])
async def read_project(project_id: UUID, _: CurrentUser, session: SessionDep) -> ProjectOut:
    """One project."""
    return ProjectOut.model_validate(await projects.project(session, project_id))


@router.put("/projects/{project_id}", tags=["projects"])
async def change_project(project_id: UUID, given: ProjectIn, _: CurrentUser, session: SessionDep) -> ProjectOut:
    """Rename a project."""
    return ProjectOut.model_validate(await projects.change_project(session, project_id, given.name))


@router.delete("/projects/{project_id}", status_code=204, tags=["projects"])
async def delete_project(project_id: UUID, _: CurrentUser, session: SessionDep) -> None:
    """Delete a project with its products, their photos and all files of them."""
    await removal.remove_project(session, project_id)


@router.get("/projects/{project_id}/products", tags=["products"])
async def list_products(
    project_id: UUID, _: CurrentUser, session: SessionDep, before: Before = None, limit: Limit = 50
) -> list[ProductOut]:
    """A project's products, newest first."""
    found = await projects.products(session, project_id, before=before, limit=limit)
    return [ProductOut.model_validate(row) for row in found]


@router.post("/projects/{project_id}/products", status_code=201, tags=["products"])
async def create_product(project_id: UUID, given: ProductIn, _: CurrentUser, session: SessionDep) -> ProductOut:
    """Make a product."""
    return ProductOut.model_validate(await projects.add_product(session, project_id, given.name, given.sku))


@router.get("/products/{product_id}", tags=["products"])
async def read_product(product_id: UUID, _: CurrentUser, session: SessionDep) -> ProductOut:
    """One product."""
    return ProductOut.model_validate(await projects.product(session, product_id))


@router.put("/products/{product_id}", tags=["products"])
async def change_product(product_id: UUID, given: ProductIn, _: CurrentUser, session: SessionDep) -> ProductOut:
    """Change a product's name and number."""
    return ProductOut.model_validate(await projects.change_product(session, product_id, given.name, given.sku))


@router.delete("/products/{product_id}", status_code=204, tags=["products"])
async def delete_product(product_id: UUID, _: CurrentUser, session: SessionDep) -> None:
    """Delete a product with its photos and all files of them."""
    await removal.remove_product(session, product_id)


@router.get("/products/{product_id}/photos", tags=["photos"])
async def list_photos(
    product_id: UUID, _: CurrentUser, session: SessionDep, before: Before = None, limit: Limit = 50
) -> list[PhotoOut]:
    """A product's photos with their cutouts, newest first."""
    return await photos_out(session, await photos.photos(session, product_id, before=before, limit=limit))


@router.post(
    "/products/{product_id}/photos",
    status_code=201,
    tags=["photos"],
    openapi_extra=multipart.schema("files", most=MOST_FILES),
)
async def upload_photos(product_id: UUID, request: Request, principal: CurrentUser) -> list[PhotoOut]:
    """Upload photos: all of them are taken, or none. Each is opened and cut out in the background."""
    async with transaction(principal.account_id) as session:
        await projects.product(session, product_id)
    async with multipart.files(request, "files", most=MOST_FILES, max_bytes=upload_bytes()) as files:
        named = [(photos.shown_name(file.filename), file.file) for file in files]
        ids = await uploads.take(principal.account_id, product_id, named)
    async with transaction(principal.account_id) as session:
        return await photos_out(session, [await photos.photo(session, id) for id in ids])


@router.post("/products/{product_id}/uploads", status_code=201, tags=["photos"])
async def announce_photo(product_id: UUID, given: UploadIn, _: CurrentUser, session: SessionDep) -> UploadOut:
    """Get a link to upload one photo through: PUT the file there, then POST /api/photos/{id}/received."""
    (announced,) = await photos.announce(session, product_id, [given.name], given.view)
    assert announced.upload_key
    link = storage().url(announced.upload_key, photos.UPLOAD_LINK_S, "PUT", max_bytes=upload_bytes())
    return UploadOut(photo=await photo_out(session, announced), upload_url=link)


@router.post("/photos/{photo_id}/received", tags=["photos"])
async def received_photo(photo_id: UUID, _: CurrentUser, session: SessionDep) -> PhotoOut:
    """Say that a photo's file was uploaded through its link. A file that is no photo makes its state refused."""
    return await photo_out(session, await uploads.arrived(session, photo_id))


@router.get("/photos/{photo_id}", tags=["photos"])
async def read_photo(photo_id: UUID, _: CurrentUser, session: SessionDep) -> PhotoOut:
    """One photo with its cutouts."""
    return await photo_out(session, await photos.photo(session, photo_id))


@router.patch("/photos/{photo_id}", tags=["photos"])
async def change_photo(photo_id: UUID, given: ViewIn, _: CurrentUser, session: SessionDep) -> PhotoOut:
    """Say whether the product was photographed standing or from above."""
    return await photo_out(session, await photos.set_view(session, photo_id, given.view))


@router.delete("/photos/{photo_id}", status_code=204, tags=["photos"])
async def delete_photo(photo_id: UUID, _: CurrentUser, session: SessionDep) -> None:
    """Delete a photo and all files of it."""
    await removal.remove_photo(session, photo_id)


@router.get("/photos/{photo_id}/cutouts", tags=["cutouts"])
async def list_cutouts(
    photo_id: UUID, _: CurrentUser, session: SessionDep, before: Before = None, limit: Limit = 50
) -> list[CutoutOut]:
    """A photo's cutouts, newest first."""
    await photos.photo(session, photo_id)
    found = await cutouts.cutouts(session, photo_id, before=before, limit=limit)
    return [CutoutOut.of(row) for row in found]


@router.post("/photos/{photo_id}/cutouts", status_code=202, tags=["cutouts"])
async def create_cutout(photo_id: UUID, given: CutoutIn, _: CurrentUser, session: SessionDep) -> CutoutOut:
    """Cut the product out again, within a box."""
    photo = await photos.photo(session, photo_id, held=True)
    return CutoutOut.of(await cutouts.again(session, photo, given.box.rectangle if given.box else None))


@router.post(
    "/photos/{photo_id}/masks", status_code=202, tags=["cutouts"], openapi_extra=multipart.schema("file", most=1)
)
async def create_mask(photo_id: UUID, request: Request, principal: CurrentUser) -> CutoutOut:
    """Cut the product out by a mask of your own: a picture of the photo's size, white where the product is."""
    async with transaction(principal.account_id) as session:
        await photos.photo(session, photo_id)
    async with multipart.files(request, "file", most=1, max_bytes=upload_bytes()) as (file,):
        name = photos.shown_name(file.filename)
        return CutoutOut.of(await uploads.take_mask(principal.account_id, photo_id, name, file.file))


@router.get("/cutouts/{cutout_id}", tags=["cutouts"])
async def read_cutout(cutout_id: UUID, _: CurrentUser, session: SessionDep) -> CutoutOut:
    """One cutout."""
    return CutoutOut.of(await cutouts.cutout(session, cutout_id))


@router.post("/cutouts/{cutout_id}/approve", tags=["cutouts"])
async def approve_cutout(cutout_id: UUID, principal: CurrentUser, session: SessionDep) -> CutoutOut:
    """Take this cutout for its photo, and no other any more. Photos are shot only with an approved cutout."""
    return CutoutOut.of(await cutouts.approve(session, cutout_id, principal.user_id))


@router.delete("/cutouts/{cutout_id}/approve", tags=["cutouts"])
async def withdraw_approval(cutout_id: UUID, _: CurrentUser, session: SessionDep) -> CutoutOut:
    """Take the approval back."""
    return CutoutOut.of(await cutouts.withdraw(session, cutout_id))


@router.get("/photos/{photo_id}/regions", tags=["regions"])
async def list_regions(photo_id: UUID, _: CurrentUser, session: SessionDep) -> list[RegionOut]:
    """A photo's protected regions, oldest first."""
    return [RegionOut.model_validate(row) for row in await regions.regions(session, photo_id)]


@router.post("/photos/{photo_id}/regions", status_code=201, tags=["regions"])
async def create_region(photo_id: UUID, given: RegionIn, _: CurrentUser, session: SessionDep) -> RegionOut:
    """Protect a part of the product: it has to stay exactly as it is."""
    return RegionOut.model_validate(await regions.protect(session, photo_id, given.kind, given.rectangle))


@router.delete("/regions/{region_id}", status_code=204, tags=["regions"])
async def delete_region(region_id: UUID, _: CurrentUser, session: SessionDep) -> None:
    """Protect this part no longer."""
    await regions.unprotect(session, region_id)


async def _existing(product_id: UUID, principal: CurrentUser) -> UUID:
    """Looked up before the stream begins, so that a product of somebody else's is a 404."""
    async with transaction(principal.account_id) as session:
        return (await projects.product(session, product_id)).id


@router.get("/products/{product_id}/events", tags=["photos"], response_class=EventSourceResponse)
async def product_events(
    product_id: Annotated[UUID, Depends(_existing)], principal: CurrentUser, request: Request
) -> AsyncGenerator[ServerSentEvent]:
    """Live news of a product's photos, as server-sent events.

    `photos` are its newest 200, first and whenever news may have been missed; `photo` is one that came or changed;
    `deleted` has the id of a photo or, as the last one, of the product.
    """
    async with aclosing(events(request.app.state.hub, principal.account_id, product_id)) as stream:
        async for event, data in stream:
            yield ServerSentEvent(event=event, data=data)
