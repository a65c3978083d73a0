"""Withdrawal: the photos are gone from rows and storage, nothing more may be made, and a receipt says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from packshot import config
from packshot.catalog import doomed
from packshot.db import transaction
from packshot.settings import settings
from packshot.talents import tasks
from packshot.talents.release import permits
from packshot.talents.withdrawal import KEEP_DAYS

from .conftest import ADA, Model, Open, add, error, portrait
from .test_photos import empty_storage, stored
from .test_releases import DAY, codes

__all__ = ["empty_storage"]
pytestmark = pytest.mark.usefixtures("face_model")


async def signed(open_shop: Open, **changes: str) -> Model:
    ada = await add(await open_shop(), synthetic=False)
    await ada.sign(**changes)
    await ada.upload(("a.png", portrait(ADA, 4)), ("b.png", portrait(ADA, 9)))
    return ada


async def test_withdrawal_deletes_the_photos_and_gives_a_receipt(open_shop: Open) -> None:
    ada = await signed(open_shop)
    assert len(stored()) == 5
    receipt = await ada.seller.ask("POST", f"/api/models/{ada.id}/withdraw")
    assert (receipt["photos"], receipt["files"], receipt["cause"]) == (2, 4, "withdrawn")
    await doomed.purge()
    assert [key.split("/")[1] for key in stored()] == ["evidence"]  # the proof of what was agreed stays
    model = await ada.read()
    assert model["photos"] == []
    assert model["withdrawn_at"]
    assert model["releases"][0]["signed_at"]
    assert await codes(ada) == ["withdrawn"]
    text = await ada.seller.send("GET", f"/api/models/receipts/{receipt['id']}")
    assert text.headers["Content-Type"].startswith("text/plain")
    assert "attachment" in text.headers["Content-Disposition"]
    assert "Photos deleted: 2" in text.text
    assert ada.id in text.text
    for again in ("withdraw", "release"):
        answer = await ada.seller.send("POST", f"/api/models/{ada.id}/{again}", await release(ada))
        assert answer.status_code == 409
    photo = [("files", ("a.png", portrait()))]
    refused = await ada.seller.send("POST", f"/api/models/{ada.id}/photos", files=photo)
    assert "withdrawn" in error(refused)["message"]


async def release(model: Model) -> object:
    from .conftest import RELEASE

    return RELEASE


async def test_a_deleted_model_leaves_nothing_but_its_receipt(open_shop: Open) -> None:
    ada = await signed(open_shop)
    receipt = await ada.seller.ask("DELETE", f"/api/models/{ada.id}")
    await doomed.purge()
    assert stored() == set()
    assert (receipt["files"], receipt["cause"]) == (5, "deleted")
    assert (await ada.seller.send("GET", f"/api/models/{ada.id}")).status_code == 404
    assert [one["id"] for one in await ada.seller.ask("GET", "/api/models/receipts")] == [receipt["id"]]
    async with transaction(system=True) as session:
        for table in ("talent", "talent_release", "talent_photo"):
            assert await session.scalar(text(f"select count(*) from {table}")) == 0


async def test_a_withdrawal_meets_a_photo_that_is_being_checked(open_shop: Open) -> None:
    ada = await signed(open_shop)
    files = [("files", (f"{x}.png", portrait(ADA, x))) for x in (5, 6, 7)]
    await ada.seller.ask("POST", f"/api/models/{ada.id}/photos", files=files)
    checking = asyncio.create_task(tasks.check.run(ada.uuid))
    await asyncio.sleep(0.15)
    await ada.seller.ask("POST", f"/api/models/{ada.id}/withdraw")
    await checking
    await doomed.purge()
    assert (await ada.read())["photos"] == []
    assert [key.split("/")[1] for key in stored()] == ["evidence"]


async def test_who_delivers_holds_off_a_withdrawal(open_shop: Open) -> None:
    ada = await signed(open_shop)
    asked = {"engine_elsewhere": False, "purpose": "catalogue", "market": "DE", "on": DAY}
    async with transaction(ada.seller.account_id) as session:
        assert await permits(session, ada.uuid, held=True, **asked) == []  # type: ignore[arg-type]
        withdrawing = asyncio.create_task(ada.seller.ask("POST", f"/api/models/{ada.id}/withdraw"))
        done, _ = await asyncio.wait([withdrawing], timeout=0.4)
        assert not done
    await withdrawing
    assert await codes(ada) == ["withdrawn"]


@pytest.mark.parametrize(("keep", "gone"), [(0, True), (365, False)])
async def test_photos_do_not_outlive_their_release(open_shop: Open, keep: int, gone: bool) -> None:
    ada = await signed(open_shop)
    robot = await add(ada.seller, synthetic=True)
    await robot.upload(("robot.png", portrait()))
    async with transaction(system=True) as session:
        await session.execute(text("update talent_release set valid_until = current_date - 3"))
        await config.change(session, KEEP_DAYS, keep)
    await tasks.sweep.run()
    assert ((await ada.read())["withdrawn_at"] is not None) == gone
    assert len((await robot.read())["photos"]) == 1
    receipts = await ada.seller.ask("GET", "/api/models/receipts")
    assert [one["cause"] for one in receipts] == (["expired"] if gone else [])
    config.forget()


def test_storage_is_this_tests_own() -> None:
    assert Path(settings().state_dir).name.startswith("packshot-")
