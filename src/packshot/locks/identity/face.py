"""A face in a picture: where it is, how large, how far it is turned; and its template, which never leaves memory."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import Any, Literal, NoReturn

import numpy as np
from numpy.typing import NDArray

Landmarks = Literal["dlib5", "yunet5"]
Points = NDArray[np.float64]

# How far the nose stands out, in distances between the eyes: seen from the side it wanders by depth × tan(yaw).
# From anthropometry (pupils 63 mm apart, nose tip 26 mm and nose base 16 mm before them), not measured on pictures.
_DEPTH: dict[Landmarks, float] = {"yunet5": 0.42, "dlib5": 0.25}


@dataclass(frozen=True)
class Face:
    """A face found in a picture; pixels of that picture.

    `box` is left, top, width, height; `points` (5, 2) are x, y of what `landmarks` says: "yunet5" its right eye, left
    eye, nose tip, right and left corner of the mouth; "dlib5" outer and inner corner of its left eye, outer and inner
    corner of its right eye, base of the nose. `score` is the detector's own certainty, `clear` whether that is enough
    to call it a face: below, helmets and badges are found too.
    """

    box: tuple[float, float, float, float]
    points: Points
    landmarks: Landmarks
    score: float
    clear: bool = True

    @property
    def size(self) -> float:
        """The width of its box, in pixels."""
        return self.box[2]

    @property
    def yaw(self) -> float:
        """About how many degrees it is turned from the camera, either way."""
        return abs(self.turn)

    @property
    def turn(self) -> float:
        """The same with a sign for the side that it is turned to: from where the nose is between the eyes."""
        if self.landmarks == "yunet5":
            one, other, nose = self.points[0], self.points[1], self.points[2]
        else:
            one, other, nose = self.points[2:4].mean(axis=0), self.points[0:2].mean(axis=0), self.points[4]
        between = other - one
        apart = hypot(*between)
        if apart < 1:
            return 90.0
        aside = float((nose - (one + other) / 2) @ between) / apart**2
        return degrees(atan2(aside, _DEPTH[self.landmarks]))


class Template:
    """What an embedder made of a face: biometric data, so it cannot be printed, copied into a file or sent anywhere."""

    __slots__ = ("_vector",)

    def __init__(self, vector: NDArray[np.floating[Any]]) -> None:
        self._vector = np.asarray(vector, np.float64)

    def distance(self, other: Template) -> float:
        """The Euclidean distance to another."""
        return float(np.linalg.norm(self._vector - other._vector))

    def cosine(self, other: Template) -> float:
        """The cosine of the angle to another; 0 where one of them is nothing."""
        length = float(np.linalg.norm(self._vector) * np.linalg.norm(other._vector))
        return float(self._vector @ other._vector) / length if length > 0 else 0.0

    def unit(self) -> Template:
        """The same direction with length 1."""
        length = np.linalg.norm(self._vector)
        return Template(self._vector / length) if length > 0 else self

    @staticmethod
    def mean(templates: list[Template]) -> Template:
        """The centre of several."""
        return Template(np.mean([one._vector for one in templates], axis=0))

    def __repr__(self) -> str:
        return "<face template>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A face template is never stored or sent.")
