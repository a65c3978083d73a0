"""A seller's way from the first photo to pictures kept, downloaded, compared, made again and deleted."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.browser.conftest import watched
from tests.browser.seller import PASSWORD, PHOTOS, Seller, Stopwatch

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from tests.up import Up

INJECTED = "<img src=x onerror=\"document.title='pwned'\">\"'></textarea><script>document.title='pwned'</script>{{7*7}}"


async def test_the_first_picture_is_kept_within_two_minutes_of_arriving(seller: Seller) -> None:
    page = seller.page
    arrived = Stopwatch()
    await seller.open("/")
    await page.set_input_files("#file", PHOTOS / "mug.jpg")
    await page.wait_for_selector("#pictures img")
    await page.click("text=Register to shoot it")
    await page.fill("#email", seller.email)
    await page.fill("#password", PASSWORD)
    await page.click("main button[type=submit]")
    await page.click("text=Take it into a project")
    await page.wait_for_selector("[data-stage=right]")
    await seller.approve()
    await seller.choose("marble")
    await expect(page.locator("#price")).to_contain_text("1 picture, 1 credit; you have 200.")
    await seller.shoot("marble", "wood")
    await page.click("[data-keep] >> nth=0")
    await expect(page.locator("[data-keep] >> nth=0")).to_have_attribute("aria-pressed", "true")
    assert arrived.seconds < 120
    await expect(page.locator("#credits")).to_contain_text("198 credits")
    assert not await seller.axe()


async def test_previews_show_this_very_product_and_the_price_stands_beside_the_button(seller: Seller) -> None:
    await seller.register()
    await seller.make_product("Spring", "Mug")
    await seller.upload("mug.jpg")
    await seller.approve()
    preview = seller.page.locator("[data-preview$='/previews/marble'] img")
    await expect(preview).to_be_visible()
    assert await preview.evaluate("one => one.naturalWidth") >= 256
    await seller.choose("marble")
    await seller.page.fill("#count", "3")
    await expect(seller.page.locator("#price")).to_contain_text("3 pictures, 3 credits")
    assert not await seller.axe()


async def test_what_the_studio_is_unsure_of_says_why_and_is_mended(seller: Seller) -> None:
    page = seller.page
    await seller.register()
    await seller.make_product("Spring", "Things")
    await seller.upload("glass-bottle.jpg", "perfume.jpg")
    for card in await page.locator("[data-stage=cannot], [data-stage=look]").all():
        reason = card.locator(".reasons li, p strong").first
        assert len((await reason.inner_text()).split()) > 3
    assert await page.locator("#approve-right").count() == 0
    await expect(page.locator("a#shoot")).to_have_count(0)
    assert not await seller.axe()


async def test_a_double_click_makes_one_shoot(seller: Seller) -> None:
    await seller.register()
    await seller.make_product("Spring", "Mug")
    await seller.upload("mug.jpg")
    await seller.approve()
    await seller.choose("white")
    await seller.page.dblclick("button#shoot")
    await seller.page.wait_for_selector(".button-next#zip")
    await expect(seller.page.locator("#credits")).to_contain_text("199 credits")


async def test_too_few_credits_lead_to_the_prices_and_back(seller: Seller) -> None:
    page = seller.page
    seller.expected = ("402",)
    await seller.register()
    await seller.make_product("Spring", "Mug")
    await seller.upload("mug.jpg")
    await seller.approve()
    await seller.choose("beige")
    await page.fill("#count", "300")
    await page.click("button#shoot")
    await expect(page.locator("main")).to_contain_text("100 credits short")


async def test_pictures_arrive_in_two_tabs_after_a_reload_and_after_the_network_was_away(seller: Seller) -> None:
    page = seller.page
    seller.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK", "Failed to load resource", "[object Event]")
    await seller.register()
    await seller.make_product("Spring", "Mug")
    await seller.upload("mug.jpg")
    await seller.approve()
    await seller.choose("white", "marble", "wood", "podium", "dark", "winter")
    await page.click("button#shoot")
    await page.wait_for_url("**/shoots/*")
    other = await page.context.new_page()
    await other.goto(page.url)
    await page.reload()
    await page.context.set_offline(True)
    await page.wait_for_timeout(1500)
    await page.context.set_offline(False)
    for tab in (page, other):
        await expect(tab.locator("#pictures a[data-open] img")).to_have_count(6, timeout=60_000)


async def test_a_picture_is_looked_at_compared_downloaded_and_made_again(seller: Seller, tmp_path: Path) -> None:
    page = seller.page
    await seller.register()
    await seller.make_product("Spring", "Mug")
    await seller.upload("mug.jpg")
    await seller.approve()
    await seller.shoot("marble", "wood")
    await page.click("a[data-open] >> nth=0")
    await page.wait_for_url("**/generations/*")
    await page.keyboard.press("z")
    await expect(page.locator("dialog.loupe")).to_be_visible()
    await page.keyboard.press("Escape")
    async with page.expect_download() as download:
        await page.click("#download")
    data = Path(await (await download.value).path()).read_bytes()
    assert data[8:12] == b"WEBP"
    async with page.expect_download() as download:
        await page.click("text=PNG")
    assert Path(await (await download.value).path()).read_bytes()[:4] == b"\x89PNG"
    await page.select_option("#beside", index=1)
    await page.click("text=Compare")
    await expect(page.locator("figure")).to_have_count(2)
    assert not await seller.axe()
    await page.check("input[name=reason] >> nth=0")
    await page.click("#ask-again")
    await page.wait_for_selector("text=Delivered")


async def test_many_are_chosen_downloaded_deleted_and_brought_back_by_keyboard(seller: Seller) -> None:
    page = seller.page
    await seller.register()
    await seller.make_product("Spring", "Mug")
    await seller.upload("mug.jpg")
    await seller.approve()
    await seller.shoot("marble", "wood", "white")
    await seller.open("/gallery")
    await page.locator("a[data-open] >> nth=0").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Space")
    await expect(page.locator("#bulk-count")).to_contain_text("2")
    async with page.expect_download() as download:
        await page.click("#bulk-zip")
    archive = zipfile.ZipFile(io.BytesIO(Path(await (await download.value).path()).read_bytes()))
    assert archive.testzip() is None and len(archive.namelist()) == 2
    await page.click("#bulk-delete")
    await expect(page.locator("a[data-open]")).to_have_count(1)
    await page.click("#toasts >> text=Undo")
    await expect(page.locator("a[data-open]")).to_have_count(3)


async def test_what_people_type_is_text_everywhere(seller: Seller) -> None:
    page = seller.page
    await seller.open("/register")
    await page.fill("#email", seller.email)
    await page.fill("#name", INJECTED[:100])
    await page.fill("#password", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url("**/dashboard")
    await seller.make_product(INJECTED, INJECTED, sku=INJECTED[:100])
    product = page.url
    photo = {"name": f"{INJECTED[:80]}.jpg", "mimeType": "image/jpeg", "buffer": (PHOTOS / "mug.jpg").read_bytes()}
    await page.set_input_files("#files", [photo])  # pyright: ignore[reportArgumentType]
    await page.wait_for_selector("[data-stage=right]")
    await seller.approve()
    await seller.shoot("white")
    shoot = page.url
    await page.click("a[data-open]")
    generation = page.url
    await page.check("input[name=reason] >> nth=0")
    await page.fill("#words", INJECTED)
    await page.click("#ask-again")
    await seller.open("/account")
    await page.fill("#key-name", INJECTED[:100])
    await page.click("text=Make a key")
    places = [
        "/dashboard",
        "/projects",
        product,
        f"{product}/shoot",
        shoot,
        generation,
        "/gallery",
        "/account",
        "/shoots",
    ]
    await page.fill("#invite-email", "a<b>@example.com")
    await page.click("text=Invite")
    queries = [f"/gallery?q={INJECTED}", f"/styles?fits={INJECTED}", f"/login?next={INJECTED}", f"/pricing?missing={7}"]
    for place in (*places, *queries):
        await seller.open(place)
        await page.wait_for_timeout(200)
        assert await page.title() != "pwned"


async def test_it_works_on_a_phone_in_the_dark(chromium: Browser, up: Up) -> None:
    phone = {"width": 390, "height": 844}
    async with watched(chromium, up, viewport=phone, color_scheme="dark", has_touch=True, is_mobile=True) as seller:
        page = seller.page
        await seller.register()
        await seller.make_product("Spring", "Mug")
        await seller.upload("mug.jpg")
        problems = [f"product: {one}" for one in await seller.axe()]
        await seller.approve()
        problems += [f"order: {one}" for one in await seller.axe()]
        await seller.shoot("marble")
        problems += [f"shoot: {one}" for one in await seller.axe()]
        for path in ("/dashboard", "/projects", "/gallery", "/account"):
            await seller.open(path)
            problems += [f"{path}: {one}" for one in await seller.axe()]
            wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            problems += [f"{path} is wider than the phone"] * wide
        assert not problems, "\n".join(problems)


async def test_every_page_of_a_seller_is_accessible_in_both_themes(seller: Seller) -> None:
    page = seller.page
    seller.expected = ("403",)
    await seller.register()
    await seller.make_product("Spring", "Mug")
    product = page.url
    await seller.upload("mug.jpg", "glass-bottle.jpg")
    await seller.approve()
    order = page.url
    await seller.shoot("marble")
    shoot = page.url
    generation = await page.get_attribute("a[data-open]", "href") or ""
    await seller.open(product)
    photo = await page.get_attribute("[data-stage=approved] a[href^='/photos/']", "href") or ""
    project = await page.get_attribute("main a[href^='/projects/']", "href") or ""
    places = [
        "/dashboard",
        "/projects",
        project,
        product,
        photo,
        order,
        shoot,
        "/shoots",
        generation,
        "/gallery",
        "/models",
    ]
    problems: list[str] = []
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)  # pyright: ignore[reportArgumentType]
        for place in [*places, "/gallery?q=nothing-like-it", "/account", "/admin"]:
            await seller.open(place)
            await page.wait_for_timeout(300)
            problems += [f"{place} ({theme}): {one}" for one in await seller.axe()]
    assert not problems, "\n".join(problems)
