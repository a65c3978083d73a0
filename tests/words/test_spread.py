"""Variations: as many different ones as are wanted, far apart, evenly spread, the same every time."""

from __future__ import annotations

from itertools import combinations

import pytest

from packshot.errors import BadInputError
from packshot.words.parse import parse
from packshot.words.spread import Axis, axes_of, spread

AXES = (Axis("a", tuple("123456"), 3), Axis("b", tuple("123"), 1), Axis("c", tuple("1234"), 1))


def test_no_two_are_the_same_and_it_is_the_same_every_time() -> None:
    made = spread(AXES, 72, spare=0)
    assert len({tuple(point.values()) for point in made.points}) == 72
    assert made == spread(AXES, 72, spare=0)


def test_a_few_differ_in_everything_and_every_value_comes_about_as_often() -> None:
    made = spread(AXES, 6, spare=0)
    assert len({point["a"] for point in made.points}) == 6
    many = spread(AXES, 24, spare=0)
    counts = many.coverage["axes"]
    for name, values in counts.items():
        assert max(values.values()) - min(values.values()) <= 2, name


def test_the_least_difference_is_what_it_says() -> None:
    made = spread(AXES, 12, spare=5)
    worth = {axis.name: axis.weight for axis in AXES}
    differences = [
        sum(worth[name] for name in one if one[name] != other[name])
        for one, other in combinations(made.points[: made.count], 2)
    ]
    assert min(differences) == made.least == made.coverage["least"]
    assert len(made.points) == 17


def test_more_than_there_are_is_refused_with_how_many_there_are() -> None:
    with pytest.raises(BadInputError, match="there are 72"):
        spread(AXES, 73)
    with pytest.raises(BadInputError, match="there are 12"):
        spread(AXES, 13, possible=lambda point: point["a"] == "1")


def test_what_a_description_says_does_not_vary_and_what_it_denies_does_not_come() -> None:
    axes = {axis.name: axis for axis in axes_of(parse("mug, soft light, no brick, winter"))}
    assert "light" not in axes and "season" not in axes
    assert "brick" not in axes["backdrop"].values and "beach" in axes["backdrop"].values


def test_a_hundred_variations_of_one_description() -> None:
    made = spread(axes_of(parse("Brown leather bag")), 100)
    assert made.least >= 4
    assert made.coverage["pairs"] > 0.8
    assert all(count for values in made.coverage["axes"].values() for count in values.values())
