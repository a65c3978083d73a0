"""What a picture's next attempt does differently, by the reason why the last one was rejected; or that it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from packshot.locks.base import Verdict

MOST_RETRIES = 3  # after the first try; what failed by itself, and what no lock could look at, does not count
LEAST_GAIN = 0.02  # of the score: two rejections for the same reason without it, and a third try would be wasted

Lever = Literal["seed", "words", "likeness", "reference", "paste", "elsewhere"]


@dataclass(frozen=True)
class Change:
    """What is asked for in another way than before: which `levers` were pulled, and what they add to the request.

    `seed` is another one than the picture's. `words` are added to the prompt. `reference` is by how many places the
    references of the person are turned, so that another one comes first. `paste`: the product's own pixels are laid
    into the engine's scene. `engine` and `model` are others than the shoot's, "" for the shoot's own.
    """

    levers: tuple[Lever, ...] = ()
    seed: int | None = None
    words: str = ""
    reference: int = 0
    paste: bool = False
    engine: str = ""
    model: str = ""

    @property
    def in_words(self) -> str:
        """For people: "drawn again, the product's own pixels laid in"."""
        return ", ".join(_SAID[lever] for lever in self.levers)

    def stored(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Change:
        """What `stored` made of it."""
        given: dict[str, Any] = {**stored, "levers": tuple(stored.get("levers", ()))}
        return cls(**given)


_SAID: dict[Lever, str] = {
    "seed": "drawn again",
    "words": "what was wrong named in the prompt",
    "likeness": "likeness asked for more strongly",
    "reference": "another reference photo first",
    "paste": "the product's own pixels laid in",
    "elsewhere": "another engine",
}


@dataclass(frozen=True)
class Rejection:
    """Why an attempt was rejected, and what it had done differently."""

    reason: str
    score: float | None
    change: Change = Change()


@dataclass(frozen=True)
class Reach:
    """What can be done for this picture: its own `seed`, `colours` of the product in words, whether its pixels can be

    laid into the engine's scene (`paste`), how many `references` of the person there are, and another `engine` with its
    `model` that could make the picture, "" for none.
    """

    seed: int = 0
    colours: str = ""
    paste: bool = False
    references: int = 0
    engine: str = ""
    model: str = ""


# By reason, the levers of the first retry and of the second; the third goes elsewhere.
_LEVERS: dict[str, tuple[tuple[Lever, ...], tuple[Lever, ...]]] = {
    "recoloured": (("seed", "words"), ("paste",)),
    "part_recoloured": (("seed", "words"), ("paste",)),
    "palette_changed": (("seed", "words"), ("paste",)),
    "texture_changed": (("paste",), ("seed", "words")),
    "detail_changed": (("paste",), ("seed", "words")),
    "protected_changed": (("paste",), ("seed", "words")),
    "protected_lost": (("paste",), ("seed", "words")),
    "deformed": (("seed", "words"), ("paste",)),
    "stretched": (("seed", "words"), ("paste",)),
    "part_missing": (("seed", "words"), ("paste",)),
    "blurred": (("seed", "words"), ("paste",)),
    "not_found": (("seed", "words"), ("paste",)),
    "cropped": (("seed", "words"), ("paste",)),
    "other_person": (("seed", "likeness"), ("seed", "likeness", "reference")),
    "no_face": (("seed", "words"), ("seed", "likeness", "reference")),
    "face_small": (("seed", "words"), ("seed", "words", "reference")),
}
_USUAL: tuple[tuple[Lever, ...], tuple[Lever, ...]] = (("seed",), ("seed", "paste"))

_COLOURS = "Keep the product's own colours exactly{colours}."
_LETTERS = "Copy the logo and all text on the product exactly, every letter."
_WORDS = {
    "recoloured": _COLOURS,
    "part_recoloured": _COLOURS,
    "palette_changed": _COLOURS,
    "texture_changed": "Copy the product's material and its surface exactly from the reference photo.",
    "detail_changed": "Copy everything on the product exactly, every line, every letter and every part.",
    "protected_changed": _LETTERS,
    "protected_lost": _LETTERS,
    "deformed": "Keep the product's shape and outline exactly as in the reference photo.",
    "stretched": "Keep the product's proportions exactly as in the reference photo.",
    "part_missing": "Show every part of the product that the reference photo shows; leave nothing out.",
    "blurred": "The product is in sharp focus.",
    "not_found": "The product of the reference photo is in the middle of the picture, whole and unobstructed.",
    "cropped": "The whole product is inside the frame, with air on all sides.",
    "no_face": "The person's face is turned to the camera and clearly visible.",
    "face_small": "Framed tightly: head and shoulders fill a good part of the picture.",
}
_LIKENESS = "The person is exactly the one of the reference photos: same face, same features, same age."


def next_try(rejections: Sequence[Rejection], reach: Reach) -> Change | None:
    """What follows `rejections`, the newest last; None where another try would be wasted. Pure."""
    if len(rejections) > MOST_RETRIES or _stuck(rejections):
        return None
    change = _change(rejections, reach)
    if "seed" not in change.levers:
        return change
    return replace(change, seed=_seeded(reach.seed, len(rejections)))


def _change(rejections: Sequence[Rejection], reach: Reach) -> Change:
    last = rejections[-1]
    if len(rejections) == MOST_RETRIES:
        if reach.engine:
            return Change(("elsewhere",), engine=reach.engine, model=reach.model)
        if reach.paste and not any(one.change.paste for one in rejections):
            return Change(("seed", "paste"), paste=True)
    first, second = _LEVERS.get(last.reason, _USUAL)
    if first == ("paste",) and not reach.paste:  # what is worn, say: then at least the reason is named
        first, second = second, _USUAL[0]
    tried = sum(1 for one in rejections[:-1] if one.reason == last.reason)
    return _pulled(first if tried == 0 else second, last.reason, reach)


def _stuck(rejections: Sequence[Rejection]) -> bool:
    """The last two were rejected for the same reason, and the second was no better."""
    if len(rejections) < 2:
        return False
    before, last = rejections[-2:]
    if before.reason != last.reason:
        return False
    return before.score is None or last.score is None or last.score - before.score < LEAST_GAIN


def _pulled(levers: tuple[Lever, ...], reason: str, reach: Reach) -> Change:
    """The change of `levers`, without those that lead nowhere here; another seed at least."""
    usable: list[Lever] = [
        lever
        for lever in levers
        if not (lever == "paste" and not reach.paste) and not (lever == "reference" and reach.references < 2)
    ]
    words = [_WORDS[reason].format(colours=f", {reach.colours}" if reach.colours else "")] if "words" in usable else []
    words += [_LIKENESS] if "likeness" in usable else []
    return Change(
        tuple(usable) or ("seed",),
        words=" ".join(words),
        reference=int("reference" in usable),
        paste="paste" in usable,
    )


def worst(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict that decides: a rejection before a lock that cannot look, before a doubt, before an acceptance."""
    ranks = ("reject", "unavailable", "review", "accept")
    felt = [verdict for verdict in verdicts if verdict.decision != "not_applicable"]
    return min(felt, key=lambda verdict: ranks.index(verdict.decision), default=None)


def _seeded(seed: int, retry: int) -> int:
    """The seed of a picture's `retry`, from 1: the same whenever the picture is made again.

    Steps of an odd constant (2^32 over the golden ratio) do not meet the seeds of the shoot's other variations, which
    count on by one.
    """
    return (seed + retry * 0x9E3779B1) % (1 << 32)
