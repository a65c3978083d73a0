"""A catalog is invisible to every other account, through every route and to every query."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from packshot.catalog import api
from packshot.catalog.doomed import doom
from packshot.catalog.models import Cutout, DoomedFile, Mask, Photo, Product, Project, ProtectedRegion
from packshot.db import new_id, transaction

from .conftest import Open, Seller, encoded

REGION = {"kind": "logo", "x": 1, "y": 2, "width": 3, "height": 4}
# What a stranger gets; where it is a success, there is nothing of anybody else in it.
ROUTES = {
    ("GET", "/api/projects"): 200,
    ("POST", "/api/projects"): 201,
    ("GET", "/api/projects/{project_id}"): 404,
    ("PUT", "/api/projects/{project_id}"): 404,
    ("DELETE", "/api/projects/{project_id}"): 404,
    ("GET", "/api/projects/{project_id}/products"): 404,
    ("POST", "/api/projects/{project_id}/products"): 404,
    ("GET", "/api/products/{product_id}"): 404,
    ("PUT", "/api/products/{product_id}"): 404,
    ("DELETE", "/api/products/{product_id}"): 404,
    ("GET", "/api/products/{product_id}/photos"): 404,
    ("POST", "/api/products/{product_id}/photos"): 404,
    ("POST", "/api/products/{product_id}/uploads"): 404,
    ("GET", "/api/products/{product_id}/events"): 404,
    ("POST", "/api/photos/{photo_id}/received"): 404,
    ("GET", "/api/photos/{photo_id}"): 404,
    ("PATCH", "/api/photos/{photo_id}"): 404,
    ("DELETE", "/api/photos/{photo_id}"): 404,
    ("GET", "/api/photos/{photo_id}/cutouts"): 404,
    ("POST", "/api/photos/{photo_id}/cutouts"): 404,
    ("POST", "/api/photos/{photo_id}/masks"): 404,
    ("GET", "/api/cutouts/{cutout_id}"): 404,
    ("POST", "/api/cutouts/{cutout_id}/approve"): 404,
    ("DELETE", "/api/cutouts/{cutout_id}/approve"): 404,
    ("GET", "/api/photos/{photo_id}/regions"): 404,
    ("POST", "/api/photos/{photo_id}/regions"): 404,
    ("DELETE", "/api/regions/{region_id}"): 404,
}
BODIES = {
    "/api/projects": {"name": "mine"},
    "/api/projects/{project_id}": {"name": "mine"},
    "/api/projects/{project_id}/products": {"name": "mine"},
    "/api/products/{product_id}": {"name": "mine"},
    "/api/products/{product_id}/uploads": {"name": "mine"},
    "/api/photos/{photo_id}": {"view": "above"},
    "/api/photos/{photo_id}/cutouts": {},
    "/api/photos/{photo_id}/regions": REGION,
}

KINDS = (("projects", "project_id"), ("products", "product_id"), ("photos", "photo_id"), ("cutouts", "cutout_id"))


async def furnished(seller: Seller, mug: bytes) -> dict[str, str]:
    """One of everything, by the names that routes have for them."""
    photo = await seller.approved(mug)
    mask = {"file": ("mask.png", encoded(Image.new("L", (320, 320), 255), "PNG"))}
    await seller.ask("POST", f"/api/photos/{photo['id']}/masks", files=mask)
    region = await seller.ask("POST", f"/api/photos/{photo['id']}/regions", REGION)
    async with transaction(seller.account_id) as session:
        await doom(session, seller.account_id, [f"photos/{photo['id']}"])
    return {
        "project_id": seller.project,
        "product_id": seller.product,
        "photo_id": photo["id"],
        "cutout_id": photo["cutout"]["id"],
        "region_id": region["id"],
    }


def test_every_route_is_in_the_table() -> None:
    routes = [route for route in api.router.routes if isinstance(route, APIRoute)]
    assert {(method, route.path) for route in routes for method in route.methods} == set(ROUTES)


async def test_a_stranger_sees_and_changes_nothing(open_shop: Open, mug: bytes) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    ids = await furnished(ada, mug)
    before = [await ada.ask("GET", f"/api/{kind}/{ids[id]}") for kind, id in KINDS]
    for (method, path), status in ROUTES.items():
        body = BODIES.get(path) if method in ("POST", "PUT", "PATCH") else None
        url = path.format(**ids)
        files = {"files" if "products" in path else "file": ("mug.jpg", mug)} if is_form(method, path) else None
        nobody = await bob.client.request(method, url, json=body, files=files)
        assert nobody.status_code == 401, (method, path)
        answer = await bob.send(method, url, body, files=files)
        assert answer.status_code == status, (method, path, answer.text)
        assert "ada" not in answer.text
        assert str(ada.account_id) not in answer.text
    after = [await ada.ask("GET", f"/api/{kind}/{ids[id]}") for kind, id in KINDS]
    links = ("url", "preview_url")
    assert [drop(row, links) for row in after] == [drop(row, links) for row in before]


def is_form(method: str, path: str) -> bool:
    return method == "POST" and path.endswith(("/photos", "/masks"))


def drop(row: object, names: tuple[str, ...]) -> object:
    """`row` without links, which carry the time."""
    if isinstance(row, dict):
        return {name: drop(value, names) for name, value in row.items() if name not in names}
    return row


async def test_rows_show_to_their_account_only(open_shop: Open, mug: bytes) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    await furnished(ada, mug)
    for model in (Project, Product, Photo, Mask, Cutout, ProtectedRegion, DoomedFile):
        count = select(func.count()).select_from(model)
        async with transaction(ada.account_id) as session:
            assert (await session.scalar(count) or 0) > 0, model
        own = 1 if model in (Project, Product) else 0
        for account, expected in ((bob.account_id, own), (new_id(), 0), (None, 0)):
            async with transaction(account) as session:
                assert await session.scalar(count) == expected, model


async def test_an_account_cannot_write_into_another(open_shop: Open) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(bob.account_id) as session:
            session.add(Project(account_id=ada.account_id, name="x"))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(bob.account_id) as session:
            await doom(session, ada.account_id, ["cutouts/x"])
