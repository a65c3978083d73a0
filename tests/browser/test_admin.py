"""An admin looks at vendors in trouble, by keyboard, in both themes, on a laptop and a phone."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from redis.asyncio import Redis

from tests.browser.seller import Seller

VENDORS = "/admin/vendors"


async def test_a_vendor_in_trouble_is_tried_again_by_a_key(seller: Seller) -> None:
    page = seller.page
    await seller.register()
    environment = os.environ | {"PACKSHOT_STATE_DIR": str(seller.up.state)}
    subprocess.run([sys.executable, "-m", "packshot", "admin", "create", seller.email], env=environment, check=True)
    async with Redis.from_url(f"unix://{seller.up.state}/run/valkey.sock?db=0") as valkey:
        now = time.time() * 1000
        await valkey.hset("packshot:vendor:openai:trouble:gpt-image-2", mapping={"since": now + 5000, "failed_at": now})
        await valkey.hset("packshot:vendor:stability:trouble:core", mapping={"failures": 2, "failed_at": now})
        await valkey.zadd("packshot:vendor:openai:places", {"a:b": now + 60_000, "a:c": now + 60_000})
    problems: list[str] = []
    folder = os.environ.get("SHOTS")
    seller.expected = ("422",)
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)  # pyright: ignore[reportArgumentType]
            await seller.open(VENDORS)
            await page.wait_for_timeout(300)
            problems += [f"{theme} at {width}: {one}" for one in await seller.axe()]
            if folder:
                await page.screenshot(path=f"{folder}/vendors-{theme}-{width}.png", full_page=True)
    await page.fill("#stability-at_once", "many")
    await page.press("#stability-at_once", "Enter")
    await page.wait_for_selector("#stability-at_once-wrong")
    problems += [f"with what is wrong: {one}" for one in await seller.axe()]
    if folder:
        await page.screenshot(path=f"{folder}/vendors-wrong.png", full_page=True)
    assert not problems, "\n".join(problems)
    assert await page.inner_text("#weather .tag.bad") == "left alone"
    assert "2 of 16" in (await page.inner_text("table >> nth=0")).replace("\xa0", " ")
    assert "2 failures in a row" in await page.inner_text("#weather")
    await page.focus("#weather button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#weather .tag.bad", state="detached")
    assert "2 failures in a row" in await page.inner_text("#weather")


async def test_limits_and_the_chain_are_set_by_keys(seller: Seller) -> None:
    page = seller.page
    await seller.register()
    environment = os.environ | {"PACKSHOT_STATE_DIR": str(seller.up.state)}
    subprocess.run([sys.executable, "-m", "packshot", "admin", "create", seller.email], env=environment, check=True)
    await seller.open(VENDORS)
    await page.focus("#openai-at_once")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("7")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/vendors?saved=limits")
    assert await page.input_value("#openai-at_once") == "7" and "of 7" in await load_of(seller)
    await page.focus("#chain-0")
    await page.keyboard.type("FLUX.2")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/vendors?saved=chain")
    assert await page.input_value("#chain-0") == "replicate black-forest-labs/flux-2-pro"
    log = await page.inner_text("section[aria-labelledby=changes-title]")
    assert "nobody" in log and "black-forest-labs" in log and seller.email in log
    await page.select_option("#chain-0", "")
    await page.fill("#openai-at_once", "")
    await page.click("text=Set this chain")
    await page.wait_for_selector("section[aria-labelledby=changes-title] tr >> nth=3")
    await page.fill("#openai-at_once", "")
    await page.click("text=Set these limits")
    await page.wait_for_url("**/admin/vendors?saved=limits")
    assert await page.input_value("#openai-at_once") == "16", "as it came"


async def load_of(seller: Seller) -> str:
    return (await seller.page.inner_text("table >> nth=0")).replace("\xa0", " ")
