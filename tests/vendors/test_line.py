"""Shoots with a vendor that is in trouble, takes few at a time, or wants to be left alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from packshot import config
from packshot.db import transaction
from packshot.shoots import line, news
from packshot.shoots.advance import advance
from packshot.shoots.models import Attempt, Generation, Shoot, State
from packshot.shoots.sweep import sweep
from packshot.vendors import gate
from packshot.vendors.gate import Pass
from packshot.vendors.limits import TROUBLE_S
from tests.shoots.conftest import OpenShop, Seller, open_shop, seller, sign_up, the_ledger_holds, vendor_folder
from tests.vendors.conftest import allow

__all__ = ["open_shop", "seller", "sign_up", "the_ledger_holds", "vendor_folder"]

pytestmark = pytest.mark.anyio


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The ids that workers would be woken for, in their order; nobody is."""
    for left_behind in vars(news)["_later"].values():  # hints of earlier tests, whose pictures are gone
        left_behind.clear()
    ids: list[UUID] = []

    async def wake(_: str, *generation_ids: UUID) -> None:
        ids.extend(generation_ids)

    monkeypatch.setattr("packshot.shoots.news.wake", wake)
    return ids


async def break_down(engine: str, model: str) -> None:
    for number in range(5):
        (passed,) = await gate.admit(engine, model, [f"x{number}"])
        assert isinstance(passed, Pass)
        await gate.leave(passed, "bad")


async def ids_of(seller: Seller, **shoot: object) -> list[UUID]:
    answer = await seller.shoot(**shoot)
    assert answer.status_code == 202, answer.text
    return [UUID(one["id"]) for one in answer.json()["generations"]]


async def rows(ids: list[UUID]) -> list[Generation]:
    async with transaction(system=True) as session:
        found = await session.scalars(select(Generation).where(Generation.id.in_(ids)).order_by(Generation.id))
        return list(found)


async def sent() -> int:
    async with transaction(system=True) as session:
        return await session.scalar(select(func.count()).select_from(Attempt)) or 0


async def test_the_door_says_at_once_that_a_vendor_has_trouble(seller: Seller) -> None:
    async with transaction() as session:
        await config.change(session, TROUBLE_S, 60)
    await break_down("instant", "instant-1")
    answer = await seller.shoot()
    assert answer.status_code == 503 and answer.json()["error"]["code"] == "engine_trouble"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "Instant has trouble" in answer.text
    assert await seller.credits() == (1000, 0)
    async with transaction(system=True) as session:
        assert await session.scalar(select(func.count()).select_from(Shoot)) == 0
    assert (await seller.shoot(engine="later")).status_code == 202, "another engine's door is open"


async def test_the_same_key_gets_its_answer_although_there_is_trouble(seller: Seller) -> None:
    first = await seller.shoot(key="the-same")
    gate.forget()
    await break_down("instant", "instant-1")
    again = await seller.shoot(key="the-same")
    assert (again.status_code, again.content) == (202, first.content)


async def test_what_was_taken_on_waits_without_an_attempt_and_then_is_made(seller: Seller, woken: list[UUID]) -> None:
    ids = await ids_of(seller, count=3)
    await break_down("instant", "instant-1")
    woken.clear()
    await advance("io", *ids)
    for row in await rows(ids):
        assert (row.state, row.claims, row.line) == (State.PENDING, 0, "instant/instant-1")
        assert row.waits_for == "the engine Instant, which has trouble" and row.lease_until is None
    assert await sent() == 0
    await asyncio.sleep(0.6)  # it may be tried again: the line moves by itself, and lets one go
    assert woken == ids[:1]
    await advance("io", *ids[:1])
    await asyncio.sleep(0.1)  # which is well, so the others may go
    assert woken == ids
    await advance("io", *ids)
    assert {row.state for row in await rows(ids)} == {State.COMPLETED}
    assert await sent() == 3


async def test_a_vendor_that_fails_at_what_it_took_on_is_left_alone(seller: Seller, woken: list[UUID]) -> None:
    """That it takes orders on is no sign of health: how they end is."""
    ids = await ids_of(seller, engine="later", styles=["fails"], count=6, size="64x64")
    for number, id in enumerate(ids, start=1):
        assert (await gate.trouble_s("later", "later-1") is not None) == (number > 5), number
        if number <= 5:
            await advance("io", id)
            await advance("io", id)
            gate.forget()
    assert (await seller.shoot(engine="later", size="64x64")).status_code == 503
    assert (await rows(ids[:1]))[0].waits_for == "the engine, which had a problem"


async def test_a_vendor_that_finishes_ends_a_row_of_failures(seller: Seller, woken: list[UUID]) -> None:
    bad = await ids_of(seller, engine="later", styles=["fails"], count=8, size="64x64")
    (good,) = await ids_of(seller, engine="later", size="64x64")
    for id in bad[:4]:
        await advance("io", id)
        await advance("io", id)
    for _ in range(3):
        await skip(good)
        await advance("io", good)
    for id in bad[4:8]:
        await advance("io", id)
        await advance("io", id)
    gate.forget()
    assert await gate.trouble_s("later", "later-1") is None, "four, a success, and four"


async def test_trouble_is_no_poison_and_ends_with_the_deadline(seller: Seller, woken: list[UUID]) -> None:
    (id,) = await ids_of(seller)
    for _ in range(8):
        await break_down("instant", "instant-1")
        await skip(id)
        await advance("io", id)
        await gate.reset("instant", "instant-1")
    (row,) = await rows([id])
    assert (row.state, row.claims) == (State.PENDING, 0) and await sent() == 0
    async with transaction(system=True) as session:
        await session.execute(update(Generation).values(deadline_at=func.clock_timestamp()))
    await sweep()
    (row,) = await rows([id])
    assert (row.state, row.error) == (State.FAILED, "deadline")
    assert await seller.credits() == (1000, 0)


async def skip(*ids: UUID) -> None:
    async with transaction(system=True) as session:
        await session.execute(update(Generation).where(Generation.id.in_(ids)).values(next_step_at=func.now()))


async def test_five_failures_of_orders_open_it(seller: Seller, woken: list[UUID]) -> None:
    ids = await ids_of(seller, engine="mishap", styles=["transient"], count=5)
    await advance("io", *ids)
    assert await gate.trouble_s("mishap", "mishap-1") is not None
    assert (await seller.shoot(engine="mishap", styles=["transient"])).status_code == 503


async def test_moderated_pictures_and_limits_open_nothing(seller: Seller, woken: list[UUID]) -> None:
    for style in ("moderated", "invalid", "rate_limited"):
        await advance("io", *await ids_of(seller, engine="mishap", styles=[style], count=6))
    assert await gate.trouble_s("mishap", "mishap-1") is None


@pytest.mark.parametrize("engine", ["instant", "later"])
async def test_a_shoot_of_many_does_not_starve_a_shoot_of_one(
    engine: str, open_shop: OpenShop, woken: list[UUID]
) -> None:
    """Counted in pictures served, not in seconds: the one is served next, although forty stand before it."""
    await allow(**{engine: {"at_once": 4}})
    ada, eve = await open_shop("ada@example.com"), await open_shop("eve@example.com")
    many = await ids_of(ada, engine=engine, count=40)
    await asyncio.sleep(0)
    for start in range(0, 40, 20):
        await hold_all(engine, many[start : start + 20])
    one = await ids_of(eve, engine=engine)
    await advance("io", *one)
    assert (await rows(one))[0].waits_for in ("a free place at Instant", "a free place at Later")
    served: list[UUID] = []
    woken.clear()
    inside = [id for id in many if await is_inside(engine, id)]
    assert len(inside) == 4
    while inside:
        served.append(inside.pop(0))
        await gate.hold(engine, f"{engine}-1", await name(served[-1]), 0)
        line.move_later(engine, 0)
        await asyncio.sleep(0.03)
        inside += [id for id in dict.fromkeys(woken) if id not in (*inside, *served)]  # a hint may come twice
        assert len((await gate.room(engine)).inside) <= 4
        woken.clear()
    assert Counter(served) == Counter([*many, *one])
    assert served.index(one[0]) <= 4, "those that were inside already, then hers"


async def hold_all(engine: str, ids: list[UUID]) -> None:
    """What `advance` does with a vendor that never answers."""
    from packshot.db import direct
    from packshot.shoots.advance import claimed_works

    async with direct(system=True) as session:
        for work in await line.admitted(session, await claimed_works(session, ids, "io")):
            if work.passed:
                gate.at_work.pop(work.passed, None)


async def name(id: UUID) -> str:
    (row,) = await rows([id])
    return f"{row.account_id}:{row.id}"


async def is_inside(engine: str, id: UUID) -> bool:
    return await name(id) in (await gate.room(engine)).inside


async def test_a_vendor_that_wants_to_be_left_alone_is_by_everybody(seller: Seller, woken: list[UUID]) -> None:
    await advance("io", *await ids_of(seller, engine="mishap", styles=["rate_limited"]))  # which asks for 0 seconds
    await gate.pause("mishap", 0.5)
    ids = await ids_of(seller, engine="mishap", styles=["smaller"], count=3)
    await advance("io", *ids)
    assert {row.waits_for for row in await rows(ids)} == {"Mishap, which wants to be left alone for a while"}
    woken.clear()
    await asyncio.sleep(0.7)
    assert set(ids) <= set(woken), "and then the line moves by itself"


async def test_an_operation_keeps_its_place_until_it_ends(seller: Seller, woken: list[UUID]) -> None:
    await allow(later={"at_once": 1})
    first, second = await ids_of(seller, engine="later", count=2)
    await advance("io", first, second)
    assert [row.line for row in await rows([first, second])] == [None, "later/later-1"]
    woken.clear()
    await skip(first)
    await advance("io", first)  # pending
    await asyncio.sleep(0.1)
    assert second not in woken
    await skip(first)
    await advance("io", first)  # done
    await asyncio.sleep(0.1)
    assert second in woken
    await advance("io", second)
    assert (await rows([second]))[0].line is None and await sent() == 2


async def test_the_sweep_moves_a_line_that_everybody_forgot(seller: Seller, woken: list[UUID]) -> None:
    await allow(instant={"at_once": 1})
    (passed,) = await gate.admit("instant", "instant-1", ["somebody"])
    assert isinstance(passed, Pass)
    ids = await ids_of(seller, count=2)
    await advance("io", *ids)
    await gate.leave(passed, "good")  # and its process dies before it moves the line
    woken.clear()
    await sweep()
    assert woken == ids[:1]


async def test_nothing_that_was_bought_is_lost_over_the_gate(
    seller: Seller, woken: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the gate is broken")

    ids = await ids_of(seller)
    monkeypatch.setattr("packshot.vendors.gate.leave", broken)
    await advance("io", *ids)
    assert (await rows(ids))[0].state == State.COMPLETED
    gate.at_work.clear()


def test_lines_move_on_the_loop_that_workers_have(monkeypatch: pytest.MonkeyPatch) -> None:
    import uvloop

    moved: list[str] = []

    async def move(engine: str) -> None:
        moved.append(engine)

    async def often() -> None:
        for delay_s in (5, 0, 0, 9):
            line.move_later("nobody", delay_s)
        await asyncio.sleep(0.05)

    monkeypatch.setattr(line, "_move", move)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(often())
    assert moved[0] == "nobody" and len(moved) == 1
    line._moving.clear()
