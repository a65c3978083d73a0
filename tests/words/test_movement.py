"""How the camera moves in a video: as the seller says, else as the style says, and slowly where nobody says."""

from __future__ import annotations

import pytest

from packshot.styles.library import library
from packshot.words.direction import Direction
from packshot.words.movement import camera, movements
from packshot.words.parse import parse
from packshot.words.prompts import prompt

SLOWLY = "The camera moves slowly and steadily; the product stays as it is"
TURN = "The camera moves slowly and steadily a few degrees around the product, which stands still."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("mug on marble, the camera stays still", "The camera stands still"),
        ("the camera doesn't move", "The camera stands still"),
        ("static shot", "The camera stands still"),
        ("no camera movement", "The camera stands still"),
        ("turntable", "The camera stands still while its subject turns in front of it"),
        ("locked-off camera, the mug turns slowly on a turntable", "The camera stands still while its subject turns"),
        ("a mug turns", "The camera stands still while its subject turns in front of it"),
        ("slow push in", "The camera comes closer to the product"),
        ("Camera gently zooms in on the logo.", "The camera comes closer to the product"),
        ("zoom", "The camera comes closer to the product"),
        ("zoom out at the end", "The camera draws back from the product"),
        ("orbit", "The camera goes around the product"),
        ("the camera slowly circles around the bottle", "The camera goes around the product"),
        ("a slow pan from left to right", "The camera pans"),
        ("camera glides from left to right", "The camera glides past the product"),
        ("hand-held, morning light", "The camera is held in the hand and moves a little with it"),
    ],
)
def test_what_the_seller_says_decides(words: str, told: str) -> None:
    for family in ("runway", "video"):
        text = prompt(parse(words), family, Direction(style=TURN)).text
        assert told in text and words in text and SLOWLY not in text
    assert (camera(words, "") or "").startswith(told)


@pytest.mark.parametrize(
    "words",
    [
        "leather bag on marble",
        "vinyl turntable on an oak table",
        "cast-iron frying pan",
        "cordless handheld vacuum cleaner",
        "orbit chewing gum",
        "zoom lens, black",
        "flowers around the product",
        "spinning top, red",
        "alarm with motion sensor",
        "slow motion splash",
        "mirrorless camera on a tripod",
        "no zoom",
        "please do not orbit around it",
    ],
)
def test_what_is_sold_and_what_is_denied_moves_no_camera(words: str) -> None:
    assert movements(words) == ()
    assert SLOWLY in prompt(parse(words), "runway").text


def test_several_movements_are_left_to_the_words() -> None:
    assert movements("zoom in, then orbit") == ("closer", "orbit")
    text = prompt(parse("zoom in, then orbit"), "runway").text
    assert text == ("The product stays as it is in the first picture, in shape, colour and print. zoom in, then orbit.")
    assert movements("the camera moves fast") == ("somehow",) and camera("the camera moves fast", "") == ""


def test_nothing_is_put_before_words_in_another_language() -> None:
    for words in ("die Kamera steht still und die Tasse ist auf dem Tisch", "カメラは動かない"):
        assert prompt(parse(words), "runway").text.startswith("The product stays as it is")


def test_a_style_counts_where_the_seller_is_silent_and_not_against_them() -> None:
    assert camera("mug on marble", TURN) == "The camera goes around the product"
    assert camera("orbit", TURN) == "The camera goes around the product"
    assert camera("static camera", TURN) == "The camera stands still, whatever the style says of it"
    assert camera("zoom in, then pan left", TURN) == (
        "The camera moves as it is described at the end, whatever the style says of it"
    )


def test_what_is_to_be_left_out_counts_as_denied() -> None:
    assert "The camera stands still" in prompt(parse("mug"), "video", Direction(avoid="camera movement, text")).text
    assert SLOWLY in prompt(parse("mug"), "video", Direction(avoid="zoom, text")).text


def test_every_video_style_says_how_its_camera_moves() -> None:
    said = {one.slug: movements(one.preset.prompt) for one in library() if one.preset.kind == "video"}
    assert said == {
        "slow-turn": ("orbit",),
        "light-sweep": ("still",),
        "story-reveal": ("away",),
        "cinema-ad": ("closer",),
    }
