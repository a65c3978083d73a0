"""Poses, markets, styles, what stays the same, and empty scenes: in every family's prompt, within its limits."""

from __future__ import annotations

import pytest

from packshot.engines import registry
from packshot.engines.base import Capabilities
from packshot.errors import BadInputError
from packshot.words.direction import Direction, values_of
from packshot.words.families import families, family_of
from packshot.words.markets import market_named, markets, season_in, season_of, sources
from packshot.words.parse import parse
from packshot.words.poses import in_order, poses, refused, why_not
from packshot.words.prompts import plate, prompt
from packshot.words.sets import choose, fitting
from packshot.words.stage import Stage
from packshot.words.templates import LONGEST_TEMPLATE, fill
from packshot.words.vocabulary import vocabulary

PAINTERS = [name for name, family in families().items() if family.plate]
FULL = Direction(
    style="An editorial look with {{ said.light[0] }} light",
    avoid="clutter, lens flare",
    pose="walking",
    market="brazil",
    product="Coat 'Oslo', grey wool, six horn buttons",
    talent="Ana, thirty, long dark hair",
    references=("product", "person", "pose"),
)
ENGINE_MODELS = [
    (id, model.id, model.capabilities)
    for id, kind in sorted(registry().classes.items())
    for model in kind.models()
    if model.capabilities.words and not id.startswith(("instant", "test"))
]


@pytest.mark.parametrize("family", families())
def test_pose_and_what_stays_the_same_are_in_every_prompt(family: str) -> None:
    made = prompt(parse("Grey wool coat, soft light"), family, FULL)
    assert "Grey wool coat, soft light" in made.text
    assert "walking towards the camera" in made.text
    if not made.dropped:
        assert "six horn buttons" in made.text and "long dark hair" in made.text
        assert "An editorial look with soft light" in made.text
        assert "leaf green" in made.text
    assert "lens flare" in (made.text if made.avoid is None else made.avoid)
    assert made == prompt(parse("Grey wool coat, soft light"), family, FULL)


@pytest.mark.parametrize(("engine", "model", "can"), ENGINE_MODELS, ids=lambda one: str(one)[:30])
def test_every_models_own_limit_is_kept_at_its_very_edge(engine: str, model: str, can: Capabilities) -> None:
    family = family_of(engine, model)
    most = min(families()[family].most, can.characters)
    for length in (most - 1, most, most + 1, 3 * most):
        text = ("leather bag on marble, no people. " + "handstitched " * (length // 13 + 1))[:length]
        made = prompt(parse(text), family, FULL, most=can.characters)
        assert len(made.text) <= most
        assert len(made.avoid or "") <= can.characters
        assert len(text.split()[0]) and "leather bag on marble" in made.text
        assert made.left_out > 0


def test_the_sellers_words_come_before_what_can_go() -> None:
    words = "Grey wool coat " * 20
    made = prompt(parse(words), "sdxl", FULL)
    assert set(made.dropped) >= {"place", "talent"}
    assert len(made.text) <= 300 and made.text.startswith("Grey wool coat")
    roomy = prompt(parse(words), "openai", FULL)
    assert (roomy.dropped, roomy.left_out) == ((), 0)


def test_references_are_named_in_their_order() -> None:
    text = prompt(parse("coat"), "openai", FULL).text
    places = [text.index(f"Picture {words}") for words in ("1 is the product", "2 is the person", "3 is a drawing")]
    assert places == sorted(places)


def test_who_chose_a_person_is_not_told_to_leave_people_out() -> None:
    reading = parse("grey coat, no people, no text")
    assert "Leave out: text" in prompt(reading, "openai", Direction(pose="walking")).text
    assert "Leave out: people and text" in prompt(reading, "openai", Direction(pose="front")).text


def test_a_styles_template_reaches_nothing_and_says_what_is_wrong() -> None:
    reading = parse("mug")
    for template in ("{{ ''.__class__.__mro__ }}", "{{ missing }}", "{% for %}", "{{ 1 / 0 }}", "{{ said.lihgt[0] }}"):
        with pytest.raises(BadInputError, match="cannot be filled in"):
            prompt(reading, "openai", Direction(style=template))
    with pytest.raises(BadInputError, match="characters"):
        fill("x" * (LONGEST_TEMPLATE + 1))
    seller = parse("mug {{ 7 * 7 }} {% raw %}")
    assert "{{ 7 * 7 }} {% raw %}" in prompt(seller, "openai", Direction(style="Plain {{ words }}")).text


@pytest.mark.parametrize("family", PAINTERS)
def test_a_plate_is_empty_and_has_light_camera_and_room(family: str) -> None:
    stage = Stage(ground=0.8, elevation=30, light="right", room=(0.5, 0.7))
    made = plate(parse("Brown leather bag on marble, against a grey wall, no plants"), family, stage)
    assert "empty" in made.text and "marble" in made.text and "grey" in made.text
    assert "Brown leather bag on marble" in made.text
    assert len(made.text) <= families()[family].most
    told = made.text if made.avoid is None else made.avoid
    assert "plants" in told and "text" in told
    if made.avoid is not None:
        assert "bag" in made.avoid.split(", ")
    if family != "sdxl":
        assert "from the upper right" in made.text and "50 percent" in made.text and "at an angle" in made.text
    long = plate(parse("leather bag " * 4000), family, stage, FULL)
    assert len(long.text) <= families()[family].most and long.left_out > 0


def test_families_without_plates_say_so() -> None:
    with pytest.raises(LookupError, match="runway"):
        plate(parse("mug"), "runway", Stage())


def test_every_engine_has_a_family_and_a_model_comes_before_its_engine() -> None:
    assert family_of("bedrock") == "stability"
    assert family_of("replicate", "stability-ai/sdxl") == "sdxl"
    assert family_of("somebody-elses") == "replicate"


def test_there_are_nine_poses_in_their_order() -> None:
    assert [one.title for one in poses().values()] == [
        *("Front", "Back", "Left side", "Right side", "45 degrees"),
        *("Walking", "Seated", "Hand on hip", "Close-up"),
    ]
    assert in_order(["close-up", "walking", "front", "walking"]) == ["front", "walking", "close-up"]
    for one in poses().values():
        assert one.person and (one.product or one.needs == "people")


def test_which_engines_can_make_which_pose() -> None:
    can = {id: {model.id: model.capabilities for model in kind.models()} for id, kind in registry().classes.items()}
    studio = can["studio"]["studio-1"]
    assert {pose for pose in poses() if not why_not(pose, studio)} == {"front", "close-up"}
    assert all(not why_not(pose, can["openai"]["gpt-image-2"]) for pose in poses())
    assert all(not why_not(pose, can["fashn"]["tryon-max"]) for pose in poses())
    assert why_not("walking", can["fashn"]["tryon-v1.6"]) and why_not("seated", can["stability"]["inpaint"])
    assert why_not("back", can["openai"]["gpt-image-2"], kept=True)
    told = refused(["front", "walking", "flying"], "Studio", studio, {id: [*each.values()] for id, each in can.items()})
    assert [one.pose for one in told] == ["walking", "flying"]
    assert {"openai", "fashn", "replicate"} <= set(told[0].engines) and "studio" not in told[0].engines
    assert "There is no pose" in told[1].reason


def test_markets_are_those_of_the_vocabulary_by_name_and_code() -> None:
    assert tuple(markets()) == vocabulary()["market"].values
    assert market_named("BR") == market_named(" Brazil ") == "brazil"
    assert market_named("UK") == market_named("gb") == market_named("United Kingdom") == "united-kingdom"
    with pytest.raises(BadInputError, match="Atlantis"):
        market_named("Atlantis")
    assert {name for name, one in markets().items() if one.direction == "rtl"} == {"saudi-arabia"}
    assert set(sources()) >= {"direction", "hemisphere", "feasts"}


def test_brazils_seasons_are_the_southern_ones() -> None:
    assert [season_in("brazil", month) for month in (1, 4, 7, 10)] == ["summer", "autumn", "winter", "spring"]
    assert [season_in("germany", month) for month in (1, 4, 7, 10)] == ["winter", "spring", "summer", "autumn"]
    assert (season_of("brazil", ["christmas"]), season_of("germany", ["christmas"])) == ("summer", "winter")
    assert season_of("brazil", ["valentines"]) == "winter"  # the twelfth of June
    assert season_of("germany", ["eid"]) is None
    assert season_of("germany", ["christmas", "halloween"]) is None


def test_a_market_is_in_the_values_the_prompt_and_the_studios_choice() -> None:
    gift = parse("wool scarf, christmas gift")
    assert values_of(gift, Direction(market="brazil"))["season"] == ("summer",)
    assert values_of(parse("wool scarf, winter"), Direction(market="brazil"))["season"] == ("winter",)
    text = prompt(gift, "openai", Direction(market="brazil")).text
    assert "Season: summer." in text and "veranda" in text and "For buyers in Brazil." in text
    assert "right to left" not in prompt(gift, "openai", Direction(market="saudi-arabia")).text, (
        "there is no room for one"
    )
    assert choose(gift).style == choose(gift, "germany").style == "winter"
    assert choose(gift, "brazil").style not in ("winter", "soft-grey")
    assert choose(parse("scarf in the snow for our customers in India")).style == "winter"
    assert choose(parse("mug on marble"), "japan").style == "marble"


def test_styles_that_fit_leave_out_what_is_denied() -> None:
    assert fitting(parse("mug on marble")) == ["marble"]
    left = fitting(parse("mug, no snow, no shadow"))
    assert left and "winter" not in left and "marble" not in left
    assert len(fitting(parse("mug"))) == 12
