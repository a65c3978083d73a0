"""Undelivered pictures of a person who withdrew: nobody waits for them, pays for them or sees them any more."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import func, select

from packshot.catalog.doomed import purge
from packshot.catalog.models import DoomedFile
from packshot.db import transaction
from packshot.shoots.finishing import small_key
from packshot.shoots.judging.labels import queue
from packshot.shoots.models import AttemptState, State
from packshot.shoots.sweep import sweep
from packshot.storage import storage
from packshot.storage.base import FileMissingError
from packshot.talents.models import Receipt
from tests.judging.conftest import Tint
from tests.judging.test_people import ada_of, shot_of
from tests.judging.test_step import verdicts
from tests.locks.conftest import tiny_detector, tiny_embedder
from tests.shoots.browser import Browser
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, look, through
from tests.talents.conftest import face_model
from tests.talents.test_photos import empty_storage

__all__ = ["empty_storage", "face_model", "tiny_detector", "tiny_embedder"]
pytestmark = pytest.mark.usefixtures("face_model")


async def shown_of(id: UUID) -> dict[AttemptState, set[str]]:
    """The previews and the lock's comparisons of a picture, by what became of the attempt that they are of."""
    found: dict[AttemptState, set[str]] = {}
    for attempt in await attempts(id):
        keys = [attempt.preview_key, *(one.picture_key for one in await verdicts(id) if one.attempt_id == attempt.id)]
        found.setdefault(AttemptState(attempt.state), set()).update(key for key in keys if key)
    return found


async def there(key: str) -> bool:
    try:
        return await storage().size(key) > 0
    except FileMissingError:
        return False


async def cleared() -> bool:
    async with transaction(system=True) as session:
        return all(receipt.cleared_at for receipt in await session.scalars(select(Receipt)))


async def asked_of_operators(seller: Seller) -> set[UUID]:
    async with transaction(system=True) as session:
        return {one.generation.id for one in await queue(session, UUID(str(seller.person.user_id)))}


async def test_what_was_not_delivered_of_a_person_goes_with_them(seller: Seller, tint: Tint) -> None:
    ada, other = await ada_of(seller), await ada_of(seller)
    rows = [await through(await shot_of(seller, ada, style)) for style in ("off", "always-off", "close")]
    taken, rejected, doubted = rows
    assert [row.state for row in rows] == [State.COMPLETED, State.REJECTED, State.REVIEW]
    stranger = await through(await shot_of(seller, other, "close"))
    queued = await shot_of(seller, ada, "faithful")
    shown = [await shown_of(row.id) for row in (*rows, stranger)]
    gone = shown[0][AttemptState.REJECTED] | shown[1][AttemptState.REJECTED] | shown[2][AttemptState.DONE]
    gone |= {str(doubted.key), small_key(str(doubted.key))}
    stays = shown[3][AttemptState.DONE] | {str(taken.key), small_key(str(taken.key)), str(stranger.key)}
    assert len(gone) >= 8 and all([await there(key) for key in gone | stays])
    spendable, held = await seller.credits()
    assert {doubted.id, stranger.id} <= await asked_of_operators(seller)

    done = await seller.person.post(f"/api/models/{ada}/withdraw", {})
    assert done.is_success and "waited for somebody's look end" in done.json()["words"]
    for back in (doubted.credits, 2 * doubted.credits):  # the queued one ends at its claim
        await sweep()
        await purge()
        ended = await look(doubted.id)
        assert (ended.state, ended.error, ended.key) == (State.FAILED, "not_permitted", None)
        assert "Ada has withdrawn the release" in ended.words
        assert ended.remedy.startswith("Nothing was charged.")
        assert await seller.credits() == (spendable + back, held - back)
        assert not any([await there(key) for key in gone]) and all([await there(key) for key in stays])
        assert await shown_of(rejected.id) == {AttemptState.REJECTED: set()}
        assert await cleared() == (not await waits(queued)), "what is queued could still leave something"
        await through(queued)
    assert await cleared()
    assert (await look(queued)).state == State.FAILED
    assert [(await look(row.id)).state for row in (taken, stranger)] == [State.COMPLETED, State.REVIEW]
    async with transaction(system=True) as session:
        assert await session.scalar(select(func.count()).select_from(DoomedFile)) == 0, "done once"

    assert (await look(rejected.id)).facts == {"cleared": True}
    asked = await asked_of_operators(seller)
    assert stranger.id in asked and asked.isdisjoint({doubted.id, rejected.id})
    browser = await Browser.beside(seller.client).login(seller.person.email)
    for page in ("/gallery?stands=rejected", f"/shoots/{rejected.shoot_id}", f"/generations/{rejected.id}"):
        said = (await browser.get(page)).text
        assert "rejected it after 2 tries" in said and "/preview" not in said, f"a broken picture on {page}"
    said = (await browser.get(f"/generations/{taken.id}")).text
    assert f"/generations/{taken.id}/picture" in said and "/preview" not in said

    assert (await seller.person.delete(f"/api/models/{other}")).is_success
    await sweep()
    await purge()
    ended = await look(stranger.id)
    assert (ended.state, ended.words) == (State.FAILED, f"There is no model {other}.")
    assert not any([await there(key) for key in (*shown[3][AttemptState.DONE], str(stranger.key))])
    assert (await seller.credits())[1] == 0 and await cleared() and await there(str(taken.key))


async def waits(id: UUID) -> bool:
    return (await look(id)).state in (State.PENDING, State.RUNNING)
