"""What a person looks like, from photos of theirs: kept in memory for as long as pictures are compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.locks.identity.face import Template
from packshot.locks.identity.stack import Stack

SMALLEST = 40  # px: a smaller face says too little
TURNED = 45  # degrees: a face turned further is another view
_WANTED = "Choose a photo of the person alone, facing the camera, at least 200 px from ear to ear."


@dataclass(frozen=True)
class Known:
    """The centre of a person's photos, and how many they were."""

    template: Template
    photos: int


def face_of(name: str, pixels: NDArray[Any], stack: Stack) -> Template:
    """The template of the one face in a reference photo; a BadInputError says why it cannot be one.

    Several faces are refused: who else is in the photo did not agree to it, and nobody could say which one is meant.
    """
    seen = stack.look(pixels)
    if not seen.faces:
        raise BadInputError(f"{name} shows no face that can be found.", remedy=_WANTED)
    if len(seen.faces) > 1:
        raise BadInputError(f"{name} shows {len(seen.faces)} faces.", remedy="Crop it to the one person it is about.")
    (face,) = seen.faces
    if seen.size(face) < SMALLEST:
        raise BadInputError(f"The face in {name} is only {seen.size(face):.0f} px wide.", remedy=_WANTED)
    if face.yaw > TURNED:
        raise BadInputError(f"The face in {name} is turned about {face.yaw:.0f}° away.", remedy=_WANTED)
    return stack.template(seen, face)


def know(photos: Sequence[tuple[str, NDArray[Any]]], stack: Stack) -> Known:
    """The person in `photos`, pixels (H, W, 3 or 4) sRGB by name; a BadInputError says which cannot be used and why."""
    if not photos:
        raise BadInputError("There is no reference photo.", remedy="Give at least one; three or more are better.")
    problems: list[BadInputError] = []
    templates: list[Template] = []
    for name, pixels in photos:
        try:
            templates.append(face_of(name, pixels, stack))
        except BadInputError as problem:
            problems.append(problem)
    if problems:
        remedies = dict.fromkeys(problem.remedy for problem in problems)
        raise BadInputError(" ".join(problem.message for problem in problems), remedy=" ".join(remedies))
    return Known(stack.mean(templates), len(templates))


def belongs(name: str, face: Template, others: Sequence[Template], stack: Stack) -> float | None:
    """The calibrated score of a new reference against the others, None where it is the first.

    Raises BadInputError where it is another person's: a reference that only might be the same would blur the mean.
    """
    if not others:
        return None
    score = stack.spec.score(stack.raw(stack.mean(list(others)), face))
    if score < stack.spec.thresholds.review:
        raise BadInputError(
            f"{name} seems to show another person than the other {len(others)} photos (score {score:.2f}).",
            remedy="Check which photos are right, and delete the others.",
        )
    return score
