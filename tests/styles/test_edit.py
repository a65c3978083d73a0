"""What operators make of the library: edits are kept when files change, everything is written down, all see it soon."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from packshot.db import new_id, transaction
from packshot.errors import NotFoundError
from packshot.settings import Settings
from packshot.styles import shelf
from packshot.styles.edit import Loaded, changes, load, read, refreshed, restore, save, set_active, standings
from packshot.styles.favourites import favourites
from packshot.styles.files import shipped
from packshot.styles.library import library, titles
from packshot.styles.preset import Preset
from packshot.styles.price import price
from tests.accounts.conftest import SignUp
from tests.styles.test_presets import PAINTED
from tests.web.browser import HTMX, Browser, words

SEA = Preset.model_validate(PAINTED)


def edited(preset: Preset, **changes: object) -> Preset:
    return Preset.model_validate(preset.model_dump() | changes)


async def loaded(*presets: Preset, force: bool = False) -> Loaded:
    async with transaction(system=True) as session:
        return await load(session, presets, force=force)


async def kept(preset: Preset, by: UUID | None = None) -> bool:
    async with transaction(system=True) as session:
        return await save(session, preset, by=by)


async def test_an_edit_holds_for_everybody_and_is_written_down(database: None) -> None:
    who = new_id()
    assert await kept(edited(shipped()["snow-princess"], credits=9, title="Ice Queen"), who)
    await refreshed()
    assert price("snow-princess", "openai") == 9 and titles()["snow-princess"] == "Ice Queen"
    assert not await kept(edited(shipped()["snow-princess"], credits=9, title="Ice Queen"), who), "nothing changed"
    async with transaction(system=True) as session:
        (change,) = await changes(session, "snow-princess")
        await restore(session, "snow-princess", by=who)
    assert (change.words, change.user_id) == ("Changed: credits, title.", who)
    await refreshed()
    assert price("snow-princess", "openai") == 4 and titles()["snow-princess"] == "Snow Princess"


async def test_a_file_takes_the_place_of_its_own_but_never_of_an_edit(database: None) -> None:
    first = await loaded(SEA, shipped()["white"])
    assert (first.added, first.same) == (["sea"], ["white"])
    second = await loaded(edited(SEA, credits=5))
    assert second.updated == ["sea"]
    assert await kept(edited(SEA, credits=7, title="My sea"))
    third = await loaded(edited(SEA, credits=6))
    assert (third.kept, third.updated) == (["sea"], [])
    await refreshed()
    assert price("sea", "stability") == 7
    assert (await loaded(edited(SEA, credits=6), force=True)).updated == ["sea"]
    await refreshed()
    assert price("sea", "stability") == 6 and titles()["sea"] == "Sea"


async def test_an_edit_is_told_apart_when_the_file_moves_on(database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    await kept(edited(shipped()["white"], title="Our white"))
    await loaded(SEA)
    async with transaction(system=True) as session:
        stand = await standings(session)
    assert stand["white"].edited and not stand["white"].overtaken and stand["sea"].own
    newer = dict(shipped()) | {"white": edited(shipped()["white"], words="Whiter than before.")}
    for module in ("edit", "shelf"):
        monkeypatch.setattr(f"packshot.styles.{module}.shipped", lambda: newer)
    async with transaction(system=True) as session:
        assert (await standings(session))["white"].overtaken
        await read(session)
    assert titles()["white"] == "Our white", "the edit is kept"


async def test_a_style_that_is_not_offered_keeps_its_name(database: None) -> None:
    async with transaction(system=True) as session:
        await set_active(session, "wood", False, by=None)
        with pytest.raises(NotFoundError, match="nosuch"):
            await set_active(session, "nosuch", False, by=None)
    await refreshed()
    assert "wood" not in {one.slug for one in library()} and titles()["wood"] == "Wood"
    async with transaction(system=True) as session:
        await set_active(session, "wood", True, by=None)
    await refreshed()
    assert "wood" in {one.slug for one in library()}


async def test_a_row_that_makes_no_sense_gives_way_to_the_file(database: None) -> None:
    await kept(edited(shipped()["white"], title="Our white"))
    async with transaction(system=True) as session:
        await session.execute(text('update style set preset = preset || \'{"scene": "moon"}\''))
    shelf.forget()
    await refreshed()
    assert titles()["white"] == shipped()["white"].title


async def test_favourites_are_ones_own(client: AsyncClient, browser: Browser, another: Browser) -> None:
    assert (await browser.post("/styles/wood/favourite")).status_code in (303, 401)
    await browser.register("ada@example.com")
    await another.register("bob@example.com")
    await browser.get("/styles")
    button = await browser.post("/styles/terrace/favourite", {"kept": "yes"}, **HTMX)
    assert 'aria-pressed="true"' in button.text and "<html" not in button.text
    assert (await browser.post("/styles/terrace/favourite", {"kept": "yes", "back": "/styles?kind=image"})).headers[
        "location"
    ] == "/styles?kind=image"
    assert (await browser.post("/styles/nosuch/favourite")).status_code == 404
    mine = await browser.get("/styles?favourites=yes")
    assert "Terrace" in words(mine) and "Marble" not in words(mine)
    assert "Your favourites" in words(await browser.get("/styles"))
    assert "No favourites yet" in words(await another.get("/styles?favourites=yes"))
    async with transaction(system=True) as session:
        assert await session.scalar(text("select count(*) from style_favourite")) == 1
    async with transaction(new_id()) as session:
        assert await session.scalar(text("select count(*) from style_favourite")) == 0, "of another account"
    off = await browser.post("/styles/terrace/favourite", {"kept": "no"}, **HTMX)
    assert 'aria-pressed="false"' in off.text


async def test_favourites_go_with_their_user(sign_up: SignUp) -> None:
    from packshot.accounts.models import Role
    from packshot.accounts.principal import EVERY_SCOPE, Principal
    from packshot.styles.favourites import keep

    ada = await sign_up("ada@example.com")
    who = Principal(ada.user_id, ada.account_id, Role.USER, EVERY_SCOPE, via="cookie")
    async with transaction(ada.account_id) as session:
        for slug in ("wood", "terrace", "wood"):
            await keep(session, who, slug)
    async with transaction(ada.account_id) as session:
        assert await favourites(session, who) == ["terrace", "wood"]
    async with transaction(system=True) as session:
        await session.execute(text("delete from membership"))
        assert await session.scalar(text("select count(*) from style_favourite")) == 0


def slugs(answer: Sequence[dict[str, str]]) -> list[str]:
    return [one["slug"] for one in answer]


async def test_the_api_lists_what_fits_and_nothing_that_is_not_offered(client: AsyncClient) -> None:
    async with transaction(system=True) as session:
        await set_active(session, "cyberpunk", False, by=None)
    people = (await client.get("/api/styles?needs=person")).json()
    assert "snow-princess" in slugs(people) and "cyberpunk" not in slugs(people)
    (snow,) = (one for one in people if one["slug"] == "snow-princess")
    assert (snow["engine"], snow["preset"], snow["credits"], snow["pro"]) == ("openai", "BEST_QUALITY", 4, False)
    assert "prompt" not in snow
    assert (await client.get("/api/styles/cyberpunk")).status_code == 404
    assert (await client.get("/api/styles/snow-princess")).json() == snow
    assert slugs((await client.get("/api/styles?q=snow+princess&plan=free")).json()) == ["snow-princess"]
    assert (await client.get("/api/styles?category=nosuch")).status_code == 422
    assert (await client.get("/api/styles?most=-1")).status_code == 422


async def test_a_file_is_loaded_by_the_command(settings: Settings, database: None, tmp_path: Path) -> None:
    servers = os.environ | {"DATABASE_URL": settings.database, "REDIS_URL": settings.redis}
    file = tmp_path / "mine.yaml"
    file.write_text(
        "- {slug: sea, title: Sea, category: season, words: By the sea., engine: FAST, prompt: A beach., "
        "needs: [product]}\n"
    )

    async def run(*arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "packshot", "styles", *arguments, stdout=-1, stderr=-1, env=servers
        )
        out, wrong = await process.communicate()
        return process.returncode or 0, (out + wrong).decode()

    assert await run("load", str(file)) == (0, "1 added, 0 updated, 0 as they were.\n")
    await kept(edited(SEA, engine="FAST", title="My sea"))
    file.write_text(file.read_text().replace("A beach.", "A wide beach."))
    code, said = await run("load", str(file))
    assert code == 0 and "Kept as somebody edited them: sea." in said
    code, said = await run("load")
    assert code == 0 and "1 are your own" in said
    file.write_text("- {slug: sea}\n")
    code, said = await run("load", str(file))
    assert code == 2 and "mine.yaml, style 1 (sea) makes no sense" in said
