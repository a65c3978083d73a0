"""What descriptions say, and the traps that sellers' words set."""

from __future__ import annotations

import pytest

from packshot.words.parse import Reading, parse
from packshot.words.typos import edits, meant_by


def said(text: str) -> dict[str, list[str]]:
    return {key: [*values] for key, values in parse(text).values.items()}


def avoided(reading: Reading) -> list[str]:
    return [span.text for span in reading.avoid]


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("leather bag", {"material": ["leather"]}),
        ("leather bag on marble", {"material": ["leather"], "surface": ["marble"]}),
        ("marble coaster", {"material": ["marble"]}),
        ("marble-effect phone case on white", {"finish": ["patterned"], "backdrop": ["white"]}),
        ("snow-white sneaker", {"color": ["white"]}),
        ("boots in the snow", {"surface": ["snow"]}),
        ("golden retriever mug", {}),
        ("orange juice", {}),
        ("leather cleaner", {}),
        ("silk on linen shirts", {"material": ["silk", "linen"]}),
        ("photo printed on canvas", {"material": ["canvas"]}),
        ("kitchen scale", {}),
        ("scale in a kitchen", {"backdrop": ["kitchen"]}),
        ("red white background", {"color": ["red"], "backdrop": ["white"]}),
        ("mug on a pink podium", {"surface": ["podium"]}),
        ("soap on a white towel", {}),
        ("Italian leather, made in Germany", {"material": ["leather"]}),
        ("for our German customers", {"market": ["germany"]}),
        ("Background: plain white\nColour: sand", {"color": ["beige"], "backdrop": ["white"]}),
        ("could the background be light grey", {"backdrop": ["grey"]}),
        ("vegan leather", {"material": ["faux-leather"]}),
    ],
)
def test_words_are_read_where_they_stand(text: str, attributes: dict[str, list[str]]) -> None:
    assert said(text) == attributes


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("mug, cold bluish light", {"light": ["cool"]}),
        ("mug, soft, warm evening light", {"light": ["soft", "warm", "dusk"]}),
        ("soft light grey blanket", {"color": ["grey"], "surface": []}),
        ("headlamp, warm and cool light modes", {}),
        ("lamp with dimmable warm glow", {}),
        ("diffused pink glow, jar", {"light": ["soft"]}),
        ("backlit keyboard, white", {"color": ["white"]}),
        ("mug backlit, white", {"light": ["backlit"], "color": ["white"]}),
        ("light from the side, black mug", {"light": ["hard"], "color": ["black"]}),
        ("mug, light from above", {}),
        ("mug lit from below", {}),
        ("mug from below", {"angle": ["below"]}),
        ("lightweight side table with front drawer", {}),
        ("45 degree recline chair", {}),
        ("chair from 45 degrees", {"angle": ["three-quarter"]}),
        ("mug at the height of the product", {"angle": ["eye-level"]}),
        ("last season we shot the mug in the studio, now from above", {"angle": ["above"]}),
        ("perfume that smells of cedar", {}),
        ("lamp, marble base", {"material": ["marble"]}),
        ("lamp on a marble base", {"surface": ["marble"]}),
        ("black seamless, mug", {"backdrop": ["black"]}),
        ("black seamless leggings", {"color": ["black"]}),
        ("mug, streets of Hamburg blurred behind", {"backdrop": ["city"]}),
        ("mug, background: gradient, light pink to white", {"backdrop": ["gradient"]}),
        ("don't use a white background. Use something beige. Mug", {"backdrop": ["beige"]}),
        ("replace the white background with beige, mug", {"backdrop": ["beige"]}),
        ("bath salt, marble bathroom", {"backdrop": ["bathroom"]}),
        ("mug, cosy living room", {"mood": ["cosy"], "backdrop": ["living-room"]}),
        ("beach towel, desert boots, wall clock, garden hose", {}),
        ("mug, India", {"market": ["india"]}),
        ("mug made in India", {}),
    ],
)
def test_what_stands_around_light_and_places_says_whose_they_are(text: str, attributes: dict[str, list[str]]) -> None:
    assert said(text) == {key: values for key, values in attributes.items() if values}


def test_a_denied_prop_leaves_the_theme() -> None:
    reading = parse("winter scene, no snow falling")
    assert reading.values == {"season": ("winter",)}
    assert avoided(reading) == ["snow falling"] and not reading.wishes
    assert [wish.needs for wish in parse("winter scene, snow falling").wishes] == ["props"]


@pytest.mark.parametrize(
    ("text", "avoid", "attributes"),
    [
        ("no props, white background", ["props"], {"backdrop": ["white"]}),
        ("without people, logos or text. Grey mug", ["people", "logos", "text"], {"color": ["grey"]}),
        ("not glossy but matte", ["glossy"], {"finish": ["matte"]}),
        ("lead-free crystal", ["lead"], {"material": ["crystal"]}),
        ("blue instead of red", ["red"], {"color": ["blue"]}),
        ("not for Christmas", ["for Christmas"], {}),
    ],
)
def test_what_is_denied_is_avoided_and_claims_nothing(
    text: str, avoid: list[str], attributes: dict[str, list[str]]
) -> None:
    assert avoided(parse(text)) == avoid
    assert said(text) == attributes


@pytest.mark.parametrize(
    "text",
    ["gray ceramic", "GREY CERAMIC!!!", "grey-ceramic", "grey ceramics", "greyish? no: grey, cermaic"],
)
def test_spelling_case_hyphens_plurals_and_typos_do_not_matter(text: str) -> None:
    assert said(text)["material"] == ["ceramic"]
    assert said(text)["color"] == ["grey"]


@pytest.mark.parametrize(
    ("typo", "word"), [("lether", "leather"), ("marbel", "marble"), ("backgorund", "background"), ("blck", "black")]
)
def test_typos_are_corrected(typo: str, word: str) -> None:
    assert meant_by(typo) == word


@pytest.mark.parametrize(
    "word", ["line", "marvel", "winner", "bottom", "good", "class", "stable", "cover", "silly", "shirt", "certain"]
)
def test_ordinary_words_are_not_taken_for_typos(word: str) -> None:
    assert meant_by(word) is None


def test_edits_count_a_swap_once() -> None:
    assert edits("marbel", "marble") == 1
    assert edits("abc", "abc") == 0
    assert edits("", "abc") == 3


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("a woman wearing the coat", "people"),
        ("women's coat", None),
        ("hand cream", None),
        ("a hand holding the cream", "people"),
        ("show the back of the jacket", "sides"),
        ("backpack with back pocket", None),
        ("change the colour to green", "changes"),
        ("colour changing mug", None),
        ("add the text SALE", "text"),
        ("write 'hello' on it", "text"),
        ("mug with text 'hello'", None),
        ("surrounded by pine cones", "props"),
        ("soap with pine scent", None),
        ("winter scene with pine branches", "props"),
        ("no people please", None),
    ],
)
def test_wishes_that_need_another_engine(text: str, needs: str | None) -> None:
    assert [wish.needs for wish in parse(text).wishes] == ([needs] if needs else [])


def test_wishes_that_overlap_are_one() -> None:
    (wish,) = parse("on marble with pine cones around it").wishes
    assert wish.text == "with pine cones around it"


def test_what_is_to_be_changed_is_not_what_is() -> None:
    assert "color" not in said("change the lid to gold")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tasse aus Keramik mit Holzgriff", "de"),
        ("Sac en cuir pour femme", "fr"),
        ("手作りの陶器", "ja"),
        ("皮革手提包", "zh"),
        ("Кружка", "ru"),
        ("Ceramic mug with a wooden handle", "en"),
        ("Café au lait bowl, crème", "en"),
        ("", "en"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert parse(text).language == language


def test_another_language_is_not_guessed_at() -> None:
    reading = parse("Die Tasse ist orange und steht auf Marmor")
    assert reading.language == "de"
    assert not reading.values and reading.coverage == 0


def test_of_a_key_with_one_value_the_surest_wins_and_the_other_is_unused() -> None:
    reading = parse("mug on wood, or on marble with a white marble slab surface")
    assert len(reading.values["surface"]) == 1
    assert any("wood" in span.text or "marble" in span.text for span in reading.unused)


def test_coverage_counts_what_was_understood() -> None:
    assert parse("leather bag").coverage == 1
    reading = parse("leather zorgle")
    assert reading.coverage == 0.5
    assert [span.text for span in reading.unused] == ["zorgle"]
    assert parse("the of and").coverage == 0
