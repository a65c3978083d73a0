"""A worker is killed around everything it does for a picture that both locks judge, and each says what it says once.

The identity lock is the real one with models that are tiny, the product lock the tests' own: the real one leaves what
is worn to people, and never accepts it by itself. `make test` kills at a handful of points from the first lock on,
`make faults` before and after everything, also where a retry is accepted and where somebody has to look.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from packshot.catalog.models import DoomedFile
from packshot.db import transaction
from packshot.settings import settings as current
from packshot.shoots.models import AttemptState, State, StoredVerdict
from packshot.storage import storage
from packshot.talents import tasks
from tests.faults.harness import FULL, Others, Workers, attempts_of, bought, look, settled_once, workers, worth_dying_at
from tests.judging.conftest import Tint, fresh_config, tint
from tests.locks import tiny
from tests.locks.conftest import tiny_detector, tiny_embedder
from tests.shoots.conftest import OpenShop, Seller
from tests.talents.conftest import ADA, png

__all__ = ["fresh_config", "tint", "tiny_detector", "tiny_embedder"]

PRICE = 4
FEW = 3  # points of a short run
# By the style, which Portraitist paints by: how it ends, and what the locks have to say of each attempt.
ENDINGS = {
    "faithful": (State.COMPLETED, ["accept"]),
    "always-off": (State.REJECTED, ["reject", "reject"]),
    "off": (State.COMPLETED, ["reject", "accept"]),
    "close": (State.REVIEW, ["review"]),
}


@pytest.fixture(scope="module")
def faces(hasty: None, tiny_detector: Path, tiny_embedder: Path) -> Generator[None]:
    """The settings name the tiny models, here and in what tests start."""
    named = {
        "MODEL": "auraface",
        "MODEL_PATH": str(tiny_embedder),
        "MODEL_SHA256": tiny.digest(tiny_embedder),
        "DETECTOR_PATH": str(tiny_detector),
        "DETECTOR_SHA256": tiny.digest(tiny_detector),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in named.items():
            patch.setenv(f"PACKSHOT_FACE_{name}", value)
        current.cache_clear()
        yield
    current.cache_clear()


@pytest.fixture(scope="module")
async def crew(faces: None, anyio_backend: str, vendor_folder: object) -> AsyncGenerator[Workers]:
    async with workers("tint") as started:
        yield started


async def ada_of(seller: Seller) -> str:
    """A made-up person of the seller's with a photo, whose face is where no product hides it."""
    headers = seller.headers
    made = await seller.client.post("/api/models", json={"name": "Ada", "synthetic": True}, headers=headers)
    id = made.json()["id"]
    photo = png(tiny.scene((tiny.person(ADA), *tiny.at(3, 3))))
    sent = await seller.client.post(f"/api/models/{id}/photos", files={"files": ("ada.png", photo)}, headers=headers)
    assert sent.is_success, sent.text
    await tasks.check.run(UUID(id))
    return str(id)


async def shot(seller: Seller, talent: str, style: str) -> UUID:
    answer = await seller.shoot(
        engine="portraitist", styles=[style], size="640x640", talent_id=talent, strict=True, mode="redraw"
    )
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["generations"][0]["id"])


def points(names: Sequence[str]) -> list[int]:
    """Where a worker dies, from 1: everywhere, or at a few of the points from the first lock on that can matter."""
    if FULL:
        return worth_dying_at(names)
    first = names.index("before lock.identity") + 1
    locks = [number for number, name in enumerate(names, 1) if "lock." in name]
    worth = sorted({number for number in worth_dying_at(names) if number > first} | set(locks))
    return sorted({worth[round(number * (len(worth) - 1) / (FEW - 1))] for number in range(FEW)})


async def told_once(id: UUID, decisions: Sequence[str]) -> None:
    """Each lock said of each attempt that came to an end what it was to say, once, and its evidence is there."""
    async with transaction(system=True) as session:
        verdicts = (await session.scalars(select(StoredVerdict).where(StoredVerdict.generation_id == id))).all()
    judged = [one for one in await attempts_of(id) if one.state in (AttemptState.REJECTED, AttemptState.DONE)]
    said = Counter((one.attempt_id, one.lock) for one in verdicts)
    assert said == Counter((one.id, lock) for one in judged for lock in ("identity", "product"))
    by_attempt = {(one.attempt_id, one.lock): one for one in verdicts}
    assert [by_attempt[one.id, "product"].decision for one in judged] == list(decisions)
    assert {by_attempt[one.id, "identity"].decision for one in judged} == {"accept"}
    weights = {"identity": current().face_model_sha256, "product": ""}
    assert all(one.weights == weights[one.lock] for one in verdicts), "the model in force, where there is one"
    for one in verdicts:
        assert one.picture_key is None or await storage().size(one.picture_key)


@pytest.mark.parametrize("style", ENDINGS if FULL else ["faithful", "always-off"])
async def test_a_worker_killed_anywhere_while_locks_judge(
    crew: Workers, open_shop: OpenShop, vendor_folder: Path, tint: Tint, style: str
) -> None:
    seller = await open_shop(credits=10_000)
    talent = await ada_of(seller)
    ended, decisions = ENDINGS[style]
    before = evidence()
    whole = await shot(seller, talent, style)
    unharmed = await crew.run(whole, "portraitist")
    assert unharmed.status == 0
    assert (await look(whole)).state == ended, (await look(whole)).words
    assert unharmed.names.count("before lock.product") == unharmed.names.count("after lock.identity") == len(decisions)
    others, killed, deaths = Others(), {whole: 0}, 0
    ticks = points(unharmed.names)
    for tick in ticks:
        id = await shot(seller, talent, style)
        end = await crew.run(id, "portraitist", tick)
        assert end.status in (-signal.SIGKILL, 0), end
        deaths += end.status != 0
        last = (await attempts_of(id) or [None])[-1]
        # Killed between the vendor's answer and our note of it: nobody can know, and it may be bought once more.
        killed[id] = int(bool(last) and last.state == AttemptState.SENT)
        others.leave(id)
    await others.done()
    assert deaths >= 0.9 * len(ticks)
    paid = 0
    for id, unknown in killed.items():
        if ended == State.REVIEW:
            assert (await look(id)).state == State.REVIEW
            await told_once(id, decisions)
            assert (await seller.person.post(f"/api/generations/{id}/accept", {})).status_code == 200
        await settled_once(id, State.REJECTED if ended == State.REJECTED else State.COMPLETED)
        await told_once(id, decisions)
        attempts = await attempts_of(id)
        assert len(attempts) == len(decisions) + unknown
        assert bought(vendor_folder, attempts) <= len(decisions) + unknown
        assert sum(one.state == AttemptState.UNKNOWN for one in attempts) == unknown, "bought again where nobody knows"
        paid += PRICE * (ended != State.REJECTED)
    assert await seller.credits() == (10_000 - paid, 0)
    async with transaction(system=True) as session:
        named = select(StoredVerdict.picture_key).where(StoredVerdict.generation_id.in_(killed))
        known = set(await session.scalars(named)) | set(await session.scalars(select(DoomedFile.key)))
    assert evidence() - before <= known, "a file of evidence that no verdict names"


def evidence() -> set[str]:
    """The keys of all files of evidence that there are."""
    files = storage()._root  # pyright: ignore[reportPrivateUsage]
    return {f"verdicts/{file.name}" for file in files.glob("verdicts/*")}
