"""The real product in what vendors paint, from the order to the delivered picture, against their simulators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
import pytest

from packshot import config
from packshot.db import transaction
from packshot.engines.base import Reference
from packshot.imaging.decode import OWN_LIMITS, decode
from packshot.plates.product import product_of
from packshot.plates.prompts import scene_of
from packshot.settings import settings
from packshot.shoots.chain import FALLBACK
from packshot.shoots.makers import maker
from packshot.shoots.models import AttemptState, Generation, State
from packshot.storage import storage
from packshot.studio.compose import encode
from packshot.studio.place import place
from packshot.styles.makers import PRESETS
from tests.shoots.conftest import Seller
from tests.shoots.test_advance import attempts, look, shot
from tests.shoots.test_vendors import simulated, through
from tests.simulated import Simulators

__all__ = ["simulated"]

VENDORS = {"openai": "inpaint", "stability": "plate", "replicate": "plate", "bedrock": "plate"}


async def bought(seller: Seller, **changes: Any) -> Generation:
    """A picture of 1000 × 800, which no vendor makes, delivered or not."""
    wanted = {"styles": ["marble"], "size": "1000x800", "format": "png"} | changes
    return await through(await shot(seller, **wanted))


async def assert_exact(row: Generation) -> None:
    """Wherever the product is opaque, the delivered file has exactly its resampled photo's pixels."""
    assert row.key
    picture = decode(await storage().get(row.key), name="picture", limits=OWN_LIMITS).pixels
    reference = Reference(
        await storage().get(f"photos/{row.photo_id}.jpg"),
        approved=True,
        view="standing",
        alpha=await storage().get(f"cutouts/{row.cutout_id}.png"),
    )
    product = product_of(reference, cache_dir=settings().cache_dir, cache_mb=settings().cache_mb)
    height, width = picture.shape[:2]
    placed = place(product.cutout, scene_of(row.style, ""), width=width, height=height)
    facts = row.facts["placed"]
    assert facts["box"] == list(placed.box) and facts["source"] == list(placed.source)
    assert facts["scale"] == pytest.approx(placed.scale, rel=1e-4)
    assert facts["cutout_id"] == str(row.cutout_id)
    x0, y0, x1, y1 = placed.box
    solid = placed.alpha == 1
    assert solid.sum() > 50_000
    assert np.array_equal(picture[y0:y1, x0:x1][solid], encode(placed.colour, 8)[solid])


async def test_a_frame_that_no_product_can_be_laid_in_is_refused_at_the_door(seller: Seller) -> None:
    answer = await seller.shoot(engine="openai", styles=["marble"], size="300x1200")
    assert answer.status_code == 422 and "too long and narrow to lay a product in" in answer.text
    assert await seller.credits() == (1000, 0)


@pytest.mark.parametrize("engine", VENDORS)
async def test_the_products_pixels_are_its_own_whoever_painted_the_rest(
    engine: str, seller: Seller, simulators: Simulators
) -> None:
    before = simulators.billed(engine)
    row = await bought(seller, engine=engine)
    assert (row.state, row.error) == (State.COMPLETED, ""), row.words
    (attempt,) = await attempts(row.id)
    assert (attempt.engine, attempt.way) == (engine, VENDORS[engine]) and attempt.cost_micros > 0
    assert row.facts["way"] == VENDORS[engine]
    assert simulators.billed(engine) == before + 1
    await assert_exact(row)


async def test_the_embedded_studio_records_where_the_product_lies_too(seller: Seller) -> None:
    row = await bought(seller, engine="studio")
    assert row.state == State.COMPLETED, row.words
    assert row.facts["way"] == "kept"
    await assert_exact(row)


@pytest.mark.parametrize("engine", VENDORS)
async def test_words_alone_are_enough_for_an_engine_that_paints(engine: str, seller: Seller) -> None:
    answer = await seller.shoot(
        engine=engine, photo_ids=None, styles=None, words="a red mug on marble, soft light", size="1024x1024"
    )
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["way"] == "redraw" and "may differ" in told["way_words"]
    row = await through(UUID(told["generations"][0]["id"]))
    assert (row.state, row.facts) == (State.COMPLETED, {"way": "redraw"}), row.words


async def test_a_redraw_is_made_where_it_is_asked_for(seller: Seller) -> None:
    answer = await seller.shoot(engine="openai", styles=["marble"], size="1024x1024", mode="redraw")
    assert answer.json()["way"] == "redraw"
    row = await through(UUID(answer.json()["generations"][0]["id"]))
    assert (row.state, row.facts["way"]) == (State.COMPLETED, "redraw") and "placed" not in row.facts
    usual = await seller.shoot(engine="openai", styles=["marble"], size="1024x1024")
    assert usual.json()["way"] == "inpaint" and "pixels are kept" in usual.json()["way_words"]


async def test_a_mode_that_is_impossible_is_refused_before_any_charge(seller: Seller) -> None:
    studio = await seller.shoot(engine="studio", styles=["marble"], mode="redraw")
    nothing = await seller.shoot(engine="openai", photo_ids=None, styles=["marble"], size="1024x1024", mode="plate")
    neither = await seller.shoot(engine="openai", styles=None)
    assert studio.status_code == nothing.status_code == neither.status_code == 422
    assert "redraws nothing" in studio.text and "cannot keep the product" in nothing.text
    assert "describe the picture in words" in neither.text
    assert await seller.credits() == (1000, 0)


@pytest.mark.parametrize("defect", ["occupied", "low-floor", "flat"])
async def test_a_scene_of_no_use_is_bought_again_once_and_then_given_up(
    defect: str, seller: Seller, simulators: Simulators
) -> None:
    before = simulators.billed("stability")
    row = await bought(seller, engine="stability", words=f"defect:{defect}")
    assert (row.state, row.error) == (State.FAILED, "unusable"), row.facts
    assert [one.error for one in await attempts(row.id)] == ["unusable", "unusable"]
    assert simulators.billed("stability") == before + 2
    assert await seller.credits() == (1000, 0)


async def test_a_product_that_was_moved_is_put_into_an_empty_scene_instead(
    seller: Seller, simulators: Simulators
) -> None:
    row = await bought(seller, engine="openai", words="defect:moved")
    assert (row.state, row.facts["way"]) == (State.COMPLETED, "plate"), row.words
    assert [(one.way, one.error) for one in await attempts(row.id)] == [("inpaint", "unusable"), ("plate", "")]
    await assert_exact(row)


async def test_a_preset_chooses_engine_and_model(seller: Seller) -> None:
    answer = await seller.shoot(preset="FAST", engine=None, styles=["marble"], size="640x640")
    assert answer.json()["engine"] == "replicate" and answer.json()["model"] == "black-forest-labs/flux-2-pro"
    async with transaction() as session:
        await config.change(session, PRESETS, {"FAST": {"engine": "stability", "model": "core"}})
    answer = await seller.shoot(preset="FAST", engine=None, styles=["marble"], size="640x640")
    assert answer.json()["engine"] == "stability" and answer.json()["model"] == "core"
    unknown = await seller.shoot(preset="BEST", engine=None, styles=["marble"])
    both = await seller.shoot(preset="FAST", engine="openai", styles=["marble"])
    assert (unknown.status_code, both.status_code) == (422, 422)
    assert "There are: FAST" in unknown.text and "leave these out" in both.text


async def test_what_a_model_lacks_is_refused_or_left_out_where_that_is_allowed(seller: Seller) -> None:
    wanted: dict[str, Any] = {
        "engine": "openai",
        "styles": ["marble"],
        "size": "640x640",
        "seed": 7,
        "avoid": "flowers",
    }
    refused = await seller.shoot(**wanted)
    assert refused.status_code == 422 and "no seeds" in refused.text and "no negative prompt" in refused.text
    half = await seller.shoot(**wanted, allow=["seed"])
    assert half.status_code == 422 and "no seeds" not in half.text
    answer = await seller.shoot(**wanted, allow=["seed", "avoid"])
    assert answer.status_code == 202 and len(answer.json()["warnings"]) == 2
    row = await through(UUID(answer.json()["generations"][0]["id"]))
    assert row.state == State.COMPLETED, row.words


@pytest.fixture
async def chain(database: None) -> None:
    async with transaction() as session:
        await config.change(session, FALLBACK, [{"engine": "openai"}, {"engine": "stability", "model": "core"}])


async def test_another_engine_takes_over_where_the_operators_key_is_wrong(
    chain: None, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_OPENAI_API_KEY", "wrong")
    maker.cache_clear()
    row = await bought(seller, engine="openai")
    assert row.state == State.COMPLETED, row.words
    assert (row.facts["engine"], row.facts["model"], row.facts["way"]) == ("stability", "core", "plate")
    assert [(one.engine, one.model, one.error) for one in await attempts(row.id)] == [
        ("openai", "gpt-image-2", "auth"),
        ("stability", "core", ""),
    ]
    await assert_exact(row)


async def test_without_a_chain_the_operators_mistake_is_waited_for(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_OPENAI_API_KEY", "wrong")
    maker.cache_clear()
    id = await shot(seller, engine="openai", styles=["marble"], size="640x640")
    with pytest.raises(AssertionError, match="PENDING"):
        await through(id)
    assert {one.engine for one in await attempts(id)} == {"openai"} and (await look(id)).state == State.PENDING


async def test_nobody_takes_over_what_may_have_been_bought(chain: None, seller: Seller, simulators: Simulators) -> None:
    before = simulators.billed("replicate"), simulators.billed("stability")
    row = await bought(seller, engine="replicate", words="fault:html")
    tried = await attempts(row.id)
    assert (row.state, row.error) == (State.FAILED, "outcome_unknown")
    assert [one.engine for one in tried] == ["replicate", "replicate"]
    assert {one.state for one in tried} == {AttemptState.UNKNOWN}
    assert (simulators.billed("replicate"), simulators.billed("stability")) == (before[0] + 2, before[1])
