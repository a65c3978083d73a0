"""What becomes of a picture that a lock looks at: delivered, looked at, made again in another way, or turned down."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from packshot import config
from packshot.catalog.doomed import purge
from packshot.catalog.models import DoomedFile
from packshot.db import transaction
from packshot.shoots.advance import advance
from packshot.shoots.judging.limits import FREE_REJECTIONS, KEPT_SAMPLE, PRODUCT_ALWAYS
from packshot.shoots.judging.models import HumanLabel, StoredVerdict
from packshot.shoots.keep import hide
from packshot.shoots.models import Attempt, AttemptState, Generation, State
from packshot.shoots.sweep import sweep
from packshot.storage import storage
from packshot.storage.base import FileMissingError
from tests.judging.conftest import Tint
from tests.shoots.browser import Browser
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, calls, change, claim, look, shot, skip_the_wait, through


async def painted(seller: Seller, style: str, **changes: Any) -> UUID:
    return await shot(seller, engine="painter", styles=[style], size="256x256", mode="redraw", **changes)


async def verdicts(generation_id: UUID) -> list[StoredVerdict]:
    async with transaction(system=True) as session:
        found = select(StoredVerdict).where(StoredVerdict.generation_id == generation_id).order_by(StoredVerdict.id)
        return list(await session.scalars(found))


async def set_config(key: config.Key[Any], value: object) -> None:
    async with transaction() as session:
        await config.change(session, key, value)


async def test_a_faithful_picture_is_delivered_at_the_first_try(seller: Seller, tint: Tint) -> None:
    row = await through(await painted(seller, "faithful"))
    assert (row.state, row.error) == (State.COMPLETED, "")
    (verdict,) = await verdicts(row.id)
    assert (verdict.decision, verdict.lock, verdict.version) == ("accept", "product", "tint-1")
    assert (verdict.accept, verdict.review) == (0.92, 0.85), "the limits that were in force"
    assert verdict.score is not None and verdict.score > 0.92
    assert (verdict.engine, verdict.model, verdict.style) == ("painter", "painter-1", "faithful")
    assert (verdict.seed, verdict.cost_micros) == (row.seed, 40_000)
    assert len(verdict.parameters) == 64
    assert verdict.picture_key is None
    assert await seller.credits() == (996, 0)


async def test_a_recoloured_product_is_made_again_with_its_colour_named(
    seller: Seller, tint: Tint, vendor_folder: Path
) -> None:
    row = await through(await painted(seller, "off"))
    assert row.state == State.COMPLETED
    first, second = await attempts(row.id)
    assert (first.state, second.state) == (AttemptState.REJECTED, AttemptState.DONE)
    assert [calls(vendor_folder, one) for one in (first, second)] == [1, 1]
    assert second.change["levers"] == ["seed", "words"]
    assert "own colours exactly" in second.change["words"] and "#" in second.change["words"]
    assert first.seed != second.seed == row.seed == second.change["seed"]
    reject, accept = await verdicts(row.id)
    assert (reject.decision, reject.reason, accept.decision) == ("reject", "recoloured", "accept")
    assert reject.parameters != accept.parameters, "something else was asked for"
    assert reject.picture_key and await storage().get(reject.picture_key) == b"evidence"
    assert first.preview_key and await storage().get(first.preview_key)
    assert await seller.credits() == (996, 0), "two were made, one is paid for"
    await purge()
    for key in (first.result_key, f"generations/{row.id}/{first.id}.webp"):
        with pytest.raises(FileMissingError):
            await storage().size(str(key))
    assert await storage().size(str(row.key)) == row.bytes


async def test_what_gets_no_better_is_turned_down_after_two_tries(seller: Seller, tint: Tint) -> None:
    row = await through(await painted(seller, "always-off"))
    assert (row.state, row.error, row.key) == (State.REJECTED, "recoloured", None)
    assert "product lock rejected it after 2 tries" in row.words
    assert "Nothing was charged" in row.remedy
    assert [one.state for one in await attempts(row.id)] == [AttemptState.REJECTED] * 2
    assert await seller.credits() == (1000, 0)
    await sweep()
    assert await seller.credits() == (1000, 0)
    async with transaction(system=True) as session:
        await hide(session, [row.id])
    await change(row.id, hidden_at=text("now() - interval '11 minutes'"))
    keys = [one.preview_key for one in await attempts(row.id)] + [one.picture_key for one in await verdicts(row.id)]
    await sweep()
    await purge()
    assert keys and all(keys)
    for key in keys:
        with pytest.raises(FileMissingError):
            await storage().size(str(key))


async def in_review(seller: Seller) -> Generation:
    row = await through(await painted(seller, "close"))
    assert row.state == State.REVIEW
    return row


async def test_a_doubt_waits_for_a_look_with_its_credits_held(seller: Seller, tint: Tint) -> None:
    row = await in_review(seller)
    assert await seller.credits() == (996, 4)
    assert row.key and row.review_until and row.finished_at is None
    (attempt,) = await attempts(row.id)
    assert attempt.preview_key and await storage().get(attempt.preview_key)
    shown = await seller.picture(str(row.id))
    assert (shown["state"], shown["url"]) == ("REVIEW", None), "the file is not theirs yet"
    await sweep()
    assert (await look(row.id)).state == State.REVIEW


@pytest.mark.parametrize("answer", ["accept", "reject"])
async def test_an_answer_counts_once(seller: Seller, tint: Tint, answer: str) -> None:
    row = await in_review(seller)
    for _ in range(2):
        said = await seller.person.post(f"/api/generations/{row.id}/{answer}", {})
        assert said.status_code == 200, said.text
    right = answer == "accept"
    row = await look(row.id)
    assert row.state == (State.COMPLETED if right else State.REJECTED)
    assert (row.key is not None) == right
    assert await seller.credits() == ((996, 0) if right else (1000, 0))
    other = await seller.person.post(f"/api/generations/{row.id}/{'reject' if right else 'accept'}", {})
    assert other.status_code == 409
    async with transaction(system=True) as session:
        (label,) = await session.scalars(select(HumanLabel))
    assert (label.right, label.by) == (right, "seller")


async def test_no_answer_is_a_yes_when_the_time_is_over(seller: Seller, tint: Tint) -> None:
    row = await in_review(seller)
    await change(row.id, review_until=text("now() - interval '1 second'"))
    await sweep()
    row = await look(row.id)
    assert (row.state, row.review_until) == (State.COMPLETED, None)
    assert await seller.credits() == (996, 0)


async def test_free_rejections_have_an_end(seller: Seller, tint: Tint) -> None:
    await set_config(FREE_REJECTIONS, 1)
    first, second = await in_review(seller), await in_review(seller)
    assert (await seller.person.post(f"/api/generations/{first.id}/reject", {})).status_code == 200
    refused = await seller.person.post(f"/api/generations/{second.id}/reject", {})
    assert refused.status_code == 409 and "free of charge" in refused.text
    assert (await look(second.id)).state == State.REVIEW
    assert await seller.credits() == (996, 4)


async def test_a_strict_shoot_buys_nothing_while_its_lock_is_away(
    seller: Seller, tint: Tint, vendor_folder: Path
) -> None:
    tint.away = "its model is missing"
    id = await painted(seller, "faithful", strict=True)
    row = await through(id)
    assert (row.state, row.waits_for) == (
        State.PENDING,
        "the product lock, which is not available: its model is missing",
    )
    assert await attempts(id) == [], "nothing was bought"
    tint.away = ""
    await skip_the_wait(id)
    assert (await through(id)).state == State.COMPLETED


async def test_what_was_bought_is_judged_once_the_lock_is_back(seller: Seller, tint: Tint, vendor_folder: Path) -> None:
    id = await painted(seller, "faithful", strict=True)
    await advance("io", id)
    tint.away = "its model is missing"
    row = await through(id)
    assert row.state == State.PENDING and "the product lock" in row.waits_for
    assert await seller.credits() == (996, 4)
    tint.away = ""
    await skip_the_wait(id)
    assert (await through(id)).state == State.COMPLETED
    (attempt,) = await attempts(id)
    assert calls(vendor_folder, attempt) == 1, "not bought again"


async def test_an_unavailable_lock_ends_with_the_deadline(seller: Seller, tint: Tint) -> None:
    tint.away = "its model is missing"
    id = await painted(seller, "faithful", strict=True)
    await through(id)
    await change(id, deadline_at=text("now() - interval '1 second'"))
    await sweep()
    assert (await look(id)).state == State.FAILED
    assert await seller.credits() == (1000, 0)


async def test_a_shoot_that_is_not_strict_is_delivered_unchecked_and_says_so(seller: Seller, tint: Tint) -> None:
    tint.away = "its model is missing"
    row = await through(await painted(seller, "off"))
    assert row.state == State.COMPLETED
    assert any("Not checked" in words for words in row.warnings)


async def test_an_operator_can_leave_redrawn_products_to_strict_shoots(seller: Seller, tint: Tint) -> None:
    await set_config(PRODUCT_ALWAYS, False)
    assert (await through(await painted(seller, "always-off"))).state == State.COMPLETED
    assert tint.looked == 0
    assert (await through(await painted(seller, "always-off", strict=True))).state == State.REJECTED


async def test_a_worker_that_dies_while_judging_costs_nothing(seller: Seller, tint: Tint, vendor_folder: Path) -> None:
    id = await painted(seller, "close")
    await advance("io", id)
    assert await claim(id, "cpu"), "a worker takes it, and dies while it judges"
    await change(id, lease_until=text("now() - interval '1 second'"))
    row = await through(id)
    assert row.state == State.REVIEW
    (attempt,) = await attempts(id)
    assert calls(vendor_folder, attempt) == 1
    assert len(await verdicts(id)) == 1


async def test_a_late_judge_cannot_turn_a_picture_down(
    seller: Seller, tint: Tint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frozen while judging, past its lease: the picture was cancelled, and what it says is not wanted."""
    id = await painted(seller, "always-off")
    await advance("io", id)
    judge = Tint.judge

    def meanwhile(self: Tint, *given: Any) -> Any:
        import asyncio

        verdict = judge(self, *given)
        asyncio.run_coroutine_threadsafe(change(id, lease_token=Generation.lease_token + 1), loop).result(10)
        return verdict

    import asyncio

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(Tint, "judge", meanwhile)
    await advance("cpu", id)
    monkeypatch.undo()
    row = await look(id)
    (attempt,) = await attempts(id)
    assert (row.state, attempt.state) == (State.RUNNING, AttemptState.DONE)
    assert await verdicts(id) == []
    assert await seller.credits() == (996, 4)
    async with transaction(system=True) as session:
        doomed = list(await session.scalars(select(DoomedFile.key).where(DoomedFile.key.contains("preview"))))
    assert doomed, "its files are not left lying about"


async def test_attempts_that_fail_do_not_use_up_tries(seller: Seller, tint: Tint) -> None:
    id = await painted(seller, "off")
    await advance("io", id)
    await advance("cpu", id)
    assert await claim(id, "io")
    async with transaction(seller.account_id) as session:
        row = await look(id)
        session.add(
            Attempt(
                account_id=seller.account_id,
                generation_id=id,
                number=2,
                state=AttemptState.FAILED,
                error="transient",
                change=row.change,
            )
        )
    await change(id, lease_until=None)
    row = await through(id)
    assert row.state == State.COMPLETED
    third = (await attempts(id))[2]
    assert third.change["levers"] == ["seed", "words"], "it does what the second was to do"


@pytest.mark.parametrize(("sample", "strict"), [(1.0, False), (0.0, True), (0.0, False)])
async def test_the_studios_own_pixels_are_proved(seller: Seller, sample: float, strict: bool) -> None:
    """By the real lock, with the place that the studio laid them at."""
    await set_config(KEPT_SAMPLE, sample)
    row = await through(await shot(seller, engine="studio", styles=["marble"], size="512x512", strict=strict))
    assert row.state == State.COMPLETED, row.words
    found = await verdicts(row.id)
    assert [(one.profile, one.decision) for one in found] == ([("composited", "accept")] if sample or strict else [])


async def test_the_best_try_is_the_one_that_most_locks_let_pass(seller: Seller, tint: Tint) -> None:
    row = await through(await painted(seller, "always-off"))
    first, second = await attempts(row.id)
    async with transaction(system=True) as session:
        for attempt, score in ((first, 0.1), (second, 0.3)):
            of_it = update(StoredVerdict).where(StoredVerdict.attempt_id == attempt.id)
            await session.execute(of_it.values(score=score))
        plain = {"account_id": row.account_id, "generation_id": row.id, "lock": "identity", "reason": "", "score": 0.99}
        session.add(StoredVerdict(attempt_id=first.id, decision="accept", **plain))
    browser = await Browser.beside(seller.client).login(seller.person.email)

    async def shown() -> str:
        return (await browser.get(f"/generations/{row.id}/preview")).headers["etag"]

    assert str(first.id) in await shown(), "the person passed there, and the product was not even looked at elsewhere"
    async with transaction(system=True) as session:
        session.add(StoredVerdict(attempt_id=second.id, decision="accept", **plain | {"score": 0.7}))
    assert str(second.id) in await shown(), "a very good likeness makes up for no wrong product"
