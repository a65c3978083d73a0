"""A person in the shoot, end to end against the vendors' simulators: references sent, both locks judge, money exact.

All nine poses with PACKSHOT_FAULTS=full; three of them else, which take the same way.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from packshot.catalog.models import Cutout, Photo, Product, ProtectedRegion
from packshot.db import new_id, transaction
from packshot.settings import settings
from packshot.shoots.makers import maker
from packshot.shoots.models import AttemptState, Generation, State
from packshot.storage import storage
from packshot.talents import tasks
from packshot.words.poses import poses
from tests.contract.conftest import Simulators, simulators
from tests.judging.test_step import verdicts
from tests.locks import tiny
from tests.locks.conftest import tiny_detector, tiny_embedder
from tests.shoots.browser import Browser
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, look, skip_the_wait
from tests.shoots.test_vendors import simulated, through
from tests.talents.conftest import PAPER, RELEASE, face_model, png

__all__ = ["face_model", "simulated", "simulators", "tiny_detector", "tiny_embedder"]

POSES = list(poses()) if os.environ.get("PACKSHOT_FAULTS") == "full" else ["front", "walking", "seated"]
FACE = tiny.at(4, 4)  # in the upper left, where no product hides it
ADA = 1


def portrait(shade: int) -> bytes:
    """A photo of Ada in a room of another brightness, 640 px, as her face is in no other photo."""
    picture = tiny.scene((tiny.person(ADA), *FACE))
    x, y = FACE
    around = picture.copy()
    around[:] = shade
    around[y : y + 192, x : x + 192] = picture[y : y + 192, x : x + 192]
    return png(around)


async def add_person(seller: Seller, *, synthetic: bool = True, photos: int = 3, **release: Any) -> str:
    """A model with photos that were compared; a real one with a signed release."""
    headers = seller.headers
    told = await seller.client.post("/api/models", json={"name": "Ada", "synthetic": synthetic}, headers=headers)
    id = told.json()["id"]
    if not synthetic:
        given = RELEASE | {"engines_elsewhere": True} | release
        made = (await seller.client.post(f"/api/models/{id}/release", json=given, headers=headers)).json()
        path = f"/api/models/releases/{made['id']}/evidence"
        assert (await seller.client.post(path, files={"file": PAPER}, headers=headers)).is_success
    files = [("files", (f"ada-{number}.png", portrait(80 + 10 * number))) for number in range(photos)]
    sent = await seller.client.post(f"/api/models/{id}/photos", files=files, headers=headers)
    assert sent.is_success, sent.text
    await tasks.check.run(UUID(id))
    shown = (await seller.client.get(f"/api/models/{id}", headers=headers)).json()
    assert [one["state"] for one in shown["photos"]] == ["ready"] * photos, shown
    return str(id)


@pytest.fixture
async def garment(seller: Seller, root: Path) -> Seller:
    """The seller's product is a T-shirt, and its print is protected."""
    async with transaction(seller.account_id) as session:
        photo = await session.get_one(Photo, seller.photo_id)
        cutout = (await session.scalars(select(Cutout).where(Cutout.photo_id == photo.id))).one()
        await session.execute(update(Product).values(name="Slow mornings shirt"))
        box = {"x": 325, "y": 365, "width": 375, "height": 160}
        own = {"account_id": seller.account_id, "photo_id": photo.id}
        session.add(ProtectedRegion(id=new_id(), kind="logo", **own, **box))
        keys = str(photo.master_key), str(cutout.alpha_key)
    await storage().put(keys[0], root / "samples/photos/tshirt.jpg")
    await storage().put(keys[1], root / "samples/alpha/tshirt.png")
    return seller


async def order(seller: Seller, talent: str, **changes: Any) -> list[UUID]:
    """A strict shoot of the seller's garment on a person by OpenAI, which has no seeds; its pictures."""
    wanted: dict[str, Any] = {"engine": "openai", "styles": ["words"], "size": "1024x1024", "seed": 7, "allow": ["seed"]}
    wanted |= {"words": "In a bright studio.", "talent_id": talent, "poses": POSES, "strict": True} | changes
    answer = await seller.shoot(**wanted)
    assert answer.status_code == 202, answer.text
    return [UUID(one["id"]) for one in answer.json()["generations"]]


async def judged(id: UUID) -> dict[str, str]:
    """What each lock said of the last attempt at a picture."""
    return {one.lock: one.decision for one in await verdicts(id)}


@pytest.mark.parametrize(("engine", "synthetic"), [("openai", True), ("fashn", False)])
async def test_every_pose_is_judged_by_both_locks_and_paid_for_once(
    garment: Seller, face_model: None, simulators: Simulators, engine: str, synthetic: bool
) -> None:
    """S2: a garment with a protected print, a person with three photos, strict, every pose, one seed."""
    talent = await add_person(garment, synthetic=synthetic)
    before = simulators.billed(engine)
    ids = await order(garment, talent, engine=engine, market=None if synthetic else "DE")
    price = 1000 - (await garment.credits())[0]
    rows = [await through(id) for id in ids]
    assert [row.pose for row in rows] == POSES and {row.seed for row in rows} == {7}
    for row in rows:
        decisions = await judged(row.id)
        face = "not_applicable" if row.pose == "back" else "accept"
        assert decisions["identity"] == face, (row.pose, decisions)
        assert row.state in (State.COMPLETED, State.REVIEW), (row.pose, row.words, decisions)
        (attempt,) = await attempts(row.id)
        assert attempt.state == AttemptState.DONE
    assert simulators.billed(engine) == before + len(POSES), "nothing was bought twice"
    for row in rows:
        if row.state == State.REVIEW:
            assert (await garment.person.post(f"/api/generations/{row.id}/accept", {})).is_success
    assert await garment.credits() == (1000 - price, 0), "every delivered picture is paid for, and nothing else"
