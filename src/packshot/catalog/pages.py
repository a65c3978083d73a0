"""Pages of the catalog: projects, the products in one, and a product with its photos."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from packshot.accounts.browser import LoggedIn, PageSession
from packshot.catalog import hidden, photo_pages, projects, shelf
from packshot.catalog.cards import A_PAGE, cards
from packshot.catalog.draw import upload_bytes
from packshot.catalog.look import look, summary
from packshot.catalog.models import Photo, Product, Project
from packshot.catalog.schemas import ProductIn, ProjectIn
from packshot.errors import NotFoundError, PackshotError
from packshot.web import csrf
from packshot.web.forms import read
from packshot.web.render import go, render

router = APIRouter(include_in_schema=False, dependencies=[Depends(csrf.guard)])
router.include_router(photo_pages.router)

Typed = Annotated[str, Form(max_length=2000)]
Find = Annotated[str, Query(max_length=200)]
PROJECT = {"name": "The name of the project"}
PRODUCT = {"name": "The name of the product", "sku": "The SKU"}


@router.get("/projects")
async def list_projects(
    request: Request, _: LoggedIn, session: PageSession, before: UUID | None = None, removed: UUID | None = None
) -> Response:
    if before:
        found, more = await shelf.project_page(session, before)
        return render(request, "catalog/project_rows.html", projects=found, more=more)
    return await _projects(request, session, removed=removed)


@router.post("/projects")
async def make_project(request: Request, viewer: LoggedIn, session: PageSession, name: Typed = "") -> Response:
    try:
        given = read(ProjectIn, {"name": name}, PROJECT)
    except PackshotError as wrong:
        return await _projects(request, session, name=name, wrong=wrong)
    made = await projects.add_project(session, viewer.principal.account_id, given.name)
    return go(request, f"/projects/{made.id}")


@router.get("/projects/{project_id}")
async def show_project(
    request: Request,
    project_id: UUID,
    _: LoggedIn,
    session: PageSession,
    after: UUID | None = None,
    sort: shelf.Sort = "newest",
    find: Find = "",
    removed: UUID | None = None,
) -> Response:
    """One project; with `after`, or for the search box, only products of it."""
    found = await projects.project(session, project_id)
    if after or request.headers.get("HX-Target") == "products":
        page = await shelf.product_page(session, project_id, after=after, sort=sort, find=find.strip())
        template = "catalog/product_cards.html" if after else "catalog/products.html"
        return render(request, template, project=found, page=page, sort=sort, find=find)
    return await _project(request, session, found, sort=sort, find=find, removed=removed)


@router.post("/projects/{project_id}/rename")
async def rename_project(
    request: Request, project_id: UUID, _: LoggedIn, session: PageSession, name: Typed = ""
) -> Response:
    try:
        await projects.change_project(session, project_id, read(ProjectIn, {"name": name}, PROJECT).name)
    except NotFoundError:
        raise
    except PackshotError as wrong:
        found = await projects.project(session, project_id)
        return await _project(request, session, found, renamed=name, wrong_name=wrong)
    return go(request, f"/projects/{project_id}")


@router.post("/projects/{project_id}/delete")
async def delete_project(request: Request, project_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    await hidden.hide_project(session, project_id)
    return go(request, f"/projects?removed={project_id}")


@router.post("/projects/{project_id}/restore")
async def restore_project(request: Request, project_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    await hidden.restore_project(session, project_id)
    return go(request, f"/projects/{project_id}")


@router.post("/projects/{project_id}/products")
async def make_product(
    request: Request, project_id: UUID, _: LoggedIn, session: PageSession, name: Typed = "", sku: Typed = ""
) -> Response:
    found = await projects.project(session, project_id)
    try:
        given = read(ProductIn, {"name": name, "sku": sku}, PRODUCT)
    except PackshotError as wrong:
        return await _project(request, session, found, name=name, sku=sku, wrong=wrong)
    made = await projects.add_product(session, project_id, given.name, given.sku)
    return go(request, f"/products/{made.id}")


@router.get("/products/{product_id}")
async def show_product(
    request: Request,
    product_id: UUID,
    _: LoggedIn,
    session: PageSession,
    removed: Annotated[list[UUID] | None, Query()] = None,
) -> Response:
    return await _product(request, session, await projects.product(session, product_id), removed=removed or [])


@router.post("/products/{product_id}/rename")
async def rename_product(
    request: Request, product_id: UUID, _: LoggedIn, session: PageSession, name: Typed = "", sku: Typed = ""
) -> Response:
    try:
        given = read(ProductIn, {"name": name, "sku": sku}, PRODUCT)
    except PackshotError as wrong:
        found = await projects.product(session, product_id)
        return await _product(request, session, found, renamed=(name, sku), wrong=wrong)
    await projects.change_product(session, product_id, given.name, given.sku)
    return go(request, f"/products/{product_id}")


@router.post("/products/{product_id}/delete")
async def delete_product(request: Request, product_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    gone = await hidden.hide_product(session, product_id)
    return go(request, f"/projects/{gone.project_id}?removed={product_id}")


@router.post("/products/{product_id}/restore")
async def restore_product(request: Request, product_id: UUID, _: LoggedIn, session: PageSession) -> Response:
    await hidden.restore_product(session, product_id)
    return go(request, f"/products/{product_id}")


async def _projects(
    request: Request,
    session: AsyncSession,
    *,
    name: str = "",
    wrong: PackshotError | None = None,
    removed: UUID | None = None,
) -> Response:
    found, more = await shelf.project_page(session, None)
    return render(
        request,
        "catalog/projects.html",
        status=wrong.status if wrong else 200,
        projects=found,
        more=more,
        name=name,
        wrong=wrong,
        removed=await _gone(session, Project, removed),
    )


async def _project(
    request: Request,
    session: AsyncSession,
    project: Project,
    *,
    sort: shelf.Sort = "newest",
    find: str = "",
    name: str = "",
    sku: str = "",
    wrong: PackshotError | None = None,
    renamed: str | None = None,
    wrong_name: PackshotError | None = None,
    removed: UUID | None = None,
) -> Response:
    problem = wrong or wrong_name
    return render(
        request,
        "catalog/project.html",
        status=problem.status if problem else 200,
        project=project,
        page=await shelf.product_page(session, project.id, sort=sort, find=find.strip()),
        count=await shelf.count_products(session, project.id),
        sort=sort,
        find=find,
        name=name,
        sku=sku,
        wrong=wrong,
        renamed=renamed,
        wrong_name=wrong_name,
        removed=await _gone(session, Product, removed),
    )


async def _product(
    request: Request,
    session: AsyncSession,
    product: Product,
    *,
    renamed: tuple[str, str] | None = None,
    wrong: PackshotError | None = None,
    removed: list[UUID] | None = None,
) -> Response:
    glances = await look(session, product.id)
    gone = [found for id in removed or [] if (found := await _gone(session, Photo, id))]
    return render(
        request,
        "catalog/product.html",
        status=wrong.status if wrong else 200,
        project=await projects.project(session, product.project_id),
        product=product,
        cards=await cards(session, glances[:A_PAGE]),
        more=glances[A_PAGE - 1].photo_id if len(glances) > A_PAGE else None,
        summary=summary(glances),
        max_bytes=upload_bytes(),
        renamed=renamed,
        wrong=wrong,
        removed=[photo for photo in gone if photo.product_id == product.id],
    )


async def _gone(session: AsyncSession, kind: type[hidden.Kind], id: UUID | None) -> hidden.Kind | None:
    """What was just deleted, if that can be undone."""
    try:
        return await hidden.find(session, kind, id) if id else None
    except NotFoundError:
        return None
