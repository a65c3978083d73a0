"""A shoot described in words, in a real browser: what is understood appears as one types; by keyboard, on a phone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import watched
from tests.browser.seller import Seller

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.up import Up

TEXT = "Blue mug on marble, soft light, close up, no people. Put a dog beside it"


async def _shown(seller: Seller, name: str) -> None:
    """A picture of the page as it stands, where somebody wants to look at it."""
    if folder := os.environ.get("PACKSHOT_LOOK"):
        await seller.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def test_what_is_understood_appears_as_one_types_and_is_shot(seller: Seller) -> None:
    page = seller.page
    await seller.register()
    await seller.make_product("Spring", "Mug")
    await seller.upload("mug.jpg")
    await seller.approve()
    await seller.open("/new")
    await expect(page.locator("#told")).to_have_text("Nothing described yet.")
    await page.select_option("#product", index=1)
    await page.locator("#words").press_sequentially(TEXT, delay=5)
    await expect(page.locator("#told")).to_contain_text("attributes understood, 1 wish not possible")
    await expect(page.locator("#reading")).to_contain_text("“marble”")
    await expect(page.locator("#price")).to_contain_text("1 picture, 1 credit; you have 200.")
    assert not await seller.axe()
    await _shown(seller, "words-laptop-light")
    await page.emulate_media(color_scheme="dark")
    assert not await seller.axe()
    await _shown(seller, "words-laptop-dark")
    await page.fill("#words", "a mug for our customers in Brazil")
    await page.fill("#pictures", "24")
    await expect(page.locator("#spread-title")).to_have_text("24 different pictures")
    await expect(page.locator("#shoot-label")).to_have_text("Shoot 24 pictures")
    assert not await seller.axe()
    await _shown(seller, "words-spread-dark")
    await page.emulate_media(color_scheme="light")
    await page.fill("#pictures", "4")
    await expect(page.locator("#shoot-label")).to_have_text("Shoot 4 pictures")
    await page.focus("#shoot")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/shoots/*")
    await page.wait_for_selector(".button-next#zip")
    await page.click("[id^=win-] >> nth=1")
    await expect(page.locator("[id^=win-] >> nth=1")).to_have_attribute("aria-pressed", "true")
    await page.click("[id^=win-] >> nth=2")
    await expect(page.locator("[id^=win-][aria-pressed=true]")).to_have_count(1)
    await expect(page.locator("[id^=win-] >> nth=2")).to_have_text("Winner: Mug, " + await _named(seller), timeout=5000)
    assert not await seller.axe()
    await _shown(seller, "words-shoot-light")


async def _named(seller: Seller) -> str:
    """The end of the name of the third picture: its style and label."""
    label = await seller.page.locator("#pictures > li >> nth=2").locator("img").get_attribute("alt") or ""
    return label.removeprefix("Mug, ")


async def test_on_a_phone_nothing_is_wider_than_the_screen(chromium: Browser, up: Up) -> None:
    async with watched(chromium, up, viewport={"width": 390, "height": 844}) as seller:
        page = seller.page
        await seller.register()
        await seller.open("/new?style=wood&words=" + "Leather%20bag,%20" * 8)
        await expect(page.locator("#style")).to_have_value("wood")
        await page.fill("#words", TEXT)
        await expect(page.locator("#reading")).to_contain_text("“marble”")
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        assert not await seller.axe()
        await _shown(seller, "words-phone-light")
        await page.click("#shoot")
        await expect(page.locator("#product-wrong")).to_be_visible()
        seller.expected = ("422",)


async def test_without_scripts_the_same_form_reads_and_shoots(chromium: Browser, up: Up) -> None:
    async with watched(chromium, up, viewport={"width": 1280, "height": 900}, java_script_enabled=False) as seller:
        page = seller.page
        await seller.register()
        await seller.open("/new")
        await page.fill("#words", TEXT)
        await page.click("button[name=look]")
        await expect(page.locator("#reading")).to_contain_text("“marble”")
        await expect(page.locator("#words")).to_have_value(TEXT)
