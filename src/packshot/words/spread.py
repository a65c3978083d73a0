"""Distinct variations of one description: points of a grid of attributes, as far from each other as they can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, TypeAdapter

from packshot.errors import BadInputError
from packshot.words.data import read
from packshot.words.parse import Reading
from packshot.words.tokens import words_of
from packshot.words.vocabulary import vocabulary

Point = Mapping[str, str]
"""One variation: the value of each axis, by the axis's name."""


@dataclass(frozen=True)
class Axis:
    """What varies: its values, and how much a difference in it is worth against the other axes."""

    name: str
    values: tuple[str, ...]
    weight: int = 1


@dataclass(frozen=True)
class Spread:
    """Variations in the order in which they are made: the first `count` are wanted, the others stand by.

    Any two of the wanted ones differ in attributes worth `least` at least.
    """

    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    count: int
    least: int

    @property
    def coverage(self) -> dict[str, Any]:
        """How the wanted variations lie over the grid, for JSON.

        `axes`: how often each value comes, by axis. `pairs` 0..1: the part of all pairs of values of two axes that come
        together at least once. `least`: the least worth of differences between any two.
        """
        wanted = self.points[: self.count]
        used = {axis.name: dict.fromkeys(axis.values, 0) for axis in self.axes}
        for point in wanted:
            for name, value in point.items():
                used[name][value] += 1
        together = [
            ({(point[one.name], point[other.name]) for point in wanted}, len(one.values) * len(other.values))
            for one, other in combinations(self.axes, 2)
        ]
        possible = sum(amount for _, amount in together)
        return {
            "variations": self.count,
            "possible": len(self.points),
            "axes": used,
            "pairs": round(sum(len(found) for found, _ in together) / possible, 3) if possible else 1.0,
            "least": self.least,
        }


def spread(
    axes: Sequence[Axis], count: int, *, spare: int | None = None, possible: Callable[[Point], bool] | None = None
) -> Spread:
    """`count` points of the grid of `axes` by farthest-point sampling, and as many again as `spare` says (None: half).

    Every next point is one whose least distance to all before it is the greatest (T. Gonzalez, "Clustering to minimize
    the maximum intercluster distance", 1985: at least half of the best there is); of several, the one whose values came
    least often. The distance is the worth of the axes in which two points differ. Deterministic. `possible` leaves out
    points that make no sense. Raises BadInputError where the grid has fewer points than are wanted.
    """
    names = [axis.name for axis in axes]
    grid = (dict(zip(names, values, strict=True)) for values in product(*(axis.values for axis in axes)))
    points = [point for point in grid if possible is None or possible(point)]
    if len(points) < count:
        raise BadInputError(
            f"{count:,} different pictures are not possible: there are {len(points):,}.",
            remedy=f"Ask for at most {len(points):,}, or leave more open: styles, backdrop, light, angle.",
        )
    wanted = min(len(points), count + (count // 2 + 1 if spare is None else spare))
    places = np.array([[axis.values.index(point[axis.name]) for axis in axes] for point in points], np.int32)
    worth = np.array([axis.weight for axis in axes], np.int64)
    uses = [np.zeros(len(axis.values), np.int64) for axis in axes]
    nearest = np.full(len(points), worth.sum() + 1, np.int64)
    order: list[int] = []
    least = int(worth.sum())
    for number in range(wanted):
        crowd = sum((uses[column][places[:, column]] for column in range(len(axes))), np.zeros(len(points), np.int64))
        farthest = np.flatnonzero(nearest == nearest.max())
        taken = int(farthest[np.argmin(crowd[farthest])])
        if 0 < number < count:
            least = min(least, int(nearest[taken]))
        order.append(taken)
        nearest = np.minimum(nearest, (places != places[taken]) @ worth)
        nearest[taken] = -1
        for column in range(len(axes)):
            uses[column][places[taken, column]] += 1
    return Spread(tuple(axes), tuple(points[at] for at in order), count, least)


class _Varied(BaseModel):
    """An axis of spread.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: PositiveInt
    values: Annotated[tuple[str, ...], Field(min_length=2)]


@cache
def _varied() -> dict[str, _Varied]:
    held = TypeAdapter(dict[str, _Varied]).validate_python(read("spread.yaml"))
    for key, axis in held.items():
        if key in vocabulary() and not set(axis.values) <= set(vocabulary()[key].values):
            raise ValueError(f"spread.yaml: {key} has a value that the vocabulary lacks")
    return held


def axes_of(reading: Reading) -> tuple[Axis, ...]:
    """What a generative engine may vary of a description: all that it leaves open and does not deny.

    What it says stays as it is said. A surface that is named leaves the backdrop open; a backdrop, the rest.
    """
    denied = {tuple(words_of(span.text)) for span in reading.avoid}
    made: list[Axis] = []
    for key, axis in _varied().items():
        if reading.values.get(key):
            continue
        left = tuple(value for value in axis.values if tuple(words_of(value)) not in denied)
        if len(left) > 1:
            made.append(Axis(key, left, axis.weight))
    return tuple(made)
