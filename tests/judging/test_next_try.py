"""The rule for the next try: what is changed, what it falls back to, and when it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from packshot.engines.base import Reference
from packshot.locks.base import Decision, Verdict
from packshot.locks.product.reasons import NOT_FOUND, OF_MEASURE, PALETTE, PROTECTED, PROTECTED_LOST
from packshot.shoots.judging.apply import turned
from packshot.shoots.judging.next_try import MOST_RETRIES, MOST_SIDES, Change, Reach, Rejection, next_try, worst

FAR = Reach(seed=7, colours="red (#ff0000)", paste=True, references=3, engine="studio", model="studio-1")
NEAR = Reach(seed=7)


def after(*rejections: tuple[str, float | None], reach: Reach = FAR) -> Change | None:
    return next_try([Rejection(reason, score) for reason, score in rejections], reach)


def test_a_colour_is_named() -> None:
    change = after(("recoloured", 0.2))
    assert change and change.levers == ("seed", "words")
    assert "red (#ff0000)" in change.words
    assert change.seed not in (None, 7)


@pytest.mark.parametrize("reason", ["protected_changed", "detail_changed", "texture_changed"])
def test_letters_are_not_left_to_luck(reason: str) -> None:
    change = after((reason, 0.2))
    assert change and change.paste and change.levers == ("paste",)
    without = after((reason, 0.2), reach=NEAR)
    assert without and without.levers == ("seed", "words"), "where nothing can be pasted, the reason is named"


def test_a_person_is_asked_for_more_strongly_then_shown_another_photo() -> None:
    first = after(("other_person", 0.3))
    assert first and first.levers == ("seed", "likeness") and "same person" not in first.words
    second = after(("other_person", 0.3), ("other_person", 0.4))
    assert second and second.reference == 1 and second.seed != first.seed


def test_the_photo_that_is_turned_most_alike_comes_next() -> None:
    rejections = [Rejection("other_person", 0.3), Rejection("other_person", 0.4, nearest=2)]
    nearest = next_try(rejections, FAR)
    assert nearest and nearest.reference == 2
    people = tuple(Reference(b"", role="person", name=name) for name in "abc")
    assert [one.name for one in turned(people, nearest.reference)] == ["c", "a", "b"]
    alone = next_try(rejections, NEAR)
    assert alone and alone.reference == 0 and "reference" not in alone.levers
    assert turned((), 2) == ()


REJECTING = [*(one.code for one in OF_MEASURE.values()), PROTECTED.code, PROTECTED_LOST.code, NOT_FOUND.code]
REJECTING += [PALETTE.code, "other_person"]


@pytest.mark.parametrize("reason", REJECTING)
@pytest.mark.parametrize("reach", [FAR, NEAR], ids=["far", "near"])
def test_every_reason_changes_more_than_the_luck(reason: str, reach: Reach) -> None:
    """Whatever a lock can reject for, its retries ask for something else, and in two ways."""
    first = next_try([Rejection(reason, 0.2)], reach)
    assert first and (first.words or first.paste or first.sides)
    assert "{" not in first.words
    second = next_try([Rejection(reason, 0.2, first), Rejection(reason, 0.4, first)], reach)
    assert second and replace(second, seed=None) != replace(first, seed=None)
    assert second.words or second.paste or second.sides
    assert first.in_words and second.in_words


def test_what_cannot_be_pasted_is_said_more_firmly_and_shown() -> None:
    worn = Reach(seed=7, sides=3)
    first = next_try([Rejection("deformed", 0.2)], worn)
    assert first and first.levers == ("seed", "words", "sides") and first.sides == MOST_SIDES
    second = next_try([Rejection("deformed", 0.2, first), Rejection("deformed", 0.4, first)], worn)
    assert second and second.levers == ("seed", "firmly", "sides")
    assert second.words.startswith("This matters more than anything else: Keep the product's shape")


def test_the_last_retry_goes_elsewhere() -> None:
    change = after(("recoloured", 0.1), ("deformed", 0.3), ("not_found", 0.3))
    assert change and (change.engine, change.model) == ("studio", "studio-1")
    alone = after(("recoloured", 0.1), ("deformed", 0.3), ("not_found", 0.3), reach=NEAR)
    assert alone and not alone.engine


def test_there_is_an_end() -> None:
    assert after(*((f"reason-{number}", 0.1) for number in range(MOST_RETRIES + 1))) is None


@pytest.mark.parametrize(
    ("first", "second", "goes_on"), [(0.5, 0.515, False), (0.5, 0.525, True), (0.5, 0.4, False), (None, 0.5, False)]
)
def test_two_equal_rejections_without_gain_are_enough(first: float | None, second: float | None, goes_on: bool) -> None:
    assert (after(("recoloured", first), ("recoloured", second)) is not None) == goes_on
    assert after(("recoloured", first), ("deformed", second)) is not None, "another reason is another matter"


def test_a_change_survives_being_stored() -> None:
    change = after(("recoloured", 0.2))
    assert change and Change.of(change.stored()) == change
    assert Change.of({}) == Change()


@pytest.mark.parametrize(
    ("decisions", "decides"),
    [
        (("accept", "accept"), "accept"),
        (("accept", "review"), "review"),
        (("unavailable", "review"), "unavailable"),
        (("unavailable", "reject"), "reject"),
        (("not_applicable", "accept"), "accept"),
        (("not_applicable",), None),
    ],
)
def test_the_worst_verdict_decides(decisions: tuple[Decision, ...], decides: str | None) -> None:
    found = worst([Verdict("product", one, "", "", "1") for one in decisions])
    assert (found.decision if found else None) == decides
