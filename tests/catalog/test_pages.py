"""The pages of projects, products and photos: what they do, for whom, and what they say when it cannot be done."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncGenerator, Callable
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from PIL import Image
from sqlalchemy import func, update

from packshot.catalog import pages, photo_pages, projects
from packshot.catalog.models import Cutout
from packshot.db import new_id, transaction

from ..accounts.browse import HTML, Browser
from .conftest import Open, Seller, cut_everything, encoded

BOX = {"x": "40", "y": "40", "width": "200", "height": "220"}


@pytest.fixture
async def browser(seller: Seller) -> AsyncGenerator[Browser]:
    browser = await Browser.beside(seller.client).log_in("ada@example.com")
    yield browser
    await browser.client.aclose()


async def furnished(seller: Seller, mug: bytes) -> dict[str, str]:
    """One of everything, by the names that routes have for them."""
    photo = await seller.approved(mug)
    region = {"kind": "logo", "x": 1, "y": 2, "width": 30, "height": 40}
    kept = await seller.ask("POST", f"/api/photos/{photo['id']}/regions", region)
    return {
        "project_id": seller.project,
        "product_id": seller.product,
        "photo_id": photo["id"],
        "cutout_id": photo["cutout"]["id"],
        "region_id": kept["id"],
    }


def routes() -> list[tuple[str, str]]:
    both = [*pages.router.routes, *photo_pages.router.routes]
    found = [route for route in both if isinstance(route, APIRoute)]
    assert len(found) > 30
    return [(method, route.path) for route in found for method in sorted(route.methods or ())]


def with_ids(path: str, ids: dict[str, str]) -> str:
    return path.format(**ids)


async def test_nobody_is_led_to_the_login_and_back(seller: Seller, mug: bytes) -> None:
    ids = await furnished(seller, mug)
    visitor = Browser.beside(seller.client)
    await visitor.get("/login")
    for method, path in routes():
        there = with_ids(path, ids)
        answer = await (visitor.get(there) if method == "GET" else visitor.post(there, {"photo": ids["photo_id"]}))
        back = f"?next={there.replace('/', '%2F')}" if method == "GET" else ""
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login{back}"), (method, path)


async def test_what_is_somebody_elses_does_not_exist(seller: Seller, mug: bytes, open_shop: Open) -> None:
    ids = await furnished(seller, mug)
    await open_shop("eve@example.com")
    eve = await Browser.beside(seller.client).log_in("eve@example.com")
    for method, path in routes():
        if "{" not in path:
            continue
        there = with_ids(path, ids)
        typed = {"photo": ids["photo_id"], "name": "mine", **BOX}
        answer = await (eve.get(there) if method == "GET" else eve.post(there, typed))
        assert answer.status_code == 404, (method, path, answer.status_code)
        assert "ada" not in answer.text
    assert "ada" not in (await eve.get("/projects")).text


async def test_nothing_changes_without_the_pages_token(seller: Seller, browser: Browser, mug: bytes) -> None:
    ids = await furnished(seller, mug)
    for method, path in routes():
        if method == "POST":
            answer = await browser.post(with_ids(path, ids), {"photo": ids["photo_id"]}, token=False)
            assert answer.status_code == 403, path
    assert (await seller.ask("GET", f"/api/photos/{ids['photo_id']}"))["approved"]


async def test_a_project_is_made_renamed_and_listed(browser: Browser) -> None:
    answer = await browser.post("/projects", {"name": "  Spring <b>sale</b> "})
    assert answer.status_code == 303
    place = answer.headers["location"]
    page = await browser.get(place)
    assert "Spring &lt;b&gt;sale&lt;/b&gt;" in page.text
    assert "No products yet" in page.text
    assert (await browser.post(f"{place}/rename", {"name": "Autumn"})).headers["location"] == place
    assert "Autumn" in (await browser.get("/projects")).text


@pytest.mark.parametrize(
    ("name", "words"), [(" ", "is missing"), ("x" * 201, "200 characters"), ("a\tb", "cannot be shown")]
)
async def test_a_bad_name_is_explained_and_kept(seller: Seller, browser: Browser, name: str, words: str) -> None:
    for path in ("/projects", f"/projects/{seller.project}/rename", f"/projects/{seller.project}/products"):
        answer = await browser.post(path, {"name": name, "sku": "K-7"})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{name}"' in answer.text, path
    answer = await browser.post(f"/products/{seller.product}/rename", {"name": name, "sku": "K-7"})
    assert answer.status_code == 422
    assert f'value="{name}"' in answer.text
    assert 'value="K-7"' in answer.text


async def test_no_projects_teach_the_next_step(seller: Seller, browser: Browser) -> None:
    await seller.ask("DELETE", f"/api/projects/{seller.project}")
    assert "No projects yet" in (await browser.get("/projects")).text


async def test_a_product_is_made_and_renamed(seller: Seller, browser: Browser) -> None:
    answer = await browser.post(f"/projects/{seller.project}/products", {"name": "Kettle", "sku": "K-1"})
    place = answer.headers["location"]
    page = await browser.get(place)
    assert "Kettle" in page.text
    assert "Begin with a photo" in page.text
    await browser.post(f"{place}/rename", {"name": "Copper kettle", "sku": ""})
    assert "Copper kettle" in (await browser.get(f"/projects/{seller.project}")).text


async def fill(seller: Seller, count: int) -> None:
    async with transaction(seller.account_id) as session:
        for number in range(count):
            await projects.add_product(session, UUID(seller.project), f"Cup {number:03}", f"C-{number}")


async def everything(browser: Browser, first: str) -> list[str]:
    """The names on a list, page after page."""
    found: list[str] = []
    answer = await browser.get(first)
    while True:
        found += re.findall(r"Cup \d+", answer.text)
        more = re.search(r'hx-get="([^"]+\?[^"]*(?:after|before)=[^"]+)"', answer.text)
        if not more:
            return found
        answer = await browser.htmx(more[1].replace("&amp;", "&"))
        assert "<html" not in answer.text


async def test_every_product_is_on_exactly_one_page(seller: Seller, browser: Browser) -> None:
    await fill(seller, 60)
    names = [f"Cup {number:03}" for number in range(60)]
    place = f"/projects/{seller.project}"
    assert await everything(browser, place) == names[::-1]
    assert await everything(browser, f"{place}?sort=name") == names
    assert await everything(browser, f"{place}?find=cup 01") == names[19:9:-1]
    assert await everything(browser, f"{place}?find=c-59") == ["Cup 059"]
    assert "61 products" in (await browser.get(place)).text
    answer = await browser.htmx(place, "products", find="%")
    assert "No product has “%”" in answer.text, "what people type is no pattern"


async def test_every_project_is_on_exactly_one_page(seller: Seller, browser: Browser) -> None:
    async with transaction(seller.account_id) as session:
        for number in range(60):
            await projects.add_project(session, seller.account_id, f"Cup {number:03}")
    assert await everything(browser, "/projects") == [f"Cup {number:03}" for number in range(60)][::-1]


async def test_a_project_shows_its_products_by_their_cutouts(seller: Seller, browser: Browser, mug: bytes) -> None:
    photo = await seller.photo(mug)
    page = await browser.get(f"/projects/{seller.project}")
    assert f"/photos/{photo['id']}/picture" in page.text
    assert "1 photo, 0 approved" in page.text
    await seller.ask("POST", f"/api/cutouts/{photo['cutout']['id']}/approve")
    page = await browser.get(f"/projects/{seller.project}")
    assert f"/cutouts/{photo['cutout']['id']}/picture" in page.text
    assert "1 photo, 1 approved" in page.text


async def test_a_photo_comes_is_cut_and_approved(seller: Seller, browser: Browser, mug: bytes) -> None:
    place = f"/products/{seller.product}"
    answer = await browser.upload(f"{place}/photos", "mug.jpg", mug)
    assert answer.status_code == 201
    id = answer.json()["photo_id"]
    page = (await browser.get(place)).text
    assert "Being opened" in page
    assert "1 photo being cut out" in page
    await cut_everything()
    page = (await browser.get(place)).text
    assert "Looks right" in page
    assert 'id="shoot"' not in page, "nothing is approved"
    cutout = (await seller.ask("GET", f"/api/photos/{id}"))["cutout"]["id"]
    answer = await browser.click(f"/cutouts/{cutout}/approve")
    assert json.loads(answer.headers["hx-trigger"]) == {"photos-changed": {"id": id}}
    assert f'href="{place}/shoot"' in (await browser.get(place)).text
    answer = await browser.post(f"/cutouts/{cutout}/reject")
    assert answer.headers["location"] == f"{place}#photo-{id}"
    page = (await browser.get(place)).text
    assert 'id="shoot"' not in page
    assert "Not right" in page
    assert 'id="approve-right"' not in page, "a person's word counts for more than the verdict"
    await browser.click(f"{place}/approve")
    assert (await seller.ask("GET", f"/api/photos/{id}"))["approved"] is None
    await browser.click(f"/cutouts/{cutout}/approve")
    shown = (await seller.ask("GET", f"/api/photos/{id}"))["approved"]
    assert (shown["id"], shown["rejected_at"]) == (cutout, None)


async def test_a_file_that_is_no_photo_is_refused_with_its_reason(seller: Seller, browser: Browser) -> None:
    answer = await browser.upload(f"/products/{seller.product}/photos", "notes.txt", b"hello")
    problem = answer.json()["error"]
    assert answer.status_code == 422
    assert "notes.txt" in problem["message"]
    assert problem["remedy"]
    answer = await browser.upload(f"/products/{seller.product}/photos", "notes.txt", b"hello", token=False)
    assert answer.status_code == 403
    assert await seller.ask("GET", f"/api/products/{seller.product}/photos") == []


async def test_a_card_says_every_reason_and_its_remedy(
    seller: Seller, browser: Browser, small: Callable[[str], bytes]
) -> None:
    photo = await seller.photo(small("busy-mug"), "<busy>.jpg")
    page = (await browser.get(f"/products/{seller.product}")).text
    assert "Cannot use" in page
    assert "&lt;busy&gt;.jpg" in page
    assert photo["cutout"]["reasons"]
    for reason in photo["cutout"]["reasons"]:
        assert reason["words"] in page.replace("&#39;", "'")
        assert reason["remedy"] in page.replace("&#39;", "'")
    answer = await browser.click(f"/cutouts/{photo['cutout']['id']}/approve")
    assert (answer.status_code, answer.headers["hx-retarget"]) == (409, "#toasts")


async def test_all_that_look_right_are_approved_and_no_other(
    seller: Seller, browser: Browser, mug: bytes, small: Callable[[str], bytes]
) -> None:
    await seller.upload(("one.jpg", mug), ("two.jpg", mug), ("busy.jpg", small("busy-mug")))
    await cut_everything()
    place = f"/products/{seller.product}"
    assert "Approve all 2 that look right" in (await browser.get(place)).text
    assert "2 cutouts approved." in (await browser.click(f"{place}/approve")).text
    shown = await seller.ask("GET", f"/api{place}/photos")
    assert {photo["name"]: photo["approved"] is not None for photo in shown} == {
        "one.jpg": True,
        "two.jpg": True,
        "busy.jpg": False,
    }
    ids = [photo["id"] for photo in shown]
    told = (await browser.click(f"{place}/photos/approve", {"photo": ids})).text
    assert "1 photo could not be approved" in told
    assert "2 cutouts marked as not right." in (await browser.click(f"{place}/photos/reject", {"photo": ids})).text
    assert not any(photo["approved"] for photo in await seller.ask("GET", f"/api{place}/photos"))
    assert "Nothing changed." in (await browser.click(f"{place}/approve")).text


async def test_a_newer_cutout_that_is_of_no_use_takes_nothing_away(
    seller: Seller, browser: Browser, mug: bytes
) -> None:
    photo = await seller.approved(mug)
    place = f"/products/{seller.product}"
    for unusable in ({"state": "failed", "verdict": None}, {"rejected_at": func.now()}):
        await browser.post(f"/photos/{photo['id']}/cutouts")
        await cut_everything()
        newest = (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["id"]
        page = (await browser.get(place)).text
        assert "An earlier cutout is approved" in page
        assert f"/cutouts/{newest}/picture" in page
        async with transaction(system=True) as session:
            await session.execute(update(Cutout).where(Cutout.id == UUID(newest)).values(unusable))
        page = (await browser.get(place)).text
        assert 'data-stage="approved"' in page
        assert f"/cutouts/{photo['cutout']['id']}/picture" in page
        assert "1 photo ready to shoot." in page
    await browser.click(f"{place}/photos/reject", {"photo": photo["id"]})
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["approved"] is None, "what the card shows is meant"


async def test_cards_are_asked_for_by_id_and_page(seller: Seller, browser: Browser, mug: bytes) -> None:
    sent = [photo["id"] for _ in range(2) for photo in await seller.upload(*[(f"{n}.jpg", mug) for n in range(15)])]
    place = f"/products/{seller.product}"
    first = (await browser.get(place)).text
    shown = re.findall(r'data-id="([^"]+)"', first)
    assert shown == sent[:5:-1]
    more = re.search(r'data-more="([^"]+)"', first)
    assert more
    answer = await browser.htmx(f"{place}/cards", before=more[1])
    assert re.findall(r'data-id="([^"]+)"', answer.text) == sent[5::-1]
    assert "data-more" not in answer.text
    answer = await browser.htmx(f"{place}/cards", id=[sent[3], str(new_id())])
    assert re.findall(r'data-id="([^"]+)"', answer.text) == [sent[3]]
    assert 'id="next-step"' in answer.text
    looked = (await browser.get(f"{place}/look")).json()
    assert [id for id, _ in looked] == sent[::-1]
    assert dict(looked)[sent[3]] == re.findall(rf'data-id="{sent[3]}" data-version="([^"]+)"', answer.text)[0]


async def test_the_stream_tells_how_every_photo_stands(seller: Seller, browser: Browser, mug: bytes) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug))
    told: list[list[list[str]]] = []

    async def follow() -> None:
        stream = browser.client.stream("GET", f"/products/{seller.product}/live", headers=HTML)
        async with stream as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                if line.startswith("data: ["):
                    told.append(json.loads(line.removeprefix("data: ")))
                if "event: gone" in line:
                    return

    async def act() -> None:
        await cut_everything()
        await browser.post(f"/products/{seller.product}/delete")

    # httpx reads the whole answer of an application in this process, so the stream has to come to its end.
    async with asyncio.timeout(30):
        await asyncio.gather(follow(), act())
    assert [[id for id, _ in look] for look in told] == [[photo["id"]]] * len(told)
    assert len({look[0][1] for look in told}) == len(told) >= 2, "a look is told when it differs, and only then"


async def test_a_box_is_drawn_or_refused_with_what_was_typed(seller: Seller, browser: Browser, mug: bytes) -> None:
    photo = await seller.photo(mug)
    place = f"/photos/{photo['id']}"
    assert "Draw a box" in (await browser.get(place)).text
    answer = await browser.post(f"{place}/cutouts", BOX | {"width": "999"})
    assert answer.status_code == 422
    assert "outside the photo of 320×320 pixels" in answer.text
    assert 'value="999"' in answer.text
    answer = await browser.post(f"{place}/cutouts", BOX | {"width": "wide"})
    assert "Width is not a whole number." in answer.text
    answer = await browser.post(f"{place}/cutouts", BOX)
    assert answer.headers["location"] == f"/products/{seller.product}#photo-{photo['id']}"
    made = await seller.ask("GET", f"/api/photos/{photo['id']}")
    assert made["cutout"]["box"] == {name: int(value) for name, value in BOX.items()}
    await browser.post(f"{place}/cutouts")
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["source"] == "auto"


async def test_a_mask_is_taken_or_refused_with_its_reason(seller: Seller, browser: Browser, mug: bytes) -> None:
    photo = await seller.photo(mug)
    place = f"/photos/{photo['id']}/masks"
    answer = await browser.upload(place, "mask.png", encoded(Image.new("L", (300, 320), 255), "PNG"), htmx=True)
    assert answer.status_code == 200
    assert "320×320" in answer.text
    assert 'id="mask"' in answer.text
    answer = await browser.upload(place, "mask.png", encoded(Image.new("L", (320, 320), 255), "PNG"), htmx=True)
    assert answer.headers["hx-redirect"] == f"/products/{seller.product}#photo-{photo['id']}"
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["source"] == "mask"


async def test_a_person_says_how_it_was_photographed(seller: Seller, browser: Browser, mug: bytes) -> None:
    photo = await seller.photo(mug)
    for view in ("above", ""):
        answer = await browser.post(f"/photos/{photo['id']}/view", {"view": view})
        assert answer.headers["location"] == f"/photos/{photo['id']}"
        assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["view"] == (view or None)
    assert (await browser.post(f"/photos/{photo['id']}/view", {"view": "below"})).status_code == 422


async def test_parts_are_protected_and_freed(seller: Seller, browser: Browser, mug: bytes) -> None:
    photo = await seller.photo(mug)
    place = f"/photos/{photo['id']}"
    answer = await browser.post(f"{place}/regions", BOX | {"kind": "text"})
    assert answer.headers["location"] == place
    assert "200 × 220 at 40, 40" in (await browser.get(place)).text
    (kept,) = await seller.ask("GET", f"/api{place}/regions")
    assert kept["kind"] == "text"
    answer = await browser.post(f"{place}/regions", BOX | {"x": "300"})
    assert answer.status_code == 422
    assert 'value="300"' in answer.text
    assert (await browser.post(f"/regions/{kept['id']}/delete")).headers["location"] == place
    assert await seller.ask("GET", f"/api{place}/regions") == []


async def test_pictures_keep_their_address(seller: Seller, browser: Browser, mug: bytes) -> None:
    photo = await seller.approved(mug)
    cutout = photo["cutout"]["id"]
    paths = (f"/photos/{photo['id']}/picture", f"/photos/{photo['id']}/master")
    for path in (*paths, f"/cutouts/{cutout}/picture", f"/cutouts/{cutout}/outline"):
        answer = await browser.get(path)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("/files/"), "on whatever name this Packshot is reached by"
        file = await browser.client.get(answer.headers["location"])
        assert file.headers["content-type"].startswith("image/")
        with Image.open(io.BytesIO(file.content)) as image:
            assert image.size == (320, 320)
    (early,) = await seller.upload(("early.jpg", mug))
    assert (await browser.get(f"/photos/{early['id']}/picture")).status_code == 404
