"""The embedded studio's style for a description, and what it leaves out."""

from __future__ import annotations

import pytest

from packshot.studio.framing import FRAMINGS
from packshot.studio.scene.library import SCENES
from packshot.words.parse import parse
from packshot.words.sets import Set, choose, sets
from packshot.words.vocabulary import vocabulary


def test_the_sets_are_the_studios_styles_and_framings() -> None:
    assert set(sets()) == set(SCENES)
    assert set(vocabulary()["framing"].values) == set(FRAMINGS)
    with pytest.raises(ValueError, match="vocabulary"):
        Set(shows={"surface": ("lava",)})


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("plain white background", "white"),
        ("white background, soft shadow", "white-shadow"),
        ("grey background", "soft-grey"),
        ("beige backdrop", "beige"),
        ("on marble", "marble"),
        ("on a wooden table by the window", "wood"),
        ("on concrete", "concrete"),
        ("on linen", "linen"),
        ("winter", "winter"),
        ("a christmas gift", "winter"),
        ("on black marble, luxurious", "luxury"),
        ("dark background", "dark"),
        ("on a podium", "podium"),
        ("a blender", "soft-grey"),
        ("leather, brown", "soft-grey"),
        ("Tasse auf Marmor mit Holz und Leder", "soft-grey"),
    ],
)
def test_each_style_is_chosen_for_its_words(text: str, style: str) -> None:
    assert choose(parse(text)).style == style


def test_framing_is_the_descriptions() -> None:
    assert choose(parse("close up of a watch")).framing == "close"
    assert choose(parse("a watch")).framing == "standard"


def test_what_a_style_does_not_show_is_said_with_the_reason() -> None:
    choice = choose(parse("on marble, neon light, from above, for the German market, festive"))
    assert choice.style == "marble"
    reasons = {(one.key, one.value): one.reason for one in choice.not_shown}
    assert set(reasons) == {
        ("light", "neon"),
        ("angle", "above"),
        ("market", "germany"),
        ("mood", "festive"),
    }
    assert "camera stays" in reasons["angle", "above"]
    assert "winter would show it" in reasons["mood", "festive"]
    assert "No set" in reasons["light", "neon"]


def test_a_set_that_has_what_is_not_wanted_is_not_chosen() -> None:
    assert choose(parse("winter, no snow falling")).style == "winter"
    choice = choose(parse("winter, no snow"))
    assert choice.style != "winter"
    assert choice.not_shown[0].reason == "winter would show it, with what is not wanted."
    assert choose(parse("white background, no shadow")).style == "white"
    assert choose(parse("white background, soft light, no shadow")).style == "white"
