"""The verdict of the identity lock on one picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from packshot.errors import BadInputError
from packshot.locks.base import Thresholds, Verdict
from packshot.locks.identity.face import Face
from packshot.locks.identity.known import SMALLEST, TURNED, Known, know
from packshot.locks.identity.stack import Seen, Stack, configured
from packshot.locks.identity.weights import ModelMissingError

MOST_FACES = 12  # of one picture are compared, the largest first
BACK = "back"
_CLOSER = "Frame it closer to the face, or look at it yourself."


def identity(
    references: Sequence[tuple[str, NDArray[Any]]],
    picture: NDArray[Any],
    *,
    pose: str = "",
    thresholds: Thresholds | None = None,
) -> Verdict:
    """Whether `picture` shows the person of `references` (pixels by name), with the models of the settings.

    Whatever keeps the lock from looking makes it "unavailable": never a pass, never a rejection. `pose` "back" has no
    face to compare. Where many pictures have the same references, `know` them once and `judge` each.
    """
    if pose == BACK:
        return from_behind()
    try:
        stack = configured()
        known = know(references, stack)
        return judge(known, picture, stack, thresholds=thresholds)
    except ModelMissingError as missing:
        return _said("unavailable", "no_model", missing.message, remedy=missing.remedy)
    except BadInputError as problem:
        return _said("unavailable", "no_reference", problem.message, remedy=problem.remedy)


def from_behind() -> Verdict:
    """The verdict on a picture that shows nobody's face on purpose."""
    return _said("not_applicable", "back_view", "The person is seen from behind: there is no face to compare.")


def judge(known: Known, picture: NDArray[Any], stack: Stack, *, thresholds: Thresholds | None = None) -> Verdict:
    """Whether `picture` (H, W, 3 or 4), sRGB uint8 or uint16, shows the person that is `known`.

    Of several faces the best match counts. Without a face, with one that is small or turned away, or between the
    limits, a person has to look: what cannot be seen is never a pass.
    """
    limits = thresholds or stack.spec.thresholds
    seen = stack.look(picture)
    if not seen.faces:
        words = "No face was found in the picture."
        return _said("review", "no_face", words, stack, limits, remedy=_CLOSER, measures={"faces": 0.0})
    face, raw = _best(known, seen, stack)
    score = stack.spec.score(raw)
    size = seen.size(face)
    measures = {
        "faces": float(len(seen.faces)),
        "face_px": round(size, 1),
        "yaw": round(face.yaw, 1),
        "references": float(known.photos),
        "nearest": float(known.nearest(face.turn)),
    }
    given: dict[str, Any] = {"score": score, "raw": raw, "measures": measures}
    if size < SMALLEST:
        words = f"The face is {size:.0f} px wide, too small to be sure of."
        return _said("review", "face_small", words, stack, limits, remedy=_CLOSER, limited=True, **given)
    if face.yaw > TURNED:
        words = f"The face is turned about {face.yaw:.0f}° away, too far to be sure of."
        return _said("review", "face_turned", words, stack, limits, remedy=_CLOSER, limited=True, **given)
    if not face.clear and limits.decide(score) == "reject":
        words = "What was found may not be a face at all."
        return _said("review", "face_unclear", words, stack, limits, remedy=_CLOSER, limited=True, **given)
    return _decided(limits, score, stack, given, len(seen.faces))


def _best(known: Known, seen: Seen, stack: Stack) -> tuple[Face, float]:
    matched = [(face, stack.raw(known.template, stack.template(seen, face))) for face in seen.faces[:MOST_FACES]]
    best = matched[0]
    for one in matched[1:]:
        if stack.spec.better(one[1], best[1]):
            best = one
    return best


def _decided(limits: Thresholds, score: float, stack: Stack, given: dict[str, Any], faces: int) -> Verdict:
    decision = limits.decide(score)
    among = f", the most alike of {faces} faces" if faces > 1 else ""
    if decision == "accept":
        return _said(decision, "same_person", f"It is the same person{among}.", stack, limits, **given)
    again = "Try again with another seed, or with more of the person's photos."
    if decision == "review":
        words = f"It may be the same person{among}, but it is not sure."
        return _said(decision, "not_sure", words, stack, limits, remedy=again, **given)
    return _said(decision, "other_person", f"It is not the same person{among}.", stack, limits, remedy=again, **given)


def _said(
    decision: Any,
    reason: str,
    words: str,
    stack: Stack | None = None,
    thresholds: Thresholds | None = None,
    **more: Any,
) -> Verdict:
    version, weights = (stack.version, stack.weights) if stack else ("none", "")
    return Verdict("identity", decision, reason, words, version, weights=weights, thresholds=thresholds, **more)
