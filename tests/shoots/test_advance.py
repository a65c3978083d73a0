"""The way of one generation: called, polled, finished, delivered or given up, and never twice."""

from __future__ import annotations

import asyncio
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from packshot.catalog.models import DoomedFile, Photo
from packshot.credits.models import Hold
from packshot.db import DatabaseDownError, direct, new_id, transaction
from packshot.imaging.decode import decode
from packshot.settings import settings
from packshot.shoots import call, lease, policy, settle
from packshot.shoots.advance import advance
from packshot.shoots.judging import step
from packshot.shoots.models import Attempt, AttemptState, Generation, State
from packshot.shoots.sweep import sweep
from packshot.shoots.tasks import call_off
from packshot.storage import storage
from packshot.tasks import Queue, tasks
from tests.outside.packshot_test_engines import KINDS
from tests.shoots.conftest import Seller


async def shot(seller: Seller, **changes: Any) -> UUID:
    """A new shoot of one picture; the generation's id."""
    answer = await seller.shoot(**changes)
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["generations"][0]["id"])


async def through(generation_id: UUID, most: int = 30) -> Generation:
    """Takes steps, as workers would, until the generation is finished or waits."""
    row = await look(generation_id)
    for _ in range(most):
        if row.state not in ("PENDING", "RUNNING"):
            return row
        await advance("cpu" if row.queue == "cpu" else "io", generation_id)
        row = await look(generation_id)
        if row.waits_for:
            return row
    raise AssertionError(f"{row.state} after {most} steps")


async def claim(generation_id: UUID, queue: Queue) -> Generation | None:
    """Takes the lease, as a worker does, and no step."""
    async with direct(system=True) as session:
        return next((one.generation for one in await lease.claim(session, [generation_id], queue)), None)


async def look(generation_id: UUID) -> Generation:
    async with transaction(system=True) as session:
        return await session.get_one(Generation, generation_id)


async def attempts(generation_id: UUID) -> list[Attempt]:
    async with transaction(system=True) as session:
        found = select(Attempt).where(Attempt.generation_id == generation_id).order_by(Attempt.number)
        return list(await session.scalars(found))


async def change(generation_id: UUID, **values: Any) -> None:
    async with transaction(system=True) as session:
        await session.execute(update(Generation).where(Generation.id == generation_id).values(**values))


async def skip_the_wait(generation_id: UUID) -> None:
    await change(generation_id, next_step_at=text("now()"))


def calls(vendor_folder: Path, attempt: Attempt, what: str = "submit") -> int:
    book = vendor_folder / str(attempt.id)
    return book.read_text().split().count(what) if book.exists() else 0


async def test_the_embedded_studio_delivers_a_picture_of_the_photo(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_STUDIO_CREDITS", "3")
    settings.cache_clear()
    id = await shot(seller, engine="studio", styles=["white"], size="512x512", format="png")
    monkeypatch.undo()
    settings.cache_clear()
    assert await seller.credits() == (997, 3)
    row = await through(id)
    assert (row.state, row.error) == (State.COMPLETED, ""), row.words
    assert await seller.credits() == (997, 0)
    picture = await seller.picture(str(id))
    file = await seller.client.get(picture["url"].replace("http://127.0.0.1:8000", ""))
    assert file.status_code == 200
    assert (len(file.content), zlib.crc32(file.content)) == (row.bytes, row.crc32)
    pixels = decode(file.content).pixels
    assert pixels.shape == (512, 512, 3)
    assert pixels[0].min() == pixels[-1].min() == 255, "marketplace white"
    assert pixels[200:300, 200:300].mean() < 220, "and a mug"
    assert [attempt["state"] for attempt in picture["attempts"]] == ["done"]
    assert picture["facts"]["cutout_verdict"]


async def test_a_vendor_that_answers_at_once(seller: Seller, vendor_folder: Path) -> None:
    row = await through(await shot(seller))
    assert row.state == State.COMPLETED
    (attempt,) = await attempts(row.id)
    assert calls(vendor_folder, attempt) == 1
    assert await seller.credits() == (996, 0)


async def test_a_vendor_that_answers_later_is_never_waited_for(seller: Seller, vendor_folder: Path) -> None:
    id = await shot(seller, engine="later", size="256x256")
    await advance("io", id)
    row = await look(id)
    (attempt,) = await attempts(id)
    assert (row.state, row.lease_until) == (State.RUNNING, None), "nobody holds it while the vendor works"
    assert (attempt.state, attempt.operation_id) == (AttemptState.ACCEPTED, f"op-{attempt.id}")
    row = await through(id)
    assert row.state == State.COMPLETED
    (attempt,) = await attempts(id)
    assert (calls(vendor_folder, attempt), calls(vendor_folder, attempt, "poll")) == (1, 2)
    assert attempt.cost_micros == 40_000
    assert await doomed() == [attempt.result_key], "the raw file goes once the finished one is delivered"


async def doomed() -> list[str]:
    async with transaction(system=True) as session:
        return list(await session.scalars(select(DoomedFile.key).order_by(DoomedFile.key)))


WAITS_FOR = {"auth": "operator", "quota": "operator", "rate_limited": "the engine"}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_failure_ends_without_a_charge(seller: Seller, kind: str) -> None:
    id = await shot(seller, engine="mishap", styles=[kind])
    for _ in range(policy.MOST_ATTEMPTS + 2):
        row = await through(id)
        if row.state == State.FAILED or kind in WAITS_FOR:
            break
        await skip_the_wait(id)
    if kind in WAITS_FOR:
        assert row.state == State.PENDING
        assert WAITS_FOR[kind] in row.waits_for
        assert await seller.credits() == (996, 4), "it waits, and its deadline would give the credits back"
        return
    assert (row.state, row.error) == (State.FAILED, kind)
    assert row.words
    assert row.remedy
    assert await seller.credits() == (1000, 0)
    tries = {"transient": policy.MOST_ATTEMPTS, "outcome_unknown": 2}
    assert len(await attempts(id)) == tries.get(kind, 1)


async def test_an_engine_that_raises_may_have_bought_it(seller: Seller) -> None:
    id = await shot(seller, engine="mishap", styles=["raises"])
    await through(id)
    (attempt,) = await attempts(id)
    assert attempt.state == AttemptState.UNKNOWN


async def test_a_file_that_is_no_picture_is_not_delivered(seller: Seller) -> None:
    id = await shot(seller, engine="mishap", styles=["garbage"])
    row = await through(id)
    assert row.state == State.PENDING, "it is tried again"
    (attempt,) = await attempts(id)
    assert "cannot be used" in attempt.words


async def test_another_size_than_asked_for_is_told(seller: Seller) -> None:
    row = await through(await shot(seller, engine="mishap", styles=["smaller"]))
    assert row.state == State.COMPLETED
    assert row.warnings == ["The engine made 32×32 pixels, not the 64×64 asked for."]


async def test_a_photo_that_is_gone_gives_the_credits_back(seller: Seller) -> None:
    id = await shot(seller)
    async with transaction(seller.account_id) as session:
        await session.delete(await session.get_one(Photo, seller.photo_id))
    row = await through(id)
    assert (row.state, row.error) == (State.FAILED, "refused")
    assert "deleted" in row.words
    assert await seller.credits() == (1000, 0)


async def test_only_one_of_many_workers_gets_it(seller: Seller, vendor_folder: Path) -> None:
    id = await shot(seller)
    await asyncio.gather(*(advance("io", id) for _ in range(20)))
    (attempt,) = await attempts(id)
    assert calls(vendor_folder, attempt) == 1
    assert (await look(id)).state == State.COMPLETED


async def test_what_was_sent_when_the_worker_died_is_bought_again_once_at_most(
    seller: Seller, vendor_folder: Path
) -> None:
    """The engine can neither be asked nor told twice, so each death after sending may cost a picture."""
    id = await shot(seller)
    for _ in range(2):
        assert await claim(id, "io")
        async with transaction(seller.account_id) as session:
            number = len(await attempts(id)) + 1
            session.add(Attempt(account_id=seller.account_id, generation_id=id, number=number, state=AttemptState.SENT))
        await change(id, lease_until=text("now() - interval '1 second'"))
        await through(id)
        await skip_the_wait(id)
    row = await look(id)
    assert (row.state, row.error) == (State.FAILED, "outcome_unknown")
    assert [attempt.state for attempt in await attempts(id)] == ["unknown", "unknown"]
    assert await seller.credits() == (1000, 0)


async def test_the_studio_is_simply_asked_again_with_the_same_key(seller: Seller) -> None:
    id = await shot(seller, engine="studio", styles=["white"], size="256x256")
    assert await claim(id, "cpu")
    async with transaction(seller.account_id) as session:
        session.add(Attempt(account_id=seller.account_id, generation_id=id, number=1, state=AttemptState.SENT))
    await change(id, lease_until=text("now() - interval '1 second'"))
    assert (await through(id)).state == State.COMPLETED
    assert len(await attempts(id)) == 1


async def test_a_paid_result_is_finished_without_buying_it_again(seller: Seller, vendor_folder: Path) -> None:
    id = await shot(seller, engine="later", size="256x256")
    while (await look(id)).queue == "io":
        await advance("io", id)
    (attempt,) = await attempts(id)
    assert attempt.state == AttemptState.DONE
    assert await claim(id, "cpu"), "a worker takes it, and dies"
    await change(id, lease_until=text("now() - interval '1 second'"))
    assert (await through(id)).state == State.COMPLETED
    assert calls(vendor_folder, attempt) == 1


async def test_a_late_worker_cannot_deliver(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen past its lease: the other one delivers, and the late one's write is refused."""
    id = await shot(seller)
    frozen, woken = asyncio.Event(), asyncio.Event()
    deliver = settle.deliver

    async def freeze_once(*given: Any) -> None:
        if not frozen.is_set():
            frozen.set()
            await woken.wait()
        await deliver(*given)

    monkeypatch.setattr(step, "deliver", freeze_once)
    late = asyncio.create_task(advance("io", id))
    await frozen.wait()
    await change(id, lease_until=text("now() - interval '1 second'"))
    await advance("io", id)  # what became of the attempt is unknown to the second worker
    await skip_the_wait(id)
    await advance("io", id)
    delivered = await look(id)
    woken.set()
    await late
    row = await look(id)
    assert (row.state, row.key, row.lease_token) == (State.COMPLETED, delivered.key, delivered.lease_token)
    assert await seller.credits() == (996, 0)
    late_attempt = (await attempts(id))[0]
    assert f"generations/{id}/{late_attempt.id}.webp" in await doomed(), "its file is not left lying about"
    assert row.key not in await doomed()


async def test_the_fence_alone_refuses_an_old_token(seller: Seller) -> None:
    id = await shot(seller)
    first = await claim(id, "io")
    assert first
    await change(id, lease_until=text("now() - interval '1 second'"))
    second = await claim(id, "io")
    assert second
    with pytest.raises(lease.LeaseLostError):
        async with transaction(seller.account_id) as session:
            await lease.write(session, lease.held(first), waits_for="nothing")
    async with transaction(seller.account_id) as session:
        await lease.write(session, lease.held(second), waits_for="nothing")


async def test_a_heartbeat_keeps_the_lease_and_notices_its_loss(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_HEARTBEAT_S", "0.05")
    monkeypatch.setenv("PACKSHOT_LEASE_S", "30")
    settings.cache_clear()
    id = await shot(seller)
    claimed = await claim(id, "io")
    assert claimed and claimed.lease_until
    with pytest.raises(lease.LeaseLostError):
        async with lease.kept(lease.held(claimed)):
            await asyncio.sleep(0.3)
            row = await look(id)
            assert row.lease_until and row.lease_until > claimed.lease_until
            await change(id, lease_token=row.lease_token + 1)
            await asyncio.sleep(10)
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_heartbeat_leaves_a_lease_alone_that_was_given_back(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It beats once more while the step ends; the next worker need not wait for that."""
    monkeypatch.setenv("PACKSHOT_HEARTBEAT_S", "0.02")
    settings.cache_clear()
    id = await shot(seller)
    claimed = await claim(id, "io")
    assert claimed
    async with lease.kept(lease.held(claimed)):
        async with transaction(seller.account_id) as session:
            await lease.write(session, lease.held(claimed), lease_until=None)
        await asyncio.sleep(0.2)
    monkeypatch.undo()
    settings.cache_clear()
    assert (await look(id)).lease_until is None
    assert await claim(id, "io")


async def test_a_renewal_under_way_is_not_broken_off(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off, it would cost its connection and stand in the log as a mishap."""
    monkeypatch.setenv("PACKSHOT_HEARTBEAT_S", "0.01")
    settings.cache_clear()
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slowly(_: lease.Held) -> bool:
        begun.set()
        await asyncio.sleep(0.05)
        ended.set()
        return False

    monkeypatch.setattr(lease, "_renew", slowly)
    async with lease.kept(lease.Held(new_id(), seller.account_id, 1)):
        await begun.wait()
    async with asyncio.timeout(5):
        await ended.wait()
    await asyncio.sleep(0.05)  # and its loss reaches nobody who has ended
    monkeypatch.undo()
    settings.cache_clear()


async def test_pictures_of_one_photo_share_it(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    from packshot.storage.disk import Disk

    read: list[str] = []
    get = Disk.get

    async def noted(self: Disk, key: str) -> bytes:
        read.append(key)
        return await get(self, key)

    monkeypatch.setattr(Disk, "get", noted)
    body = (await seller.shoot(count=20)).json()
    ids = [UUID(one["id"]) for one in body["generations"]]
    await advance("io", *ids)
    assert {(await look(id)).state for id in ids} == {State.COMPLETED}
    assert len(read) == 2, "the photo and its outline"


async def test_what_kills_its_workers_is_given_up(seller: Seller) -> None:
    id = await shot(seller)
    for _ in range(policy.MOST_CLAIMS):
        assert await claim(id, "io")
        await change(id, lease_until=text("now() - interval '1 second'"))
    row = await through(id)
    assert (row.state, row.error) == (State.FAILED, "poison")
    assert await seller.credits() == (1000, 0)


async def test_a_deadline_gives_the_credits_back_whoever_works_on_it(seller: Seller) -> None:
    id = await shot(seller)
    claimed = await claim(id, "io")
    assert claimed
    await change(id, deadline_at=text("now() - interval '1 second'"))
    await sweep()
    row = await look(id)
    assert (row.state, row.error) == (State.FAILED, "deadline")
    assert await seller.credits() == (1000, 0)
    with pytest.raises(lease.LeaseLostError):
        async with transaction(seller.account_id) as session:
            await lease.write(session, lease.held(claimed))


@pytest.mark.parametrize(("polls", "ends"), [("9", State.FAILED), ("2", State.COMPLETED)])
async def test_what_takes_a_vendor_too_long_is_stopped(
    polls: str, ends: State, seller: Seller, vendor_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not bought again; what was finished just then is delivered."""
    monkeypatch.setenv("PACKSHOT_LATER_POLLS", polls)
    id = await shot(seller, engine="later", size="256x256")
    await advance("io", id)
    monkeypatch.setenv("PACKSHOT_LATER_PATIENCE_S", "0.05")
    await asyncio.sleep(0.06)
    row = await through(id)
    assert row.state == ends, row.words
    (attempt,) = await attempts(id)
    assert [calls(vendor_folder, attempt, what) for what in ("submit", "poll", "cancel")] == [1, 2, 1]
    if ends == State.FAILED:
        assert row.error == "late" and "did not finish it within 0.05 seconds" in row.words
        assert (attempt.state, attempt.error) == (AttemptState.UNKNOWN, "late")
        assert await seller.credits() == (1000, 0)


async def test_an_operation_is_asked_about_once_more_when_its_time_is_over(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_LATER_PATIENCE_S", "5")
    monkeypatch.setenv("PACKSHOT_LATER_POLL_S", "600")
    id = await shot(seller, engine="later", size="256x256")
    await advance("io", id)
    await advance("io", id)
    assert (await look(id)).next_step_at < datetime.now(UTC) + timedelta(seconds=6), "not in ten minutes"


async def test_a_deadline_calls_off_what_vendors_are_at(
    seller: Seller, vendor_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[UUID] = []

    async def note(ids: tuple[UUID, ...]) -> None:
        told.extend(ids)

    monkeypatch.setattr(tasks["shoots.call_off"], "publish", note)
    id = await shot(seller, engine="later", size="256x256", styles=["fails"])
    await advance("io", id)
    await change(id, deadline_at=text("now() - interval '1 second'"))
    await sweep()
    (attempt,) = await attempts(id)
    assert told == [attempt.id] and (attempt.state, attempt.error) == (AttemptState.UNKNOWN, "deadline")
    await call_off(attempt.id, new_id())
    (attempt,) = await attempts(id)
    assert calls(vendor_folder, attempt, "cancel") == 1
    assert attempt.cost_micros == 40_000, "what the vendor took all the same is written down"


async def test_the_sweep_wakes_workers_for_what_was_forgotten(seller: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, held, waits = [await shot(seller) for _ in range(3)]
    assert await claim(held, "io")
    await change(waits, next_step_at=text("now() + interval '1 hour'"))
    woken: list[UUID] = []

    async def note(ids: tuple[UUID, ...]) -> None:
        woken.extend(ids)

    monkeypatch.setattr(tasks["shoots.advance_io"], "publish", note)
    await sweep()
    assert woken == [lost]


async def test_a_picture_is_charged_once_however_often_it_is_settled(seller: Seller) -> None:
    row = await through(await shot(seller))
    async with transaction(system=True) as session:
        assert await settle.end(session, [row.id], State.FAILED, error="late", words="Too late.") == []
        hold = await session.get_one(Hold, row.id)
    assert hold.state == "captured"
    assert await seller.credits() == (996, 0)


@pytest.mark.parametrize("committed", [False, True])
async def test_a_database_that_goes_away_at_the_end_costs_no_second_picture(
    seller: Seller, vendor_folder: Path, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    """Whether or not the commit went through before the connection was lost."""
    monkeypatch.setattr(call, "DATABASE_AWAY_S", 0.01)
    away = True
    real = call.complete

    async def lost_once(*given: Any) -> None:
        nonlocal away
        if committed or not away:
            await real(*given)
        if away:
            away = False
            raise DatabaseDownError("The database does not answer.")

    monkeypatch.setattr(call, "complete", lost_once)
    row = await through(await shot(seller))
    assert row.state == State.COMPLETED
    assert row.key and await storage().size(row.key)
    assert row.key not in await doomed()
    (attempt,) = await attempts(row.id)
    assert calls(vendor_folder, attempt) == 1
    assert await seller.credits() == (996, 0)
