"""The library and the admin's presets as pages: filters, one style, its way out, and a form that says what is wrong."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text, update

from packshot.accounts.models import Role, User
from packshot.db import transaction
from packshot.styles.edit import changes, refreshed
from packshot.styles.library import library, style
from tests.accounts.conftest import PASSWORD as LOGIN
from tests.shoots.conftest import Seller
from tests.web.browser import HTMX, Browser, words

GRID = HTMX | {"HX-Target": "style-grid"}
SEA: dict[str, str | list[str]] = {
    "new_slug": "sea",
    "title": "Sea",
    "category": "season",
    "words": "By the sea.",
    "kind": "image",
    "maker": "BALANCED",
    "model": "",
    "framing": "standard",
    "prompt": "A wide beach at noon.",
    "avoid": "people, lettering",
    "needs": "product",
    "size": "1024x1024",
    "seconds": "",
    "credits": "7",
}


async def an_admin(browser: Browser) -> None:
    await browser.register()
    async with transaction(system=True) as session:
        await session.execute(update(User).values(role=Role.ADMIN))


async def test_the_library_shows_everything_and_filters_without_scripts(browser: Browser) -> None:
    page = await browser.get("/styles")
    shown = re.findall(r'data-style="([^"]+)"', page.text)
    assert sorted(shown) == sorted(one.slug for one in library()), "each once"
    assert "Featured" in words(page) and "Portraits and headshots" in words(page)
    for query, has, lacks in [
        ("category=headshots", "Snow Princess", "Terrace"),
        ("engine=ai&most=4", "Terrace", "Slow turn"),
        ("plan=pro", "Cyberpunk", "Snow Princess"),
        ("kind=video", "Slow turn", "Terrace"),
        ("fits=bread", "Rustic kitchen", "Terrace"),
        ("most=0", "Marble", "Terrace"),
    ]:
        found = words(await browser.get(f"/styles?{query}"))
        assert has in found and lacks not in found, query
        part = await browser.get(f"/styles?{query}", **GRID)
        assert "<html" not in part.text and has in words(part)
    assert (await browser.get("/styles?most=abc&category=nosuch")).status_code == 200


async def test_a_style_has_a_page_with_its_price_its_needs_and_its_way_out(browser: Browser) -> None:
    stranger = await browser.get("/styles/snow-princess")
    said = words(stranger)
    assert "A photo of a person" in said and "4 credits" in said and "OpenAI" in said
    assert "/register?next=/styles/snow-princess" in stranger.text
    assert "Keep the person's face" not in said, "prompts are the operator's"
    assert (await browser.get("/styles/nosuch")).status_code == 404
    await browser.register()
    assert "not set up here" in words(await browser.get("/styles/snow-princess"))
    assert "comes with the plan Pro" in words(await browser.get("/styles/cyberpunk"))
    assert "Add a product" in words(await browser.get("/styles/marble"))
    await browser.post("/projects", {"name": "Autumn"})
    async with transaction(system=True) as session:
        project = await session.scalar(text("select id from project"))
    await browser.post(f"/projects/{project}/products", {"name": "Mug", "sku": ""})
    page = await browser.get("/styles/marble")
    (order,) = re.findall(r'href="(/products/[^"]+/shoot\?style=marble)"', page.text)
    assert (await browser.get(order)).status_code == 200


async def test_an_order_lands_filled_in_and_says_what_is_missing(
    seller: Seller, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from packshot.shoots.makers import maker

    monkeypatch.setenv("PACKSHOT_OPENAI_API_KEY", "none-that-works")
    maker.cache_clear()
    await browser.post("/login", {"email": seller.person.email, "password": LOGIN})
    page = await browser.get(f"/products/{seller.product_id}/shoot?style=ingredient-flat-lay")
    assert re.search(r'value="ingredient-flat-lay"[^>]* checked', page.text)
    assert 'value="1024x1024" selected' in page.text and 'name="words"' in page.text
    assert re.search(r'<option value="openai gpt-image-2"[^>]* selected', page.text)
    assert 'value="terrace"' not in page.text, "another engine makes it"
    form: dict[str, str | list[str]] = {
        "key": "k" * 20,
        "photo_ids": str(seller.photo_id),
        "style": "ingredient-flat-lay",
        "size": "1024x1024",
        "own_size": "",
        "count": "1",
        "seed": "",
        "words": " ",
        "maker": "openai gpt-image-2",
    }
    refused = await browser.post(f"/products/{seller.product_id}/shoot", form)
    assert refused.status_code == 422
    found = re.search(r'id="styles-wrong"[^>]*>([^<]*)<', refused.text)
    assert found and "needs a description. Describe what to show." in found[1]
    assert re.search(r'value="ingredient-flat-lay"[^>]* checked', refused.text)
    taken = await browser.post(f"/products/{seller.product_id}/shoot", form | {"words": "Lemons and thyme."})
    assert taken.status_code == 303 and taken.headers["location"].startswith("/shoots/")
    assert await seller.credits() == (996, 4)
    maker.cache_clear()


async def test_operators_see_the_prompt_and_what_it_costs(browser: Browser) -> None:
    await an_admin(browser)
    said = words(await browser.get("/styles/snow-princess"))
    assert "royalty of the snow" in said and "at most $0.401" in said and "Edit" in said


async def test_presets_are_for_admins_only(browser: Browser) -> None:
    assert (await browser.get("/admin/styles")).headers["location"] == "/login?next=%2Fadmin%2Fstyles"
    await browser.register()
    assert (await browser.get("/admin/styles")).status_code == 403
    assert (await browser.post("/admin/styles", SEA)).status_code == 403
    assert (await browser.post("/admin/styles/wood/active", {"active": "no"})).status_code == 403


async def test_an_admin_adds_edits_withdraws_and_takes_back(browser: Browser) -> None:
    await an_admin(browser)
    listed = words(await browser.get("/admin/styles"))
    assert all(part in listed for part in ("Snow Princess", "GPT Image 2", "$0.401", "−$0.001", "featured", "Active"))
    assert (await browser.get("/admin/styles/new?like=terrace")).status_code == 200
    added = await browser.post("/admin/styles", SEA)
    assert added.headers["location"] == "/admin/styles/sea?saved=yes", words(added)
    await refreshed()
    sea = style("sea")
    assert sea and (sea.credits, sea.engine, sea.preset.avoid) == (7, "stability", ["people", "lettering"])
    assert "Saved." in words(await browser.get("/admin/styles/sea?saved=yes"))
    twice = await browser.post("/admin/styles", SEA)
    assert twice.status_code == 422 and "already" in words(twice)
    await browser.post("/admin/styles/sea", SEA | {"title": "Ocean", "new_slug": ""})
    await browser.post("/admin/styles/sea/active", {"active": "no"})
    await refreshed()
    sea = style("sea")
    assert sea and sea.title == "Ocean" and not sea.active
    page = words(await browser.get("/admin/styles/sea"))
    assert "Changed: title. ada@example.com" in page and "No longer offered." in page and "Added." in page
    async with transaction(system=True) as session:
        assert [one.words for one in await changes(session, "sea")][::-1] == [
            *("Added.", "Changed: title.", "No longer offered.")
        ]
    await browser.post("/admin/styles/wood/active", {"active": "no"})
    await browser.post("/admin/styles/wood/restore")
    await refreshed()
    wood = style("wood")
    assert wood and wood.active
    assert (await browser.get("/styles/sea")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"title": ""}, "title", "at least 1"),
        ({"new_slug": "The Sea"}, "slug", "pattern"),
        ({"prompt": "{% for x in words %}{% endfor %}"}, "prompt", "cannot contain"),
        ({"prompt": "{{ nothing }}"}, "prompt", "called 'nothing'"),
        ({"maker": "nosuch"}, "maker", "no engine 'nosuch'"),
        ({"maker": "scene:white"}, "maker", "reads no prompt"),
        ({"model": "nosuch"}, "model", "has no model 'nosuch'"),
        ({"kind": "video", "seconds": "5"}, "kind", "makes no videos"),
        ({"credits": "many"}, "credits", "whole number"),
        ({"needs": []}, "maker", "say what it needs"),
        ({"size": "big"}, "size", "width x height"),
    ],
)
async def test_what_is_wrong_stands_at_its_field_and_nothing_is_written(
    browser: Browser, wrong: dict[str, str | list[str]], field: str, said: str
) -> None:
    await an_admin(browser)
    answer = await browser.post("/admin/styles", SEA | wrong)
    assert answer.status_code == 422
    found = re.search(rf'id="{field}-wrong"[^>]*>([^<]*)<', answer.text)
    assert found and said in found[1].replace("&#39;", "'"), answer.text
    await refreshed()
    assert style("sea") is None


async def test_the_preview_follows_what_is_typed(browser: Browser) -> None:
    await an_admin(browser)
    shown = await browser.post(
        "/admin/styles/preview", SEA | {"prompt": 'In {{ said.color | join(", ") }} light.'}, **HTMX
    )
    assert "In burgundy light." in words(shown) and "at most $0.03" in words(shown) and "+$0.67" in words(shown)
    broken = await browser.post("/admin/styles/preview", SEA | {"prompt": "{{ broken"}, **HTMX)
    assert "cannot be saved yet" in words(broken) and broken.status_code == 200
