"""A seller has a product put into scenes that an engine paints, or filmed, and sees before the click what happens."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.browser.conftest import watched
from tests.browser.seller import ROOT
from tests.faults.harness import FULL
from tests.simulated import Simulators
from tests.up import Up, state_folder

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest.fixture(scope="module")
def painters(simulators: Simulators, cache_dir: object) -> Generator[Up]:
    """A Packshot whose engines are the simulators."""
    common = {"PACKSHOT_STUDIO_CREDITS": "1", "PACKSHOT_FREE_CREDITS": "200", "PACKSHOT_RATE_LIMIT": "100000"}
    with state_folder() as state, Up(state, **common, **simulators.environment) as started:
        yield started.ready()


@pytest.mark.parametrize("width", [1280, 390] if FULL else [390])
async def test_a_product_is_put_into_a_painted_scene(chromium: Browser, painters: Up, width: int) -> None:
    async with watched(chromium, painters, viewport={"width": width, "height": 900}) as seller:
        page = seller.page
        await seller.register()
        await seller.make_product("Spring", "Mug")
        await seller.upload("mug.jpg")
        await seller.approve()
        await expect(page.locator("#words")).to_be_hidden()
        await page.select_option("#maker", "openai gpt-image-2")
        await expect(page.locator("#maker-words")).to_contain_text("paints around your product; its pixels are kept")
        await page.select_option("#mode", "redraw")
        await expect(page.locator("#maker-words")).to_contain_text("may differ")
        await page.select_option("#maker", "stability core")
        await page.select_option("#mode", "")
        await expect(page.locator("#maker-words")).to_contain_text("paints the empty scene")
        await page.fill("#words", "on a wooden table by a window, calm morning")
        await seller.choose()
        await expect(page.locator("#price")).to_contain_text("1 picture, ")
        assert not await seller.axe()
        (ROOT / "screenshots").mkdir(exist_ok=True)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            await page.screenshot(path=ROOT / "screenshots" / f"order-painted-{width}-{theme}.png", full_page=True)
        await seller.shoot()
        await page.click("a[data-open] >> nth=0")
        await page.wait_for_url("**/generations/*")
        await expect(page.locator("main")).to_contain_text("your product is put into it; its pixels are kept")
        await expect(page.locator("main")).to_contain_text("calm morning")
        assert not await seller.axe()
        await page.screenshot(path=ROOT / "screenshots" / f"picture-painted-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [1280, 390] if FULL else [390])
async def test_a_product_is_filmed_and_its_video_plays(chromium: Browser, painters: Up, width: int) -> None:
    shots = ROOT / "screenshots"
    shots.mkdir(exist_ok=True)
    async with watched(chromium, painters, viewport={"width": width, "height": 900}) as seller:
        page = seller.page
        await seller.register()
        await seller.make_product("Spring", "Mug")
        await seller.upload("mug.jpg")
        await seller.approve()
        await page.click("nav[aria-label='What to make'] >> text=Videos")
        await page.wait_for_url("**/shoot?kind=video")
        await seller.choose("slow-turn")
        await expect(page.locator("#price")).to_contain_text("1 video of 5 seconds, 20 credits")
        await page.select_option("#seconds", "3")
        await expect(page.locator("#price")).to_contain_text("1 video of 3 seconds, 12 credits")
        await expect(page.locator("#maker-words")).to_contain_text("may differ")
        assert not await seller.axe()
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            await page.screenshot(path=shots / f"order-video-{width}-{theme}.png", full_page=True)
        await page.click("button#shoot")
        await page.wait_for_url("**/shoots/*")
        await page.wait_for_selector(".button-next#zip", timeout=90_000)
        await expect(page.locator(".playmark")).to_have_text("Video, 3 s")
        assert not await seller.axe()
        await page.screenshot(path=shots / f"shoot-video-{width}.png", full_page=True)
        await page.click("a[data-open] >> nth=0")
        await page.wait_for_url("**/generations/*")
        video = page.locator("video")
        await page.wait_for_function("() => document.querySelector('video').readyState >= 1")
        length, paused, poster = await video.evaluate("one => [one.duration, one.paused, one.poster]")
        assert abs(length - 3) < 0.3 and paused and poster.endswith("/picture"), "nothing moves by itself"
        assert not await seller.axe()
        await page.screenshot(path=shots / f"picture-video-{width}.png", full_page=True)
        await video.evaluate("one => { one.muted = true; one.currentTime = 2.5; return one.play(); }")
        await page.wait_for_function("() => document.querySelector('video').currentTime > 2.7")
        async with page.expect_download() as saving:
            await page.click("#download")
        assert (await saving.value).suggested_filename.endswith(".mp4")
