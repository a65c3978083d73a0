"""The pages of shoots over HTTP: who may see them, what they do, and what they say when they will not."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from packshot.catalog.doomed import purge
from packshot.catalog.models import DoomedFile
from packshot.db import new_id, transaction
from packshot.imaging.decode import decode
from packshot.settings import settings
from packshot.shoots import cards, darkroom
from packshot.shoots.finishing import small_key
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.sweep import sweep
from packshot.shoots.tasks import develop
from packshot.storage import storage
from packshot.web.events import Hub
from tests.shoots.browser import Browser, field
from tests.shoots.conftest import OpenShop, Seller
from tests.shoots.test_advance import change, look, shot, through

GET = (
    "/dashboard",
    "/shoots",
    "/gallery",
    "/products/{product}/shoot",
    "/products/{product}/shoot/photos/{photo}",
    "/products/{product}/previews/white",
    "/shoots/{shoot}",
    "/shoots/{shoot}/live?since=0",
    "/shoots/{shoot}/news?since=0",
    "/shoots/{shoot}/zip",
    "/generations/{generation}",
    "/generations/{generation}/picture?size=small",
    "/generations/{generation}/picture",
    "/generations/{generation}/download",
)
POST = (
    "/products/{product}/shoot",
    "/shoots/{shoot}/cancel",
    "/shoots/{shoot}/retry",
    "/generations/{generation}/cancel",
    "/generations/{generation}/retry",
    "/generations/{generation}/again",
    "/gallery/keep",
    "/gallery/unkeep",
    "/gallery/delete",
    "/gallery/restore",
    "/gallery/zip",
)
OF_NOBODY = ("/dashboard", "/shoots", "/gallery")


@pytest.fixture
async def browser(seller: Seller) -> Browser:
    return await Browser.beside(seller.client).login(seller.person.email)


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A picture of the studio costs 4 credits."""
    monkeypatch.setenv("PACKSHOT_STUDIO_CREDITS", "4")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def delivered(seller: Seller, **changes: Any) -> Generation:
    return await through(await shot(seller, **changes))


def filled(path: str, seller: Seller, generation: Generation) -> str:
    return path.format(
        product=seller.product_id, photo=seller.photo_id, shoot=generation.shoot_id, generation=generation.id
    )


def order(seller: Seller, **changes: Any) -> dict[str, Any]:
    """What the form of a shoot sends."""
    form = {"photo_ids": str(seller.photo_id), "style": "white", "size": "1024x1024", "count": "1", "key": uuid4().hex}
    return form | changes


@pytest.mark.parametrize("path", GET)
async def test_who_is_not_logged_in_is_led_to_the_login_and_back(seller: Seller, path: str) -> None:
    url = filled(path, seller, await delivered(seller))
    answer = await Browser.beside(seller.client).get(url)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login?next=%2F")


@pytest.mark.parametrize("path", POST)
async def test_what_changes_something_needs_the_pages_token(seller: Seller, browser: Browser, path: str) -> None:
    generation = await delivered(seller)
    form = order(seller) | {"ids": str(generation.id), "reason": "shadow"}
    assert (await browser.post(filled(path, seller, generation), token="wrong", **form)).status_code == 403
    assert await seller.credits() == (996, 0)
    assert (await look(generation.id)).hidden_at is None


@pytest.mark.parametrize("path", [path for path in GET + POST if path not in OF_NOBODY])
async def test_a_stranger_finds_nothing_on_pages(open_shop: OpenShop, path: str) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    generation = await delivered(ada)
    browser = await Browser.beside(bob.client).login("bob@example.com")
    url = filled(path, ada, generation)
    if path in GET:
        answer = await browser.get(url)
    else:
        answer = await browser.post(url, **order(ada), ids=str(generation.id), reason="shadow")
    assert answer.status_code == 404, answer.text[:300]
    row = await look(generation.id)
    assert (row.kept_at, row.hidden_at) == (None, None)
    assert str(generation.id) not in (await browser.get("/gallery")).text
    assert str(generation.shoot_id) not in (await browser.get("/shoots")).text


async def test_empty_pages_teach_the_next_step(open_shop: OpenShop) -> None:
    seller = await open_shop()
    browser = await Browser.beside(seller.client).login(seller.person.email)
    overview = (await browser.get("/dashboard")).text
    assert f'href="/products/{seller.product_id}/shoot"' in overview, "a product is ready"
    assert 'href="/projects"' in (await browser.get("/gallery")).text
    assert 'href="/projects"' in (await browser.get("/shoots")).text


async def test_a_shoot_is_ordered_and_paid_for_once(seller: Seller, browser: Browser, priced: None) -> None:
    page = await browser.get(f"/products/{seller.product_id}/shoot")
    form = order(seller, key=field(page, "key"), style=["white", "marble"], count="2", format="png")
    answers = await asyncio.gather(*(browser.post(f"/products/{seller.product_id}/shoot", **form) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1, "a double click makes one shoot"
    assert await seller.credits() == (984, 16)
    shown = (await browser.get(answers[0].headers["Location"])).text
    assert shown.count('<li id="g-') == 4
    assert "Stop the 4 left" in shown
    other = await browser.post(f"/products/{seller.product_id}/shoot", **form | {"count": "1"})
    assert other.status_code == 422
    assert field(other, "key") != form["key"]
    assert await seller.credits() == (984, 16)


@pytest.mark.parametrize(
    ("wrong", "where", "words"),
    [
        ({"photo_ids": []}, "photo_ids-wrong", "at least one photo"),
        ({"style": []}, "styles-wrong", "at least one style"),
        ({"count": "many"}, "count-wrong", "whole number"),
        ({"count": "1001"}, "count-wrong", "1,000"),
        ({"own_size": "big"}, "size-wrong", "width x height"),
        ({"own_size": "9000x9000"}, "size-wrong", "4096"),
        ({"seed": "-1"}, "seed-wrong", "0 to 4,294,967,295"),
        ({"framing": "sideways"}, "framing-wrong", "sideways"),
        ({"style": ["nosuch"]}, "styles-wrong", "nosuch"),
    ],
)
async def test_a_refusal_stands_at_its_field_and_keeps_what_was_typed(
    seller: Seller, browser: Browser, wrong: dict[str, Any], where: str, words: str
) -> None:
    form = order(seller, seed="77", own_size="640x640", style=["white", "wood"], format="avif") | wrong
    answer = await browser.post(f"/products/{seller.product_id}/shoot", **form)
    assert answer.status_code == 422
    said = re.search(rf'id="{where}"[^>]*>([^<]*)<', answer.text)
    assert said, answer.text
    assert words in said[1]
    assert f'value="{form["seed"]}"' in answer.text
    assert 'value="avif" checked' in answer.text
    if "style" not in wrong:
        assert len(re.findall(r'name="style" value="(?:white|wood)"[^>]*checked', answer.text)) == 2
    assert await seller.credits() == (1000, 0)


async def test_a_photo_that_lost_its_approval_says_so_at_the_photo(seller: Seller, browser: Browser) -> None:
    async with transaction(seller.account_id) as session:
        await session.execute(text("update cutout set approved_at = null"))
    answer = await browser.post(f"/products/{seller.product_id}/shoot", **order(seller))
    assert answer.status_code == 409
    assert "Nobody has approved its cutout." in answer.text


async def test_too_few_credits_lead_to_the_prices_and_back_to_what_was_chosen(
    open_shop: OpenShop, priced: None
) -> None:
    seller = await open_shop(credits=5)
    browser = await Browser.beside(seller.client).login(seller.person.email)
    form = order(seller, style=["marble", "dark", "wood"], seed="4242")
    answer = await browser.post(f"/products/{seller.product_id}/shoot", **form)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/pricing?missing=7&back=")
    back = f"/products/{seller.product_id}/shoot"
    assert f'href="{back}"' in (await browser.get(answer.headers["Location"])).text
    page = (await browser.get(back)).text
    assert len(re.findall(r'name="style" value="(?:marble|dark|wood)"[^>]*checked', page)) == 3
    assert 'value="4242"' in page
    assert await seller.credits() == (5, 0)


async def test_a_price_page_leads_back_to_our_own_pages_only(browser: Browser) -> None:
    assert "evil.example" not in (await browser.get("/pricing?back=//evil.example/x")).text


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Does what is ordered on the spot, and says what that was."""
    done: list[UUID] = []

    async def at_once(_task: object, *ids: UUID) -> bool:
        done.extend(ids)
        await develop(*ids)
        return True

    monkeypatch.setattr(darkroom, "enqueue", at_once)
    return done


async def test_a_preview_shows_the_product_and_is_made_once(
    seller: Seller, browser: Browser, worker: list[UUID]
) -> None:
    path = f"/products/{seller.product_id}/previews/white?photo={seller.photo_id}"
    answers = await asyncio.gather(*(browser.get(path) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(worker) == 1, "however many ask"
    assert answers[0].headers["Content-Type"] == "image/webp"
    assert answers[0].headers["Cache-Control"].startswith("private")
    pixels = decode(answers[0].content).pixels
    assert pixels.shape == (384, 384, 3)
    assert pixels[150:230, 150:230].mean() < 235, "there is a mug"
    assert await seller.credits() == (1000, 0), "previews are free"
    again = await browser.get(path, **{"If-None-Match": answers[0].headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_preview_stands_back_while_paid_work_waits(
    seller: Seller, browser: Browser, worker: list[UUID]
) -> None:
    await shot(seller, engine="studio", styles=["white"], size="512x512")
    answer = await browser.get(f"/products/{seller.product_id}/previews/white")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert len(worker) == 1


async def test_previews_are_bounded_and_unknown_styles_refused(
    seller: Seller, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[UUID] = []

    async def lost(_task: object, *ids: UUID) -> bool:
        sent.extend(ids)
        return True

    monkeypatch.setattr(darkroom, "enqueue", lost)
    monkeypatch.setattr(darkroom, "MOST_OPEN", 2)
    monkeypatch.setattr(darkroom.developed, "__defaults__", (0.2,))
    for style in ("white", "marble", "wood", "dark"):
        assert (await browser.get(f"/products/{seller.product_id}/previews/{style}")).status_code == 503
    assert len(sent) == 2
    assert (await browser.get(f"/products/{seller.product_id}/previews/nosuch")).status_code == 422


async def test_pictures_come_small_for_lists_and_whole_otherwise(
    seller: Seller, browser: Browser, worker: list[UUID]
) -> None:
    row = await delivered(seller, size="1200x800", format="tiff")
    small = await browser.get(f"/generations/{row.id}/picture?size=small")
    assert decode(small.content).pixels.shape == (320, 480, 3)
    assert small.headers["Cache-Control"].startswith("private")
    same = await browser.get(f"/generations/{row.id}/picture?size=small", **{"If-None-Match": small.headers["ETag"]})
    assert same.status_code == 304
    shown = await browser.get(f"/generations/{row.id}/picture")
    assert shown.headers["Content-Type"] == "image/webp", "browsers do not show TIFF"
    assert decode(shown.content).pixels.shape == (800, 1200, 3)
    own = await browser.get(f"/generations/{row.id}/download")
    assert (own.headers["Content-Type"], len(own.content)) == ("image/tiff", row.bytes)
    assert 'filename="mug-plain-1.tiff"' in own.headers["Content-Disposition"]
    for format, mime in (("png", "image/png"), ("jpeg", "image/jpeg"), ("avif", "image/avif"), ("webp", "image/webp")):
        copy = await browser.get(f"/generations/{row.id}/download?format={format}")
        assert copy.headers["Content-Type"] == mime
        assert f"mug-plain-1.{format}" in copy.headers["Content-Disposition"]
    png = await browser.get(f"/generations/{row.id}/download?format=png")
    assert (decode(png.content).pixels == decode(own.content).pixels).all(), "a copy is exact"
    assert (await browser.get(f"/generations/{row.id}/download?format=gif")).status_code == 422


async def test_keeping_and_deleting_with_a_way_back(seller: Seller, browser: Browser) -> None:
    row = await delivered(seller)
    kept = await browser.post("/gallery/keep", htmx=True, ids=str(row.id))
    assert 'aria-pressed="true"' in kept.text
    assert f'id="g-{row.id}"' in (await browser.get("/gallery?kept=yes")).text
    await browser.post("/gallery/unkeep", ids=str(row.id))
    assert f'id="g-{row.id}"' not in (await browser.get("/gallery?kept=yes")).text
    gone = await browser.post("/gallery/delete", htmx=True, ids=str(row.id))
    assert "1 picture deleted." in gone.text
    assert "/gallery/restore" in gone.text
    for path in (f"/generations/{row.id}", f"/generations/{row.id}/picture", f"/generations/{row.id}/download"):
        assert (await browser.get(path)).status_code == 404
    assert (await seller.person.get(f"/api/generations/{row.id}")).status_code == 404
    assert (await seller.person.get(f"/api/generate/{row.shoot_id}")).json()["generations"] == []
    assert f'id="g-{row.id}"' not in (await browser.get("/gallery")).text
    await sweep()
    back = await browser.post("/gallery/restore", htmx=True, ids=str(row.id))
    assert f'id="open-{row.id}"' in back.text
    assert (await browser.get(f"/generations/{row.id}/picture")).status_code == 200


async def test_deleted_pictures_are_gone_with_their_files_after_ten_minutes(seller: Seller, browser: Browser) -> None:
    row = await delivered(seller)
    stays = await delivered(seller)
    await browser.post("/gallery/delete", ids=str(row.id))
    await change(row.id, hidden_at=text("now() - interval '9 minutes'"))
    await sweep()
    assert (await look(row.id)).key, "there is a minute left"
    await change(row.id, hidden_at=text("now() - interval '11 minutes'"))
    await sweep()
    async with transaction(system=True) as session:
        assert await session.get(Generation, row.id) is None
        assert row.key and stays.key
        doomed = set(await session.scalars(select(DoomedFile.key).where(DoomedFile.key.startswith("generations/"))))
        assert doomed == {row.key, small_key(row.key)}
    await purge()
    assert not storage()._place(row.key).exists()
    assert await storage().size(stays.key)
    assert await seller.credits() == (992, 0), "what it cost stays in the ledger"
    assert (await browser.post("/gallery/restore", ids=str(row.id))).status_code == 404


async def test_a_delivered_picture_is_asked_for_again_once_with_a_reason(seller: Seller, browser: Browser) -> None:
    row = await delivered(seller)
    wrong = await browser.post(f"/generations/{row.id}/again", reason="ugly", words="keep <b>this</b>")
    assert wrong.status_code == 422
    assert "keep &lt;b&gt;this&lt;/b&gt;" in wrong.text
    form = {"reason": "shadow", "words": "Too dark"}
    answers = [await browser.post(f"/generations/{row.id}/again", **form) for _ in range(3)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    again = UUID(answers[0].headers["Location"].rpartition("g-")[2])
    made = await look(again)
    assert (made.retry_of, made.reason, made.reason_words) == (row.id, "shadow", "Too dark")
    assert made.seed != row.seed
    assert await seller.credits() == (992, 4), "a hold of its own"
    assert (await through(again)).state == "COMPLETED"
    page = (await browser.get(f"/generations/{again}")).text
    assert "The shadow is wrong" in page
    assert "Too dark" in page
    assert (await browser.post(f"/generations/{again}/again", reason="other", words="x" * 501)).status_code == 422
    await browser.post("/gallery/delete", ids=str(again))
    page = await browser.post(f"/generations/{row.id}/again", **form)
    assert page.status_code == 409
    assert "deleted it a moment ago" in page.text
    assert await seller.credits() == (992, 0)


async def test_asking_again_costs_what_was_said_or_nothing_happens(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=5)
    browser = await Browser.beside(seller.client).login(seller.person.email)
    row = await delivered(seller)
    answer = await browser.post(f"/generations/{row.id}/again", reason="outline", words="typed")
    assert answer.status_code == 402
    assert "typed" in answer.text
    assert await seller.credits() == (1, 0)


async def test_stopping_and_retrying_from_the_page(seller: Seller, browser: Browser) -> None:
    body = (await seller.shoot(count=3)).json()
    first = body["generations"][0]["id"]
    one = await browser.post(f"/generations/{first}/cancel", htmx=True)
    assert "Stopped" in one.text
    assert "Retry, 4 credits" in one.text, "the price before the click"
    again = await browser.post(f"/generations/{first}/retry", htmx=True)
    assert "Asked for again" in again.text
    assert again.text.count("<li id=") == 2
    assert (await browser.post(f"/shoots/{body['id']}/cancel")).status_code == 303
    assert await seller.credits() == (1000, 0)
    page = (await browser.get(f"/shoots/{body['id']}")).text
    assert "Retry 3 pictures" in page
    assert (await browser.post(f"/shoots/{body['id']}/retry", htmx=True)).headers["HX-Redirect"]
    assert await seller.credits() == (988, 12)


async def test_failures_say_why_at_the_picture(seller: Seller, browser: Browser) -> None:
    id = await shot(seller, engine="mishap", styles=["moderated"], size="256x256")
    row = await through(id)
    page = (await browser.get(f"/shoots/{row.shoot_id}")).text
    assert "It is moderated." in page
    assert row.remedy in page
    assert "1 picture not made; nothing was charged for it." in page


async def test_pictures_arrive_while_the_page_is_open(seller: Seller) -> None:
    body = (await seller.shoot(count=2)).json()
    ids = [UUID(one["id"]) for one in body["generations"]]
    hub = Hub()
    async with hub.running():
        await hub.connected.wait()
        stream = cards.live(hub, seller.account_id, UUID(body["id"]), datetime.now(UTC))
        first = await anext(stream)
        assert all(f'id="g-{id}"' in first for id in ids), "the first look is whole"
        await through(ids[0])
        async with asyncio.timeout(10):
            seen = ""
            while f'id="open-{ids[0]}"' not in seen:
                seen = await anext(stream)
        assert f'id="g-{ids[1]}"' not in seen, "only what has changed"
        assert "1 of 2 pictures delivered" in seen
        assert "992 credits" in seen
        await stream.aclose()
    missed = await cards.missed(seller.account_id, UUID(body["id"]), datetime.fromtimestamp(0, UTC))
    assert all(f'id="g-{id}"' in missed for id in ids), "who cannot listen asks"


async def test_the_gallery_pages_on_and_filters_by_its_address(seller: Seller, browser: Browser) -> None:
    rows = [await delivered(seller, styles=[style]) for style in ("plain", "bold", "plain")]
    page = (await browser.get("/gallery")).text
    assert re.findall(r'<li id="g-([^"]+)"', page) == [str(row.id) for row in reversed(rows)]
    bold = (await browser.get("/gallery?style=bold")).text
    assert re.findall(r'<li id="g-([^"]+)"', bold) == [str(rows[1].id)]
    assert len(re.findall(r'<li id="g-', (await browser.get("/gallery?q=mUg")).text)) == 3
    assert "No picture fits" in (await browser.get("/gallery?q=%25")).text, "a percent sign is a percent sign"
    assert "No picture fits" in (await browser.get(f"/gallery?project={uuid4()}")).text
    assert "No picture fits" in (await browser.get("/gallery?project=nonsense")).text
    more = await browser.client.get(f"/gallery?before={rows[2].id}", headers={"HX-Request": "true"})
    assert re.findall(r'<li id="g-([^"]+)"', more.text) == [str(rows[1].id), str(rows[0].id)]
    assert "<html" not in more.text


async def test_the_gallery_shows_more_than_a_page(
    seller: Seller, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("packshot.shoots.pages_gallery.PAGE", 2)
    rows = [await delivered(seller) for _ in range(5)]
    seen: list[str] = []
    path: str | None = "/gallery"
    while path:
        answer = (await browser.get(path)).text
        seen += re.findall(r'<li id="g-([^"]+)"', answer)
        more = re.search(r'href="(/gallery\?before=[^"]+)"', answer)
        path = more[1] if more else None
    assert seen == [str(row.id) for row in reversed(rows)]


async def test_a_zip_holds_the_files_as_they_were_delivered(seller: Seller, browser: Browser) -> None:
    rows = [await delivered(seller, format=format) for format in ("webp", "png", "webp")]
    answer = await browser.post("/gallery/zip", ids=[str(row.id) for row in rows])
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
        assert [info.filename for info in infos] == ["mug-plain-1.webp", "mug-plain-1.png", "mug-plain-1-2.webp"]
        assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
        assert [info.CRC for info in infos] == [row.crc32 for row in rows]
    whole = await browser.get(f"/shoots/{rows[0].shoot_id}/zip")
    assert zipfile.ZipFile(io.BytesIO(whole.content)).namelist() == ["mug-plain-1.webp"]
    body = (await seller.shoot()).json()
    assert (await browser.get(f"/shoots/{body['id']}/zip")).status_code == 404


async def test_what_people_typed_is_text(seller: Seller, browser: Browser) -> None:
    name = '<script>alert(1)</script>"' + "x" * 170
    await seller.client.put(f"/api/products/{seller.product_id}", json={"name": name}, headers=seller.headers)
    row = await delivered(seller)
    for path in ("/dashboard", "/gallery", "/shoots", f"/shoots/{row.shoot_id}", f"/generations/{row.id}"):
        assert "<script>alert" not in (await browser.get(path)).text, path
    assert "<script>alert" not in (await browser.get(f"/products/{seller.product_id}/shoot")).text


async def test_too_many_at_once_are_refused(browser: Browser) -> None:
    ids = [str(new_id()) for _ in range(501)]
    assert (await browser.post("/gallery/delete", ids=ids)).status_code == 422
    assert (await browser.post("/gallery/delete")).status_code == 422
    async with transaction(system=True) as session:
        assert await session.scalar(select(func.count()).select_from(Shoot)) == 0
