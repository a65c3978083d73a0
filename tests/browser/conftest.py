"""A whole Packshot and a real Chromium, shared by all tests in a browser; every page is watched for what goes wrong."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import ARGUMENTS, find
from tests.browser.seller import Seller
from tests.up import Up, state_folder

if TYPE_CHECKING:
    from playwright.async_api import Browser

ANOTHER_TEST_MAY_TAKE_LONG_S = 30_000
HERE = __file__.rpartition("/")[0]


@pytest.hookimpl(tryfirst=True)  # before xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All run in one process, for they share one Packshot; what cannot be tested says so."""
    missing = pytest.mark.skip(reason="there is no Chromium here, and none could be installed")
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.xdist_group("browser"))
            if find() is None:
                item.add_marker(missing)


@pytest.fixture(scope="session")
def up(cache_dir: object) -> Generator[Up]:
    with (
        state_folder() as state,
        Up(state, PACKSHOT_STUDIO_CREDITS="1", PACKSHOT_FREE_CREDITS="200", PACKSHOT_RATE_LIMIT="100000") as started,
    ):
        yield started.ready()


@pytest.fixture(scope="session")
async def chromium(anyio_backend: str) -> AsyncGenerator[Browser]:
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def watched(chromium: Browser, up: Up, **options: Any) -> AsyncGenerator[Seller]:
    """A browser window of its own whose pages may say nothing on the console, break no policy, and miss no file."""
    context = await chromium.new_context(base_url=up.address, **options)
    context.set_default_timeout(ANOTHER_TEST_MAY_TAKE_LONG_S)
    seller = Seller(up, await context.new_page())
    try:
        yield seller
        seller.assert_quiet()
    finally:
        await context.close()


@pytest.fixture
async def seller(chromium: Browser, up: Up) -> AsyncGenerator[Seller]:
    """Somebody at a laptop, not logged in."""
    async with watched(chromium, up, viewport={"width": 1280, "height": 900}) as somebody:
        yield somebody
