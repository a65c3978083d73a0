"""A person takes at most one cutout of a photo, and only what was approved is shot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from packshot.catalog.approved import Approved, CutoutNotApprovedError, NoPhotosError, approved
from packshot.catalog.models import Cutout, Photo
from packshot.db import new_id, transaction
from packshot.errors import BadInputError, NotFoundError

from .conftest import Open, Seller, cut_everything, error, pending


async def for_shoot(seller: Seller, photos: list[str] | None, product: str | None = None) -> list[Approved]:
    async with transaction(seller.account_id) as session:
        ids = [UUID(photo) for photo in photos] if photos is not None else None
        return await approved(session, ids, UUID(product) if product else None)


async def test_an_approval_is_given_and_withdrawn(seller: Seller, mug: bytes) -> None:
    photo = await seller.photo(mug)
    url = f"/api/cutouts/{photo['cutout']['id']}/approve"
    first = await seller.ask("POST", url)
    assert first["approved_at"]
    assert await seller.ask("POST", url) == first, "said twice it changes nothing"
    shown = await seller.ask("GET", f"/api/photos/{photo['id']}")
    assert shown["approved"]["id"] == shown["cutout"]["id"] == first["id"]
    async with transaction(system=True) as session:
        assert await session.scalar(select(Cutout.approved_by)) == seller.user_id
    for _ in range(2):
        assert (await seller.ask("DELETE", url))["approved_at"] is None
    assert (await seller.ask("GET", f"/api/photos/{photo['id']}"))["approved"] is None


async def test_approving_another_one_moves_the_approval(seller: Seller, mug: bytes) -> None:
    photo = await seller.approved(mug)
    await seller.ask("POST", f"/api/photos/{photo['id']}/cutouts", {})
    shown = await seller.ask("GET", f"/api/photos/{photo['id']}")
    assert shown["cutout"]["state"] == "pending"
    assert shown["approved"]["id"] == photo["approved"]["id"], "the newest and the approved one are both shown"
    await cut_everything()
    await seller.ask("POST", f"/api/cutouts/{shown['cutout']['id']}/approve")
    made = await seller.ask("GET", f"/api/photos/{photo['id']}/cutouts")
    assert [cutout["approved_at"] is not None for cutout in made] == [True, False]


async def test_twenty_approvals_at_once_leave_one(seller: Seller, mug: bytes) -> None:
    photo = await seller.photo(mug)
    for _ in range(3):
        await seller.ask("POST", f"/api/photos/{photo['id']}/cutouts", {})
    await cut_everything()
    made = await seller.ask("GET", f"/api/photos/{photo['id']}/cutouts")
    assert len(made) == 4
    tries = [seller.send("POST", f"/api/cutouts/{made[number % 4]['id']}/approve") for number in range(20)]
    assert {answer.status_code for answer in await asyncio.gather(*tries)} == {200}
    made = await seller.ask("GET", f"/api/photos/{photo['id']}/cutouts")
    assert sum(cutout["approved_at"] is not None for cutout in made) == 1


async def test_what_cannot_be_approved_says_why(seller: Seller, small: Callable[[str], bytes]) -> None:
    (photo,) = await seller.upload(("busy.jpg", small("busy-mug")))
    url = f"/api/cutouts/{photo['cutout']['id']}/approve"
    early = await seller.send("POST", url)
    assert (early.status_code, error(early)["message"]) == (409, "Its cutout is still being made.")
    await cut_everything()
    refused = await seller.send("POST", url)
    assert (refused.status_code, error(refused)["code"], error(refused)["verdict"]) == (409, "cannot_approve", "refuse")
    reasons = (await seller.ask("GET", f"/api/photos/{photo['id']}"))["cutout"]["reasons"]
    assert reasons[0]["words"] in error(refused)["message"]
    assert reasons[0]["remedy"] in error(refused)["remedy"]


async def test_an_approved_photo_can_be_shot(seller: Seller, mug: bytes) -> None:
    photo = await seller.approved(mug)
    (ready,) = await for_shoot(seller, [photo["id"]])
    async with transaction(system=True) as session:
        kept = await session.get_one(Photo, UUID(photo["id"]))
        cutout = await session.get_one(Cutout, UUID(photo["approved"]["id"]))
    assert ready == Approved(
        kept.id,
        cutout.id,
        UUID(seller.product),
        UUID(seller.project),
        "mug.jpg",
        kept.master_key or "",
        cutout.alpha_key or "",
        "standing",
    )
    await seller.ask("PATCH", f"/api/photos/{photo['id']}", {"view": "above"})
    assert (await for_shoot(seller, [photo["id"]]))[0].view == "above", "a person's word counts"
    assert (await seller.ask("PATCH", f"/api/photos/{photo['id']}", {"view": None}))["view"] is None
    for wrong in ({}, {"view": "below"}):
        assert (await seller.send("PATCH", f"/api/photos/{photo['id']}", wrong)).status_code == 422


async def test_where_nobody_can_tell_the_view_there_is_none(seller: Seller, mug: bytes) -> None:
    photo = await seller.approved(mug)
    async with transaction(system=True) as session:
        await session.execute(update(Cutout).values(view="unknown"))
    assert (await for_shoot(seller, [photo["id"]]))[0].view is None


async def test_photos_come_in_the_order_asked_for_and_once(seller: Seller, mug: bytes) -> None:
    first, second = await seller.approved(mug), await seller.approved(mug)
    asked = [second["id"], first["id"], second["id"]]
    assert [str(ready.photo_id) for ready in await for_shoot(seller, asked)] == asked[:2]
    assert {str(ready.photo_id) for ready in await for_shoot(seller, None, seller.product)} == set(asked)


async def test_all_photos_that_cannot_be_shot_are_named_with_their_reasons(
    seller: Seller, mug: bytes, small: Callable[[str], bytes]
) -> None:
    good, undecided = await seller.approved(mug), await seller.photo(mug, "undecided.jpg")
    refused, broken = await seller.photo(small("busy-mug"), "busy.jpg"), await seller.photo(mug[:900], "broken.jpg")
    (waiting,) = await seller.upload(("waiting.jpg", mug))
    given = {"name": "awaited.jpg"}
    awaited = (await seller.ask("POST", f"/api/products/{seller.product}/uploads", given))["photo"]
    bad = [undecided, refused, broken, waiting, awaited]
    with pytest.raises(CutoutNotApprovedError) as problem:
        await for_shoot(seller, [good["id"], *(photo["id"] for photo in bad)])
    told = problem.value
    assert (told.status, told.code) == (409, "cutout_not_approved")
    problems = told.facts["photos"]
    assert isinstance(problems, list)
    assert [one["photo_id"] for one in problems] == [photo["id"] for photo in bad]
    words = [one["words"] for one in problems]
    assert words[0] == "Nobody has approved its cutout."
    assert words[1] == " ".join(reason["words"] for reason in refused["cutout"]["reasons"])
    assert words[2] == "broken.jpg is damaged or cut short."
    assert words[3] == "Its cutout is still being made."
    assert words[4] == "Its file has not been uploaded."
    assert all(one["remedy"] for one in problems)
    for photo, one in zip(bad, words, strict=True):
        assert f"{photo['name']}: {one}" in told.message
    assert [str(ready.photo_id) for ready in await for_shoot(seller, None, seller.product)] == [good["id"]]
    await seller.ask("DELETE", f"/api/cutouts/{good['approved']['id']}/approve")
    with pytest.raises(CutoutNotApprovedError) as problem:
        await for_shoot(seller, None, seller.product)
    assert len(problem.value.facts["photos"]) == 6  # type: ignore[arg-type]
    assert len(await pending()) == 1


async def test_photos_that_do_not_exist_are_named(open_shop: Open, mug: bytes) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    mine, theirs, nobodys = await ada.approved(mug), await bob.approved(mug), str(new_id())
    with pytest.raises(NotFoundError) as problem:
        await for_shoot(ada, [mine["id"], theirs["id"], nobodys])
    assert theirs["id"] in problem.value.message
    assert nobodys in problem.value.message
    assert mine["id"] not in problem.value.message
    other = await ada.ask("POST", f"/api/projects/{ada.project}/products", {"name": "empty"})
    with pytest.raises(NotFoundError):
        await for_shoot(ada, [mine["id"]], other["id"])
    with pytest.raises(NoPhotosError):
        await for_shoot(ada, None, other["id"])
    with pytest.raises(NotFoundError):
        await for_shoot(ada, None, bob.product)
    for nothing in (None, []):
        with pytest.raises(BadInputError):
            await for_shoot(ada, nothing)


async def test_no_photo_has_two_approved_cutouts_whatever_the_code_does(seller: Seller, mug: bytes) -> None:
    photo = await seller.approved(mug)
    await seller.ask("POST", f"/api/photos/{photo['id']}/cutouts", {})
    await cut_everything()
    with pytest.raises(Exception, match="uq_cutout_approved"):
        async with transaction(seller.account_id) as session:
            await session.execute(update(Cutout).values(approved_at=func.now()))
