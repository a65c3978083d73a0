"""Engines of an admin's chain that stand in for a vendor in trouble: at the door, and for what was taken on already."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from packshot import config
from packshot.db import transaction
from packshot.settings import settings
from packshot.shoots.advance import advance
from packshot.shoots.chain import FALLBACK
from packshot.shoots.models import Attempt, AttemptState, Shoot, State
from packshot.vendors import gate
from packshot.vendors.limits import TROUBLE_S
from tests.outside.packshot_test_engines import books
from tests.shoots.conftest import Seller, open_shop, seller, sign_up, the_ledger_holds, vendor_folder
from tests.vendors.conftest import allow
from tests.vendors.test_line import break_down, ids_of, rows, sent, skip, woken

__all__ = ["open_shop", "seller", "sign_up", "the_ledger_holds", "vendor_folder", "woken"]

pytestmark = pytest.mark.anyio
PHOTO: dict[str, Any] = {"styles": ["marble"], "size": "640x640", "format": "png"}


@pytest.fixture(autouse=True)
async def for_long(fresh: None) -> None:
    """Who is in trouble stays so for the whole test."""
    async with transaction() as session:
        await config.change(session, TROUBLE_S, 60)


@pytest.fixture
def dear_studio(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    with monkeypatch.context() as dear:
        dear.setenv("PACKSHOT_STUDIO_CREDITS", "9")
        settings.cache_clear()
        yield
    settings.cache_clear()


async def chain(*engines: str) -> None:
    async with transaction() as session:
        await config.change(session, FALLBACK, [{"engine": engine} for engine in engines])


async def fail(engine: str, who: str) -> None:
    (passed,) = await gate.admit(engine, f"{engine}-1", [who])
    assert isinstance(passed, gate.Pass)
    await gate.leave(passed, "bad")


async def tried(id: UUID) -> list[Attempt]:
    async with transaction(system=True) as session:
        found = select(Attempt).where(Attempt.generation_id == id).order_by(Attempt.number)
        return list(await session.scalars(found))


def called(attempt: Attempt) -> int:
    """How often any vendor was asked for the picture of an attempt."""
    book = books() / str(attempt.id)
    return book.read_text().split().count("submit") if book.exists() else 0


async def test_what_was_taken_on_goes_to_the_next_of_the_chain(seller: Seller, woken: list[UUID]) -> None:
    await chain("instant", "later")
    ids = await ids_of(seller, count=2)
    held = (await seller.credits())[1]
    await break_down("instant", "instant-1")
    woken.clear()
    await advance("io", *ids)
    for row in await rows(ids):
        assert (row.state, row.claims, row.line, row.queue) == (State.PENDING, 0, None, "io")
        assert row.waits_for == "another engine, which takes over" and row.lease_until is None
    assert await sent() == 0 and set(ids) <= set(woken), "no attempt is burnt, and nobody waits"
    for _ in range(4):
        await skip(*ids)
        await advance("io", *ids)
        await advance("cpu", *ids)
    for row in await rows(ids):
        assert (row.state, row.facts["engine"], row.facts["model"]) == (State.COMPLETED, "later", "later-1")
        (attempt,) = await tried(row.id)
        assert (attempt.engine, attempt.model, attempt.state) == ("later", "later-1", AttemptState.DONE)
        assert attempt.change == {"levers": ["elsewhere"], "engine": "later", "model": "later-1"}, "and why is recorded"
        assert called(attempt) == 1
    assert await seller.credits() == (1000 - held, 0)


async def test_after_a_failed_attempt_the_record_is_beside_it(seller: Seller, woken: list[UUID]) -> None:
    (id,) = await ids_of(seller, engine="mishap", styles=["transient"])
    await advance("io", id)
    await chain("instant")
    for number in range(4):
        await fail("mishap", f"x{number}")
    await skip(id)
    await advance("io", id)
    (first,) = await tried(id)
    assert first.facts["next"] == {"engine": "instant", "model": "instant-1"}
    await advance("io", id)
    (row,) = await rows([id])
    assert (row.state, row.facts["engine"], row.change) == (State.COMPLETED, "instant", {})
    both = await tried(id)
    assert [(one.engine, one.error) for one in both] == [("mishap", "transient"), ("instant", "")]
    assert [called(one) for one in both] == [1, 1]


async def test_the_embedded_studio_takes_over_on_its_own_queue(seller: Seller, woken: list[UUID]) -> None:
    await chain("studio")
    (id,) = await ids_of(seller, **PHOTO)
    held = (await seller.credits())[1]
    await break_down("instant", "instant-1")
    await advance("io", id)
    (row,) = await rows([id])
    assert (row.state, row.queue) == (State.PENDING, "cpu") and await sent() == 0
    await gate.reset("instant", "instant-1")  # it stays with whom it was given to
    await advance("io", id)
    await advance("cpu", id)
    (row,) = await rows([id])
    assert (row.state, row.facts["engine"], row.facts["way"]) == (State.COMPLETED, "studio", "kept"), row.words
    assert await seller.credits() == (1000 - held, 0), "at the price that was held"


@pytest.mark.parametrize("why", ["in trouble too", "not able to", "uninstalled", "its own", "dearer"])
async def test_who_cannot_does_not(why: str, seller: Seller, woken: list[UUID], request: pytest.FixtureRequest) -> None:
    wanted: dict[str, Any] = PHOTO
    if why == "in trouble too":
        await chain("later")
        await break_down("later", "later-1")
    elif why == "not able to":
        await chain("studio")
        wanted = {"styles": ["plain"], "size": "640x640"}
    elif why == "dearer":
        await chain("studio")
        request.getfixturevalue("dear_studio")
    else:
        await chain({"uninstalled": "gone", "its own": "instant"}[why])
    (id,) = await ids_of(seller, **wanted)
    before = await seller.credits()
    await break_down("instant", "instant-1")
    gate.forget()
    await advance("io", id)
    (row,) = await rows([id])
    assert (row.state, row.waits_for) == (State.PENDING, "the engine Instant, which has trouble")
    assert (row.line, row.change, await sent()) == ("instant/instant-1", {}, 0)
    answer = await seller.shoot(**wanted)
    assert answer.status_code == 503 and answer.json()["error"]["code"] == "engine_trouble"
    assert await seller.credits() == before


async def test_the_door_is_open_where_somebody_stands_in(seller: Seller, woken: list[UUID]) -> None:
    await chain("mishap", "later")
    await break_down("instant", "instant-1")
    await break_down("mishap", "mishap-1")
    answer = await seller.shoot(styles=["plain", "smaller"], count=2)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["engine"] == "instant"
    assert told["warnings"] == ["Instant has trouble at the moment; Later may make these pictures instead."]
    ids = [UUID(one["id"]) for one in told["generations"]]
    await advance("io", *ids)
    await advance("io", *ids)
    assert {one.engine for id in ids for one in await tried(id)} == {"later"}


async def test_all_of_an_order_or_none(seller: Seller) -> None:
    """The studio knows one of the two styles: an order of which half could only wait is refused."""
    await chain("studio")
    await break_down("instant", "instant-1")
    known = await seller.shoot(**PHOTO)
    both = await seller.shoot(**PHOTO | {"styles": ["marble", "plain"]})
    assert (known.status_code, both.status_code) == (202, 503)
    async with transaction(system=True) as session:
        assert len(list(await session.scalars(select(Shoot)))) == 1


async def test_what_is_asked_for_again_passes_the_same_door(seller: Seller, woken: list[UUID]) -> None:
    (id,) = await ids_of(seller)
    cancelled = await seller.client.post(f"/api/generations/{id}/cancel", headers=seller.headers)
    assert cancelled.is_success, cancelled.text
    await break_down("instant", "instant-1")
    gate.forget()
    path = f"/api/generations/{id}/retry"
    assert (await seller.client.post(path, headers=seller.headers)).status_code == 503
    await chain("later")
    assert (await seller.client.post(path, headers=seller.headers)).is_success


async def test_who_waits_in_the_line_looks_again_when_the_breaker_opens(seller: Seller, woken: list[UUID]) -> None:
    await chain("later")
    await allow(mishap={"at_once": 1})
    for number in range(4):
        await fail("mishap", f"x{number}")
    first, *others = await ids_of(seller, engine="mishap", styles=["transient"], count=3)
    woken.clear()
    await advance("io", first, *others)  # two find no place, and the one that does is the fifth failure
    assert {row.waits_for for row in await rows(others)} == {"a free place at Mishap"}
    await asyncio.sleep(0.2)
    assert set(others) <= set(woken)
    await advance("io", *others)
    assert {row.change["engine"] for row in await rows(others)} == {"later"}
