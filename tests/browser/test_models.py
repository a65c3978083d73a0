"""Models in a real browser: a release before photos, photos that arrive with their scores, and the end of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import skimage
from PIL import Image

if TYPE_CHECKING:
    from tests.browser.seller import Seller

ASTRONAUT = Path(skimage.__file__).parent / "data" / "astronaut.png"


async def test_a_person_from_the_release_to_the_receipt(seller: Seller, tmp_path: Path) -> None:
    """Whether photos are compared depends on the weights that are here; that they can be used does not."""
    page, photos = seller.page, [tmp_path / "ada-1.png", tmp_path / "ada-2.png"]
    portrait = Image.open(ASTRONAUT).convert("RGB")
    portrait.save(photos[0])
    portrait.crop((60, 0, 400, 400)).save(photos[1])
    (tmp_path / "release.pdf").write_bytes(b"%PDF-1.7 signed")
    await seller.register()
    await seller.open("/models")
    problems = await seller.axe()
    await page.fill("#name", "Ada")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=What they agree to")
    problems += await seller.axe()
    await page.fill("#text_version", "Release 2026-11")
    await page.fill("#markets", "DE, FR")
    await page.fill("#valid_until", "2098-12-31")
    await page.click("text=Save the release")
    await page.wait_for_selector("text=Drop the signed release")
    problems += await seller.axe()
    await page.set_input_files("#files", tmp_path / "release.pdf")
    await page.wait_for_selector("text=Drop photos of Ada")
    await page.set_input_files("#files", photos)
    usable = page.locator("#references .tag:text-matches('The first|Same person|Not compared')")
    await usable.nth(1).wait_for()
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)  # pyright: ignore[reportArgumentType]
        problems += await seller.axe()
    await page.click("summary:has-text('withdraws')")
    await page.check("form[action$=withdraw] input[name=sure]")
    await page.click("text=Withdraw and delete")
    await page.wait_for_selector("text=2 photos deleted")
    assert await page.locator("#references img").count() == 0
    problems += await seller.axe()
    async with page.expect_download() as download:
        await page.click("text=Download the receipt")
    assert "Photos deleted: 2" in (await (await download.value).path()).read_text()
    assert not problems, "\n".join(problems)


async def test_a_refusal_stands_beside_its_file(seller: Seller, tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("hello")
    page = seller.page
    seller.expected = ("422",)
    await seller.register()
    await seller.open("/models")
    await page.fill("#name", "Robot")
    await page.check("input[value=synthetic]")
    await page.click("text=Add the model")
    await page.wait_for_selector("text=Drop photos of Robot")
    await page.set_input_files("#files", text)
    await page.wait_for_selector("text=text.png is")
