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
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)  # pyright: ignore[reportArgumentType]
            await seller.open(VENDORS)
            await page.wait_for_timeout(300)
            problems += [f"{theme} at {width}: {one}" for one in await seller.axe()]
            if folder := os.environ.get("SHOTS"):
                await page.screenshot(path=f"{folder}/vendors-{theme}-{width}.png", full_page=True)
    assert not problems, "\n".join(problems)
    assert await page.inner_text("#weather .tag.bad") == "left alone"
    assert "2 of 16" in (await page.inner_text("table")).replace("\xa0", " ")
    assert "2 failures in a row" in await page.inner_text("#weather")
    await page.focus("#weather button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#weather .tag.bad", state="detached")
    assert "2 failures in a row" in await page.inner_text("#weather")
