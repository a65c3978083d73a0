"""What a picture's next attempt does differently, by the reason why the last one was rejected; or that it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from packshot.locks.base import Verdict

MOST_RETRIES = 3  # after the first try; what failed by itself, and what no lock could look at, does not count
LEAST_GAIN = 0.02  # of the score: two rejections for the same reason without it, and a third try would be wasted

MOST_SIDES = 2  # other photos of the product that a request gets besides: each costs, and the first tell the most

Lever = Literal["seed", "words", "firmly", "likeness", "reference", "sides", "paste", "elsewhere"]


@dataclass(frozen=True)
class Change:
    """What is asked for in another way than before: which `levers` were pulled, and what they add to the request.

    `seed` is another one than the picture's. `words` are added to the prompt. `reference` is by how many places the
    references of the person are turned, so that another one comes first. `sides`: so many other photos of the product
    go with its own. `paste`: the product's own pixels are laid into the engine's scene. `engine` and `model` are others
    than the shoot's, "" for the shoot's own.
    """

    levers: tuple[Lever, ...] = ()
    seed: int | None = None
    words: str = ""
    reference: int = 0
    sides: int = 0
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
    "firmly": "what was wrong named as what matters most",
    "likeness": "likeness asked for more strongly",
    "reference": "another reference photo first",
    "sides": "more photos of the product shown",
    "paste": "the product's own pixels laid in",
    "elsewhere": "another engine",
}


@dataclass(frozen=True)
class Rejection:
    """Why an attempt was rejected, and what it had done differently.

    `nearest` is which of the person's photos, from 0, shows the face turned most like the picture does.
    """

    reason: str
    score: float | None
    change: Change = Change()
    nearest: int = 0


@dataclass(frozen=True)
class Reach:
    """What can be done for this picture: its own `seed`, `colours` of the product in words, whether its pixels can be

    laid into the engine's scene (`paste`), how many `references` of the person there are, how many other `sides` of the
    product the model has room for, and another `engine` with its `model` that could make the picture, "" for none.
    """

    seed: int = 0
    colours: str = ""
    paste: bool = False
    references: int = 0
    sides: int = 0
    engine: str = ""
    model: str = ""


# By reason, the levers of the first retry and of the second; the third goes elsewhere. What only makes a person look,
# such as a small face, has none: another try would throw away a picture that may be right, or show another framing than
# was ordered.
_Levers = tuple[tuple[Lever, ...], tuple[Lever, ...]]
_SAY: _Levers = ("seed", "words"), ("paste",)
_SHOW: _Levers = ("seed", "words", "sides"), ("paste",)
_PASTE: _Levers = ("paste",), ("seed", "words", "sides")  # hardly any seed gets a letter right
_LEVERS: dict[str, _Levers] = {
    "recoloured": _SAY,
    "part_recoloured": _SAY,
    "palette_changed": _SAY,
    "texture_changed": _PASTE,
    "detail_changed": _PASTE,
    "protected_changed": _PASTE,
    "protected_lost": _PASTE,
    "deformed": _SHOW,
    "outline_changed": _SHOW,
    "stretched": _SHOW,
    "part_missing": _SHOW,
    "blurred": _SAY,
    "not_found": _SAY,
    "cropped": _SAY,
    "other_person": (("seed", "likeness"), ("seed", "likeness", "firmly", "reference")),
}
_USUAL: _Levers = ("seed",), ("seed", "paste")
# Instead of pasting, where nothing can be pasted: what is worn, say.
_UNPASTED: tuple[Lever, ...] = ("seed", "firmly", "sides")

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
    "outline_changed": "Keep the product's outline exactly as in the reference photo, with nothing in front of it.",
    "stretched": "Keep the product's proportions exactly as in the reference photo.",
    "part_missing": "Show every part of the product that the reference photo shows; leave nothing out.",
    "blurred": "The product is in sharp focus.",
    "not_found": "The product of the reference photo is in the middle of the picture, whole and unobstructed.",
    "cropped": "The whole product is inside the frame, with air on all sides.",
    "other_person": "It is the face of the reference photos and no other.",
}
_FIRMLY = "This matters more than anything else: "
_SIDES = "The photos of the product show one and the same thing from several sides."
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
    if not reach.paste and second == ("paste",):
        second = _UNPASTED
    if not reach.paste and first == ("paste",):
        first, second = second, _UNPASTED
    tried = sum(1 for one in rejections[:-1] if one.reason == last.reason)
    return _pulled(first if tried == 0 else second, last, reach)


def _stuck(rejections: Sequence[Rejection]) -> bool:
    """The last two were rejected for the same reason, and the second was no better."""
    if len(rejections) < 2:
        return False
    before, last = rejections[-2:]
    if before.reason != last.reason:
        return False
    return before.score is None or last.score is None or last.score - before.score < LEAST_GAIN


def _pulled(levers: tuple[Lever, ...], last: Rejection, reach: Reach) -> Change:
    """The change of `levers`, without those that lead nowhere here; another seed at least."""
    known = last.reason in _WORDS
    leads: dict[Lever, bool] = {
        "words": known,
        "firmly": known,
        "paste": reach.paste,
        "reference": reach.references > 1,
        "sides": reach.sides > 0,
    }
    usable: tuple[Lever, ...] = tuple(lever for lever in levers if leads.get(lever, True))
    said = _WORDS.get(last.reason, "").format(colours=f", {reach.colours}" if reach.colours else "")
    words = {"words": said, "firmly": f"{_FIRMLY}{said}", "sides": _SIDES, "likeness": _LIKENESS}
    return Change(
        usable or ("seed",),
        words=" ".join(words[lever] for lever in usable if lever in words),
        reference=(last.nearest or 1) if "reference" in usable else 0,
        sides=min(reach.sides, MOST_SIDES) if "sides" in usable else 0,
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
