"""Reference photos: taken in, opened by a worker, compared with each other, refused with a reason."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from packshot.catalog import doomed
from packshot.db import transaction
from packshot.settings import settings
from packshot.storage import storage
from packshot.talents import tasks
from packshot.talents.references import MOST, masters

from ..locks import tiny
from .conftest import ADA, BOB, Open, add, error, png, portrait

pytestmark = pytest.mark.usefixtures("face_model")


def stored() -> set[str]:
    root = settings().state_dir / "files" / "talents"
    return {str(path.relative_to(root.parent)) for path in root.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def empty_storage(database: None) -> None:
    for key in stored():
        Path(settings().state_dir / "files" / key).unlink()


async def test_photos_of_one_person_are_kept_and_scored(open_shop: Open) -> None:
    ada = await add(await open_shop())
    photos = await ada.upload(*((f"ada-{x}.png", portrait(ADA, x)) for x in (4, 9, 14)))
    assert [(photo["state"], photo["compared"]) for photo in photos] == [("ready", True)] * 3
    assert photos[0]["score"] is None
    assert all(photo["score"] > 0.65 for photo in photos[1:])
    assert (photos[0]["width"], photos[0]["height"]) == (640, 640)
    assert (await ada.read())["words"] == ""
    async with transaction(ada.seller.account_id) as session:
        keys = await masters(session, ada.uuid)
    assert len(keys) == 3
    assert all([await storage().size(key) for key in keys])
    assert len(stored()) == 6  # masters and previews; what was sent is gone


async def test_another_person_is_refused_with_the_reason(open_shop: Open) -> None:
    ada = await add(await open_shop())
    await ada.upload(("ada.png", portrait()), ("again.png", portrait(ADA, 9)))
    (bob,) = await ada.upload(("bob.png", portrait(BOB)))
    assert bob["state"] == "refused"
    assert "bob.png seems to show another person than the other 2 photos" in bob["words"]
    assert bob["remedy"]
    assert bob["preview_url"] is None
    async with transaction(ada.seller.account_id) as session:
        assert len(await masters(session, ada.uuid)) == 2
    assert len(stored()) == 4


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (png(tiny.scene()), "shows no face"),
        (png(tiny.scene((tiny.person(1), *tiny.at(4, 5)), (tiny.person(2), *tiny.at(13, 5)))), "shows 2 faces"),
        (portrait()[:2000], "damaged"),
    ],
)
async def test_what_is_no_portrait_is_refused(open_shop: Open, data: bytes, says: str) -> None:
    ada = await add(await open_shop())
    (photo,) = await ada.upload(("photo.png", data))
    assert photo["state"] == "refused"
    assert says in photo["words"]
    assert stored() == set()


async def test_files_that_are_no_photos_are_refused_at_the_door(open_shop: Open) -> None:
    ada = await add(await open_shop())
    files = [("files", ("ada.png", portrait())), ("files", ("text.png", b"hello"))]
    answer = await ada.seller.send("POST", f"/api/models/{ada.id}/photos", files=files)
    assert answer.status_code == 422
    assert "text.png" in error(answer)["message"]
    assert (await ada.read())["photos"] == []
    assert stored() == set()


async def test_photos_that_come_together_are_not_both_the_first(open_shop: Open) -> None:
    """Two workers at once: whichever is second compares with the first."""
    ada = await add(await open_shop())
    for name, seed in (("ada.png", ADA), ("bob.png", BOB)):
        files = [("files", (name, portrait(seed)))]
        await ada.seller.ask("POST", f"/api/models/{ada.id}/photos", files=files)
    await asyncio.gather(*(tasks.check.run(ada.uuid) for _ in range(4)))
    photos = (await ada.read())["photos"]
    assert sorted(photo["state"] for photo in photos) == ["ready", "refused"]
    await doomed.purge()  # the files of those who came too late
    assert len(stored()) == 2


async def test_the_sweep_finds_what_was_forgotten(open_shop: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from packshot.talents import tasks as module

    ada = await add(await open_shop())
    await ada.seller.ask("POST", f"/api/models/{ada.id}/photos", files=[("files", ("ada.png", portrait()))])
    woken: list[object] = []

    async def note(_: object, *ids: object) -> bool:
        woken.extend(ids)
        return True

    monkeypatch.setattr(module, "enqueue", note)
    await tasks.sweep.run()
    assert woken == []  # it was hinted just now
    async with transaction(system=True) as session:
        from sqlalchemy import text

        await session.execute(text("update talent_photo set created_at = now() - interval '1 hour'"))
    await tasks.sweep.run()
    assert woken == [ada.uuid]


async def test_a_photo_that_never_works_is_given_up(open_shop: Open) -> None:
    ada = await add(await open_shop())
    await ada.seller.ask("POST", f"/api/models/{ada.id}/photos", files=[("files", ("ada.png", portrait()))])
    async with transaction(system=True) as session:
        from sqlalchemy import text

        await session.execute(text("update talent_photo set tries = 5"))
    await tasks.check.run(ada.uuid)
    (photo,) = (await ada.read())["photos"]
    assert photo["state"] == "refused"
    assert "our fault" in photo["words"]


async def test_without_a_face_model_photos_are_kept_and_say_so(
    open_shop: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_FACE_MODEL_SHA256", "0" * 64)
    settings.cache_clear()
    ada = await add(await open_shop())
    (photo,) = await ada.upload(("ada.png", portrait()))
    assert (photo["state"], photo["compared"], photo["score"]) == ("ready", False, None)


async def test_photos_are_deleted_with_their_files(open_shop: Open) -> None:
    ada = await add(await open_shop())
    one, two = await ada.upload(("a.png", portrait(ADA, 4)), ("b.png", portrait(ADA, 9)))
    await ada.seller.ask("DELETE", f"/api/models/{ada.id}/photos/{one['id']}")
    await doomed.purge()
    assert [photo["id"] for photo in (await ada.read())["photos"]] == [two["id"]]
    assert len(stored()) == 2
    again = await ada.seller.send("DELETE", f"/api/models/{ada.id}/photos/{one['id']}")
    assert again.status_code == 404


async def test_there_is_an_end_to_photos(open_shop: Open) -> None:
    ada = await add(await open_shop())
    small = portrait()
    files = [("files", (f"{i}.png", small)) for i in range(MOST)]
    await ada.seller.ask("POST", f"/api/models/{ada.id}/photos", files=files)
    more = await ada.seller.send("POST", f"/api/models/{ada.id}/photos", files=files[:1])
    assert more.status_code == 409
    assert "20 photos at most" in error(more)["message"]
