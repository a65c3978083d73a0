"""What models are asked for: a size that they make, a way that they can, and words that say where the product goes."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from packshot.engines import registry
from packshot.engines.base import Capabilities, GenerationRequest, Model, Reference
from packshot.engines.check import against_capabilities
from packshot.engines.models import models_of
from packshot.engines.presets import presets
from packshot.plates.ask import outlined, prepared
from packshot.plates.fit import fit
from packshot.plates.prompts import light_in_words, of_empty_scene, scene_of
from packshot.plates.way import Way, against_frame, against_mode, fallback, way_of
from packshot.studio.plate import stand_at
from packshot.studio.scene.scene import Light
from packshot.words.direction import Direction

VENDORS = ("openai", "stability", "replicate", "bedrock", "fashn")
PAINTERS = [(vendor, model) for vendor in VENDORS for model in models_of(vendor)]
SIZES = [(1024, 1024), (1000, 800), (1600, 2000), (640, 1600), (300, 300), (3000, 1000), (4000, 3000)]


def model(vendor: str, id: str) -> Model:
    return next(one for one in models_of(vendor) if one.id == id)


def test_a_frame_too_narrow_to_lay_a_product_in_is_refused_before_any_is_made() -> None:
    for way in ("plate", "inpaint"):
        assert against_frame(way, 1000, 3000) == against_frame(way, 3000, 1000) == []
        (refusal,) = against_frame(way, 123, 999)
        assert (refusal.field, refusal.words) == ("size", "123×999 is too long and narrow to lay a product in.")
    assert against_frame("redraw", 123, 999) == [], "what the vendor makes is for its own rules"


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize(("vendor", "painter"), PAINTERS, ids=[f"{v}-{m.id}" for v, m in PAINTERS])
def test_every_size_fits_into_one_that_the_model_makes(vendor: str, painter: Model, width: int, height: int) -> None:
    made = fit(painter.capabilities, width, height)
    x0, y0, x1, y1 = made.window
    assert 0 <= x0 < x1 <= made.width and 0 <= y0 < y1 <= made.height
    assert (x1 - x0) / (y1 - y0) == pytest.approx(width / height, rel=0.02)
    asked = GenerationRequest(painter.id, made.width, made.height, words="a table")
    assert [one for one in against_capabilities(asked, painter) if one.field == "size"] == []


def test_a_size_within_the_rules_is_asked_for_as_it_is_and_any_other_a_little_larger() -> None:
    can = Capabilities(step=16, sides=(16, 3840), pixels=(655_360, 8_294_400))
    assert fit(can, 1600, 1600).window == (0, 0, 1600, 1600)
    odd = fit(can, 1000, 1500)
    assert (odd.width, odd.height) == (1008, 1504) and odd.window == (4, 2, 1004, 1502)
    assert odd.window_in(2016, 3008) == (8, 4, 2008, 3004)


def test_the_products_pixels_stay_wherever_that_is_possible() -> None:
    ways = {f"{vendor}/{one.id}": way_of(one, product=True) for vendor, one in PAINTERS}
    assert ways["openai/gpt-image-2"] == ways["stability/inpaint"] == ways["replicate/stability-ai/sdxl"] == "inpaint"
    assert ways["stability/core"] == ways["replicate/black-forest-labs/flux-2-pro"] == "plate"
    assert ways["fashn/tryon-max"] == ways["fashn/product-to-model"] == "redraw"
    openai = model("openai", "gpt-image-2")
    assert way_of(openai, product=False) == way_of(openai, product=True, person=True) == "redraw"
    assert way_of(openai, product=True, mode="redraw") == "redraw"
    assert fallback("inpaint", openai) == "plate" and fallback("inpaint", model("stability", "inpaint")) == "inpaint"
    assert against_mode("redraw", openai, "plate") and not against_mode("inpaint", openai, "plate")


@pytest.mark.parametrize(("vendor", "painter"), PAINTERS, ids=[f"{v}-{m.id}" for v, m in PAINTERS])
def test_what_is_asked_is_what_the_model_can_do(vendor: str, painter: Model) -> None:
    references = (Reference(b"", name="mug"),)
    for words, style in product(("", "on a wooden table, soft light"), ("marble", "")):
        wanted = GenerationRequest(painter.id, 1000, 1000, style=style, words=words, references=references)
        way = way_of(painter, product=True)
        if way == "redraw" or not (words or style):
            continue
        asked = outlined(wanted, painter, vendor, way)
        assert against_capabilities(asked, painter) == []
        assert "empty" in asked.words if way == "plate" else "stays exactly as it is" in asked.words
        assert bool(asked.references) == (way == "inpaint") and asked.style == ""


STAND = stand_at((100, 200, 900, 860), width=1000, height=1000, view="standing", elevation=14, ground=0.86)


def test_an_empty_scene_is_described_where_it_will_be_cut_out_of_what_is_painted() -> None:
    core = model("stability", "core")
    wanted = GenerationRequest(core.id, 1000, 1000, words="red mug on oak, cosy", avoid="flowers")
    square = of_empty_scene(wanted, core, "stability", STAND, fit(Capabilities(), 1000, 1000))
    assert "lower 40 percent" in square.words and "80 percent of its width and 65 percent" in square.words
    assert "The surface is wood" in square.words and "flowers" in square.avoid and "mug" in square.avoid
    tall = fit(Capabilities(sizes={"1000x2000": ""}), 1000, 1000)
    assert tall.window == (0, 500, 1000, 1500)
    told = of_empty_scene(wanted, core, "stability", STAND, tall, Direction(market="japan"))
    assert f"lower {100 - round((0.25 + 0.43 - 0.25) * 20) * 5} percent" in told.words
    assert "35 percent of its height" in told.words


def test_what_a_model_cannot_be_told_apart_is_put_into_its_words() -> None:
    wanted = GenerationRequest("gpt-image-2", 1024, 1024, style="marble", avoid="flowers", seed=7)
    references = (Reference(b"", name="mug"),)
    openai = model("openai", "gpt-image-2")
    refused = against_capabilities(outlined(wanted, openai, "openai", "plate"), openai)
    assert [one.field for one in refused] == ["seed", "avoid"]
    ways: tuple[Way, ...] = ("plate", "inpaint")
    for way in ways:
        asked = prepared(replace(wanted, references=references), openai, "openai", way, None)
        assert (asked.seed, asked.avoid) == (None, "") and "flowers" in asked.words


def test_the_light_is_told_against_the_shadow() -> None:
    assert light_in_words(Light(direction=(0.75, 0.28))) == "soft, from high on the front left"
    assert light_in_words(Light(direction=(-1.2, -0.3), softness=0.3)) == "hard, from low on the back right"
    assert light_in_words(Light(direction=(0.0, 0.0))) == "soft, from above"


def test_words_choose_the_set_whose_light_and_surface_the_product_gets() -> None:
    assert scene_of("marble", "on wood").slug == "marble"
    assert scene_of("", "on a wooden table").slug == "wood"


def test_the_presets_name_engines_and_models_that_there_are() -> None:
    assert set(presets()) == {"BEST_QUALITY", "BALANCED", "FAST"}
    for choice in presets().values():
        found = [one for one in registry().classes[choice.engine].models() if one.id == choice.model]
        assert found and found[0].commercial and found[0].retires_on is None
