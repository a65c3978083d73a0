"""Photos on their way in, through a form and through a link; what is no photo stays out, with words."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select

from packshot.catalog.models import Cutout, DoomedFile, Photo
from packshot.catalog.photos import shown_name
from packshot.db import transaction
from packshot.settings import Settings
from packshot.storage import storage
from packshot.valkey import valkey

from ..accounts.conftest import bearer
from .conftest import Seller, cut_everything, error, path_of

FILE = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def two_megabytes(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Uploads of at most two megabytes."""
    monkeypatch.setattr("packshot.catalog.draw.settings", lambda: settings.model_copy(update={"max_upload_mb": 2}))


async def announced(seller: Seller, name: str = "mug.jpg") -> tuple[str, str]:
    body = await seller.ask("POST", f"/api/products/{seller.product}/uploads", {"name": name, "view": "standing"})
    assert (body["photo"]["state"], body["photo"]["view"]) == ("awaited", "standing")
    return body["photo"]["id"], path_of(body["upload_url"])


async def count(model: type) -> int:
    async with transaction(system=True) as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_a_form_brings_several_photos_and_wakes_a_worker(seller: Seller, mug: bytes) -> None:
    photos = await seller.upload(("../../etc/mug.jpg", mug), ("C:\\photos\\mug.png", mug), ("\u202emug.jpg", mug))
    assert [photo["name"] for photo in photos] == ["mug.jpg", "mug.png", "�mug.jpg"]
    assert {photo["state"] for photo in photos} == {"received"}
    assert {photo["cutout"]["state"] for photo in photos} == {"pending"}
    listed = await seller.ask("GET", f"/api/products/{seller.product}/photos")
    assert listed == photos[::-1]
    messages = [json.loads(message) for message in await valkey().lrange("packshot:cpu", 0, -1)]
    assert {message["headers"]["task"] for message in messages} == {"catalog.cut"}
    hinted = [id for message in messages for id in json.loads(b64decode(message["body"]))[0]]
    assert sorted(hinted) == sorted(photo["cutout"]["id"] for photo in photos)
    async with transaction(system=True) as session:
        for key in await session.scalars(select(Photo.upload_key)):
            assert await storage().get(key or "") == mug


async def test_a_link_takes_one_photo(seller: Seller, mug: bytes) -> None:
    id, link = await announced(seller)
    missing = await seller.send("POST", f"/api/photos/{id}/received")
    assert missing.status_code == 409
    assert error(missing)["code"] == "not_arrived"
    assert (await seller.client.put(link, content=mug)).status_code == 201
    assert (await seller.client.put(link, content=SVG)).status_code == 409, "what was checked stays"
    await asyncio.gather(*(seller.send("GET", f"/api/photos/{id}") for _ in range(10)))  # so that all are connected
    said = [seller.send("POST", f"/api/photos/{id}/received") for _ in range(10)]
    assert {answer.json()["state"] for answer in await asyncio.gather(*said)} == {"received"}
    assert await count(Cutout) == 1, "however often it was said"
    await cut_everything()
    photo = await seller.ask("POST", f"/api/photos/{id}/received")
    assert (photo["state"], photo["cutout"]["state"]) == ("ready", "ready")


async def test_a_file_that_comes_back_through_its_link_is_ignored_and_goes(seller: Seller, mug: bytes) -> None:
    id, link = await announced(seller)
    await seller.client.put(link, content=mug)
    await seller.ask("POST", f"/api/photos/{id}/received")
    await cut_everything()
    assert (await seller.client.put(link, content=SVG)).status_code == 201
    assert (await seller.ask("POST", f"/api/photos/{id}/received"))["state"] == "ready"
    async with transaction(system=True) as session:
        key = f"uploads/{id}"
        doomed = (await session.scalars(select(DoomedFile).where(DoomedFile.key == key))).one()
        later = await session.scalar(select(DoomedFile.at - func.now()).where(DoomedFile.key == key))
        assert later is not None
        assert later.total_seconds() > 3600, "not before the link has ended"
        doomed.at = func.now()
    from packshot.catalog import tasks

    await tasks.purge()
    with pytest.raises(Exception, match="does not exist"):
        await storage().get(key)


async def test_what_is_no_photo_stays_out(seller: Seller, mug: bytes) -> None:
    wrong = {SVG: "is an SVG drawing", b"": "is empty", b"GIF89a": "is a GIF picture", b"%PDF-1.7": "is a PDF"}
    for data, words in wrong.items():
        sent = [("files", ("mug.jpg", mug)), ("files", ("bad.png", data))]
        answer = await seller.send("POST", f"/api/products/{seller.product}/photos", files=sent)
        assert answer.status_code == 422
        assert f"bad.png {words}" in error(answer)["message"]
    assert (await count(Photo), await count(Cutout)) == (0, 0), "all of them are taken, or none"
    for data, words in wrong.items():
        id, link = await announced(seller, "bad.png")
        await seller.client.put(link, content=data)
        photo = await seller.ask("POST", f"/api/photos/{id}/received")
        assert photo["state"] == "refused"
        assert f"bad.png {words}" in photo["words"]
        assert photo["remedy"]
        with pytest.raises(Exception, match="does not exist"):
            await storage().get(f"uploads/{id}")
        cut = await seller.send("POST", f"/api/photos/{id}/cutouts", {})
        assert cut.status_code == 409
        assert words in error(cut)["message"]


async def test_what_only_a_decoder_can_tell_is_refused_by_the_worker(seller: Seller, mug: bytes) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug[: len(mug) // 2]))
    await cut_everything()
    photo = await seller.ask("GET", f"/api/photos/{photo['id']}")
    assert (photo["state"], photo["words"]) == ("refused", "mug.jpg is damaged or cut short.")
    assert photo["remedy"]
    assert (photo["cutout"]["state"], photo["url"]) == ("failed", None)
    assert photo["cutout"]["reasons"][0]["words"] == photo["words"]
    with pytest.raises(Exception, match="does not exist"):
        await storage().get(f"uploads/{photo['id']}")


async def test_too_much_is_refused_while_it_streams(seller: Seller, mug: bytes, two_megabytes: None) -> None:
    sent = [("files", ("mug.jpg", mug)), ("files", ("huge.jpg", mug + bytes(2_000_000)))]
    answer = await seller.send("POST", f"/api/products/{seller.product}/photos", files=sent)
    assert answer.status_code == 413
    assert error(answer)["message"] == "huge.jpg has more than the 2,000,000 bytes that are accepted."
    id, link = await announced(seller)
    answer = await seller.client.put(link, content=mug + bytes(2_000_000))
    assert answer.status_code == 413
    assert (await seller.ask("GET", f"/api/photos/{id}"))["state"] == "awaited"
    assert await count(Photo) == 1


@pytest.mark.parametrize(("begins", "most"), [(FILE, 4_000_000), (FILE + b"\r\n--x--\r\n", 45_000_000)])
async def test_a_body_without_end_is_not_read_to_its_end(
    seller: Seller, two_megabytes: None, begins: bytes, most: int
) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        yield begins
        while read < 1 << 30:
            read += 1 << 16
            yield bytes(1 << 16)

    headers = bearer(seller.token) | {"Content-Type": "multipart/form-data; boundary=x"}
    url = f"/api/products/{seller.product}/photos"
    answer = await seller.client.post(url, content=endless(), headers=headers)
    assert answer.status_code == 413
    assert read < most


async def test_nobody_who_may_not_upload_has_the_body_read(seller: Seller) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    url = f"/api/products/{seller.product}/photos"
    assert (await seller.client.post(url, content=unread(), headers=headers)).status_code == 401
    gone = f"/api/products/{seller.project}/photos"
    answer = await seller.client.post(gone, content=unread(), headers=headers | bearer(seller.token))
    assert answer.status_code == 404


async def test_a_form_has_one_to_twenty_files_and_nothing_else(seller: Seller, mug: bytes) -> None:
    url = f"/api/products/{seller.product}/photos"
    file = ("files", ("mug.jpg", mug))
    for wrong in (
        {"files": [file] * 21},
        {"files": [("photo", ("mug.jpg", mug))]},
        {"files": [file, ("photo", ("mug.jpg", mug))]},
        {"files": [file], "data": {"name": "mug"}},
        {"json": {"files": []}},
        {"content": b"--x--", "headers": bearer(seller.token) | {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"", "headers": bearer(seller.token) | {"Content-Type": "multipart/form-data"}},
    ):
        if "headers" not in wrong:
            wrong["headers"] = bearer(seller.token)
        answer = await seller.client.post(url, **wrong)  # type: ignore[arg-type]
        assert answer.status_code == 422, wrong
        assert "-F files=@" in error(answer)["remedy"]
    assert await count(Photo) == 0


async def test_where_storage_fails_nothing_is_left(seller: Seller, mug: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from packshot.storage.base import StorageFullError

    put = type(storage()).put
    stored: list[str] = []

    async def full(self: object, key: str, data: bytes) -> None:
        if stored:
            raise StorageFullError("There is no room left for files.", remedy="The operator has to add some.")
        stored.append(key)
        await put(storage(), key, data)

    monkeypatch.setattr(type(storage()), "put", full)
    sent = [("files", ("a.jpg", mug)), ("files", ("b.jpg", mug))]
    answer = await seller.send("POST", f"/api/products/{seller.product}/photos", files=sent)
    assert answer.status_code == 507
    assert await count(Photo) == 0
    with pytest.raises(Exception, match="does not exist"):
        await storage().get(stored[0])


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(None, "photo"), ("", "photo"), ("/", "photo"), ("a/b\\c.jpg", "c.jpg"), ("x" * 300, "x" * 200), ("a\nb", "a�b")],
)
def test_a_file_name_is_only_shown(sent: str | None, shown: str) -> None:
    assert shown_name(sent) == shown
