"""Pictures that a lock doubts and rejects, in a browser: the seller's side and the operator's, by keyboard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from packshot.config import FRESH_S
from tests.browser.conftest import watched
from tests.browser.seller import PASSWORD, ROOT, Seller
from tests.simulated import Simulators
from tests.up import Up, state_folder, until

if TYPE_CHECKING:
    from playwright.async_api import Browser


SHOTS = os.environ.get("PACKSHOT_REVIEW_SHOTS")  # a folder: look at every page in both themes and on a phone


@pytest.fixture(scope="module")
def shop(cache_dir: object, simulators: Simulators) -> Generator[Up]:
    """A Packshot whose vendors are simulators, which draw products anew, rightly or wrongly as they are told."""
    settings = {"PACKSHOT_FREE_CREDITS": "500", "PACKSHOT_RATE_LIMIT": "100000", **simulators.environment}
    with state_folder() as state, Up(state, **settings) as started:
        yield started.ready()


async def test_a_seller_answers_and_an_operator_sets_the_limits(chromium: Browser, shop: Up) -> None:
    async with watched(chromium, shop, viewport={"width": 1280, "height": 900}) as seller:
        page = seller.page
        await seller.register()
        await seller.make_product("Autumn", "Harbour tea, Smoky Earl")
        await seller.upload("tea-carton.jpg", "mug.jpg")
        await seller.approve()
        token = _logged_in(shop, seller)
        photos = [await one.get_attribute("value") or "" for one in await page.locator("input[name=photo_ids]").all()]
        _limits(shop, token, accept=1.0, review=0.5)
        await page.wait_for_timeout(1000 * (FRESH_S + 0.5))  # until every process knows
        filmed = _shoot(shop, token, photos[:1], "turntable", styles=["slow-turn"], engine="runway", seconds=2)
        doubtful = _shoot(shop, token, photos[:1], "on a table", count=6)
        rejected = _shoot(shop, token, photos[:1], "on a table, defect:recoloured")
        for shoot in (filmed, doubtful, rejected):
            until(lambda shoot=shoot: not _states(shop, token, shoot) & {"PENDING", "RUNNING"}, 120)
        assert _states(shop, token, doubtful) == _states(shop, token, filmed) == {"REVIEW"}
        assert _states(shop, token, rejected) == {"REJECTED"}

        await _look(seller, f"/shoots/{doubtful}", "shoot-in-review")
        assert await page.locator(".tag", has_text="To review").count()
        await page.click("a[data-open]")
        await page.wait_for_url("**/generations/*")
        picture = page.url
        await page.wait_for_selector(".verdict")
        await _look(seller, picture, "picture-in-review")
        await page.keyboard.press("a")
        await page.wait_for_selector("#download")
        await page.check("#rating input[value='4']")
        await page.click("#rating button")
        await page.wait_for_selector("#rating input[value='4']:checked")
        await _answer_many(seller)
        await _look(seller, f"/shoots/{rejected}", "shoot-rejected")
        await page.click("a[data-open]")
        await page.wait_for_url("**/generations/*")
        await _look(seller, page.url, "picture-rejected")
        await _look(seller, "/gallery?stands=rejected", "gallery-rejected")

        await _plays_in_the_queue(seller)
        await _plays_before_it_is_taken(seller, filmed)
        await page.goto("/admin/review")
        await page.focus("a[data-open]")
        await page.keyboard.press("5")
        await page.wait_for_selector("text=rated 5")
        await page.keyboard.press("a")
        await page.wait_for_selector("text=Said to be right")
        await seller.open("/admin/locks")
        await page.locator("#product-accept").fill("0.6")
        await page.locator("#product-accept").dispatch_event("input")
        await page.wait_for_selector("#product-replay >> text=Accept from 0.60")
        await page.click("section[aria-labelledby=product-title] button[type=submit]")
        await page.wait_for_selector("text=locks.product.accept")
        await _look(seller, "/admin/locks", "admin-locks")


async def _answer_many(seller: Seller) -> None:
    """Six wait, the oldest a video: two are accepted by keyboard, two rejected by mouse, and the sum is said before."""
    page = seller.page
    await seller.open("/gallery?stands=review")
    opens = page.locator("[data-grid] [data-open]")
    assert await opens.count() == 6
    await opens.first.focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Shift+ArrowRight")
    assert await page.locator("#bulk-accept").inner_text() == "Accept 2 pictures, 8 credits"
    assert await page.locator("#bulk-zip").is_hidden(), "nothing of what is chosen is delivered"
    await page.keyboard.press("a")
    assert await page.locator("#accept-title").inner_text() == "Accept 2 pictures for 8 credits?"
    await _snap(seller, "accept-sheet")
    assert await seller.axe() == []
    await page.keyboard.press("Escape")
    assert await page.locator(".tag", has_text="To review").count() == 6, "asked, and nothing said"
    await page.keyboard.press("a")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=2 pictures accepted.")
    assert await page.locator(".tag", has_text="To review").count() == 4
    assert await page.evaluate("document.activeElement.matches('li:has([data-accept]) [data-open]')"), "on to the next"

    picks = page.locator("li:has([data-accept]) .pick input")
    await picks.nth(0).click()
    await picks.nth(1).click(modifiers=["Shift"])
    await _snap(seller, "bulk-bar")
    await page.click("#bulk-reject")
    await page.wait_for_selector("text=You can reject 20 more pictures free of charge")
    await page.keyboard.press("Enter")
    assert await page.locator("#reject-sheet").is_visible(), "not without a reason"
    await page.keyboard.press("Space")
    await _snap(seller, "reject-sheet")
    assert await seller.axe() == []
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=2 pictures rejected.")
    assert await page.locator(".tag", has_text="To review").count() == 2
    assert await page.locator("text=not right: the colour is off").count() == 2
    await _look(seller, "/gallery?stands=review", "gallery-review")


async def _snap(seller: Seller, name: str) -> None:
    """The page as it stands, in both themes and on a phone, if wanted."""
    if not SHOTS:
        return
    for theme in ("dark", "light"):
        await seller.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for width in (390, 1280):
            await seller.page.set_viewport_size({"width": width, "height": 900})
            await seller.page.wait_for_timeout(200)
            await seller.page.screenshot(path=ROOT / SHOTS / f"{name}-{theme}-{width}.png")


async def _plays_in_the_queue(seller: Seller) -> None:
    """By keyboard: space plays, arrows go on to the next although a video has the focus, the other stays as it is."""
    page = seller.page
    await _look(seller, "/admin/review", "admin-review")
    video = page.locator("video[data-open]")
    await video.focus()
    state = "one => [one.paused, one.currentTime, one === document.activeElement]"
    assert (await video.evaluate(state))[:2] == [True, 0], "nothing moves by itself"
    await page.keyboard.press("Space")
    await page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    if SHOTS:
        await page.screenshot(path=ROOT / SHOTS / "admin-review-playing.png", full_page=True)
    await page.keyboard.press("Space")
    paused, at, _ = await video.evaluate(state)
    assert paused
    await page.keyboard.press(".")
    assert abs((await video.evaluate(state))[1] - at - 0.2) < 0.05
    before = await page.evaluate("[...document.querySelectorAll('[data-open]')].indexOf(document.activeElement)")
    await page.keyboard.press("ArrowRight" if before == 0 else "ArrowLeft")
    after = await page.evaluate("[...document.querySelectorAll('[data-open]')].indexOf(document.activeElement)")
    assert abs(after - before) == 1 and not (await video.evaluate(state))[2]
    await page.keyboard.press("ArrowLeft" if before == 0 else "ArrowRight")
    assert (await video.evaluate(state))[2]
    await page.keyboard.press("4")
    await page.wait_for_selector("text=rated 4")


async def _plays_before_it_is_taken(seller: Seller, shoot: str) -> None:
    """The seller's page plays it small and marked, and takes an answer although the video has the focus."""
    page = seller.page
    await page.goto(f"/shoots/{shoot}")
    await page.click("a[data-open]:has(.playmark)")
    await page.wait_for_url("**/generations/*")
    await page.wait_for_selector("video")
    await _look(seller, page.url, "video-in-review")
    video = page.locator("video")
    assert await video.evaluate("one => [one.paused, one.muted, one.controls]") == [True, True, True]
    await video.focus()
    await video.evaluate("one => one.play()")
    await page.wait_for_function("() => document.querySelector('video').currentTime > 0.5")
    assert await video.evaluate("one => [one.videoWidth, one.videoHeight]") == [480, 480]
    await page.keyboard.press("a")
    await page.wait_for_selector("#download")
    assert (await video.get_attribute("src") or "").startswith("/generations/")


def _logged_in(up: Up, seller: Seller) -> str:
    """The seller's access token, now that they are an admin too."""
    command = [sys.executable, "-m", "packshot", "admin", "create", seller.email]
    subprocess.run(command, env={**os.environ, "PACKSHOT_STATE_DIR": str(up.state)}, check=True, capture_output=True)
    said = {"email": seller.email, "password": PASSWORD}
    return str(httpx.post(f"{up.address}/api/auth/login", json=said).raise_for_status().json()["access_token"])


def _limits(up: Up, token: str, **limits: float) -> None:
    values = {f"locks.product.{name}": value for name, value in limits.items()}
    headers = {"Authorization": f"Bearer {token}"}
    httpx.put(f"{up.address}/api/admin/config", json=values, headers=headers).raise_for_status()


def _shoot(up: Up, token: str, photos: list[str], words: str, **changes: Any) -> str:
    body = {"photo_ids": photos, "styles": ["marble"], "engine": "openai", "words": words, "mode": "redraw"} | changes
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    return str(httpx.post(f"{up.address}/api/generate", json=body, headers=headers).raise_for_status().json()["id"])


def _states(up: Up, token: str, shoot: str) -> set[str]:
    headers = {"Authorization": f"Bearer {token}"}
    found = httpx.get(f"{up.address}/api/generate/{shoot}", headers=headers).raise_for_status().json()
    return {str(one["state"]) for one in found["generations"]}


async def _look(seller: Seller, path: str, name: str) -> None:
    """The page says nothing on the console and nothing to axe, in both themes; and is looked at if wanted."""
    for theme in ("light", "dark"):
        await seller.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        await seller.open(path)
        await seller.page.wait_for_timeout(200)
        assert await seller.axe() == [], f"{name}, {theme}"
        if SHOTS:
            for width in (1280, 390):
                await seller.page.set_viewport_size({"width": width, "height": 900})
                await seller.page.wait_for_timeout(200)
                await seller.page.screenshot(path=ROOT / SHOTS / f"{name}-{theme}-{width}.png", full_page=True)
            await seller.page.set_viewport_size({"width": 1280, "height": 900})
    await seller.page.emulate_media(color_scheme="light")
