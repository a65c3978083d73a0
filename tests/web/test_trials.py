"""Trying a photo without an account."""

from __future__ import annotations

from pathlib import Path

import pytest
from httpx import Response

from packshot.storage import storage
from packshot.trials.tasks import make
from packshot.trials.trial import STYLES
from tests.web.browser import HTMX, PAGE, Browser, words


async def _try(browser: Browser, file: Path) -> Response:
    await browser.get("/try")
    headers = PAGE | HTMX | {"X-CSRF-Token": browser.token}
    return await browser.client.post("/try", files={"file": (file.name, file.read_bytes())}, headers=headers)


async def test_a_photo_becomes_pictures_and_goes_along_into_an_account(
    browser: Browser, another: Browser, root: Path
) -> None:
    from uuid import UUID

    path = (await _try(browser, root / "samples/photos/mug.jpg")).headers["hx-redirect"]
    waiting = await browser.get(path)
    assert "hx-trigger" in waiting.text and "<img" not in waiting.text.split('id="pictures"')[1]

    await make.run(UUID(path.rsplit("/", 1)[1]))
    done = await browser.get(path)
    assert "hx-trigger" not in done.text.split('id="pictures"')[1]
    for style in STYLES:
        picture = await browser.client.get(f"{path}/{style}.webp")
        assert picture.status_code == 200 and picture.content[8:12] == b"WEBP"
    assert (await browser.client.get(f"{path}/luxury.webp")).status_code == 404

    assert (await another.get(path)).status_code == 404, "it is this browser's alone"
    assert (await another.get(f"{path}/white.webp")).status_code == 404
    assert (await browser.post(f"{path}/keep")).headers["location"] == "/login"
    await browser.register(next=path)
    kept = await browser.post(f"{path}/keep")
    assert kept.headers["location"].startswith("/products/")


async def test_what_the_studio_refuses_is_explained(browser: Browser, root: Path) -> None:
    from uuid import UUID

    path = (await _try(browser, root / "samples/photos/glass-bottle.jpg")).headers["hx-redirect"]
    await make.run(UUID(path.rsplit("/", 1)[1]))
    page = await browser.get(path)
    assert "notice-bad" in page.text and "<img" not in page.text.split('id="pictures"')[1]


async def test_what_is_no_photo_is_refused_at_the_door(browser: Browser, root: Path) -> None:
    refused = await _try(browser, root / "README.md")
    assert refused.status_code == 422 and "README.md is text" in words(refused)


async def test_one_address_has_only_so_many_tries(
    browser: Browser, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = root / "samples/photos/mug.jpg"
    answers = [await _try(browser, photo) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert "Retry-After" in answers[-1].headers


async def test_files_of_a_trial_go_after_an_hour(browser: Browser, root: Path) -> None:
    from sqlalchemy import text

    from packshot.catalog.doomed import purge
    from packshot.db import transaction

    path = (await _try(browser, root / "samples/photos/mug.jpg")).headers["hx-redirect"]
    key = f"trials/{path.rsplit('/', 1)[1]}/photo"
    await purge()
    assert await storage().size(key) > 0
    async with transaction(system=True) as session:
        await session.execute(text("update doomed_file set at = at - interval '1 hour'"))
    await purge()
    with pytest.raises(Exception, match="does not exist"):
        await storage().size(key)
