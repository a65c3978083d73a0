"""The style library in a real browser: found by typing, kept by keyboard, edited by an operator, in both themes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.seller import PASSWORD, Seller
from tests.faults.harness import FULL

if TYPE_CHECKING:
    from tests.up import Up


def promote(up: Up, email: str) -> None:
    """Makes somebody an admin, by the command."""
    run = [sys.executable, "-m", "packshot", "admin", "create", email]
    place = os.environ | {"PACKSHOT_STATE_DIR": str(up.state)}
    subprocess.run(run, check=True, env=place, input=PASSWORD, text=True, capture_output=True)


async def test_styles_are_found_by_typing_and_the_address_keeps_what_was_found(seller: Seller) -> None:
    page = seller.page
    await seller.open("/styles")
    await page.fill("#fits", "snow")
    await page.wait_for_selector("[data-style=wood]", state="detached")
    await page.wait_for_url("**/styles?*fits=snow*")
    assert await page.locator("[data-style=snow-princess]").count() == 1
    await page.fill("#fits", "")
    await page.wait_for_selector("[data-style=wood]")
    await page.get_by_role("radio", name="Jewellery").focus()
    await page.keyboard.press("Space")
    await page.wait_for_selector("[data-style=wood]", state="detached")
    assert await page.locator("[data-style=black-velvet]").count() == 1
    await page.reload()
    assert await page.get_by_role("radio", name="Jewellery").is_checked()
    assert await page.locator("[data-style]").count() == 4


async def test_a_favourite_is_kept_by_keyboard_and_comes_first(seller: Seller) -> None:
    page = seller.page
    await seller.register()
    await seller.open("/styles")
    await page.focus("#favourite-terrace")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#favourite-terrace[aria-pressed=true]")
    assert await page.evaluate("document.activeElement.id") == "favourite-terrace", "the focus stays where it was"
    await page.reload()
    assert await page.get_attribute("[data-style] >> nth=0", "data-style") == "terrace"


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_pages_of_styles_are_accessible(seller: Seller, up: Up, theme: Literal["light", "dark"]) -> None:
    page = seller.page
    await page.emulate_media(color_scheme=theme)
    await seller.register()
    promote(up, seller.email)
    problems: list[str] = []
    for path in (
        *("/styles", "/styles?favourites=yes", "/styles?category=headshots", "/styles/marble", "/styles/snow-princess"),
        *("/styles/cyberpunk", "/admin/styles", "/admin/styles/new", "/admin/styles/snow-princess"),
    ):
        for width in (390, 1280) if FULL else ({"light": 390, "dark": 1280}[theme],):
            await page.set_viewport_size({"width": width, "height": 900})
            await seller.open(path)
            problems += [f"{path} at {width}: {one}" for one in await seller.axe()]
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                problems.append(f"{path} at {width} is {wide} px too wide")
    assert not problems, "\n".join(problems)


async def test_an_operator_sees_the_final_prompt_while_typing(seller: Seller, up: Up) -> None:
    page = seller.page
    await seller.register()
    promote(up, seller.email)
    await seller.open("/admin/styles/terrace")
    await page.fill("#prompt", "A quiet roof garden at {{ nothing }}.")
    await page.wait_for_selector("text=Nothing is called 'nothing'")
    await page.fill("#prompt", "A quiet roof garden at noon.")
    await page.wait_for_selector("#style-preview .prompt >> text=A quiet roof garden at noon.")
    await page.click("text=Save")
    await page.wait_for_url("**/admin/styles/terrace?saved=yes")
    await page.click("text=As it came with Packshot")
    await page.wait_for_selector("text=As it came with Packshot again.")
