"""Shoots of videos, from the order to the file that plays, against the simulators of Runway and of a vendor unknown."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import av
import httpx
import pytest
from sqlalchemy import func, select, update

from packshot import config
from packshot.accounts.models import Role, User
from packshot.catalog.models import DoomedFile
from packshot.db import transaction
from packshot.imaging.decode import decode
from packshot.imaging.video import watch
from packshot.shoots.finishing import film_key
from packshot.shoots.judging import next_try
from packshot.shoots.judging.limits import ACCEPT, PRODUCT_ALWAYS, REVIEW
from packshot.shoots.judging.models import StoredVerdict
from packshot.shoots.keep import remove_hidden
from packshot.shoots.makers import maker
from packshot.shoots.models import AttemptState, Generation, State
from packshot.storage import storage
from packshot.styles.library import style
from tests.shoots.browser import Browser
from tests.shoots.conftest import OpenShop, Seller
from tests.shoots.test_advance import attempts, shot
from tests.shoots.test_vendors import through
from tests.simulated import Simulators

RUNWAY: dict[str, Any] = {"engine": "runway", "styles": ["slow-turn"], "size": None, "seconds": 2}
UNKNOWN: dict[str, Any] = {"engine": "http_video", "styles": None, "words": "a mug turns", "size": "320x240"}


@pytest.fixture(autouse=True)
def simulated(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    maker.cache_clear()
    yield
    maker.cache_clear()


@pytest.fixture(autouse=True)
async def unwatched(database: None) -> None:
    """The product lock, which needs more pixels than most of these have, looks where a shoot is strict."""
    async with transaction() as session:
        await config.change(session, PRODUCT_ALWAYS, False)


async def file_of(seller: Seller, url: str, **headers: str) -> httpx.Response:
    return await seller.client.get(url.replace("http://127.0.0.1:8000", ""), headers=headers)


async def test_a_video_style_says_all_and_its_video_is_delivered_and_plays(
    seller: Seller, simulators: Simulators
) -> None:
    before = simulators.billed("runway")
    answer = await seller.shoot(engine=None, styles=["slow-turn"], size=None, strict=True)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["engine"], told["model"], told["size"], told["seconds"]) == ("runway", "gen4_turbo", "960x960", 5)
    assert (told["way"], told["credits"], told["warnings"]) == ("redraw", 20, [])
    assert await seller.credits() == (980, 20)
    row = await through(id := UUID(told["generations"][0]["id"]))
    assert (row.state, row.error) == (State.COMPLETED, ""), row.words
    assert await seller.credits() == (980, 0)
    assert simulators.billed("runway") == before + 1
    (attempt,) = await attempts(id)
    assert (attempt.state, attempt.way, attempt.cost_micros) == (AttemptState.DONE, "redraw", 250_000)
    assert abs(row.facts["lasts"] - 5) < 0.5 and row.facts["packed_as"] == "vp9" and row.warnings == []

    shown = await seller.picture(str(id))
    assert [(one["lock"], one["decision"]) for one in shown["verdicts"]] == [("product", "accept")]
    file = await file_of(seller, shown["url"])
    assert (file.status_code, file.headers["content-type"]) == (200, "video/mp4")
    assert ".mp4" in file.headers["content-disposition"]
    assert b"simulator" not in file.content, "what the vendor noted beside the video is gone"
    assert file.content.index(b"moov") < file.content.index(b"mdat"), "it begins to play before all of it has come"
    with av.open(io.BytesIO(file.content), "r") as video:
        assert sum(1 for _ in video.decode(video=0)) == 40
    poster = decode((await file_of(seller, shown["poster"])).content)
    assert (poster.width, poster.height) == (960, 960) and poster.pixels.std() > 10

    part = await file_of(seller, shown["url"], Range="bytes=100-199")
    assert part.status_code == 206 and part.content == file.content[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(file.content)}"
    assert (await file_of(seller, shown["url"], Range="bytes=99999999-")).status_code == 416


async def test_a_vendor_that_nobody_knows_makes_one_of_the_size_that_was_named(seller: Seller) -> None:
    row = await through(await shot(seller, **UNKNOWN, seconds=1))
    assert (row.state, row.credits) == (State.COMPLETED, 4), row.words
    assert await seller.credits() == (996, 0)


async def test_the_nearest_size_is_chosen_and_said_and_the_price_follows_the_seconds(seller: Seller) -> None:
    answer = await seller.shoot(engine="runway", styles=None, words="a slow pan", size=None, seconds=3)
    told = answer.json()
    assert (answer.status_code, told["size"], told["credits"]) == (202, "960x960", 12)
    assert told["warnings"] == ["It is made in 960×960 pixels, the nearest size that Runway Gen-4 Turbo has."]
    twice = await seller.shoot(engine="runway", styles=["slow-turn"], size=None, seconds=10)
    assert twice.json()["credits"] == 40, "the style's price is for its five seconds"
    assert (await seller.shoot(engine="runway", model="gen4.5", styles=["slow-turn"], size=None)).json()[
        "credits"
    ] == 50


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"styles": ["slow-turn", "marble"]}, "Slow turn would be videos, "),
        ({"styles": ["slow-turn", "light-sweep"]}, "These styles have sizes of their own"),
        ({"styles": ["slow-turn", "story-reveal"], "seconds": None}, "These styles last differently"),
        ({"seconds": 11}, "does not last 11 seconds"),
        ({"size": "1024x1024"}, "does not make 1024×1024."),
        ({"format": "webp"}, "A video is an MP4, not webp"),
        ({"styles": None, "words": "x", "variations": 3}, "not over videos"),
        ({"mode": "plate"}, "cannot keep the product's pixels"),
        ({"avoid": "people"}, "takes no negative prompt"),
        ({"photo_ids": None}, "needs a photo of the product"),
        ({"framing": "wide"}, "has no framing"),
        ({"engine": "openai"}, "makes no videos"),
        ({"styles": ["marble"]}, "makes no images"),
        ({"engine": "studio", "styles": ["marble"], "size": "512x512"}, "Pictures do not last"),
        ({"engine": "studio", "styles": ["marble"], "seconds": None, "format": "mp4"}, "A picture is no MP4"),
    ],
)
async def test_what_no_video_can_be_is_refused_before_any_charge(
    seller: Seller, asked: dict[str, Any], said: str
) -> None:
    answer = await seller.shoot(**RUNWAY | asked)
    assert answer.status_code == 422, answer.text
    assert said in " ".join([answer.text, *(str(one) for one in answer.json()["error"].get("facts", {}).values())])
    assert await seller.credits() == (1000, 0)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("cut-short", "unusable"),
        ("brief", "unusable"),
        ("wrong-shape", "unusable"),
        ("failed", "transient"),
        ("broken", "outcome_unknown"),
    ],
)
async def test_what_cannot_be_used_is_made_again(fault: str, error: str, seller: Seller) -> None:
    row = await through(id := await shot(seller, **UNKNOWN | {"words": f"once more fault:{fault}-once"}, seconds=2))
    assert (row.state, row.error) == (State.COMPLETED, ""), row.words
    assert [one.error for one in await attempts(id)] == [error, ""]
    assert await seller.credits() == (992, 0)


async def test_a_page_in_place_of_a_video_is_not_opened_at_all(seller: Seller) -> None:
    row = await through(id := await shot(seller, **UNKNOWN | {"words": "a page fault:html"}, seconds=1))
    assert (row.state, row.error) == (State.FAILED, "outcome_unknown") and "no video" in row.words
    assert len(await attempts(id)) == 2, "bought again once"
    assert await seller.credits() == (1000, 0)


@pytest.mark.parametrize(("fault", "error"), [("moderated", "moderated"), ("expired", "outcome_unknown")])
async def test_what_never_comes_costs_nothing(fault: str, error: str, seller: Seller) -> None:
    row = await through(await shot(seller, **UNKNOWN | {"words": f"nothing fault:{fault}"}, seconds=1))
    assert (row.state, row.error) == (State.FAILED, error)
    assert await seller.credits() == (1000, 0)


async def test_a_video_that_is_never_right_is_given_up_and_costs_nothing(seller: Seller) -> None:
    row = await through(id := await shot(seller, **UNKNOWN | {"words": "defect:black"}, seconds=1), most=24)
    assert (row.state, row.error) == (State.FAILED, "unusable") and "is black" in row.words
    assert len(await attempts(id)) == 2, "bought again once"
    assert await seller.credits() == (1000, 0)


async def test_another_size_of_the_same_shape_is_delivered_and_said(seller: Seller) -> None:
    row = await through(await shot(seller, **UNKNOWN | {"words": "small fault:wrong-size"}, seconds=1))
    assert row.state == State.COMPLETED
    assert row.warnings == ["The engine made 160×120 pixels, not the 320×240 asked for."]


async def test_one_bad_frame_is_what_a_strict_shoot_looks_at(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second and the last of three frames are blurred: the worst counts, and its moment is named."""
    monkeypatch.setattr(next_try, "MOST_RETRIES", 0)
    row = await through(id := await shot(seller, **RUNWAY | {"words": "defect:blurs-later", "strict": True}))
    assert (row.state, await seller.credits()) == (State.REJECTED, (1000, 0)), row.words
    found = (await seller.picture(str(id)))["verdicts"][0]
    assert found["lock"] == "product" and found["words"].startswith("At 1."), found
    marked = (await attempts(id))[0].preview_key
    assert marked and decode(await storage().get(marked)).width == 720


async def test_a_video_in_review_plays_small_and_marked_for_who_may_see_it(
    seller: Seller, open_shop: OpenShop, simulators: Simulators
) -> None:
    async with transaction() as session:
        await config.change(session, ACCEPT["product"], 1.0)
        await config.change(session, REVIEW["product"], 0.5)
    ids = [await shot(seller, **RUNWAY, strict=True) for _ in range(2)]
    assert [(await through(id)).state for id in ids] == [State.REVIEW] * 2
    browser = await Browser.beside(seller.client).login(seller.person.email)
    wrong, right = ids
    attempt, taken = (await attempts(wrong))[-1], (await attempts(right))[-1]
    at = f"/attempts/{attempt.id}"
    shown = (await browser.get(f"/generations/{wrong}")).text
    assert f'<video src="{at}/video" poster="{at}/preview"' in shown and " muted " in shown and "autoplay" not in shown
    assert "playmark" in (await browser.get("/gallery?stands=review")).text
    part = await browser.get(f"{at}/video", Range="bytes=0-3")
    assert (part.status_code, len(part.content), part.headers["content-type"]) == (206, 4, "video/mp4")
    found = watch((await browser.get(f"{at}/video")).content)
    assert (found.width, found.height, found.sound) == (480, 480, False) and abs(found.seconds - 2) < 0.3
    assert (await browser.get(f"/generations/{wrong}/video")).status_code == 404, "the video itself is not bought yet"

    other = await open_shop("eve@example.com")
    stranger = await Browser.beside(other.client).login(other.person.email)
    assert (await stranger.get(f"{at}/video")).status_code == 404
    assert (await stranger.get("/admin/review")).status_code == 403
    await seller.person.post(f"/api/generations/{wrong}/reject", {})
    await seller.person.post(f"/api/generations/{right}/accept", {})
    assert (await browser.get(f"{at}/video")).status_code == 404
    assert "<video" not in (await browser.get(f"/generations/{wrong}")).text
    assert (await browser.get(f"{at}/preview")).status_code == 200
    assert f'<video src="/generations/{right}/video"' in (await browser.get(f"/generations/{right}")).text
    assert (await browser.get(f"/attempts/{taken.id}/video")).status_code == 404

    async with transaction(system=True) as session:
        await session.execute(update(User).where(User.email == seller.person.email).values(role=Role.ADMIN))
        verdicts = await session.scalars(select(StoredVerdict).order_by(StoredVerdict.generation_id))
        rejected, delivered = (f"/admin/verdicts/{one.id}" for one in verdicts)
    queue = (await browser.get("/admin/review")).text
    assert f'<video src="{delivered}/video" poster="{delivered}/picture"' in queue
    assert f'src="{rejected}/' in queue and f'src="{rejected}/video"' not in queue
    assert (await browser.get(f"{rejected}/video")).status_code == 404
    itself = await browser.get(f"/generations/{right}/video")
    assert (await browser.get(f"{delivered}/video")).content == itself.content

    async with transaction(system=True) as session:
        await session.execute(update(Generation).values(hidden_at=func.now() - timedelta(hours=1)))
    async with transaction(system=True) as session:
        await remove_hidden(session, 10)
        gone = set(await session.scalars(select(DoomedFile.key)))
    assert {film_key(str(one.preview_key)) for one in (attempt, taken)} <= gone


async def test_a_video_is_kept_deleted_restored_and_made_again(seller: Seller) -> None:
    row = await through(id := await shot(seller, **UNKNOWN, seconds=1))
    post = seller.person.post
    assert (await post(f"/api/generations/{id}/keep", {})).json()["kept"]
    assert (await seller.person.client.delete(f"/api/generations/{id}", headers=seller.headers)).status_code == 204
    assert (await post(f"/api/generations/{id}/restore", {})).status_code == 200
    again = (await post(f"/api/generations/{id}/again", {"reason": "other", "words": ""})).json()
    assert (again["credits"], again["retry_of"]) == (row.credits, str(id))
    assert (await through(UUID(again["id"]))).state == State.COMPLETED


async def test_a_video_is_ordered_and_played_on_pages(seller: Seller) -> None:
    browser = await Browser.beside(seller.client).login(seller.person.email)
    order = f"/products/{seller.product_id}/shoot"
    assert f'href="{order}?kind=video"' in (await browser.get(order)).text
    page = await browser.get(f"{order}?style=slow-turn")
    assert 'value="slow-turn" data-credits="20" data-seconds="5" data-maker="runway gen4_turbo" checked' in page.text
    assert "Runway Gen-4.5, 10 credits a second" in page.text and "your product is redrawn and may differ" in page.text
    form: dict[str, Any] = {
        "kind": "video",
        "photo_ids": str(seller.photo_id),
        "maker": "",
        "size": "",
        "seconds": "",
        "count": "1",
    }
    unsaid = await browser.post(order, key=uuid4().hex, **form, words="a slow pan")
    assert unsaid.status_code == 422 and "Choose who makes it, or a style that names somebody." in unsaid.text
    mixed = await browser.post(order, key=uuid4().hex, **form, style=["slow-turn", "story-reveal"])
    assert mixed.status_code == 422 and "These styles last differently" in mixed.text
    large: dict[str, Any] = form | {"size": "1920x1080"}
    sized = await browser.post(order, key=uuid4().hex, **large, style="slow-turn")
    assert sized.status_code == 422 and "does not make 1920×1080" in sized.text
    assert await seller.credits() == (1000, 0)
    wanted: dict[str, Any] = form | {
        "seconds": "1",
        "words": "a mug turns",
        "maker": "http_video configured",
        "size": "720x1280",
    }
    made = await browser.post(order, key=uuid4().hex, **wanted)
    assert made.status_code == 303, made.text[-2000:]
    async with transaction(seller.account_id) as session:
        (generation,) = (await session.scalars(select(Generation))).all()
    row = await through(generation.id)
    assert (row.state, row.credits) == (State.COMPLETED, 4), row.words

    shoot, at = (await browser.get(made.headers["location"])).text, f"/generations/{row.id}"
    assert "MP4, 1 second" in shoot and "1 of 1 video delivered" in shoot and "playmark" in shoot
    assert "playmark" in (await browser.get("/gallery")).text
    shown = (await browser.get(at)).text
    assert f'<video src="{at}/video" poster="{at}/picture"' in shown and "autoplay" not in shown
    assert "data-compare" not in shown and "format=webp" not in shown and "Lasts, in seconds" in shown
    for path, kind in (("picture", "image/webp"), ("picture?size=small", "image/webp"), ("video", "video/mp4")):
        assert (await browser.get(f"{at}/{path}")).headers["content-type"] == kind
    part = await browser.get(f"{at}/video", Range="bytes=0-3")
    assert (part.status_code, len(part.content)) == (206, 4)
    assert f'{row.style}-1.mp4"' in (await browser.get(f"{at}/download")).headers["content-disposition"]
    assert (await browser.get(f"{at}/download?format=webp")).status_code == 422
    packed = zipfile.ZipFile(io.BytesIO((await browser.get(f"/shoots/{row.shoot_id}/zip")).content))
    assert packed.namelist() == ["mug-words-1.mp4"]


def test_every_video_style_can_be_made_by_the_model_that_it_names() -> None:
    for slug in ("slow-turn", "light-sweep", "story-reveal", "cinema-ad"):
        found = style(slug)
        assert found and found.model
        can = found.model.capabilities
        assert found.preset.seconds in can.seconds and can.sizes and found.preset.size in can.sizes
