"""Releases: a real person's photos come after their signature, and a shoot stays within what they signed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from packshot.db import direct, new_id, transaction
from packshot.talents.release import NotPermittedError, permits

from .conftest import ADA, PAPER, RELEASE, Model, Open, add, error, portrait

pytestmark = pytest.mark.usefixtures("face_model")
DAY = date(2026, 12, 1)


async def codes(model: Model, **changes: Any) -> list[str]:
    asked: dict[str, Any] = {"engine_elsewhere": False, "purpose": "catalogue", "market": "DE", "on": DAY} | changes
    async with transaction(model.seller.account_id) as session:
        refusals = await permits(session, model.uuid, **asked)
    async with direct(model.seller.account_id) as session:
        assert await permits(session, model.uuid, held=True, **asked) == refusals
    for refusal in refusals:
        assert refusal.words.endswith(".")
        assert refusal.remedy
    return [refusal.code for refusal in refusals]


async def test_a_synthetic_model_needs_photos_only(open_shop: Open) -> None:
    robot = await add(await open_shop(), synthetic=True)
    assert await codes(robot) == ["no_photos"]
    await robot.upload(("robot.png", portrait()))
    assert await codes(robot, engine_elsewhere=True, purpose="advertising", market=None) == []


async def test_a_real_person_signs_before_any_photo(open_shop: Open) -> None:
    ada = await add(await open_shop(), synthetic=False)
    photo = [("files", ("ada.png", portrait()))]
    for step in range(2):
        answer = await ada.seller.send("POST", f"/api/models/{ada.id}/photos", files=photo)
        assert answer.status_code == 409
        assert error(answer)["code"] == "release_needed"
        if step == 0:
            assert await codes(ada) == ["no_release", "no_photos"]
            await ada.seller.ask("POST", f"/api/models/{ada.id}/release", RELEASE)
            assert await codes(ada) == ["unsigned", "no_photos"]
    signed = await ada.sign()
    assert signed["signed_at"]
    assert signed["markets"] == ["DE", "FR", "GB"]
    await ada.upload(("ada.png", portrait()))
    assert await codes(ada) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"market": "GB"}, []),
        ({"market": "UK"}, []),
        ({"channels": ["shop", "marketplaces"]}, []),
        ({"on": date(2026, 1, 1)}, []),
        ({"on": date(2099, 12, 31)}, []),
        ({"on": date(2025, 12, 31)}, ["not_yet"]),
        ({"on": date(2100, 1, 1)}, ["expired"]),
        ({"purpose": "advertising"}, ["purpose"]),
        ({"channels": ["shop", "social"]}, ["channel"]),
        ({"market": "US"}, ["market"]),
        ({"market": None}, ["market"]),
        ({"engine_elsewhere": True}, ["engine"]),
        ({"engine_elsewhere": True, "market": "US", "purpose": "editorial"}, ["purpose", "market", "engine"]),
    ],
)
async def test_a_shoot_stays_within_the_release(open_shop: Open, changes: dict[str, Any], expected: list[str]) -> None:
    ada = await add(await open_shop(), synthetic=False)
    await ada.sign()
    await ada.upload(("ada.png", portrait()))
    assert await codes(ada, **changes) == expected


async def test_worldwide_is_everywhere_and_the_newest_signed_release_counts(open_shop: Open) -> None:
    ada = await add(await open_shop(), synthetic=False)
    await ada.sign()
    await ada.upload(("ada.png", portrait()))
    await ada.sign(markets=["Worldwide"], engines_elsewhere=True)
    assert await codes(ada, market=None, engine_elsewhere=True) == []
    unsigned = await ada.seller.ask("POST", f"/api/models/{ada.id}/release", RELEASE)
    assert await codes(ada, market=None) == []  # what nobody signed changes nothing
    await ada.seller.ask("DELETE", f"/api/models/releases/{unsigned['id']}")
    await ada.sign()
    assert await codes(ada, market=None) == ["market"]


async def test_of_an_ended_release_no_photos_are_taken(open_shop: Open) -> None:
    ada = await add(await open_shop(), synthetic=False)
    await ada.sign(valid_until="2026-01-31")
    answer = await ada.seller.send("POST", f"/api/models/{ada.id}/photos", files=[("files", ("a.png", portrait()))])
    assert error(answer)["code"] == "release_needed"


async def test_what_was_signed_does_not_change(open_shop: Open) -> None:
    ada = await add(await open_shop(), synthetic=False)
    signed = await ada.sign()
    path = f"/api/models/releases/{signed['id']}"
    for answer in (
        await ada.seller.send("POST", f"{path}/evidence", files={"file": PAPER}),
        await ada.seller.send("DELETE", path),
    ):
        assert answer.status_code == 409
    assert signed["evidence_name"] == PAPER[0]
    downloaded = await ada.seller.client.get(signed["evidence_url"].partition("8000")[2])
    assert downloaded.content == PAPER[1]
    assert "attachment" in downloaded.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "changes",
    [
        {"purposes": []},
        {"purposes": ["anything"]},
        {"channels": ["tv"]},
        {"markets": ["Germany"]},
        {"markets": []},
        {"valid_until": "2025-01-01"},
        {"valid_from": "yesterday"},
        {"person": " "},
        {"text_version": ""},
    ],
)
async def test_a_release_that_makes_no_sense_is_refused(open_shop: Open, changes: dict[str, Any]) -> None:
    ada = await add(await open_shop(), synthetic=False)
    answer = await ada.seller.send("POST", f"/api/models/{ada.id}/release", RELEASE | changes)
    assert answer.status_code == 422
    assert next(iter(changes)) in answer.text
    assert (await ada.read())["releases"] == []


async def test_paper_is_a_pdf_or_a_picture(open_shop: Open) -> None:
    ada = await add(await open_shop(), synthetic=False)
    made = await ada.seller.ask("POST", f"/api/models/{ada.id}/release", RELEASE)
    path = f"/api/models/releases/{made['id']}/evidence"
    refused = await ada.seller.send("POST", path, files={"file": ("release.docx", b"PK\x03\x04 word")})
    assert refused.status_code == 422
    assert (await ada.seller.ask("POST", path, files={"file": ("scan.png", portrait(ADA))}))["signed_at"]


async def test_nobody_signs_for_a_machine(open_shop: Open) -> None:
    robot = await add(await open_shop(), synthetic=True)
    answer = await robot.seller.send("POST", f"/api/models/{robot.id}/release", RELEASE)
    assert answer.status_code == 409


async def test_a_model_of_somebody_else_is_unknown(open_shop: Open) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    model = await add(ada)
    await model.upload(("ada.png", portrait()))
    assert await codes(Model(bob, model.id)) == ["unknown"]
    assert await codes(Model(ada, str(new_id()))) == ["unknown"]
    async with transaction(bob.account_id) as session:
        refusals = await permits(session, UUID(model.id), engine_elsewhere=False, purpose="x", market=None, on=DAY)
    refusal = NotPermittedError(refusals)
    assert refusal.status == 409
    assert refusal.facts["refusals"][0]["code"] == "unknown"  # type: ignore[index]
