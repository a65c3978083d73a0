"""What is deleted is gone: rows at once, files right after, whoever forgot to remove them."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from uuid import UUID

import pytest
from httpx import AsyncClient
from PIL import Image
from sqlalchemy import func, select, update

from packshot.catalog import tasks
from packshot.catalog.models import Cutout, DoomedFile, Mask, Photo, Product, Project, ProtectedRegion
from packshot.db import transaction
from packshot.settings import Settings
from packshot.storage import storage
from packshot.tasks import enqueue
from packshot.valkey import valkey
from packshot.worker import beat_table

from .conftest import Seller, cut_everything, encoded, path_of, pending


async def furnished(seller: Seller, data: bytes) -> tuple[str, list[str]]:
    """A photo with everything that can be had of it, and the keys of its files."""
    photo = await seller.photo(data)
    mask = encoded(Image.new("L", (320, 320), 255), "PNG")
    await seller.ask("POST", f"/api/photos/{photo['id']}/masks", files={"file": ("mask.png", mask)})
    await cut_everything()
    region = {"kind": "logo", "x": 1, "y": 2, "width": 3, "height": 4}
    await seller.ask("POST", f"/api/photos/{photo['id']}/regions", region)
    id = UUID(photo["id"])
    async with transaction(system=True) as session:
        keys = list(await session.scalars(select(Photo.master_key).where(Photo.id == id)))
        keys += await session.scalars(select(Mask.key).where(Mask.photo_id == id))
        for cutout in await session.scalars(select(Cutout).where(Cutout.photo_id == id)):
            keys += [cutout.alpha_key, cutout.preview_key]
    assert len(keys) == 6
    return photo["id"], [key or "" for key in keys]


async def rows() -> list[int]:
    async with transaction(system=True) as session:
        return [
            await session.scalar(select(func.count()).select_from(model)) or 0
            for model in (Photo, Cutout, Mask, ProtectedRegion)
        ]


@pytest.mark.parametrize("what", ["photos", "products", "projects"])
async def test_what_is_deleted_is_gone_with_its_files(seller: Seller, mug: bytes, what: str) -> None:
    photo, keys = await furnished(seller, mug)
    shown = await seller.ask("GET", f"/api/photos/{photo}")
    links = [path_of(url) for url in (shown["url"], shown["cutout"]["preview_url"])]
    for link in links:
        assert (await seller.client.get(link)).status_code == 200
    await valkey().delete("packshot:io")
    id = {"photos": photo, "products": seller.product, "projects": seller.project}[what]
    answer = await seller.send("DELETE", f"/api/{what}/{id}")
    assert (answer.status_code, answer.content) == (204, b"")
    (hint,) = await valkey().lrange("packshot:io", 0, -1)
    assert json.loads(hint)["headers"]["task"] == "catalog.purge"
    for path in (f"/api/photos/{photo}", f"/api/cutouts/{shown['cutout']['id']}", f"/api/{what}/{id}"):
        assert (await seller.send("GET", path)).status_code == 404
    assert await rows() == [0, 0, 0, 0]
    await tasks.purge()
    for link in links:
        assert (await seller.client.get(link)).status_code == 404
    for key in keys:
        with pytest.raises(Exception, match="does not exist"):
            await storage().get(key)
    async with transaction(system=True) as session:
        assert list(await session.scalars(select(DoomedFile.key))) == [f"uploads/{photo}"], "in case it comes again"


async def test_deleting_one_leaves_the_others(seller: Seller, mug: bytes) -> None:
    gone, _ = await furnished(seller, mug)
    _, keys = await furnished(seller, mug)
    await seller.ask("DELETE", f"/api/photos/{gone}")
    await tasks.purge()
    for key in keys:
        await storage().get(key)
    assert await rows() == [1, 2, 1, 1]


async def test_a_deletion_that_rolls_back_keeps_every_file(seller: Seller, mug: bytes) -> None:
    from packshot.catalog.removal import remove_photo

    photo, keys = await furnished(seller, mug)
    with pytest.raises(RuntimeError):
        async with transaction(seller.account_id) as session:
            await remove_photo(session, UUID(photo))
            raise RuntimeError
    await tasks.purge()
    for key in keys:
        await storage().get(key)


async def test_files_whose_removal_failed_are_removed_by_the_sweep(
    seller: Seller, mug: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, keys = await furnished(seller, mug)
    await seller.ask("DELETE", f"/api/photos/{photo}")

    async def fails(*_: object) -> None:
        raise OSError("the disk is away")

    with monkeypatch.context() as patch:
        patch.setattr(type(storage()), "delete", fails)
        with pytest.raises(OSError, match="away"):
            await tasks.purge()
    await storage().get(keys[0])
    await tasks.sweep()
    with pytest.raises(Exception, match="does not exist"):
        await storage().get(keys[0])


async def test_the_sweep_hints_at_what_nobody_works_on(seller: Seller, mug: bytes) -> None:
    photos = await seller.upload(*[(f"{number}.jpg", mug) for number in range(4)])
    old, held, lapsed, fresh = [UUID(photo["cutout"]["id"]) for photo in photos]
    minute = timedelta(minutes=1)
    async with transaction(system=True) as session:
        for id, age, lease in ((old, minute, None), (held, minute, minute), (lapsed, minute, -minute)):
            values = {"created_at": func.now() - age, "lease_until": func.now() + lease if lease else None}
            await session.execute(update(Cutout).where(Cutout.id == id).values(values))
    assert fresh in await pending()
    await valkey().flushall()
    await tasks.sweep()
    messages = [json.loads(message) for message in await valkey().lrange("packshot:cpu", 0, -1)]
    hinted = [id for message in messages for id in json.loads(b64decode(message["body"]))[0]]
    assert sorted(hinted) == sorted([str(old), str(lapsed)])


async def test_the_sweep_removes_uploads_that_never_came(seller: Seller, mug: bytes) -> None:
    url = f"/api/products/{seller.product}/uploads"
    late, fresh = [await seller.ask("POST", url, {"name": name}) for name in ("late.jpg", "fresh.jpg")]
    await seller.client.put(path_of(late["upload_url"]), content=mug)
    (received,) = await seller.upload(("here.jpg", mug))
    async with transaction(system=True) as session:
        for photo in (late["photo"], received):
            days = func.now() - timedelta(days=1, minutes=1)
            await session.execute(update(Photo).where(Photo.id == UUID(photo["id"])).values(created_at=days))
    await tasks.sweep()
    left = await seller.ask("GET", f"/api/products/{seller.product}/photos")
    assert [photo["id"] for photo in left] == [received["id"], fresh["photo"]["id"]]
    with pytest.raises(Exception, match="does not exist"):
        await storage().get(f"uploads/{late['photo']['id']}")


def test_the_clock_wakes_the_sweep() -> None:
    assert beat_table(Settings())["catalog.sweep"] == Settings().sweep_s


async def test_sweep_and_purge_take_no_ids_from_a_message(client: AsyncClient) -> None:
    assert await enqueue(tasks.purge)
    assert await enqueue(tasks.sweep)
    await tasks.sweep()
    async with transaction(system=True) as session:
        assert not (await session.scalars(select(Product.id))).all()
        assert not (await session.scalars(select(Project.id))).all()
