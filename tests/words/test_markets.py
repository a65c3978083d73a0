"""What a market puts into each prompt, as somebody saw it; `python -m tests.words.test_markets` writes it anew."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from packshot.engines.base import GenerationRequest, Reference
from packshot.engines.models import models_of
from packshot.plates.prompts import of_surroundings
from packshot.words.direction import Direction
from packshot.words.families import families
from packshot.words.markets import markets
from packshot.words.parse import parse
from packshot.words.prompts import plate, prompt
from packshot.words.stage import Stage

HELD = Path(__file__).with_name("market_prompts.yaml")
TEXT = "ceramic mug, soft light"


def told(market: str) -> dict[str, str]:
    return {family: prompt(parse(TEXT), family, Direction(market=market)).text for family in families()}


@pytest.mark.parametrize("market", markets())
def test_every_family_is_told_what_it_was_when_somebody_looked(market: str) -> None:
    assert told(market) == yaml.safe_load(HELD.read_text(encoding="utf-8"))[market]


@pytest.mark.parametrize("family", families())
@pytest.mark.parametrize("market", markets())
def test_place_props_and_palette_reach_whoever_reads(market: str, family: str) -> None:
    own, made = markets()[market], prompt(parse(TEXT), family, Direction(market=market))
    assert "place" in made.dropped or all(one in made.text for one in (own.place, own.props))
    assert own.palette in made.text


@pytest.mark.parametrize(
    ("text", "style", "avoid", "place", "props", "palette"),
    [
        ("mug", "", "", True, True, True),
        ("mug on marble", "", "", False, False, True),
        ("mug, black background", "", "", False, False, False),
        ("mug, no props", "", "", True, False, True),
        ("mug surrounded by pine cones", "", "", True, False, True),
        ("mug", "An editorial look", "", True, True, True),
        ("mug", "On a slab of black marble", "", False, False, True),
        ("mug", "A white background", "", False, False, False),
        ("mug", "A still life without props", "", True, False, True),
        ("mug", "", "props, clutter", True, False, True),
    ],
)
def test_only_what_the_words_and_the_style_leave_open_is_the_markets(
    text: str, style: str, avoid: str, place: bool, props: bool, palette: bool
) -> None:
    own = markets()["india"]
    made = prompt(parse(text), "openai", Direction(market="india", style=style, avoid=avoid)).text
    assert (own.place in made, own.props in made, own.palette in made) == (place, props, palette)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mug", False),
        ("mug, room for text", True),
        ("mug, copy space on the left", False),
        ("mug, add the text SALE", True),
    ],
)
def test_which_way_texts_run_is_said_where_there_is_room_for_one(text: str, said: bool) -> None:
    assert ("right to left" in prompt(parse(text), "openai", Direction(market="saudi-arabia")).text) == said
    assert "right to left" not in prompt(parse(text), "openai", Direction(market="france")).text


def test_an_empty_scene_has_the_place_and_no_props() -> None:
    made = plate(parse("mug"), "openai", Stage(), Direction(market="india")).text
    assert markets()["india"].place in made and markets()["india"].props not in made
    styled = plate(parse("mug"), "openai", Stage(), Direction(market="india", style="On a black stone slab")).text
    assert markets()["india"].place not in styled and "Behind it: ." not in styled


def test_what_is_painted_around_a_product_has_the_place_and_the_props_too() -> None:
    own, model = markets()["india"], models_of("openai")[0]
    for style, there in (("", True), ("marble", False)):
        wanted = GenerationRequest(model.id, style=style, words="mug", references=(Reference(b""),))
        told = of_surroundings(wanted, model, "openai", Direction(market="india")).words
        assert (own.place in told, own.props in told) == (there, there)
        assert (own.palette in told) == there, "the marble set has its own colours"


if __name__ == "__main__":
    HELD.write_text(yaml.safe_dump({one: told(one) for one in markets()}, width=120, sort_keys=False), encoding="utf-8")
