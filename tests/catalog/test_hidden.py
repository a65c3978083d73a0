"""What is deleted in the browser is found by nobody, comes back whole when that is undone, and goes for good later."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from packshot.catalog import hidden, tasks
from packshot.catalog.approved import approved
from packshot.catalog.models import DoomedFile, Photo, Product, Project
from packshot.catalog.removal import UNDO_FOR
from packshot.db import transaction
from packshot.errors import NotFoundError

from .conftest import Seller, cut_everything
from .test_pages import Browser, browser, furnished

__all__ = ["browser"]


async def age(by: timedelta) -> None:
    async with transaction(system=True) as session:
        for kind in (Project, Product, Photo):
            await session.execute(update(kind).where(kind.hidden_at.is_not(None)).values(hidden_at=func.now() - by))


async def left() -> list[int]:
    async with transaction(system=True) as session:
        return [await session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (Project, Product, Photo)]


def api_of(ids: dict[str, str]) -> dict[str, list[str]]:
    """What shows each kind of thing through the API."""
    photo = [f"/api/photos/{ids['photo_id']}{more}" for more in ("", "/cutouts", "/regions")]
    photo.append(f"/api/cutouts/{ids['cutout_id']}")
    product = [f"/api/products/{ids['product_id']}{more}" for more in ("", "/photos")]
    project = [f"/api/projects/{ids['project_id']}{more}" for more in ("", "/products")]
    return {"photo": photo, "product": photo + product, "project": photo + product + project}


async def delete(browser: Browser, kind: str, ids: dict[str, str], what: str) -> None:
    path = f"/{kind}s/{ids[f'{kind}_id']}" if kind != "photo" else f"/products/{ids['product_id']}/photos"
    answer = await browser.post(f"{path}/{what}", {"photo": ids["photo_id"]})
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize("kind", ["photo", "product", "project"])
async def test_what_is_deleted_is_found_by_nobody_until_it_is_undone(
    seller: Seller, browser: Browser, mug: bytes, kind: str
) -> None:
    ids = await furnished(seller, mug)
    there = api_of(ids)[kind]
    for path in there:
        assert (await seller.send("GET", path)).status_code == 200
    await delete(browser, kind, ids, "delete")
    for path in there:
        assert (await seller.send("GET", path)).status_code == 404, path
    assert (await seller.send("POST", f"/api/cutouts/{ids['cutout_id']}/approve")).status_code == 404
    assert (await seller.send("DELETE", f"/api/regions/{ids['region_id']}")).status_code == 404
    assert (await seller.send("DELETE", there[0])).status_code == 404
    assert (await browser.get(f"/photos/{ids['photo_id']}")).status_code == 404
    async with transaction(seller.account_id) as session:
        with pytest.raises(NotFoundError):
            await approved(session, [UUID(ids["photo_id"])], None)
    lists = {
        "photo": f"/api/products/{seller.product}/photos",
        "product": f"/api/projects/{seller.project}/products",
        "project": "/api/projects",
    }
    assert await seller.ask("GET", lists[kind]) == []
    await age(UNDO_FOR - timedelta(minutes=1))
    await tasks.sweep()
    await delete(browser, kind, ids, "restore")
    for path in there:
        assert (await seller.send("GET", path)).status_code == 200, path
    assert (await seller.ask("GET", f"/api/photos/{ids['photo_id']}"))["approved"]


@pytest.mark.parametrize(("kind", "rest"), [("photo", [1, 1, 0]), ("product", [1, 0, 0]), ("project", [0, 0, 0])])
async def test_after_ten_minutes_it_is_gone_with_its_files(
    seller: Seller, browser: Browser, mug: bytes, kind: str, rest: list[int]
) -> None:
    ids = await furnished(seller, mug)
    await delete(browser, kind, ids, "delete")
    await age(UNDO_FOR + timedelta(minutes=1))
    await tasks.sweep()
    assert await left() == rest
    async with transaction(system=True) as session:
        assert await session.scalar(select(func.count()).where(DoomedFile.at <= func.now())) == 0, "purged already"
    path = f"/{kind}s/{ids[f'{kind}_id']}" if kind != "photo" else f"/products/{ids['product_id']}/photos"
    assert (await browser.post(f"{path}/restore", {"photo": ids["photo_id"]})).status_code == 404


async def test_undoing_brings_back_what_went_and_nothing_that_went_before(
    seller: Seller, browser: Browser, mug: bytes
) -> None:
    first, second = await seller.upload(("first.jpg", mug), ("second.jpg", mug))
    place = f"/products/{seller.product}"
    await browser.post(f"{place}/photos/delete", {"photo": first["id"]})
    await browser.post(f"{place}/delete")
    assert (await browser.post(f"{place}/photos/restore", {"photo": first["id"]})).status_code == 404
    await browser.post(f"{place}/restore")
    assert [photo["id"] for photo in await seller.ask("GET", f"/api{place}/photos")] == [second["id"]]
    await browser.post(f"{place}/photos/restore", {"photo": first["id"]})
    assert len(await seller.ask("GET", f"/api{place}/photos")) == 2


async def test_the_way_back_stands_on_the_page_that_follows(seller: Seller, browser: Browser, mug: bytes) -> None:
    ids = await furnished(seller, mug)
    for kind, where in (("product", f"/projects/{seller.project}"), ("project", "/projects")):
        path = f"/{kind}s/{ids[f'{kind}_id']}"
        answer = await browser.post(f"{path}/delete")
        assert answer.headers["location"] == f"{where}?removed={ids[f'{kind}_id']}"
        assert f'action="{path}/restore"' in (await browser.get(answer.headers["location"])).text
        await browser.post(f"{path}/restore")
        assert f'action="{path}/restore"' not in (await browser.get(answer.headers["location"])).text
    answer = await browser.click(f"/products/{seller.product}/photos/delete", {"photo": ids["photo_id"]})
    assert "mug.jpg was deleted." in answer.text
    assert ids["photo_id"] in answer.text


async def test_a_photo_hidden_while_it_is_cut_comes_back_cut(seller: Seller, browser: Browser, mug: bytes) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug))
    place = f"/products/{seller.product}/photos"
    await browser.post(f"{place}/delete", {"photo": photo["id"]})
    await cut_everything()
    await browser.post(f"{place}/restore", {"photo": photo["id"]})
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["verdict"] == "accept"


async def test_deleting_through_the_api_takes_what_is_hidden_along(seller: Seller, mug: bytes) -> None:
    photo = await seller.approved(mug)
    async with transaction(seller.account_id) as session:
        await hidden.hide_photos(session, UUID(seller.product), [UUID(photo["id"])])
    await seller.ask("DELETE", f"/api/products/{seller.product}")
    assert await left() == [1, 0, 0]
    async with transaction(system=True) as session:
        doomed = set(await session.scalars(select(DoomedFile.key)))
    assert any(key.endswith("preview.webp") for key in doomed)
    assert any(key.endswith("photo.webp") for key in doomed)
