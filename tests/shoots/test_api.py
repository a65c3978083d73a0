"""Looking at shoots, stopping them, asking again; and nobody else's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from packshot.shoots.advance import advance
from packshot.shoots.models import State
from packshot.shoots.tasks import call_off
from packshot.storage import storage
from tests.accounts.conftest import error
from tests.shoots.conftest import OpenShop, Seller
from tests.shoots.test_advance import attempts, calls, doomed, look, shot, through


async def test_shoots_are_listed_newest_first_in_pages(seller: Seller) -> None:
    made = [(await seller.shoot()).json()["id"] for _ in range(5)]
    first = (await seller.person.get("/api/generate?limit=2")).json()
    second = (await seller.person.get(first["next"])).json()
    third = (await seller.person.get(second["next"])).json()
    assert [shoot["id"] for page in (first, second, third) for shoot in page["shoots"]] == made[::-1]
    assert third["next"] is None
    assert first["shoots"][0]["states"] == {"PENDING": 1}


@pytest.mark.parametrize("path", ["/api/generate", "/api/generate/{shoot}"])
async def test_who_polls_is_told_that_nothing_changed(seller: Seller, path: str) -> None:
    id = await shot(seller)
    path = path.format(shoot=(await look(id)).shoot_id)
    answer = await seller.person.get(path)
    headers = seller.headers | {"If-None-Match": answer.headers["ETag"]}
    again = await seller.client.get(path, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    await advance("io", id)
    changed = await seller.client.get(path, headers=headers)
    assert changed.status_code == 200
    assert "COMPLETED" in changed.text


async def test_cancelling_gives_back_what_is_not_made_and_keeps_what_is(seller: Seller) -> None:
    body = (await seller.shoot(count=3)).json()
    done = UUID(body["generations"][0]["id"])
    await through(done)
    answer = await seller.person.post(f"/api/generate/{body['id']}/cancel", {})
    assert answer.json()["states"] == {"COMPLETED": 1, "CANCELLED": 2}
    assert await seller.credits() == (996, 0)
    again = await seller.person.post(f"/api/generate/{body['id']}/cancel", {})
    assert again.json()["states"] == {"COMPLETED": 1, "CANCELLED": 2}
    kept = await seller.person.post(f"/api/generations/{done}/cancel", {})
    assert kept.json()["state"] == "COMPLETED"


async def test_cancelling_asks_the_vendor_to_stop(seller: Seller, vendor_folder: Path) -> None:
    id = await shot(seller, engine="later", size="256x256")
    await advance("io", id)
    await seller.person.post(f"/api/generations/{id}/cancel", {})
    (attempt,) = await attempts(id)
    await call_off(attempt.id)
    assert calls(vendor_folder, attempt, "cancel") == 1
    await advance("io", id)
    assert calls(vendor_folder, attempt, "poll") == 1, "what it cost is asked once, and nobody asks after it any more"


async def test_a_picture_that_comes_after_it_was_cancelled_is_not_delivered(seller: Seller) -> None:
    id = await shot(seller, engine="slow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PACKSHOT_SLOW_S", "0.5")
        working = asyncio.create_task(advance("io", id))
        await asyncio.sleep(0.2)
        answer = await seller.person.post(f"/api/generations/{id}/cancel", {})
        assert answer.json()["state"] == "CANCELLED"
        await working
    row = await look(id)
    assert (row.state, row.key) == (State.CANCELLED, None)
    assert await seller.credits() == (1000, 0)
    key = f"attempts/{(await attempts(id))[0].id}"
    assert await storage().size(key)
    assert key in await doomed(), "its file waits to be removed"


async def test_given_up_pictures_are_made_again_once(seller: Seller) -> None:
    body = (await seller.shoot(count=2)).json()
    id = body["generations"][0]["id"]
    await seller.person.post(f"/api/generations/{id}/cancel", {})
    answers = await asyncio.gather(*(seller.person.post(f"/api/generations/{id}/retry", {}) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1, "however often it is asked for"
    again = answers[0].json()
    assert (again["retry_of"], again["number"], again["seed"]) == (id, 3, body["generations"][0]["seed"])
    assert await seller.credits() == (992, 8)
    assert (await through(UUID(again["id"]))).state == State.COMPLETED
    other = await seller.person.post(f"/api/generations/{body['generations'][1]['id']}/retry", {})
    assert other.status_code == 409
    assert error(other)["code"] == "not_given_up"


async def test_a_whole_shoot_is_made_again(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=8)
    body = (await seller.shoot(count=2)).json()
    await seller.person.post(f"/api/generate/{body['id']}/cancel", {})
    assert (await seller.person.post(f"/api/generate/{body['id']}/retry", {})).json()["states"] == {
        "CANCELLED": 2,
        "PENDING": 2,
    }
    again = await seller.person.post(f"/api/generate/{body['id']}/retry", {})
    assert again.json()["states"] == {"CANCELLED": 2, "PENDING": 2}
    assert await seller.credits() == (0, 8)


async def test_a_retry_needs_credits(open_shop: OpenShop) -> None:
    seller = await open_shop(credits=8)
    id = (await seller.shoot(count=2)).json()["generations"][0]["id"]
    await seller.person.post(f"/api/generations/{id}/cancel", {})
    await seller.shoot()
    answer = await seller.person.post(f"/api/generations/{id}/retry", {})
    assert answer.status_code == 402


ROUTES = [
    ("GET", "/api/generate/{shoot}"),
    ("GET", "/api/generate/{shoot}/events"),
    ("POST", "/api/generate/{shoot}/cancel"),
    ("POST", "/api/generate/{shoot}/retry"),
    ("GET", "/api/generations/{generation}"),
    ("POST", "/api/generations/{generation}/cancel"),
    ("POST", "/api/generations/{generation}/retry"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_stranger_finds_nothing(open_shop: OpenShop, method: str, path: str) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    body = (await ada.shoot()).json()
    url = path.format(shoot=body["id"], generation=body["generations"][0]["id"])
    assert (await bob.client.request(method, url)).status_code == 401
    answer = await bob.client.request(method, url, headers=bob.headers)
    assert answer.status_code == 404
    error(answer)
    assert (await ada.credits()) == (996, 4)
    assert (await bob.person.get("/api/generate")).json() == {"shoots": [], "next": None}


async def test_a_stranger_cannot_shoot_my_photo(open_shop: OpenShop) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    assert (await bob.shoot(photo_ids=[str(ada.photo_id)])).status_code == 404
    assert (await bob.shoot(photo_ids=None, product_id=str(ada.product_id))).status_code == 404


async def test_a_key_without_the_scope_cannot_spend(seller: Seller) -> None:
    made = await seller.person.post("/api/keys", {"name": "reader", "scopes": ["read", "write"]})
    seller.person.access = made.json()["key"]
    assert (await seller.shoot()).status_code == 403
    assert (await seller.person.get("/api/generate")).status_code == 200


async def test_unknown_ids_are_not_found(seller: Seller) -> None:
    for _, path in ROUTES[:1] + ROUTES[4:5]:
        answer = await seller.person.get(path.format(shoot=uuid4(), generation=uuid4()))
        assert answer.status_code == 404
        error(answer)


async def test_what_makes_no_sense_is_said_by_its_field_in_our_own_words(seller: Seller) -> None:
    answer = await seller.shoot(size="9x9", seconds=999)
    assert answer.status_code == 422
    told = {one["field"]: one["message"] for one in error(answer)["problems"]}
    assert told.keys() == {"size", "seconds"}
    assert told["size"].startswith("'9x9' is not a size")
