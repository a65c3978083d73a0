"""A garment on a model and a portrait, in a real browser: who, which poses, the price before the click, the picture."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import skimage
from PIL import Image
from playwright.async_api import expect

from tests.browser.conftest import watched
from tests.browser.seller import ROOT
from tests.faults.harness import FULL
from tests.simulated import Simulators
from tests.up import Up, state_folder

if TYPE_CHECKING:
    from playwright.async_api import Browser


SETTLE_MS = 400  # colours fade into each other
ASTRONAUT = Path(skimage.__file__).parent / "data" / "astronaut.png"


@pytest.fixture(scope="module")
def painters(simulators: Simulators, cache_dir: object) -> Generator[Up]:
    """A Packshot whose engines are the simulators."""
    common = {"PACKSHOT_STUDIO_CREDITS": "1", "PACKSHOT_FREE_CREDITS": "200", "PACKSHOT_RATE_LIMIT": "100000"}
    with state_folder() as state, Up(state, **common, **simulators.environment) as started:
        yield started.ready()


@pytest.mark.parametrize("width", [1280, 390] if FULL else [390])
async def test_a_person_is_chosen_with_poses_and_a_style(
    chromium: Browser, painters: Up, tmp_path: Path, width: int
) -> None:
    Image.open(ASTRONAUT).convert("RGB").save(tmp_path / "eve.png")
    async with watched(chromium, painters, viewport={"width": width, "height": 900}) as seller:
        page, problems = seller.page, list[str]()

        async def shown(name: str) -> None:
            (ROOT / "screenshots").mkdir(exist_ok=True)
            for theme in ("light", "dark"):
                await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                await page.wait_for_timeout(SETTLE_MS)
                problems.extend(await seller.axe())
                path = ROOT / "screenshots" / f"casting-{name}-{width}-{theme}.png"
                await page.screenshot(path=path, full_page=True)

        await seller.register()
        await seller.open("/styles/snow-princess")
        await page.click("text=Choose who is in it")
        await page.click("text=Add a model")
        await page.fill("#name", "Eve")
        await page.check("input[value=synthetic]")
        await page.click("text=Add the model")
        await page.wait_for_selector("text=Drop photos of Eve")
        await page.set_input_files("#files", tmp_path / "eve.png")
        await page.locator("#references .tag:text-matches('The first|Not compared')").wait_for()
        await shown("model")
        await page.click("text=Back to the shoot")
        await expect(page.locator("input[name=talent]:checked")).not_to_have_value("")
        await expect(page.locator("#price")).to_contain_text("1 picture, 4 credits")
        await shown("portrait")
        await page.click("#shoot")
        await page.wait_for_url("**/shoots/*")
        await page.wait_for_selector("a[data-open]", timeout=60_000)

        await seller.make_product("Spring", "Shirt")
        await seller.upload("tshirt.jpg")
        await seller.approve()
        await expect(page.locator("[data-posing]")).to_be_hidden()
        await page.check("input[name=talent]:not([value=''])")
        await page.select_option("#maker", "openai gpt-image-2")
        await expect(page.locator("#maker-words")).to_contain_text("your product is redrawn and may differ")
        for pose in ("front", "walking", "seated"):
            await page.check(f"input[name=pose][value={pose}]")
        await page.check("input[name=strict]")
        await page.fill("#words", "In a bright street")
        await seller.choose()
        await expect(page.locator("#price")).to_contain_text("3 pictures, 12 credits")
        await shown("order")
        await page.select_option("#maker", "studio")
        await expect(page.locator("#maker-words")).to_contain_text("It shows no people")
        await seller.choose("white")
        await page.select_option("#size", "1024x1024")
        seller.expected = ("422",)
        await page.click("#shoot")
        await expect(page.locator("#talent-wrong")).to_contain_text("takes no photo of a person")
        await shown("refused")
        assert not problems, "\n".join(problems)
