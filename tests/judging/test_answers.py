"""One answer to many pictures in review, from the contact sheet: each counts as if it were the only one."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from packshot.db import transaction
from packshot.shoots.judging.limits import FREE_REJECTIONS
from packshot.shoots.judging.models import HumanLabel
from packshot.shoots.models import State
from tests.judging.conftest import Tint
from tests.judging.test_step import in_review, set_config
from tests.shoots.browser import Browser
from tests.shoots.conftest import OpenShop, Seller
from tests.shoots.test_advance import look


@pytest.fixture
async def browser(seller: Seller) -> Browser:
    return await Browser.beside(seller.client).login(seller.person.email)


async def doubts(seller: Seller, count: int) -> list[str]:
    return [str((await in_review(seller)).id) for _ in range(count)]


async def states(ids: list[str]) -> list[str]:
    return [(await look(UUID(id))).state for id in ids]


async def test_many_are_accepted_and_each_is_paid_for_once(seller: Seller, tint: Tint, browser: Browser) -> None:
    ids = await doubts(seller, 3)
    assert await seller.credits() == (988, 12)
    for _ in range(2):
        said = await browser.post("/gallery/accept", htmx=True, doubts=ids[:2])
        assert said.status_code == 200
        assert "2 pictures accepted" in said.text and "8 credits spent" in said.text
        assert "988 credits" in said.text, "what is left to spend stands in the bar at the top"
    assert await states(ids) == [State.COMPLETED, State.COMPLETED, State.REVIEW]
    assert await seller.credits() == (988, 4)
    assert (await browser.post("/gallery/accept", doubts=ids[2])).headers["location"] == "/gallery?stands=review"
    assert await seller.credits() == (988, 0)


async def test_free_rejections_hold_and_those_that_go_beyond_say_so(
    seller: Seller, tint: Tint, browser: Browser
) -> None:
    await set_config(FREE_REJECTIONS, 2)
    ids = await doubts(seller, 4)
    assert "2 more pictures" in (await browser.get("/gallery/rejections")).text
    said = await browser.post("/gallery/reject", htmx=True, doubts=ids, reason="colour")
    assert said.status_code == 200
    assert "2 pictures rejected" in said.text and "8 credits given back" in said.text
    assert said.text.count("rejected 2 pictures free of charge within 30 days") == 1, "once for both that went beyond"
    left = said.text[said.text.index("rejected 2 pictures free") :]
    assert all((f'href="/generations/{id}"' in left) == (id in ids[2:]) for id in ids)
    assert await states(ids) == [State.REJECTED] * 2 + [State.REVIEW] * 2
    assert await seller.credits() == (992, 8)
    assert (await look(UUID(ids[0]))).words == "You looked at it, and it was not right: the colour is off."
    async with transaction(system=True) as session:
        said_of = {one.generation_id: (one.right, one.reason) for one in await session.scalars(select(HumanLabel))}
    assert said_of == {UUID(id): (False, "colour") for id in ids[:2]}
    none = await browser.post("/gallery/reject", htmx=True, doubts=ids[2:], reason="colour")
    assert none.status_code == 409 and "as many as you can" in none.text, "of none the answer is the refusal itself"
    assert "as many pictures" in (await browser.get("/gallery/rejections")).text


async def test_what_is_decided_already_keeps_no_other_from_its_answer(
    seller: Seller, tint: Tint, browser: Browser
) -> None:
    ids = await doubts(seller, 2)
    assert (await browser.post(f"/generations/{ids[0]}/reject", reason="shape")).status_code == 303
    said = await browser.post("/gallery/accept", htmx=True, doubts=[*ids, str(uuid4())])
    assert "1 picture accepted" in said.text
    assert "is rejected, so there is nothing to decide" in said.text and "There is no generation" in said.text
    assert await states(ids) == [State.REJECTED, State.COMPLETED]
    assert await seller.credits() == (996, 0)


@pytest.mark.parametrize("answer", ["accept", "reject"])
async def test_only_the_pages_own_seller_answers(
    open_shop: OpenShop, seller: Seller, tint: Tint, browser: Browser, answer: str
) -> None:
    (id,) = await doubts(seller, 1)
    sent: dict[str, Any] = {"doubts": id, "reason": "other"}
    assert (await browser.post(f"/gallery/{answer}", token="wrong", **sent)).status_code == 403
    stranger = await open_shop("bob@example.com")
    other = await Browser.beside(stranger.client).login("bob@example.com")
    assert (await other.post(f"/gallery/{answer}", **sent)).status_code == 404
    assert (await Browser.beside(seller.client).get("/gallery/rejections")).status_code == 303
    assert await states([id]) == [State.REVIEW]


async def test_a_rejection_has_a_reason_that_there_is(seller: Seller, tint: Tint, browser: Browser) -> None:
    (id,) = await doubts(seller, 1)
    for reason in ("", "mood"):
        assert (await browser.post("/gallery/reject", htmx=True, doubts=id, reason=reason)).status_code == 422
    wrong = await seller.person.post(f"/api/generations/{id}/reject", {"reason": "mood"})
    assert wrong.status_code == 422 and "colour, shape, text, person, other" in wrong.text
    assert await states([id]) == [State.REVIEW]
    assert (await seller.person.post(f"/api/generations/{id}/reject", {"reason": "text"})).status_code == 200
    assert (await look(UUID(id))).words.endswith("a logo or a text is off.")
