"""A person in the shoot, end to end against the vendors' simulators: references sent, both locks judge, money exact.

All nine poses with PACKSHOT_FAULTS=full; three of them else, which take the same way.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update

from packshot import config
from packshot.catalog.models import Cutout, Photo, Product, ProtectedRegion
from packshot.db import new_id, transaction
from packshot.settings import settings
from packshot.shoots.advance import advance
from packshot.shoots.chain import FALLBACK
from packshot.shoots.models import AttemptState, Generation, Shoot, State
from packshot.storage import storage
from packshot.talents import tasks
from packshot.words.poses import poses
from tests.faults.harness import FULL
from tests.judging.test_step import verdicts
from tests.locks import tiny
from tests.locks.conftest import tiny_detector, tiny_embedder
from tests.shoots.browser import Browser
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, look
from tests.shoots.test_pages import order as order_of
from tests.shoots.test_vendors import simulated, through
from tests.simulated import Simulators
from tests.talents.conftest import PAPER, RELEASE, face_model, png
from tests.vendors.test_line import break_down

__all__ = ["face_model", "simulated", "tiny_detector", "tiny_embedder"]

POSES = list(poses()) if FULL else ["front", "walking", "seated"]
FACE = tiny.at(4, 4)  # in the upper left, where no product hides it
ADA = 7


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
        await add_release(seller, id, **release)
    files = [("files", (f"ada-{number}.png", portrait(80 + 10 * number))) for number in range(photos)]
    sent = await seller.client.post(f"/api/models/{id}/photos", files=files, headers=headers)
    assert sent.is_success, sent.text
    await tasks.check.run(UUID(id))
    shown = (await seller.client.get(f"/api/models/{id}", headers=headers)).json()
    assert [one["state"] for one in shown["photos"]] == ["ready"] * photos, shown
    return str(id)


async def add_release(seller: Seller, talent: str, **release: Any) -> None:
    """A newer release of a model, signed; it counts from now on."""
    given = RELEASE | {"engines_elsewhere": True} | release
    made = await seller.client.post(f"/api/models/{talent}/release", json=given, headers=seller.headers)
    path = f"/api/models/releases/{made.json()['id']}/evidence"
    assert (await seller.client.post(path, files={"file": PAPER}, headers=seller.headers)).is_success


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
    wanted: dict[str, Any] = {
        "engine": "openai",
        "styles": ["words"],
        "size": "1024x1024",
        "seed": 7,
        "allow": ["seed"],
    }
    wanted |= {
        "allow": ["seed"],
        "words": "In a bright studio.",
        "talent_id": talent,
        "poses": POSES,
        "strict": True,
    } | changes
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


@pytest.mark.parametrize(("defect", "lock"), [("garbled-logo", "product"), ("other-face", "identity")])
async def test_what_a_lock_rejects_is_made_again_with_the_reason_in_the_prompt(
    garment: Seller, face_model: None, simulators: Simulators, defect: str, lock: str
) -> None:
    before = simulators.billed("openai")
    words = f"In a bright studio. defect:{defect}-unless-told"
    (id,) = await order(garment, await add_person(garment), poses=["front"], words=words)
    price = 1000 - (await garment.credits())[0]
    row = await through(id)
    first, *_ = await verdicts(id)
    rejected = [one.lock for one in await verdicts(id) if one.decision == "reject"]
    assert rejected == [lock] and first.lock == "identity", "the face comes first"
    assert [one.state for one in await attempts(id)] == [AttemptState.REJECTED, AttemptState.DONE]
    assert row.state == State.REVIEW, "how cloth falls, somebody has to see"
    assert simulators.billed("openai") == before + 2
    assert (await garment.person.post(f"/api/generations/{id}/accept", {})).is_success
    assert await garment.credits() == (1000 - price, 0), "two were made, one is paid for"


@pytest.mark.parametrize("defect", ["recoloured", "garbled-logo", "other-face"])
async def test_what_stays_wrong_is_not_delivered_and_costs_nothing(
    garment: Seller, face_model: None, defect: str
) -> None:
    words = f"In a bright studio. defect:{defect}"
    (id,) = await order(garment, await add_person(garment), poses=["front"], words=words)
    row = await through(id)
    assert (row.state, row.key) == (State.REJECTED, None), row.words
    assert all(one.preview_key for one in await attempts(id)), "to be looked at"
    assert await garment.credits() == (1000, 0)


async def test_without_a_face_model_a_strict_shoot_waits_and_buys_nothing(
    garment: Seller, face_model: None, simulators: Simulators, monkeypatch: pytest.MonkeyPatch
) -> None:
    talent, before = await add_person(garment), simulators.billed("openai")
    with monkeypatch.context() as without:
        without.setenv("PACKSHOT_FACE_MODEL_SHA256", "0" * 64)
        settings.cache_clear()
        (id,) = await order(garment, talent, poses=["front"])
        price = (await garment.credits())[1]
        await advance("io", id)
        row = await look(id)
        assert row.state == State.PENDING and "the identity lock, which is not available" in row.waits_for
        assert await attempts(id) == [] and simulators.billed("openai") == before
        assert await garment.credits() == (1000 - price, price), "held, and given back at the deadline"
    settings.cache_clear()
    assert (await through(id)).state == State.REVIEW, "it goes on once the lock is back"


async def test_every_prompt_says_what_stays_the_same_and_nobody_is_named(
    garment: Seller, face_model: None, simulators: Simulators
) -> None:
    for id in await order(garment, await add_person(garment), poses=["front", "walking"]):
        row = await through(id)
        told = httpx.get(f"{simulators.url}/openai/_simulator/billed").json()
        words = told["words"]
        assert "the same product in every picture: Slow mornings shirt" in words
        assert "the same person in every picture" in words and "Picture 2 is the person" in words
        assert poses()[row.pose].person in words
        assert "Ada" not in words
        assert "Picture 5 is a drawing of the pose" in words, "after the product and three photos of the person"
        assert told["pictures"] == 5


async def test_what_an_engine_lacks_and_a_release_forbids_is_said_at_once(garment: Seller, face_model: None) -> None:
    talent = await add_person(garment, synthetic=False, photos=1)
    wanted: dict[str, Any] = {"engine": "openai", "styles": ["words"], "size": "1024x1024", "words": "A street."}
    refused = await garment.shoot(**wanted, seed=7, talent_id=talent, poses=["front"])
    assert refused.status_code == 422
    assert {one["field"] for one in refused.json()["error"]["problems"]} == {"seed", "market"}
    beyond: dict[str, Any] = {"purpose": "editorial", "channels": ["email", "shop"], "market": "DE"}
    told = await garment.shoot(**wanted, **beyond, talent_id=talent, poses=["front"])
    assert told.status_code == 409
    assert {one["code"] for one in told.json()["error"]["refusals"]} == {"purpose", "channel"}
    assert await garment.credits() == (1000, 0)


@pytest.fixture
async def browser(garment: Seller) -> Browser:
    return await Browser.beside(garment.client).login(garment.person.email)


async def test_a_selfie_a_style_one_click(
    garment: Seller, browser: Browser, face_model: None, simulators: Simulators
) -> None:
    """S1: from the page of the style to the portrait; the model that was just added is chosen already."""
    assert 'href="/new?style=snow-princess"' in (await browser.get("/styles/snow-princess")).text
    empty = (await browser.get("/new?style=snow-princess")).text
    assert "/models?back=%2Fnew%3Fstyle%3Dsnow-princess" in empty
    nobody = await browser.post("/new", style="snow-princess", key=uuid4().hex)
    assert nobody.status_code == 422 and "choose who is in it" in nobody.text
    made_up: dict[str, Any] = {"name": "Eve", "kind": "synthetic"}
    added = await browser.post("/models", **made_up, back="/new?style=snow-princess")
    assert 'href="/new?style=snow-princess"' in (await browser.get(added.headers["Location"])).text, "and a way back"
    lured = await browser.post("/models", **made_up, back="//elsewhere.example")
    assert "elsewhere" not in lured.headers["Location"]
    talent = await add_person(garment, photos=1)
    page = (await browser.get("/new?style=snow-princess")).text
    assert "royalty of the snow" in page, "the prompt, before the click"
    assert f'value="{talent}" checked' in page and 'value="1024x1536" selected' in page
    form: dict[str, Any] = {
        "style": "snow-princess",
        "talent": talent,
        "channel": "shop",
        "size": "1024x1536",
        "pictures": "1",
        "key": uuid4().hex,
    }
    answer = await browser.post("/new", **form)
    assert answer.status_code == 303, answer.text[-3000:]
    async with transaction(garment.account_id) as session:
        (made,) = await session.scalars(select(Generation))
    held = (await garment.credits())[1]
    row = await through(made.id)
    assert (row.state, row.style) == (State.COMPLETED, "snow-princess"), row.words
    words = httpx.get(f"{simulators.url}/openai/_simulator/billed").json()["words"]
    assert "A photograph of one person" in words and "royalty of the snow" in words and "product" not in words
    assert await garment.credits() == (1000 - held, 0)


async def test_a_garment_on_a_model_is_ordered_on_the_page(garment: Seller, browser: Browser, face_model: None) -> None:
    path = f"/products/{garment.product_id}/shoot"
    assert "tryon" not in (await browser.get(path)).text, "there is nobody to wear it"
    talent = await add_person(garment)
    page = (await browser.get(path)).text
    assert "Who wears it" in page and f'value="{talent}"' in page and 'value="fashn tryon-max"' in page
    assert 'name="channel" value="shop" checked' in page, "where they appear, for whoever signed something"
    form = order_form(garment, talent=talent, pose=["walking", "front"], maker="openai gpt-image-2", strict="1")
    form |= {"purpose": "advertising", "channel": ["shop", "social"]}
    answer = await browser.post(path, **form, market="FR", words="in a street")
    assert answer.status_code == 303, answer.text[-3000:]
    async with transaction(garment.account_id) as session:
        rows = list(await session.scalars(select(Generation).order_by(Generation.number)))
        shoot = await session.get_one(Shoot, rows[0].shoot_id)
    assert [row.pose for row in rows] == ["front", "walking"], "in the order of poses"
    assert (shoot.strict, shoot.market, str(shoot.talent_id)) == (True, "FR", talent)
    assert (shoot.purpose, shoot.channels) == ("advertising", ["shop", "social"])
    nobody = order_form(garment, pose=["walking"], style="white")
    assert (await browser.post(path, **nobody)).status_code == 303, "poses are of the person"


@pytest.mark.parametrize(
    ("release", "changes", "field", "said"),
    [
        ({}, {"maker": "studio", "style": "white"}, "talent", "takes no photo of a person"),
        ({"engines_elsewhere": False}, {}, "talent", "engine"),
        ({}, {"market": "JP"}, "market", "did not agree to pictures for JP"),
        ({}, {"purpose": "advertising"}, "purpose", "did not agree to pictures for advertising, only for catalogue"),
        ({}, {"channel": ["shop", "print"]}, "channels", "pictures in print, only in shop, marketplaces"),
        ({}, {"channel": []}, "channels", "Choose at least one place"),
        ({}, {"market": "FR", "maker": "replicate black-forest-labs/flux-2-pro", "pose": "flying"}, "poses", "no pose"),
    ],
)
async def test_what_is_not_possible_stands_by_its_field_and_costs_nothing(
    garment: Seller,
    browser: Browser,
    face_model: None,
    release: dict[str, Any],
    changes: dict[str, Any],
    field: str,
    said: str,
) -> None:
    talent = await add_person(garment, synthetic=False, **release)
    form = order_form(garment, talent=talent, maker="openai gpt-image-2", market="FR", channel="shop") | changes
    answer = await browser.post(f"/products/{garment.product_id}/shoot", **form)
    assert answer.status_code in (403, 409, 422), answer.status_code
    told = re.search(rf'id="{field}-wrong"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    assert told and said in told[1], re.sub(r"<[^>]+>", " ", answer.text)[-1500:]
    assert await garment.credits() == (1000, 0)


async def test_a_video_engine_is_refused_for_pictures(garment: Seller) -> None:
    """Runway makes nothing but videos."""
    answer = await garment.shoot(engine="runway", styles=["marble"], size="960x960")
    assert answer.status_code == 422 and "makes no images" in answer.text
    assert await garment.credits() == (1000, 0)


def order_form(seller: Seller, **changes: Any) -> dict[str, Any]:
    """What the form of the product's page sends."""
    return order_of(seller, size="1024x1024", style="marble", format="png") | changes


async def test_nobody_stands_in_who_may_not_be_shown_the_person(
    garment: Seller, face_model: None, simulators: Simulators
) -> None:
    """The vendor that was ordered is in trouble: the next of the chain that takes people does it, if they agreed."""
    talent, before = await add_person(garment, synthetic=False), simulators.billed("fashn")
    (id,) = await order(garment, talent, poses=["front"], market="DE")
    async with transaction() as session:
        await config.change(session, FALLBACK, [{"engine": "stability"}, {"engine": "fashn"}])
    await break_down("openai", "gpt-image-2")
    await add_release(garment, talent, engines_elsewhere=False)
    await advance("io", id)
    row = await look(id)
    assert (row.state, row.waits_for) == (State.PENDING, "the engine OpenAI, which has trouble"), row.words
    assert row.change == {} and await attempts(id) == [] and simulators.billed("fashn") == before
    await add_release(garment, talent, engines_elsewhere=True)
    row = await through(id)
    assert row.state in (State.COMPLETED, State.REVIEW), row.words
    (attempt,) = await attempts(id)
    assert (attempt.engine, attempt.state) == ("fashn", AttemptState.DONE), "Stability takes no people"
    assert row.facts["engine"] == "fashn" and simulators.billed("fashn") == before + 1


async def test_a_person_is_filmed_and_what_the_identity_lock_doubts_is_looked_at(
    seller: Seller, face_model: None
) -> None:
    talent = await add_person(seller, photos=1)
    wanted: dict[str, Any] = {"engine": "http_video", "words": "She smiles.", "size": "640x640", "seconds": 1}
    beside = await seller.shoot(**wanted, styles=None, talent_id=talent)
    assert beside.status_code == 422 and "beside the product" in beside.text
    alone: dict[str, Any] = wanted | {"photo_ids": None, "styles": ["words"], "talent_id": talent, "strict": True}
    answer = await seller.shoot(**alone)
    assert answer.status_code == 202, answer.text
    row = await through(UUID(answer.json()["generations"][0]["id"]))
    (verdict,) = await verdicts(row.id)
    assert (row.state, verdict.lock, verdict.decision) == (State.REVIEW, "identity", "review"), verdict.words
    assert verdict.words == "At 0.0 s: No face was found in the picture.", "these faces are found in one size only"
    assert await seller.credits() == (996, 4)
    taken = await seller.person.post(f"/api/generations/{row.id}/accept", {})
    assert taken.json()["state"] == "COMPLETED" and str((await look(row.id)).key).endswith(".mp4")
    assert await seller.credits() == (996, 0)
