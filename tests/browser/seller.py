"""Somebody at a browser: what they do, and whether their pages had anything to complain about."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Page

    from tests.up import Up

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "samples/photos"
_COLOURS_SETTLE = """Promise.allSettled(document.getAnimations()
  .filter(one => one.effect.getComputedTiming().endTime !== Infinity).map(one => one.finished))"""
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
PASSWORD = "correct horse battery"


class Seller:
    def __init__(self, up: Up, page: Page) -> None:
        self.up, self.page = up, page
        self.email = f"{uuid4().hex[:12]}@example.com"
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({self.page.url})")

    def assert_quiet(self) -> None:
        """Nothing was complained about but what the test expected, such as the refusal it asked for."""
        left = [one for one in self.complaints if not any(part in one for part in self.expected)]
        assert not left, "\n".join(left)

    async def open(self, path: str) -> None:
        await self.page.goto(path)

    async def register(self) -> None:
        await self.open("/register")
        await self.page.fill("#email", self.email)
        await self.page.fill("#password", PASSWORD)
        await self.page.click("main button[type=submit]")
        await self.page.wait_for_url("**/dashboard")

    async def make_product(self, project: str, product: str, sku: str = "") -> None:
        """Leaves the new product's page open."""
        await self.open("/projects")
        await self.page.fill("#name", project)
        await self.page.click("text=Make it")
        await self.page.wait_for_url("**/projects/*")
        await self.page.fill("#name", product)
        await self.page.fill("#sku", sku)
        await self.page.click("text=Add the product")
        await self.page.wait_for_url("**/products/*")

    async def upload(self, *names: str) -> None:
        """Sends sample photos from a product's page, and waits until each is cut out or refused."""
        await self.page.set_input_files("#files", [PHOTOS / name for name in names])
        done = "[data-stage=right], [data-stage=look], [data-stage=cannot], [data-stage=refused], [data-stage=approved]"
        await self.page.wait_for_function(
            "([selector, count]) => document.querySelectorAll(selector).length >= count", arg=[done, len(names)]
        )

    async def approve(self) -> None:
        """Takes all cutouts that look right, and goes on to the shoot."""
        await self.page.click("#approve-right")
        await self.page.click("a#shoot")
        await self.page.wait_for_url("**/shoot")

    async def shoot(self, *styles: str) -> None:
        """Orders these styles and no others, and waits until every picture is delivered."""
        await self.choose(*styles)
        await self.page.click("button#shoot")
        await self.page.wait_for_url("**/shoots/*")
        await self.page.wait_for_selector(".button-next#zip")

    async def choose(self, *styles: str) -> None:
        for box in await self.page.locator("input[name=style]").all():
            await box.set_checked(await box.get_attribute("value") in styles)

    async def axe(self) -> list[str]:
        """What axe-core finds on this page."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        await self.page.evaluate(_COLOURS_SETTLE)
        found: dict[str, Any] = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]


class Stopwatch:
    def __init__(self) -> None:
        self._since = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._since
