"""What a person looks like, from photos of theirs: kept in memory for as long as pictures are compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.locks.identity.face import Face, Template
from packshot.locks.identity.stack import Seen, Stack

SMALLEST = 40  # px: a smaller face says too little
TURNED = 45  # degrees: a face turned further is another view
_WANTED = "Choose a photo of the person alone, facing the camera, at least 200 px from ear to ear."


@dataclass(frozen=True)
class Known:
    """The centre of a person's photos, and how many degrees the face is turned in each of them."""

    template: Template
    turns: tuple[float, ...]

    @property
    def photos(self) -> int:
        return len(self.turns)

    def nearest(self, turn: float) -> int:
        """Which of the photos, from 0, shows the face turned most like `turn`."""
        return min(range(len(self.turns)), key=lambda photo: abs(self.turns[photo] - turn))


def face_of(name: str, pixels: NDArray[Any], stack: Stack) -> Template:
    """The template of the one face in a reference photo; a BadInputError says why it cannot be one.

    Several faces are refused: who else is in the photo did not agree to it, and nobody could say which one is meant.
    """
    return stack.template(*_alone(name, pixels, stack))


def _alone(name: str, pixels: NDArray[Any], stack: Stack) -> tuple[Seen, Face]:
    seen = stack.look(pixels)
    if not seen.faces:
        raise BadInputError(f"{name} shows no face that can be found.", remedy=_WANTED)
    faces = [face for face in seen.faces if face.clear] or [max(seen.faces, key=lambda face: face.score)]
    if len(faces) > 1:
        raise BadInputError(f"{name} shows {len(faces)} faces.", remedy="Crop it to the one person it is about.")
    (face,) = faces
    if seen.size(face) < SMALLEST:
        raise BadInputError(f"The face in {name} is only {seen.size(face):.0f} px wide.", remedy=_WANTED)
    if face.yaw > TURNED:
        raise BadInputError(f"The face in {name} is turned about {face.yaw:.0f}° away.", remedy=_WANTED)
    return seen, face


def know(photos: Sequence[tuple[str, NDArray[Any]]], stack: Stack) -> Known:
    """The person in `photos`, pixels (H, W, 3 or 4) sRGB by name; a BadInputError says which cannot be used and why."""
    if not photos:
        raise BadInputError("There is no reference photo.", remedy="Give at least one; three or more are better.")
    problems: list[BadInputError] = []
    templates: list[Template] = []
    turns: list[float] = []
    for name, pixels in photos:
        try:
            seen, face = _alone(name, pixels, stack)
            templates.append(stack.template(seen, face))
            turns.append(face.turn)
        except BadInputError as problem:
            problems.append(problem)
    if problems:
        remedies = dict.fromkeys(problem.remedy for problem in problems)
        raise BadInputError(" ".join(problem.message for problem in problems), remedy=" ".join(remedies))
    return Known(stack.mean(templates), tuple(turns))


def belongs(name: str, face: Template, others: Sequence[Template], stack: Stack) -> float | None:
    """The calibrated score of a new reference against the others, None where it is the first.

    Raises BadInputError where it is another person's: a reference that only might be the same would blur the mean.
    """
    if not others:
        return None
    score = stack.spec.score(stack.raw(stack.mean(list(others)), face))
    if score < stack.spec.thresholds.review:
        raise BadInputError(
            f"{name} seems to show another person than the other {len(others)} photos "
            f"(score {score:.2f}{'' if stack.spec.calibrated else ', not calibrated'}).",
            remedy="Check which photos are right, and delete the others.",
        )
    return score
