"""Cutouts are made once, by whoever holds the lease, and what a lost worker wrote goes again."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import func, select, text, update

from packshot.catalog import cutting, doomed, draw, tasks
from packshot.catalog.models import Cutout, DoomedFile, Photo
from packshot.db import transaction
from packshot.engines import engine
from packshot.engines.base import Reference
from packshot.imaging.decode import decode
from packshot.settings import Settings
from packshot.storage import storage
from packshot.studio.cutout import cut as cut_module

from .conftest import Seller, cut_everything, encoded, error, path_of, pending


async def row(model: type, id: str | UUID) -> Any:
    async with transaction(system=True) as session:
        return await session.get(model, UUID(str(id)))


async def files() -> set[str]:
    """Every key that lies in storage."""
    root = storage()._root  # pyright: ignore[reportPrivateUsage]
    found = (path for path in root.rglob("*") if path.is_file() and ".incoming" not in path.parts)
    return {str(path.relative_to(root)) for path in found}


@pytest.fixture(autouse=True)
async def empty_storage(database: None) -> None:
    await storage().delete(*await files())


async def lapse(cutout_id: str | UUID) -> None:
    """The lease ends, as if its worker had been silent for long."""
    async with transaction(system=True) as session:
        ended = func.clock_timestamp() - text("interval '1 second'")
        await session.execute(update(Cutout).where(Cutout.id == UUID(str(cutout_id))).values(lease_until=ended))


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> Callable[[], asyncio.Event]:
    """The next drawing waits for an event, so that a test can do something meanwhile."""

    def held() -> asyncio.Event:
        event, loop, real = asyncio.Event(), asyncio.get_running_loop(), draw.draw

        def wait(*words: Any, **names: Any) -> draw.Drawn:
            monkeypatch.setattr(cutting, "draw", real)
            asyncio.run_coroutine_threadsafe(event.wait(), loop).result(20)
            return real(*words, **names)

        monkeypatch.setattr(cutting, "draw", wait)
        return event

    return held


async def begun(cutout_id: UUID) -> None:
    """Waits until a worker draws this cutout."""
    while True:
        async with transaction(system=True) as session:
            cutout = await session.get_one(Cutout, cutout_id)
            photo = await session.get_one(Photo, cutout.photo_id)
        if cutout.lease_until is not None and photo.master_key and cutting.draw is draw.draw:
            return
        await asyncio.sleep(0.02)


async def test_a_photo_is_opened_kept_and_cut(seller: Seller, mug: bytes) -> None:
    photo = await seller.photo(mug)
    assert (photo["state"], photo["width"], photo["height"], photo["depth"]) == ("ready", 320, 320, 8)
    cutout = photo["cutout"]
    assert (cutout["state"], cutout["source"], cutout["verdict"]) == ("ready", "auto", "accept")
    assert 0.8 <= cutout["confidence"] <= 1
    assert photo["approved"] is None
    kept = await row(Cutout, cutout["id"])
    master = await storage().get((await row(Photo, photo["id"])).master_key)
    assert (decode(master).pixels == decode(mug).pixels).all(), "the master is lossless"
    alpha = decode(await storage().get(kept.alpha_key))
    assert (alpha.depth, alpha.width, alpha.height) == (16, 320, 320)
    assert 0.05 < alpha.pixels.mean() / 65535 < 0.7
    for url, kind, mode in ((photo["url"], "image/webp", "RGB"), (cutout["preview_url"], "image/webp", "RGBA")):
        answer = await seller.client.get(path_of(url))
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        with Image.open(io.BytesIO(answer.content)) as image:
            assert (image.mode, image.size) == (mode, (320, 320))
    opened = await row(Photo, photo["id"])
    assert await files() == {opened.master_key, opened.preview_key, kept.alpha_key, kept.preview_key}
    async with transaction(system=True) as session:
        assert list(await session.scalars(select(DoomedFile.key))) == [f"uploads/{photo['id']}"]


async def test_the_shoot_finds_what_was_approved_cut_already(
    seller: Seller, mug: bytes, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = await seller.photo(mug)
    cutout = await row(Cutout, photo["cutout"]["id"])
    master = await storage().get((await row(Photo, photo["id"])).master_key)
    alpha = await storage().get(cutout.alpha_key)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("cut again")

    monkeypatch.setattr(cut_module, "cut", never)
    studio = engine("studio", settings)
    found = studio._cut(Reference(master, approved=True, alpha=alpha))  # type: ignore[attr-defined]
    assert (np.rint(found.alpha * 65535).astype(np.uint16) == decode(alpha).pixels[..., 0]).all()


async def test_a_photo_of_sixteen_bits_keeps_them(seller: Seller, mug: bytes) -> None:
    deep = decode(mug).pixels.astype(np.uint16) * 256 + 77
    import pyvips

    photo = await seller.photo(pyvips.Image.new_from_array(deep).copy(interpretation="rgb16").pngsave_buffer(), "m.png")
    assert (photo["state"], photo["depth"]) == ("ready", 16)
    kept = await row(Photo, photo["id"])
    assert kept.master_key.endswith(".png")
    assert (decode(await storage().get(kept.master_key)).pixels == deep).all()


async def test_a_box_and_a_mask_make_cutouts_of_their_own(seller: Seller, small: Callable[[str], bytes]) -> None:
    photo = await seller.photo(small("busy-mug"))
    assert photo["cutout"]["verdict"] == "refuse"
    box = {"x": 60, "y": 60, "width": 200, "height": 220}
    boxed = await seller.ask("POST", f"/api/photos/{photo['id']}/cutouts", {"box": box})
    assert (boxed["state"], boxed["source"], boxed["box"]) == ("pending", "box", box)
    drawn = Image.new("L", (320, 320))
    drawn.paste(255, (80, 80, 240, 260))
    url = f"/api/photos/{photo['id']}/masks"
    masked = await seller.ask("POST", url, files={"file": ("mask.png", encoded(drawn, "PNG"))})
    assert (masked["state"], masked["source"]) == ("pending", "mask")
    cutout_photo = Image.new("RGBA", (320, 320))
    cutout_photo.paste((200, 10, 10, 255), (80, 80, 240, 260))
    seen = await seller.ask("POST", url, files={"file": ("cutout.png", encoded(cutout_photo, "PNG"))})
    await cut_everything()
    made = [await seller.ask("GET", f"/api/cutouts/{cutout['id']}") for cutout in (boxed, masked, seen)]
    assert [cutout["state"] for cutout in made] == ["ready"] * 3
    assert made[0]["verdict"] in ("ask", "refuse"), "a box cannot prove its edges"
    alphas = [decode(await storage().get((await row(Cutout, cutout["id"])).alpha_key)).pixels for cutout in made]
    assert alphas[1][170, 160, 0] == 65535
    assert alphas[1][20, 20, 0] == 0
    assert (alphas[1] == alphas[2]).all(), "in a picture with transparency the opaque is the product"
    listed = await seller.ask("GET", f"/api/photos/{photo['id']}/cutouts")
    assert [cutout["id"] for cutout in listed] == [seen["id"], masked["id"], boxed["id"], photo["cutout"]["id"]]
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["id"] == seen["id"]


async def test_boxes_and_masks_that_do_not_fit_are_refused_with_words(seller: Seller, mug: bytes) -> None:
    (early,) = await seller.upload(("mug.jpg", mug))
    mask = {"file": ("mask.png", encoded(Image.new("L", (320, 320), 255), "PNG"))}
    box = {"x": 0, "y": 0, "width": 100, "height": 100}
    for kind in ({"json": {"box": box}}, {"json": {}}):
        answer = await seller.send("POST", f"/api/photos/{early['id']}/cutouts", **kind)
        assert (answer.status_code, error(answer)["code"]) == (409, "not_opened")
    answer = await seller.send("POST", f"/api/photos/{early['id']}/masks", files=mask)
    assert (answer.status_code, error(answer)["code"]) == (409, "not_opened")
    await cut_everything()
    for wrong in ({"x": 300}, {"y": 300}, {"width": 321}, {"width": 7}, {"x": -1}, {"x": 1.5}, {"x": 2**70}):
        answer = await seller.send("POST", f"/api/photos/{early['id']}/cutouts", {"box": box | wrong})
        assert answer.status_code == 422, wrong
        error(answer)
    for name, data, words in (
        ("mask.png", encoded(Image.new("L", (320, 319)), "PNG"), "320×320"),
        ("mask.png", b"<svg></svg>", "mask.png is an SVG drawing"),
        ("mask.png", mask["file"][1][:60], "mask.png"),
    ):
        answer = await seller.send("POST", f"/api/photos/{early['id']}/masks", files={"file": (name, data)})
        assert answer.status_code == 422
        assert words in error(answer)["message"]
    assert len(await seller.ask("GET", f"/api/photos/{early['id']}/cutouts")) == 1
    assert not [key for key in await files() if key.startswith("masks/")]


async def test_only_one_of_many_workers_makes_a_cutout(
    seller: Seller, mug: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seller.upload(("mug.jpg", mug))
    made: list[str] = []
    real = draw.draw

    def counted(*words: Any, **names: Any) -> draw.Drawn:
        made.append("")
        return real(*words, **names)

    monkeypatch.setattr(cutting, "draw", counted)
    (id,) = await pending()
    await asyncio.gather(*(tasks.cut(id) for _ in range(8)))
    cutout = await row(Cutout, id)
    assert (len(made), cutout.state, cutout.tries, cutout.lease_token) == (1, "ready", 1, 1)
    await tasks.cut(id)
    assert len(made) == 1


async def test_the_late_write_of_a_lost_worker_is_refused_and_its_files_go(
    seller: Seller, mug: bytes, drawing: Callable[[], asyncio.Event]
) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug))
    (id,) = await pending()
    go_on = drawing()
    zombie = asyncio.create_task(tasks.cut(id))
    await begun(id)
    await lapse(id)
    await tasks.cut(id)
    winner = await row(Cutout, id)
    assert (winner.state, winner.lease_token, winner.tries) == ("ready", 2, 2)
    before = await storage().get(winner.alpha_key)
    go_on.set()
    await zombie
    after = await row(Cutout, id)
    assert (after.alpha_key, after.preview_key) == (winner.alpha_key, winner.preview_key)
    assert await storage().get(after.alpha_key) == before
    assert f"cutouts/{id}/1-alpha.png" in await files()
    await tasks.purge()
    opened = await row(Photo, photo["id"])
    kept = {winner.alpha_key, winner.preview_key, opened.master_key, opened.preview_key}
    assert await files() == kept


async def test_a_lost_worker_cannot_write_while_the_next_one_works(
    seller: Seller, mug: bytes, drawing: Callable[[], asyncio.Event]
) -> None:
    await seller.upload(("mug.jpg", mug))
    (id,) = await pending()
    zombie_goes_on = drawing()
    zombie = asyncio.create_task(tasks.cut(id))
    await begun(id)
    await lapse(id)
    winner_goes_on = drawing()
    winner = asyncio.create_task(tasks.cut(id))
    while (await row(Cutout, id)).lease_token < 2:
        await asyncio.sleep(0.02)
    zombie_goes_on.set()
    await zombie
    cutout = await row(Cutout, id)
    assert (cutout.state, cutout.alpha_key) == ("pending", None)
    winner_goes_on.set()
    await winner
    assert (await row(Cutout, id)).alpha_key == f"cutouts/{id}/2-alpha.png"


async def test_a_photo_deleted_while_it_is_cut_leaves_nothing(
    seller: Seller, mug: bytes, drawing: Callable[[], asyncio.Event]
) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug))
    (id,) = await pending()
    go_on = drawing()
    late = asyncio.create_task(tasks.cut(id))
    await begun(id)
    await seller.ask("DELETE", f"/api/photos/{photo['id']}")
    go_on.set()
    await late
    await tasks.purge()
    assert await files() == set()


async def test_what_died_between_storage_and_database_leaves_no_file(
    seller: Seller, mug: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug))
    (id,) = await pending()

    class Killed(BaseException):
        """What nothing can react to."""

    async def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(cutting, "_fenced", killed)
        with pytest.raises(Killed):
            await tasks.cut(id)
    orphan = f"cutouts/{id}/1-master.webp"
    assert orphan in await files()
    await lapse(id)
    await tasks.cut(id)
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["state"] == "ready"
    await tasks.purge()
    assert orphan in await files(), "not while its worker may still be alive"
    async with transaction(system=True) as session:
        await session.execute(update(DoomedFile).values(at=DoomedFile.at - doomed.UNTIL_WRITTEN))
    await tasks.purge()
    assert {key.split("/")[-1][0] for key in await files()} == {"2"}


async def test_a_working_worker_keeps_its_lease(
    seller: Seller,
    mug: bytes,
    drawing: Callable[[], asyncio.Event],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = settings.model_copy(update={"lease_s": 0.6, "heartbeat_s": 0.1})
    monkeypatch.setattr(cutting, "settings", lambda: quick)
    await seller.upload(("mug.jpg", mug))
    (id,) = await pending()
    go_on = drawing()
    working = asyncio.create_task(tasks.cut(id))
    await begun(id)
    await asyncio.sleep(1.2)
    await tasks.cut(id)
    assert (await row(Cutout, id)).lease_token == 1, "nobody took over"
    go_on.set()
    await working
    assert (await row(Cutout, id)).state == "ready"


async def test_a_worker_that_stops_hands_its_cutout_on_at_once(
    seller: Seller, mug: bytes, drawing: Callable[[], asyncio.Event]
) -> None:
    await seller.upload(("mug.jpg", mug))
    (id,) = await pending()
    go_on = drawing()
    stopped = asyncio.create_task(tasks.cut(id))
    await begun(id)
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    await tasks.cut(id)
    go_on.set()
    assert (await row(Cutout, id)).state == "ready"


async def test_a_photo_that_kills_its_workers_is_given_up_after_five_tries(seller: Seller, mug: bytes) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug))
    (id,) = await pending()
    async with transaction(system=True) as session:
        await session.execute(update(Cutout).values(tries=cutting.MOST_TRIES))
    await tasks.cut(id)
    photo = await seller.ask("GET", f"/api/photos/{photo['id']}")
    assert (photo["cutout"]["state"], photo["state"]) == ("failed", "refused")
    assert photo["cutout"]["reasons"][0]["code"] == "poison"
    assert "5 tries" in photo["words"]
    assert photo["remedy"]
    approved = await seller.send("POST", f"/api/cutouts/{id}/approve")
    assert approved.status_code == 409
    assert "5 tries" in error(approved)["message"]
    assert await files() == set()


async def test_one_that_failed_can_be_cut_again(seller: Seller, mug: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = await seller.photo(mug)
    again = await seller.ask("POST", f"/api/photos/{photo['id']}/cutouts", {})

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(cutting, "draw", broken)
        for _ in range(cutting.MOST_TRIES):
            with pytest.raises(RuntimeError):
                await tasks.cut(UUID(again["id"]))
            await lapse(again["id"])
        await tasks.cut(UUID(again["id"]))
    photo = await seller.ask("GET", f"/api/photos/{photo['id']}")
    assert (photo["cutout"]["state"], photo["state"]) == ("failed", "ready"), "the photo itself is fine"
    await seller.ask("POST", f"/api/photos/{photo['id']}/cutouts", {})
    await cut_everything()
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["verdict"] == "accept"
