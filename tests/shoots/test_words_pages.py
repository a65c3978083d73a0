"""Shoots that are described in words: the API's reading, the page that shows it as one types, and what it sends."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Generator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from packshot.cli import app
from packshot.db import transaction
from packshot.engines.base import GenerationRequest
from packshot.shoots.advance import advance
from packshot.shoots.chain import next_call
from packshot.shoots.makers import maker, request
from packshot.shoots.models import Generation, Shoot, State
from tests.shoots.browser import Browser
from tests.shoots.conftest import OpenShop, Seller
from tests.shoots.test_advance import look, skip_the_wait
from tests.simulated import Simulators

TEXT = "Brown leather bag on marble, soft light, no people. Put a dog beside it"


@pytest.fixture
async def browser(seller: Seller) -> Browser:
    return await Browser.beside(seller.client).login(seller.person.email)


@pytest.fixture
def simulated(simulators: Simulators, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    for name, value in simulators.environment.items():
        monkeypatch.setenv(name, value)
    maker.cache_clear()
    yield
    maker.cache_clear()


async def shoots(seller: Seller) -> list[Shoot]:
    async with transaction(seller.account_id) as session:
        return list(await session.scalars(select(Shoot).order_by(Shoot.id)))


async def generations(seller: Seller) -> list[Generation]:
    async with transaction(seller.account_id) as session:
        return list(await session.scalars(select(Generation).order_by(Generation.number)))


async def test_the_api_answers_with_the_object_of_the_command(seller: Seller) -> None:
    answer = await seller.client.post("/api/brief", json={"text": TEXT}, headers=seller.headers)
    assert answer.status_code == 200
    told = answer.json()
    assert told["attributes"]["surface"] == "marble"
    printed = await asyncio.to_thread(CliRunner().invoke, app, ["brief", TEXT, "--json"])
    assert told == json.loads(printed.stdout)


async def test_the_api_takes_a_market_a_pose_and_shows_a_spread(seller: Seller) -> None:
    asked = {"text": "Cotton shirt", "market": "BR", "pose": "walking", "variations": 12, "engine": "openai"}
    told = (await seller.client.post("/api/brief", json=asked, headers=seller.headers)).json()
    assert told["market"]["hemisphere"] == "south"
    assert "walking towards the camera" in told["prompt"]["openai"]["text"]
    assert told["spread"]["variations"] == len(told["spread"]["points"]) == 12
    for wrong in ({"market": "Atlantis"}, {"pose": "flying"}, {"nonsense": 1}):
        answer = await seller.client.post("/api/brief", json=asked | wrong, headers=seller.headers)
        assert answer.status_code == 422, wrong
    assert (await seller.client.post("/api/brief", json=asked)).status_code == 401


async def test_the_page_says_what_is_understood_where_it_leads_and_what_it_costs(
    seller: Seller, browser: Browser
) -> None:
    part = await browser.post("/new/reading", htmx=True, words=TEXT, product=str(seller.product_id), pictures="2")
    assert part.status_code == 200
    for said in ("“leather”", "“marble”", "“soft light”", "Left out:", "Marble", "2 pictures"):
        assert said in part.text
    assert "<html" not in part.text
    assert "Not possible with the embedded studio" in part.text and "openai" in part.text
    assert 'id="told" hx-swap-oob="innerHTML"' in part.text and "1 wish not possible" in part.text


async def test_what_is_typed_is_shown_as_text(browser: Browser) -> None:
    text = "<script>alert(1)</script> {{7*7}} leather\"'><img src=x>"
    part = await browser.post("/new/reading", htmx=True, words=text)
    assert "<script>" not in part.text and "<img src=x" not in part.text and "49" not in part.text
    page = await browser.get(f"/new?words={'%3Cscript%3Ealert(1)%3C/script%3E'}")
    assert "<script>alert" not in page.text


async def test_a_product_is_shot_in_the_style_that_the_words_lead_to(seller: Seller, browser: Browser) -> None:
    form = {"words": "close up on marble", "product": str(seller.product_id), "key": uuid4().hex}
    answer = await browser.post("/new", **form)
    assert answer.status_code == 303, answer.text
    (made,) = await shoots(seller)
    assert (made.engine, made.styles, made.framing, made.words) == ("studio", ["marble"], "close", "")
    again = await browser.post("/new", **form)
    assert again.headers["Location"] == answer.headers["Location"]


async def test_a_hundred_different_pictures_of_one_product(seller: Seller, browser: Browser) -> None:
    form = {"words": "a mug", "product": str(seller.product_id), "pictures": "100", "different": "1"}
    part = await browser.post("/new/reading", htmx=True, **form)
    assert "100 different pictures" in part.text and "100 pictures, free" in part.text
    answer = await browser.post("/new", **form, key=uuid4().hex)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)
    made = await generations(seller)
    assert len(made) == 100 and len({json.dumps(one.variation, sort_keys=True) for one in made}) == 100
    assert len({one.style for one in made}) == 12


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": " "}, "Say what the picture shows"),
        ({"product": ""}, "choose one, or an engine that paints"),
        ({"pictures": "none"}, "Give a whole number"),
        ({"pictures": "1001"}, "Give a whole number"),
        ({"size": "huge"}, "Write width x height"),
        ({"pose": "walking"}, "a person has to be in this pose"),
        ({"pictures": "200", "different": "1", "style": "white"}, "there are 3"),
        ({"engine": "nowhere"}, "There is no engine"),
        ({"market": "atlantis"}, "There is no market"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_charged(
    seller: Seller, browser: Browser, changes: dict[str, str], said: str
) -> None:
    form = {"words": "a mug", "product": str(seller.product_id), "engine": "studio", "key": uuid4().hex} | changes
    answer = await browser.post("/new", **form)
    assert 400 <= answer.status_code < 500
    assert said in answer.text
    assert await shoots(seller) == []
    assert await seller.credits() == (1000, 0)


async def test_somebody_elses_product_is_not_found(open_shop: OpenShop) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    browser = await Browser.beside(bob.client).login("bob@example.com")
    form = {"words": "a mug", "product": str(ada.product_id), "key": uuid4().hex}
    assert (await browser.post("/new", **form)).status_code in (404, 422)
    assert await shoots(bob) == [] == await shoots(ada)


async def test_nobody_reads_without_a_login_or_the_pages_token(seller: Seller, browser: Browser) -> None:
    assert (await Browser.beside(seller.client).get("/new")).status_code == 303
    assert (await browser.post("/new/reading", token="wrong", words="x")).status_code == 403
    assert (await browser.post("/new", token="wrong", words="x", key=uuid4().hex)).status_code == 403


async def test_words_alone_are_painted_by_an_engine_that_gets_them_all(
    seller: Seller, browser: Browser, simulated: None, simulators: Simulators
) -> None:
    words = "Zebra-striped clog, on a pink podium, hygge vibes"
    before = simulators.billed("openai")
    form = {"words": words, "engine": "openai", "market": "japan", "key": uuid4().hex}
    answer = await browser.post("/new", **form)
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)
    (shoot,) = await shoots(seller)
    assert (shoot.words, shoot.market, shoot.product_id) == (words, "JP", None)
    (row,) = await generations(seller)
    asked = _asked(shoot, row)
    assert words in asked.words and "Japan" in asked.words and asked.style == ""
    for _ in range(6):
        row = await look(row.id)
        if row.state not in ("PENDING", "RUNNING"):
            break
        await skip_the_wait(row.id)
        await advance("cpu" if row.queue == "cpu" else "io", row.id)
    assert row.state == State.COMPLETED, row.words
    assert simulators.billed("openai") == before + 1


async def test_each_pose_is_one_picture_with_one_seed(seller: Seller, simulated: None) -> None:
    poses = ["seated", "front", "walking"]
    answer = await seller.shoot(
        engine="replicate", photo_ids=[], styles=["words"], size="512x512", words="Wool coat", poses=poses
    )
    assert answer.status_code == 202, answer.text
    made = await generations(seller)
    assert [one.pose for one in made] == ["front", "walking", "seated"]
    assert len({one.seed for one in made}) == 1
    (shoot,) = await shoots(seller)
    texts = [_asked(shoot, one).words for one in made]
    assert "mid-stride" in texts[1] and "seated on a plain stool" in texts[2]
    assert all("Wool coat" in text for text in texts)
    assert {_asked(shoot, one).seed for one in made} == {made[0].seed}


async def test_a_person_pose_is_refused_by_an_engine_that_shows_products_with_those_that_could(seller: Seller) -> None:
    answer = await seller.shoot(engine="studio", styles=["white"], size="256x256", poses=["front", "walking", "back"])
    assert answer.status_code == 422
    problems = answer.json()["error"]["problems"]
    assert [one["field"] for one in problems] == ["poses", "poses"]
    assert "a person has to be" in problems[0]["message"] and "does not show that side" in problems[1]["message"]
    assert all("openai" in one["remedy"] for one in problems)
    assert await seller.credits() == (1000, 0)


async def test_a_close_up_is_the_studios_detail(seller: Seller) -> None:
    answer = await seller.shoot(engine="studio", styles=["marble"], size="256x256", poses=["close-up"])
    (shoot,) = await shoots(seller)
    (row,) = await generations(seller)
    assert answer.status_code == 202
    assert _asked(shoot, row).framing == "detail"


async def test_variations_are_told_apart_to_an_engine_that_reads(seller: Seller, simulated: None) -> None:
    answer = await seller.shoot(
        engine="stability", photo_ids=[], styles=["words"], size="1024x1024", words="Clay pot", variations=6
    )
    assert answer.status_code == 202, answer.text
    (shoot,) = await shoots(seller)
    asked = [_asked(shoot, one) for one in await generations(seller)]
    assert len({one.words for one in asked}) == 6
    assert all("Clay pot" in one.words and "Palette" in one.words for one in asked)
    assert all("watermark" in one.avoid for one in asked)


def _asked(shoot: Shoot, generation: Generation) -> GenerationRequest:
    return request(shoot, generation, (), next_call(shoot, generation, []))


async def test_the_page_of_a_style_fills_the_form_in(seller: Seller, browser: Browser) -> None:
    page = await browser.get(f"/new?style=wood&product={seller.product_id}&words=mug")
    assert page.status_code == 200
    assert '<option value="wood" selected>' in page.text
    assert f'<option value="{seller.product_id}" selected>' in page.text
    assert ">mug</textarea>" in page.text
    assert (await browser.get(f"/new?product={UUID(int=7)}")).status_code == 200
