"""Models are invisible to every other account, through every route and to every query."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from packshot.db import new_id, transaction
from packshot.talents import api
from packshot.talents.models import Receipt, Reference, Release, Talent

from .conftest import ADA, PAPER, RELEASE, Open, add, portrait

pytestmark = pytest.mark.usefixtures("face_model")
# What a stranger gets; where it is a success, there is nothing of anybody else in it.
ROUTES = {
    ("GET", "/api/models"): 200,
    ("POST", "/api/models"): 201,
    ("GET", "/api/models/receipts"): 200,
    ("GET", "/api/models/receipts/{receipt_id}"): 404,
    ("GET", "/api/models/{model_id}"): 404,
    ("DELETE", "/api/models/{model_id}"): 404,
    ("POST", "/api/models/{model_id}/withdraw"): 404,
    ("POST", "/api/models/{model_id}/release"): 404,
    ("POST", "/api/models/releases/{release_id}/evidence"): 404,
    ("DELETE", "/api/models/releases/{release_id}"): 404,
    ("POST", "/api/models/{model_id}/photos"): 404,
    ("DELETE", "/api/models/{model_id}/photos/{photo_id}"): 404,
}
BODIES = {"/api/models": {"name": "mine"}, "/api/models/{model_id}/release": RELEASE}
FILES = {
    "/api/models/{model_id}/photos": {"files": ("a.png", portrait())},
    "/api/models/releases/{release_id}/evidence": {"file": PAPER},
}


def test_every_route_is_in_the_table() -> None:
    routes = [route for route in api.router.routes if isinstance(route, APIRoute)]
    assert {(method, route.path) for route in routes for method in route.methods} == set(ROUTES)


async def test_a_stranger_sees_and_changes_nothing(open_shop: Open) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    model, gone = await add(ada, synthetic=False), await add(ada)
    await model.sign()
    (photo,) = await model.upload(("a.png", portrait(ADA)))
    draft = await ada.ask("POST", f"/api/models/{model.id}/release", RELEASE)
    receipt = await ada.ask("DELETE", f"/api/models/{gone.id}")
    ids = {
        "model_id": model.id,
        "release_id": draft["id"],
        "photo_id": photo["id"],
        "receipt_id": receipt["id"],
    }
    before = await model.read()
    for (method, path), status in ROUTES.items():
        url, files, body = path.format(**ids), FILES.get(path), BODIES.get(path) if method == "POST" else None
        nobody = await bob.client.request(method, url, json=body, files=files)
        assert nobody.status_code == 401, (method, path)
        answer = await bob.send(method, url, body, files=files)
        assert answer.status_code == status, (method, path, answer.text)
        assert "Ada" not in answer.text
        assert str(ada.account_id) not in answer.text
    after = await model.read()
    for one in (before, after):
        for row in (*one["photos"], *one["releases"]):
            row.pop("preview_url", None)
            row.pop("evidence_url", None)
    assert after == before


async def test_rows_show_to_their_account_only(open_shop: Open) -> None:
    ada, bob = await open_shop("ada@example.com"), await open_shop("bob@example.com")
    model, gone = await add(ada, synthetic=False), await add(ada)
    await model.sign()
    await model.upload(("a.png", portrait(ADA)))
    await ada.ask("DELETE", f"/api/models/{gone.id}")
    for table in (Talent, Release, Reference, Receipt):
        count = select(func.count()).select_from(table)
        async with transaction(ada.account_id) as session:
            assert await session.scalar(count) == 1, table
        for account in (bob.account_id, new_id(), None):
            async with transaction(account) as session:
                assert await session.scalar(count) == 0, table
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(bob.account_id) as session:
            session.add(Talent(account_id=ada.account_id, name="x", synthetic=True))
