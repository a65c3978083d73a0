"""Prices are data, and styles say what they cost before anybody asks for a picture."""

from __future__ import annotations

import pytest
from httpx import AsyncClient

from packshot.settings import settings
from packshot.studio.scene.library import SCENES
from packshot.styles.price import Prices, price, prices


async def test_anybody_sees_the_styles_and_what_they_cost(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = (await client.get("/api/styles")).json()
    assert [style["slug"] for style in everything][: len(SCENES)] == list(SCENES)
    free = (await client.get("/api/styles?engine=studio")).json()
    assert {style["credits"] for style in free} == {0}
    monkeypatch.setenv("PACKSHOT_STUDIO_CREDITS", "2")
    settings.cache_clear()
    priced = (await client.get("/api/styles?engine=studio")).json()
    monkeypatch.undo()
    settings.cache_clear()
    assert {style["credits"] for style in priced} == {2}
    assert all(style["title"] and style["words"] for style in priced)


def test_a_style_may_have_a_price_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert price("anything", "openai") == prices().photo == 4
    monkeypatch.setattr(
        "packshot.styles.price.prices", lambda: Prices(photo=4, styles={"black-tie": 9}, second=4, seconds={})
    )
    assert price("black-tie", "openai") == 9
    assert price("plain", "openai") == 4


@pytest.mark.parametrize("wrong", [{"photo": -1, "styles": {}}, {"photo": 1.5, "styles": {}}, {"styles": {}}])
def test_a_price_list_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="photo"):
        Prices.model_validate(wrong)
