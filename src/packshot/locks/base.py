"""What every lock answers with: a verdict, which is a decision with a score, its reason and all that went into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Lock = Literal["identity", "product"]
UNCALIBRATED = "uncalibrated"  # ends the version of a lock whose limits nobody measured as it is used here
Decision = Literal[
    "accept",
    "review",  # a person has to look: too near the limit, or not enough to go by
    "reject",
    "not_applicable",  # nothing to compare, such as a face in a picture from behind
    "unavailable",  # the lock could not look, and that says nothing about the picture
]


def calibrated(version: str) -> bool:
    """Whether scores of `version` mean what they say: somebody measured where this lock should accept."""
    return not version.endswith(UNCALIBRATED)


@dataclass(frozen=True)
class Thresholds:
    """Where scores are accepted and where they are rejected; between the two a person looks."""

    accept: float
    review: float

    def decide(self, score: float) -> Decision:
        """The decision for `score`."""
        if score >= self.accept:
            return "accept"
        return "review" if score >= self.review else "reject"


@dataclass(frozen=True)
class Verdict:
    """What a lock found about one picture.

    `score` is calibrated, so that the accept threshold means the same for every model and profile; `raw` is what the
    model or the worst measure said before that. Both are None where nothing was measured. `reason` is a stable code,
    such as "recoloured", `words` a sentence for the seller, and `remedy` what could be changed. `version` names the
    metric or model whose scores may be compared with each other, `weights` is the SHA-256 of the model's file, where
    there is one, and `measures` are the score's parts by name. `limited` says that the lock could see only part of what
    there is to see. `picture` is an encoded picture of the evidence.
    """

    lock: Lock
    decision: Decision
    reason: str
    words: str
    version: str
    profile: str = ""
    weights: str = ""
    score: float | None = None
    raw: float | None = None
    remedy: str = ""
    thresholds: Thresholds | None = None
    measures: Mapping[str, float] = field(default_factory=dict[str, float])
    limited: bool = False
    picture: bytes | None = field(default=None, repr=False)
