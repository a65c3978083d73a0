"""Taking a shoot on: whole or not at all, paid for in advance, once per key."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from packshot.catalog.models import Photo
from packshot.credits.models import Hold
from packshot.db import transaction
from packshot.shoots.models import Generation, Shoot
from tests.accounts.conftest import error
from tests.shoots.conftest import OpenShop, Seller


async def counted(table: type, seller: Seller) -> int:
    async with transaction(seller.account_id) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_every_photo_in_every_style_count_times(seller: Seller) -> None:
    answer = await seller.shoot(styles=["plain", "wood"], count=3, seed=4294967294)
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert [(one["number"], one["style"], one["seed"]) for one in body["generations"]] == [
        (1, "plain", 4294967294),
        (2, "plain", 4294967295),
        (3, "plain", 0),
        (4, "wood", 4294967294),
        (5, "wood", 4294967295),
        (6, "wood", 0),
    ]
    assert body["credits"] == 24, "a photo costs 4 credits"
    assert await seller.credits() == (976, 24)
    assert await counted(Generation, seller) == 6


async def test_a_product_stands_for_its_approved_photos(seller: Seller) -> None:
    body = (await seller.shoot(photo_ids=None, product_id=str(seller.product_id))).json()
    assert [one["photo_id"] for one in body["generations"]] == [str(seller.photo_id)]
    shoot = (await seller.person.get(f"/api/generate/{body['id']}")).json()
    assert shoot["product_id"] == str(seller.product_id)
    assert shoot["states"] == {"PENDING": 1}


async def test_the_embedded_studio_is_free_unless_the_operator_says_otherwise(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from packshot.settings import settings

    free = await seller.shoot(engine="studio", styles=["white"], size="512x512")
    assert free.json()["credits"] == 0, free.text
    monkeypatch.setenv("PACKSHOT_STUDIO_CREDITS", "1")
    settings.cache_clear()
    priced = await seller.shoot(engine="studio", styles=["white"], size="512x512")
    monkeypatch.undo()
    settings.cache_clear()
    assert priced.json()["credits"] == 1


async def test_too_few_credits_take_nothing(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=7)
    answer = await seller.shoot(count=2)
    assert answer.status_code == 402
    problem = error(answer)
    assert (problem["code"], problem["needed"], problem["available"]) == ("insufficient_credits", 8, 7)
    assert "Insufficient credits" in problem["message"]
    assert await seller.credits() == (7, 0)
    assert await counted(Shoot, seller) == await counted(Hold, seller) == 0
    assert (await seller.shoot(count=1)).status_code == 202


async def test_a_key_after_a_refusal_may_be_used_again(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=4)
    assert (await seller.shoot(count=2, key="first try")).status_code == 402
    assert (await seller.shoot(count=1, key="first try")).status_code == 202


async def test_the_same_key_64_times_at_once_is_one_shoot(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=4)
    answers = await asyncio.gather(*(seller.shoot(key="once") for _ in range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert await counted(Shoot, seller) == 1
    assert await seller.credits() == (1, 4)


async def test_a_key_with_another_body_is_refused(seller: Seller) -> None:
    await seller.shoot(key="mine")
    answer = await seller.shoot(key="mine", count=2)
    assert answer.status_code == 422
    assert error(answer)["code"] == "idempotency_key_reused"
    assert await counted(Shoot, seller) == 1


async def test_a_key_gets_its_answer_also_when_the_request_could_not_be_taken_on_again(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=4)
    first = await seller.shoot(key="once")
    async with transaction(seller.account_id) as session:
        await session.delete(await session.get_one(Photo, seller.photo_id))
    again = await seller.shoot(key="once")
    assert (again.status_code, again.text) == (202, first.text)
    assert (await seller.shoot(key="another")).status_code == 404


async def test_an_order_means_the_same_however_its_json_is_announced(seller: Seller) -> None:
    body = json.dumps({"photo_ids": [str(seller.photo_id)], "styles": ["plain"], "engine": "instant", "size": "64x64"})
    statuses = {
        kind: (
            await seller.client.post(
                "/api/generate",
                content=body,
                headers=seller.headers | {"Idempotency-Key": "one", "Content-Type": kind},
            )
        ).status_code
        for kind in ("application/json", "application/json; charset=utf-8", "text/plain")
    }
    assert list(statuses.values()) == [202, 202, 422]
    nobody = await seller.client.post("/api/generate", content=body, headers={"Content-Type": "application/json"})
    assert nobody.status_code == 401
    assert await counted(Shoot, seller) == 1


async def test_every_answer_says_what_is_left_of_the_limit(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=4)
    taken, refused = await seller.shoot(), await seller.shoot()
    listed = await seller.person.get("/api/generate")
    assert [answer.status_code for answer in (taken, refused, listed)] == [202, 402, 200]
    left = [int(answer.headers["RateLimit"].split("r=")[1].split(";")[0]) for answer in (taken, refused, listed)]
    assert left[0] - 1 == left[1] == left[2] + 1


async def test_keys_of_two_accounts_have_nothing_to_do_with_each_other(open_shop: OpenShop) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    first, second = await ada.shoot(key="1"), await bob.shoot(key="1")
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] != second.json()["id"]


async def test_a_key_is_required(seller: Seller) -> None:
    body = {"photo_ids": [str(seller.photo_id)], "styles": ["plain"], "engine": "instant", "size": "64x64"}
    for headers in ({}, {"Idempotency-Key": "k" * 256}):
        answer = await seller.client.post("/api/generate", json=body, headers=seller.headers | headers)
        assert answer.status_code == 400
        assert error(answer)["code"] == "idempotency_key_missing"


async def test_what_the_engine_cannot_do_is_refused_all_at_once_and_free(seller: Seller) -> None:
    answer = await seller.shoot(engine="studio", styles=["white", "marbel"], framing="sideways", size="9000x100")
    assert answer.status_code == 422
    problems = error(answer)["problems"]
    assert {problem["field"] for problem in problems} == {"style", "framing", "size"}
    assert any("marble" in problem["remedy"] for problem in problems)
    assert await seller.credits() == (1000, 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"styles": []}, 422),
        ({"styles": ["White Wood!"]}, 422),
        ({"size": "0x64"}, 422),
        ({"size": "64"}, 422),
        ({"format": "bmp"}, 422),
        ({"count": 0}, 422),
        ({"count": 1001}, 422),
        ({"count": 501, "styles": ["a", "b"]}, 422),
        ({"seed": -1}, 422),
        ({"engine": "nobody"}, 422),
        ({"color": "red"}, 422),
        ({"photo_ids": [str(uuid4())]}, 404),
        ({"photo_ids": None, "product_id": str(uuid4())}, 404),
    ],
)
async def test_bad_requests_are_refused_at_the_door(seller: Seller, changes: dict[str, object], status: int) -> None:
    answer = await seller.shoot(**changes)
    assert answer.status_code == status, answer.text
    error(answer) if status != 422 or "problems" not in answer.text else None
    assert await counted(Shoot, seller) == 0
    assert await seller.credits() == (1000, 0)


async def test_twenty_at_once_on_credits_for_eight(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=35)
    answers = await asyncio.gather(*(seller.shoot() for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [202] * 8 + [402] * 12
    assert await seller.credits() == (3, 32)


async def test_a_thousand_pictures_are_one_shoot(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=4000)
    answer = await seller.shoot(count=1000)
    assert answer.status_code == 202, answer.text
    assert await counted(Generation, seller) == 1000
    assert await seller.credits() == (0, 4000)


async def test_a_generation_is_of_its_shoots_account_and_goes_with_it(open_shop: OpenShop) -> None:
    ada, eve = await open_shop(), await open_shop("eve@example.com")
    assert (await ada.shoot(count=3)).status_code == 202
    assert (await eve.shoot(count=2)).status_code == 202
    with pytest.raises(IntegrityError, match="shoot"):
        async with transaction(system=True) as session:
            await session.execute(text("update generation set account_id = :eve"), {"eve": eve.account_id})
    async with transaction(system=True) as session:
        await session.execute(text("delete from account where id = :ada"), {"ada": ada.account_id})
    async with transaction(system=True) as session:
        left = (await session.execute(text("select account_id, count(*) from generation group by 1"))).all()
    assert [tuple(row) for row in left] == [(eve.account_id, 2)]
