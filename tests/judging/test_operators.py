"""What operators see and set: limits with their log, replays, the queue and its labels; and that nobody else may."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from packshot import config
from packshot.accounts.models import Role, User
from packshot.db import new_id, transaction
from packshot.settings import settings
from packshot.shoots.judging import figures
from packshot.shoots.judging.labels import queue
from packshot.shoots.judging.limits import PRODUCT_ACCEPT, SAMPLE_ACCEPTED
from packshot.shoots.judging.models import By, HumanLabel, StoredVerdict
from tests.accounts.conftest import bearer
from tests.judging.conftest import Tint
from tests.judging.test_step import in_review, painted, verdicts
from tests.shoots.browser import Browser
from tests.shoots.conftest import OpenShop, Seller
from tests.shoots.test_advance import through

GET = ("/admin/locks", "/admin/review", "/admin/locks/replay?lock=product&accept=0.9&review=0.8")
POST: dict[str, dict[str, Any]] = {
    "/admin/locks": {"lock": "product", "accept": "0.9", "review": "0.8"},
    "/admin/locks/rules": {"review.hours": "24"},
}


async def make_admin(seller: Seller) -> dict[str, str]:
    """The headers of the seller, who is an operator from now on."""
    async with transaction(system=True) as session:
        await session.execute(update(User).where(User.id == seller.person.user_id).values(role=Role.ADMIN))
    said = {"email": seller.person.email, "password": "correct horse battery"}
    answer = await seller.client.post("/api/auth/login", json=said)
    return bearer(answer.json()["access_token"])


async def test_only_operators_may(seller: Seller, tint: Tint) -> None:
    row = await in_review(seller)
    (verdict,) = await verdicts(row.id)
    for method, path in (
        ("GET", "/api/admin/config"),
        ("PUT", "/api/admin/config"),
        ("GET", "/api/admin/locks/replay?lock=product&accept=0.9&review=0.8"),
        ("POST", f"/api/admin/verdicts/{verdict.id}/label"),
    ):
        body = {"right": True} if method == "POST" else {"locks.product.accept": 0.1} if method == "PUT" else None
        answer = await seller.client.request(method, path, json=body, headers=seller.headers)
        assert answer.status_code == 403, path
        assert (await seller.client.request(method, path, json=body)).status_code == 401
    browser = await Browser.beside(seller.client).login(seller.person.email)
    for path in (*GET, f"/admin/verdicts/{verdict.id}/evidence"):
        assert (await browser.get(path)).status_code == 403, path
    for path, fields in {**POST, f"/admin/review/{verdict.id}": {"right": "yes"}}.items():
        assert (await browser.post(path, **fields)).status_code == 403, path
    assert await config.get(PRODUCT_ACCEPT) == 0.92


async def test_who_changed_which_limit_is_written_down(seller: Seller) -> None:
    headers = await make_admin(seller)
    path = "/api/admin/config"
    wrong = {"locks.product.accept": 2, "locks.no": 1}
    answer = await seller.client.put(path, json=wrong, headers=headers)
    assert answer.status_code == 422
    assert "locks.product.accept cannot be 2" in answer.text and "no configuration key 'locks.no'" in answer.text
    answer = await seller.client.put(path, json={"locks.product.accept": 0.9}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert await config.get(PRODUCT_ACCEPT) == 0.9
    body = (await seller.client.get(path, headers=headers)).json()
    (change,) = body["changes"]
    assert (change["key"], change["old"], change["new"]) == ("locks.product.accept", 0.92, 0.9)
    assert change["by"] == str(seller.person.user_id)
    known = {one["key"]: one for one in body["keys"]}
    assert known["locks.product.accept"]["value"] == 0.9 and known["locks.product.accept"]["default"] == 0.92
    assert known["locks.identity.accept"]["changed_at"] is None
    await seller.client.put(path, json={"locks.product.accept": 0.9}, headers=headers)
    assert len((await seller.client.get(path, headers=headers)).json()["changes"]) == 1, "nothing changed"


async def test_a_review_limit_above_its_accept_limit_is_refused(seller: Seller) -> None:
    headers = await make_admin(seller)
    path = "/api/admin/config"
    for values, told in [
        ({"locks.product.accept": 0.8}, "0.85 is more than 0.8."),
        ({"locks.product.review": 0.95}, "0.95 is more than 0.92."),
        ({"review.hours": 5, "locks.identity.accept": 0.4, "locks.identity.review": 0.6}, "0.6 is more than 0.4."),
    ]:
        refused = await seller.client.put(path, json=values, headers=headers)
        assert refused.status_code == 422 and told in refused.text, refused.text
        assert ".review cannot be above locks." in refused.text
        assert (await seller.client.get(path, headers=headers)).json()["changes"] == []
    assert await config.get(PRODUCT_ACCEPT) == 0.92
    browser = await Browser.beside(seller.client).login(seller.person.email)
    said = await browser.post("/admin/locks", lock="product", accept="0.8", review="0.85")
    assert said.status_code == 422 and "0.85 is more than 0.8." in said.text
    for both in ({"accept": 0.8, "review": 0.7}, {"review": 0.9, "accept": 0.9}, {"accept": 0.95}):
        values = {f"locks.product.{name}": value for name, value in both.items()}
        answer = await seller.client.put(path, json=values, headers=headers)
        assert answer.status_code == 200, "moved past each other in whichever order"
    assert await config.get(PRODUCT_ACCEPT) == 0.95


async def test_other_deployments_names_set_where_limits_start(monkeypatch: pytest.MonkeyPatch, seller: Seller) -> None:
    monkeypatch.setenv("PRODUCT_SSIM_THRESHOLD", "0.88")
    monkeypatch.setenv("FACE_SIMILARITY_THRESHOLD", "0.7")
    settings.cache_clear()
    try:
        assert PRODUCT_ACCEPT.default == 0.88
        assert config.named("locks.identity.accept").default == 0.7
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_stored_scores_are_replayed(seller: Seller, tint: Tint) -> None:
    headers = await make_admin(seller)
    for style in ("faithful", "close", "always-off"):
        await through(await painted(seller, style))

    async def replayed(accept: float, review: float) -> tuple[int, int, int, int]:
        query = f"lock=product&accept={accept}&review={review}"
        told = (await seller.client.get(f"/api/admin/locks/replay?{query}", headers=headers)).json()
        assert told["version"] == "tint-1"
        return told["n"], told["accepted"], told["reviewed"], told["rejected"]

    assert await replayed(0.92, 0.85) == (4, 1, 1, 2)
    assert await replayed(0.5, 0.4) == (4, 2, 0, 2)
    assert await replayed(1.0, 0.9) == (4, 0, 1, 3)
    async with transaction(system=True) as session:
        await session.execute(update(StoredVerdict).values(version="tint-0"))
        found = await figures.replay(session, "product", "tint-1", 0.9, 0.8)
    assert found.n == 0, "versions are never mixed"


async def test_rates_have_intervals_by_engine_reason_and_style(seller: Seller, tint: Tint) -> None:
    for style in ("faithful", "always-off"):
        await through(await painted(seller, style))
    async with transaction(system=True) as session:
        (engine,) = await figures.groups(session, "engine")
        (reason,) = await figures.groups(session, "reason")
        styles = {one.name: one for one in await figures.groups(session, "style")}
    assert (engine.name, engine.rejected.hits, engine.rejected.n) == ("painter", 2, 3)
    assert (reason.name, reason.rejected.hits, reason.rejected.n) == ("recoloured", 2, 3)
    assert styles["faithful"].rejected.hits == 0 and styles["faithful"].rejected.high < 1


async def test_the_queue_has_all_doubts_and_a_sample(seller: Seller, tint: Tint) -> None:
    for style in ("faithful", "close"):
        await through(await painted(seller, style))
    operator = new_id()

    async def asked() -> set[str]:
        async with transaction(system=True) as session:
            return {one.verdict.decision for one in await queue(session, operator)}

    async with transaction(system=True) as session:
        await session.execute(update(StoredVerdict).values(lottery=0.5))
    assert await asked() == {"review"}
    async with transaction() as session:
        await config.change(session, SAMPLE_ACCEPTED, 0.6)
    assert await asked() == {"review", "accept"}


async def test_labels_of_operators_count_and_take_each_others_place(seller: Seller, tint: Tint) -> None:
    headers = await make_admin(seller)
    row = await in_review(seller)
    (verdict,) = await verdicts(row.id)
    for right in (True, False):
        body = {"right": right, "rating": 3}
        answer = await seller.client.post(f"/api/admin/verdicts/{verdict.id}/label", json=body, headers=headers)
        assert answer.status_code == 204, answer.text
    async with transaction(system=True) as session:
        label, rating = await session.scalars(select(HumanLabel).order_by(HumanLabel.rating.nulls_first()))
        assert (label.right, label.by, rating.rating) == (False, "operator", 3)
        assert await queue(session, seller.person.user_id) == []
        (truth,) = await figures.truths(session)
        (quality,) = await figures.quality(session)
    assert (truth.right, truth.wrong, truth.curve) == (0, 1, None), "one label makes no curve"
    assert (quality.engine, quality.style, quality.mean, quality.n) == ("painter", "close", 3.0, 1)


async def test_a_curve_comes_from_operators_labels_of_one_version(seller: Seller, tint: Tint) -> None:
    row = await in_review(seller)
    (known,) = await verdicts(row.id)
    own = {"account_id": known.account_id, "generation_id": row.id}
    async with transaction(system=True) as session:
        for number in range(130):
            right, id = number >= 60, new_id()
            session.add(
                StoredVerdict(
                    id=id,
                    attempt_id=known.attempt_id,
                    lock="product",
                    decision="accept" if right else "reject",
                    reason="same",
                    version="tint-2",
                    score=number / 130,
                    **own,
                )
            )
            await session.flush()
            session.add(HumanLabel(verdict_id=id, user_id=new_id(), by=By.OPERATOR, right=right, **own))
        session.add(HumanLabel(verdict_id=known.id, user_id=new_id(), by=By.SELLER, right=False, **own))
    async with transaction(system=True) as session:
        (truth,) = await figures.truths(session)
    assert (truth.version, truth.right, truth.wrong) == ("tint-2", 70, 60), "a seller's answer is not asked"
    assert truth.curve and truth.curve.area == pytest.approx(1)


async def test_scores_are_coarse_for_sellers_and_exact_for_operators(seller: Seller, tint: Tint) -> None:
    row = await in_review(seller)
    coarse = (await seller.picture(str(row.id)))["verdicts"][0]
    headers = await make_admin(seller)
    exact = (await seller.client.get(f"/api/generations/{row.id}", headers=headers)).json()["verdicts"][0]
    assert coarse["score"] in (0.85, 0.9) and exact["score"] != coarse["score"]
    assert 0 <= exact["score"] - coarse["score"] < 0.05


async def test_a_stranger_sees_no_verdict(seller: Seller, tint: Tint, open_shop: OpenShop) -> None:
    row = await in_review(seller)
    (verdict,) = await verdicts(row.id)
    bob = await open_shop("bob@example.com")
    browser = await Browser.beside(seller.client).login("bob@example.com")
    for path in (f"/verdicts/{verdict.id}/picture", f"/generations/{row.id}/preview"):
        assert (await browser.get(path)).status_code == 404, path
    assert (await browser.get(f"/attempts/{verdict.attempt_id}/preview")).status_code == 404
    for answer in ("accept", "reject"):
        said = await bob.person.post(f"/api/generations/{row.id}/{answer}", {})
        assert said.status_code == 404
        assert (await browser.post(f"/generations/{row.id}/{answer}")).status_code == 404
    said = await bob.person.post(f"/api/generations/{row.id}/rating", {"rating": 1})
    assert said.status_code == 404
    mine = await Browser.beside(seller.client).login(seller.person.email)
    assert (await mine.get(f"/verdicts/{verdict.id}/picture")).content == b"evidence"
    assert (await mine.get(f"/generations/{row.id}/preview")).status_code == 200
    assert (await mine.get(f"/generations/{row.id}/picture")).status_code == 404, "the file is not theirs yet"
    assert (await mine.get(f"/generations/{row.id}/download")).status_code == 404


async def test_a_rating_is_one_of_five(seller: Seller, tint: Tint) -> None:
    row = await through(await painted(seller, "faithful"))
    for rating, status in ((0, 422), (6, 422), (4, 200), (5, 200)):
        answer = await seller.person.post(f"/api/generations/{row.id}/rating", {"rating": rating})
        assert answer.status_code == status
    async with transaction(system=True) as session:
        assert list(await session.scalars(select(HumanLabel.rating))) == [5]


async def test_pictures_are_kept_deleted_and_asked_for_again_through_the_api(seller: Seller, tint: Tint) -> None:
    row = await through(await painted(seller, "faithful"))
    path = f"/api/generations/{row.id}"
    assert (await seller.person.post(f"{path}/keep", {})).json()["kept"] is True
    assert (await seller.person.delete(f"{path}/keep")).json()["kept"] is False
    again = await seller.person.post(f"{path}/again", {"reason": "colour"})
    assert again.status_code == 202 and again.json()["retry_of"] == str(row.id)
    assert (await seller.person.post(f"{path}/again", {"reason": "colour"})).json()["id"] == again.json()["id"]
    assert (await seller.person.delete(path)).status_code == 204
    assert (await seller.person.get(path)).status_code == 404
    assert (await seller.person.post(f"{path}/restore", {})).status_code == 200
