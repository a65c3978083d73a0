"""The gate of a vendor: its breaker, its places, its minute, and what the vendor asks for."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from packshot.engines.base import Cost, Done, Failed, FailureKind, Operation
from packshot.engines.breaker import Breaker, Patience, weight
from packshot.vendors import gate
from packshot.vendors.gate import Left, Pass, Wait
from tests.vendors.conftest import allow

pytestmark = pytest.mark.anyio


async def enter(who: str, model: str = "m") -> Pass | Wait:
    (verdict,) = await gate.admit("acme", model, [who])
    return verdict


async def fail(times: int, model: str = "m") -> None:
    for number in range(times):
        passed = await enter(f"failing-{number}", model)
        assert isinstance(passed, Pass), passed
        await gate.leave(passed, "bad")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("transient", "bad"),
        ("outcome_unknown", "bad"),
        ("late", "bad"),
        ("rate_limited", "answered"),
        ("moderated", "answered"),
        ("invalid", "answered"),
        ("auth", "answered"),
        ("quota", "answered"),
        ("refused", "nothing"),
    ],
)
def test_limits_rules_and_bad_requests_are_no_failures(kind: FailureKind, said: str) -> None:
    assert weight(Failed(kind, "")) == said
    assert weight(Done((), cost=Cost())) == "good"
    assert weight(Operation("op")) == "answered", "it took it on, and has yet to make it"


async def test_five_failures_in_a_row_open_it_and_four_do_not() -> None:
    await fail(4)
    good = await enter("good")
    assert isinstance(good, Pass)
    await gate.leave(good, "good")
    await fail(4)
    assert await gate.trouble_s("acme", "m") is None
    await fail(1)
    waits = await enter("next")
    assert isinstance(waits, Wait) and waits.why == "trouble" and 0.2 < waits.seconds <= 0.4
    assert 0 < (await gate.trouble_s("acme", "m") or 0) <= 0.4
    assert isinstance(await enter("next", "another model"), Pass)


async def test_answers_that_are_no_failures_neither_count_nor_clear() -> None:
    await fail(4)
    for number in range(10):
        passed = await enter(f"limited-{number}")
        assert isinstance(passed, Pass)
        await gate.leave(passed, "answered")
    assert await gate.trouble_s("acme", "m") is None
    await fail(1)
    assert await gate.trouble_s("acme", "m") is not None


async def test_a_slow_success_hides_no_outage() -> None:
    slow = await enter("slow")
    assert isinstance(slow, Pass)
    await fail(4)
    await gate.leave(slow, "good")
    await fail(1)
    assert await gate.trouble_s("acme", "m") is not None


async def test_one_probe_at_a_time_and_its_success_closes() -> None:
    await fail(5)
    await asyncio.sleep(0.45)
    verdicts = await gate.admit("acme", "m", [f"who-{number}" for number in range(64)])
    (probe,) = [one for one in verdicts if isinstance(one, Pass)]
    assert all(isinstance(one, Wait) and one.why == "trouble" for one in verdicts if one is not probe)
    assert await gate.leave(replace(probe, who="somebody late"), "good") == Left(), "only the probe is heard"
    assert isinstance(await enter("other"), Wait)
    assert (await gate.leave(probe, "good")).closed
    assert isinstance(await enter("other"), Pass)


async def test_a_failed_probe_opens_it_anew_and_a_refused_one_lets_another_try() -> None:
    await fail(5)
    await asyncio.sleep(0.45)
    probe = await enter("probe")
    assert isinstance(probe, Pass)
    await gate.leave(probe, "nothing")
    probe = await enter("second")
    assert isinstance(probe, Pass), "the first asked the vendor nothing"
    await gate.leave(probe, "bad")
    assert isinstance(await enter("third"), Wait)


async def test_a_probe_that_died_is_let_again_after_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PLACE_S", 60.0)
    monkeypatch.setattr(gate, "patience", _impatient)
    await fail(5)
    await asyncio.sleep(0.3)
    assert isinstance(await enter("killed"), Pass)
    waits = await enter("second")
    assert isinstance(waits, Wait) and waits.seconds <= 0.5
    await asyncio.sleep(waits.seconds + 0.05)
    assert isinstance(await enter("second"), Pass)


async def _impatient() -> Patience:
    return Patience(open_s=0.2, probe_s=0.5)


async def test_places_are_as_many_as_are_allowed_and_come_back() -> None:
    await allow(acme={"at_once": 2})
    first, second, third = await gate.admit("acme", "m", ["a", "b", "c"])
    assert isinstance(first, Pass) and isinstance(second, Pass)
    assert third == Wait("place", 0)
    await gate.leave(first, "good", hold_s=0.3)  # the vendor works on
    assert (await gate.room("acme")).left == 0
    await asyncio.sleep(0.35)  # and nobody said that it still does
    assert (await gate.room("acme")).left == 1


async def test_a_killed_process_gives_its_places_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PLACE_S", 1.5)
    await allow(acme={"at_once": 1})
    passed = await enter("a")
    assert isinstance(passed, Pass)
    await asyncio.sleep(1.8)
    assert isinstance(await enter("b"), Wait), "it lives, and says so"
    gate.at_work.clear()  # as if it were killed
    await asyncio.sleep(1.7)
    assert (await gate.room("acme")).left == 1


async def test_nobody_passes_the_line_but_who_was_picked() -> None:
    await allow(acme={"at_once": 1})
    first, _ = await gate.admit("acme", "m", ["a", "b"])
    assert isinstance(first, Pass)
    await gate.leave(first, "good")
    assert await enter("pusher") == Wait("line", 0)
    assert await gate.reserve("acme", ["b", "c"]) == ["b"]
    assert isinstance(await enter("b"), Pass)
    await gate.nobody_waits("acme")
    assert await enter("d") == Wait("place", 0)


async def test_no_more_begin_in_any_minute_than_are_allowed() -> None:
    await allow(acme={"a_minute": 3})
    verdicts = await gate.admit("acme", "m", list("abcd"))
    for one in verdicts[:3]:
        assert isinstance(one, Pass)
        await gate.leave(one, "good")
    waits = verdicts[3]
    assert isinstance(waits, Wait) and waits.why == "rate" and 55 < waits.seconds <= 60
    assert (await gate.room("acme")).left == 0


async def test_a_pause_that_the_vendor_asks_for_holds_for_all_its_models() -> None:
    await gate.pause("acme", 2.0)
    await gate.pause("acme", 0.1)  # shortens nothing
    for model in ("m", "n"):
        waits = await enter("a", model)
        assert isinstance(waits, Wait) and waits.why == "pause" and 0.5 < waits.seconds <= 2.0
    await asyncio.sleep(2.1)
    await gate.nobody_waits("acme")
    assert isinstance(await enter("a"), Pass)


async def test_without_valkey_each_process_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def __getattr__(self, _: str) -> object:
            raise RedisConnectionError("away")

    await allow(acme={"at_once": 7})
    monkeypatch.setattr(gate, "valkey", Away)
    verdicts = await gate.admit("acme", "m", [str(number) for number in range(8)])
    assert [type(one) for one in verdicts] == [Pass] * 7 + [Wait]
    for one in verdicts[:5]:
        assert isinstance(one, Pass) and not one.shared
        await gate.leave(one, "bad")
    assert isinstance(await enter("x"), Wait) and await gate.trouble_s("acme", "m") is not None
    await asyncio.sleep(0.45)
    assert isinstance(await enter("x"), Pass) and isinstance(await enter("y"), Wait)


async def test_a_person_resets_it() -> None:
    await fail(5)
    (told,) = await gate.weather([("acme", "m"), ("acme", "fine")])
    assert told.open_s is not None and told.retry_s > 0 and not told.probing
    await gate.reset("acme", "m")
    assert await gate.weather([("acme", "m")]) == []
    assert isinstance(await enter("a"), Pass)


def test_the_breaker_of_one_process_is_the_same_machine() -> None:
    breaker = Breaker(Patience(failures=2, open_s=10, probe_s=3))
    assert breaker.wait_s("a", 0) == 0
    breaker.hear("a", "bad", began=0, now=1)
    breaker.hear("slow", "good", began=0, now=2)
    breaker.hear("b", "bad", began=2, now=3)
    assert breaker.wait_s("c", 4) == 9
    assert breaker.wait_s("c", 13) == 0 and breaker.wait_s("d", 14) == 2
    assert breaker.wait_s("d", 16) == 0, "the probe was silent for too long"
    breaker.hear("c", "good", began=13, now=17)
    assert breaker.wait_s("e", 17) > 0, "a late answer of a probe that is over"
    breaker.hear("d", "bad", began=16, now=18)
    assert breaker.wait_s("e", 18) == 10
    assert breaker.wait_s("e", 28) == 0
    breaker.hear("e", "answered", began=28, now=29)
    assert breaker.wait_s("f", 29) == 0
