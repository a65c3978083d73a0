"""Parts of a photo that have to stay as they are lie within it."""

from __future__ import annotations

import pytest

from packshot.catalog import regions
from packshot.db import new_id

from .conftest import Seller, cut_everything, error

LOGO = {"kind": "logo", "x": 10, "y": 20, "width": 30, "height": 40}


async def test_a_region_is_protected_listed_and_removed(seller: Seller, mug: bytes) -> None:
    photo = await seller.photo(mug)
    url = f"/api/photos/{photo['id']}/regions"
    logo = await seller.ask("POST", url, LOGO)
    assert {name: logo[name] for name in LOGO} == LOGO
    edge = {"kind": "text", "x": 0, "y": 0, "width": 320, "height": 320}
    text = await seller.ask("POST", url, edge)
    assert await seller.ask("GET", url) == [logo, text]
    await seller.ask("DELETE", f"/api/regions/{logo['id']}")
    assert await seller.ask("GET", url) == [text]
    assert (await seller.send("DELETE", f"/api/regions/{logo['id']}")).status_code == 404


async def test_a_region_outside_the_photo_makes_no_sense(
    seller: Seller, mug: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (photo,) = await seller.upload(("mug.jpg", mug))
    url = f"/api/photos/{photo['id']}/regions"
    early = await seller.send("POST", url, LOGO)
    assert (early.status_code, error(early)["code"]) == (409, "not_opened")
    await cut_everything()
    for wrong in ({"x": 291}, {"y": 281}, {"width": 0}, {"x": -1}, {"height": 1 << 40}, {"kind": "face"}):
        answer = await seller.send("POST", url, LOGO | wrong)
        assert answer.status_code == 422, wrong
        error(answer)
    monkeypatch.setattr(regions, "MOST", 1)
    await seller.ask("POST", url, LOGO)
    assert (await seller.send("POST", url, LOGO)).status_code == 422
    assert (await seller.send("POST", f"/api/photos/{new_id()}/regions", LOGO)).status_code == 404
