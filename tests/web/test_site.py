"""The pages that anybody may see, their errors, and the policy they are sent under."""

from __future__ import annotations

import re

import pytest

from packshot.accounts.models import Role, User
from packshot.db import transaction
from packshot.web.assets import FOLDER, static
from tests.web.browser import HTMX, Browser, words

PUBLIC = ["/", "/pricing", "/styles", "/login", "/register", "/terms", "/privacy", "/style-guide", "/try", "/docs"]


@pytest.mark.parametrize("path", PUBLIC)
async def test_nothing_runs_but_what_we_sent(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    (nonce,) = re.findall(r"'nonce-([\w-]{16})'", policy["script-src"])
    assert policy["default-src"] == "'none'" and "unsafe" not in str(policy)
    for tag in re.findall(r"<(?:script|link rel=\"stylesheet\")[^>]*>", answer.text):
        assert f'nonce="{nonce}"' in tag and "/static/" in tag
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script[^>]*>[^<]", answer.text)
    assert (await browser.get(path)).headers["content-security-policy"] != answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PUBLIC)
async def test_a_page_is_light_and_its_links_lead_somewhere(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css|woff2|svg))"', answer.text))
    assets |= {static(file.name) for file in FOLDER.glob("*.js")}  # those that main.js imports, too
    size = int(answer.headers["content-length"])
    for asset in assets:
        got = await browser.client.get(asset)
        assert got.status_code == 200 and "immutable" in got.headers["cache-control"]
        size += int(got.headers["content-length"])
    assert size <= 100_000, f"{size} bytes with scripts, styles and the font, as they travel"
    for link in set(re.findall(r'href="(/[^"#?]*)"', answer.text)):
        assert (await browser.get(link)).status_code in (200, 303), link


async def test_prices_come_from_the_data(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from packshot.settings import settings

    assert "Marble" in words(await browser.get("/pricing")) and "free" in words(await browser.get("/pricing"))
    monkeypatch.setenv("PACKSHOT_STUDIO_CREDITS", "3")
    settings.cache_clear()
    assert "3 credits" in words(await browser.get("/pricing"))
    assert "You are 7 credits short" in words(await browser.get("/pricing?missing=7"))
    settings.cache_clear()


async def test_styles_are_filtered_by_what_they_fit(browser: Browser) -> None:
    shoes = words(await browser.get("/styles?fits=shoes"))
    assert "Concrete" in shoes and "Marble" not in shoes
    part = await browser.get("/styles?fits=jewellery", **HTMX, **{"HX-Target": "style-grid"})
    assert "<html" not in part.text and "Luxury" in part.text
    none = await browser.get("/styles?fits=<script>alert(1)</script>")
    assert "No style fits" in words(none) and "<script>alert" not in none.text


async def test_errors_are_pages_for_people_and_notices_for_htmx(browser: Browser) -> None:
    missing = await browser.get("/nothing-here")
    assert missing.status_code == 404 and "There is no such page." in words(missing)
    part = await browser.get("/nothing-here", **HTMX)
    assert part.headers["hx-retarget"] == "#toasts" and "<html" not in part.text
    assert (await browser.client.get("/api/nothing")).json()["error"]["code"] == "not_found"


async def test_a_mistake_of_ours_is_a_page_with_its_number(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("packshot.site.pages.styles", broken)
    answer = await browser.get("/pricing")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.text and "secret detail" not in answer.text


async def test_admins_see_the_figures_and_nobody_else(browser: Browser) -> None:
    assert (await browser.get("/admin")).headers["location"] == "/login?next=%2Fadmin"
    await browser.register()
    refused = await browser.get("/admin")
    assert refused.status_code == 403 and "Access denied: you need admin privileges." in words(refused)
    assert (await browser.get("/admin/ledger")).status_code == 403

    async with transaction(system=True) as session:
        from sqlalchemy import update

        await session.execute(update(User).values(role=Role.ADMIN))
    page = words(await browser.get("/admin"))
    assert "Accounts 1 1 user" in page and "Credits to spend 5" in page and "Embedded studio" in page
    assert "The ledger adds up." in words(await browser.get("/admin/ledger", **HTMX))
    async with transaction(system=True) as session:
        from sqlalchemy import text

        await session.execute(text("update wallet set purchased = purchased + 1"))
    assert "rules do not hold" in words(await browser.get("/admin/ledger", **HTMX))


async def test_the_documentation_is_whole(browser: Browser) -> None:
    first = await browser.get("/docs")
    pages = set(re.findall(r'href="(/docs/[^"#]+)"', first.text))
    assert len(pages) > 10
    for page in pages:
        answer = await browser.get(page)
        assert answer.status_code == 200
        for link in re.findall(r'<a [^>]*href="([^"#]+)', answer.text):
            assert link.startswith(("/", "https://")), f"{page} links to {link}"
            if link.startswith("/docs/"):
                assert (await browser.client.get(link)).status_code == 200, f"{page} links to {link}"
    assert (await browser.get("/docs/../conf.py")).status_code == 404
    assert (await browser.get("/docs/nope")).status_code == 404


async def test_admins_see_and_reset_what_a_vendor_is_left_alone_for(browser: Browser) -> None:
    from packshot.vendors import gate
    from packshot.vendors.gate import Pass

    await browser.register()
    assert (await browser.get("/admin/vendors")).status_code == 403
    async with transaction(system=True) as session:
        from sqlalchemy import update

        await session.execute(update(User).values(role=Role.ADMIN))
    assert "No vendor has failed lately." in words(await browser.get("/admin/vendors"))
    for number in range(5):
        (passed,) = await gate.admit("openai", "gpt-image-2", [str(number)])
        assert isinstance(passed, Pass)
        await gate.leave(passed, "bad")
    page = words(await browser.get("/admin/vendors"))
    assert "OpenAI gpt-image-2 left alone" in page and "0 of 16" in page.replace("\xa0", " ")
    unknown = await browser.post("/admin/vendors/reset", {"engine": "openai", "model": "gpt-9"})
    assert unknown.status_code == 404
    answer = await browser.post("/admin/vendors/reset", {"engine": "openai", "model": "gpt-image-2"})
    assert "No vendor has failed lately." in words(answer)
    assert await gate.trouble_s("openai", "gpt-image-2") is None
