"""Every page, in both themes and three widths, into screenshots/: what `make screenshots` runs. To be looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.conftest import watched
from tests.browser.seller import ROOT, Seller

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.up import Up

FOLDER = ROOT / "screenshots"
WIDTHS = {"phone": 390, "laptop": 1280, "wide": 2560}
THEMES = ("light", "dark")
VISITORS = ["/", "/try", "/pricing", "/styles", "/login", "/register", "/password/forgotten", "/terms", "/privacy"]
VISITORS += ["/style-guide", "/docs", "/nothing-here"]
SELLERS = ["/dashboard", "/projects", "/gallery", "/shoots", "/account", "/admin"]
SETTLE_MS = 400


async def test_screenshots(chromium: Browser, up: Up) -> None:
    FOLDER.mkdir(exist_ok=True)
    async with watched(chromium, up, viewport={"width": 1280, "height": 900}) as seller:
        seller.expected = ("404", "403")
        await _shots(seller, VISITORS)
        await _shots(seller, await _season(seller))


async def _season(seller: Seller) -> list[str]:
    """A seller with something to show; the pages that show it."""
    page = seller.page
    await seller.register()
    empty = [("dashboard-empty", "/dashboard"), ("projects-empty", "/projects"), ("gallery-empty", "/gallery")]
    await _shots(seller, [path for _, path in empty], [name for name, _ in empty])
    await seller.make_product("Autumn collection", "Harbour tea, Smoky Earl")
    product = page.url
    await seller.upload("tea-carton.jpg", "perfume.jpg", "glass-bottle.jpg", "mug.jpg", "pump-bottle.jpg")
    await seller.approve()
    order = page.url
    await page.wait_for_selector("[data-preview$='podium'] img", timeout=60_000)
    await page.uncheck("input[name=photo_ids] >> nth=0")
    await seller.shoot("white", "marble", "wood", "winter", "luxury", "podium")
    shoot = page.url
    await page.click("a[data-open] >> nth=1")
    await page.wait_for_url("**/generations/*")
    generation = page.url
    await seller.open(product)
    photo = await page.get_attribute("[data-stage=approved] a[href^='/photos/']", "href") or ""
    await seller.open("/projects")
    project = await page.get_attribute("main a[href^='/projects/']", "href") or ""
    return [*SELLERS, project, product, photo, order, shoot, generation]


async def _shots(seller: Seller, paths: list[str], names: list[str] | None = None) -> None:
    for path, name in zip(paths, names or map(_name, paths), strict=True):
        for theme in THEMES:
            for width_name, width in WIDTHS.items():
                await seller.page.set_viewport_size({"width": width, "height": 900 if width < 2000 else 1440})
                await seller.page.emulate_media(color_scheme=theme)
                await seller.open(path)
                await seller.page.evaluate(SCROLL_THROUGH)
                await seller.page.wait_for_timeout(SETTLE_MS)
                await seller.page.screenshot(path=FOLDER / f"{name}-{theme}-{width_name}.png", full_page=True)
    await seller.page.set_viewport_size({"width": 1280, "height": 900})
    await seller.page.emulate_media(color_scheme="light")


def _name(path: str) -> str:
    """The page's kind: an address without its ids."""
    path = re.sub(r"^https?://[^/]+", "", path)
    return re.sub(r"[0-9a-f-]{36}", "one", path).strip("/").replace("/", "-") or "first"


# Pictures below the fold load when they are scrolled to.
SCROLL_THROUGH = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 800) {
    window.scrollTo(0, y);
    await new Promise((done) => setTimeout(done, 40));
  }
  window.scrollTo(0, 0);
}"""
