"""Pages of models without a screen: what they show, what their forms refuse, and whose they are."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from httpx import AsyncClient

from packshot.talents import tasks

from ..web.browser import Browser, words
from .conftest import ADA, PAPER, portrait
from .test_photos import empty_storage

__all__ = ["empty_storage"]
pytestmark = pytest.mark.usefixtures("face_model")
RELEASE: dict[str, str | list[str]] = {
    "person": "Ada Lovelace",
    "text_version": "2026-11",
    "purposes": ["catalogue"],
    "channels": ["shop", "print"],
    "markets": "DE, fr",
    "valid_from": "2026-01-01",
    "valid_until": "2099-12-31",
}


@pytest.fixture
async def browser(client: AsyncClient) -> Browser:
    made = Browser(client)
    await made.register()
    return made


async def make(browser: Browser, kind: str = "real", name: str = "Ada") -> str:
    """The address of a new model's page."""
    made = await browser.post("/models", {"name": name, "kind": kind})
    assert made.status_code == 303
    return made.headers["Location"]


async def send(browser: Browser, path: str, name: str, data: bytes) -> int:
    headers = {"X-CSRF-Token": browser.token, "Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
    return (await browser.client.post(path, files={"file": (name, data)}, headers=headers)).status_code


async def test_a_real_person_from_the_name_to_the_receipt(browser: Browser) -> None:
    assert "No models yet" in words(await browser.get("/models"))
    model = await make(browser)
    page = await browser.get(model)
    assert "Add the release that this person signed" in words(page)
    assert "Drop photos" not in words(page)
    assert (await browser.post(f"{model}/release", RELEASE)).status_code == 303
    page = await browser.get(model)
    assert "Upload the signed release" in words(page)
    paper = re.search(rf'data-url="({model}/releases/[^"]+/paper)"', page.text)
    assert paper
    assert await send(browser, paper[1], *PAPER) == 201
    assert "In force" in words(await browser.get(model))
    for column in (4, 9, 14):
        assert await send(browser, f"{model}/photos", f"ada-{column}.png", portrait(ADA, column)) == 201
    photos = await browser.get(f"{model}/photos")
    assert "Being checked" in words(photos)
    assert "every 2s" in photos.text
    await tasks.check.run(_id(model))
    photos = await browser.get(f"{model}/photos")
    assert words(photos).count("Same person") == 2
    assert "every 2s" not in photos.text
    assert "Ready" in words(await browser.get(model))
    unsure = await browser.post(f"{model}/withdraw")
    assert unsure.status_code == 422
    assert "Nothing was deleted" in words(unsure)
    assert (await browser.post(f"{model}/withdraw", {"sure": "yes"})).status_code == 303
    page = await browser.get(model)
    assert "3 photos deleted" in words(page)
    receipt = re.search(r'href="(/models/receipts/[^"]+)"', page.text)
    assert receipt
    assert "Photos deleted: 3" in (await browser.get(receipt[1])).text
    assert (await browser.post(f"{model}/delete", {"sure": "yes"})).status_code == 303
    assert (await browser.get(model)).status_code == 404
    assert "Receipts of deleted photos" in words(await browser.get("/models"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"purposes": []}, "What for: choose at least one."),
        ({"markets": "Germany"}, "'Germany' is no market"),
        ({"markets": ""}, "The markets: choose at least one."),
        ({"valid_until": "2025-01-01"}, "before valid_from"),
        ({"valid_until": "soon"}, "The last day is not a day."),
        ({"person": " "}, "Who signs is missing."),
    ],
)
async def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(
    browser: Browser, changes: dict[str, str | list[str]], says: str
) -> None:
    model = await make(browser)
    answer = await browser.post(f"{model}/release", RELEASE | changes)
    assert answer.status_code == 422
    assert says in words(answer)
    assert 'value="2026-11"' in answer.text
    assert "<details open>" in answer.text


async def test_nothing_typed_becomes_markup(browser: Browser) -> None:
    name = "<b>Ada</b>\" onclick='x'"
    model = await make(browser, "synthetic", name)
    for path in ("/models", model):
        page = await browser.get(path)
        assert "<b>Ada" not in page.text
        assert "&lt;b&gt;Ada&lt;/b&gt;" in page.text
    assert (await browser.post("/models", {"name": " "})).status_code == 422


async def test_strangers_and_visitors_see_nothing(browser: Browser, client: AsyncClient) -> None:
    model = await make(browser)
    client.cookies.clear()
    stranger = Browser(client)
    assert (await stranger.get(model)).status_code in (303, 401)
    await stranger.register("bob@example.com")
    for path in (model, f"{model}/photos"):
        assert (await stranger.get(path)).status_code == 404
    for path in (f"{model}/withdraw", f"{model}/delete", f"{model}/release"):
        assert (await stranger.post(path, {**RELEASE, "sure": "yes"})).status_code == 404
    assert await send(stranger, f"{model}/photos", "a.png", portrait()) == 404
    assert "Ada" not in words(await stranger.get("/models"))


def _id(model: str) -> UUID:
    return UUID(model.rpartition("/")[2])
