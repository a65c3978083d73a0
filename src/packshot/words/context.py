"""Which part of the picture each phrase speaks of: the product, or what is under, behind or around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from packshot.words.lexicon import Entry, Need
from packshot.words.phrases import Phrase

Role = Literal["product", "ground", "behind", "place", "aside", "denied", "prop", "refused"]
"""What a phrase speaks of; `aside` is a thing that is neither the product nor one that a scene is known by."""

_NOTHING = Entry()
_TELLING = frozenset({"be", "is", "are", "to", "in", "of", "should", "must", "could", "a", "as", "made", "please"})
_WRITING = frozenset({"write", "overlay", "add", "put", "insert", "place"})
_BESIDE = frozenset({"next to it", "next to them", "beside it", "beside them"})
_DENIED_AT_MOST = 4  # phrases after a "no"
_LIST_LOOKAHEAD = 8  # phrases within which the "or" of a list has to come


@dataclass(slots=True)
class Context:
    """What is known of each phrase by its place in the text.

    `roles`, whether each is beyond doubt (`sure`), and the phrase that began its zone (`zones`, -1: none); where
    the first product stands (`subject`); the runs of denied phrases as (first, last); the wishes, each with its need.
    """

    roles: list[Role]
    sure: list[bool]
    zones: list[int]
    subject: int
    denied: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    wishes: list[tuple[int, int, Need]] = field(default_factory=list[tuple[int, int, Need]])


def context(found: list[Phrase]) -> Context:
    """The role of each phrase of a text, from the small words around it. Pure."""
    count = len(found)
    subject = next((at for at, phrase in enumerate(found) if entry_of(phrase).subject), count)
    made = Context(["product"] * count, [False] * count, [-1] * count, subject)
    _zones(found, made)
    _labels(found, made)
    _heads(found, made)
    _told(found, made)
    _dressing(found, made)
    _refusals(found, made)
    _denials(found, made)
    return made


def entry_of(phrase: Phrase) -> Entry:
    return phrase.entry or _NOTHING


def _ends_zone(phrase: Phrase) -> bool:
    entry = entry_of(phrase)
    return (
        phrase.gap != "none"
        or entry.barrier
        or entry.frame is not None
        or entry.dressing is not None
        or entry.denial == "before"
        or entry.afterwards is not None
    )


def _is_scene(entry: Entry) -> bool:
    return bool({"surface", "backdrop"} & entry.claims.keys())


def _zones(found: list[Phrase], made: Context) -> None:
    """What follows "on", "against" or "in" belongs to the scene, unless it ends in a product: "on linen shirts"."""
    for index, phrase in enumerate(found):
        part = entry_of(phrase).frame
        if part is None:
            continue
        before = entry_of(found[index - 1]) if index and phrase.gap == "none" else _NOTHING
        if before.printing:
            continue
        end = index + 1
        while end < len(found) and not _ends_zone(found[end]):
            end += 1
            ended = entry_of(found[end - 1])
            if ended.head and not (end < len(found) and entry_of(found[end]).subject and found[end].gap == "none"):
                break
        zone = range(index + 1, end)
        while zone and _carries_nothing(entry_of(found[zone[-1]])):
            zone = zone[:-1]
        if not zone:
            continue
        last = entry_of(found[zone[-1]])
        if last.head and (not last.subject or made.subject < index):
            part = part if last.head == "ground" and part != "behind" else last.head
            if part == "place" and last.head == "ground":
                part = "ground"
        elif last.subject and not last.alone and not last.prop and not (_is_scene(last) and part != "place"):
            continue
        known = bool(last.head) or _is_scene(last) or part != "ground"
        for at in zone:
            told = known or "surface" in entry_of(found[at]).claims or "color" not in entry_of(found[at]).claims
            made.roles[at], made.zones[at] = part if told else "aside", index
            made.sure[at] = last.head is not None


def is_lone(found: list[Phrase], index: int, *, loose: bool = False) -> bool:
    """Whether a phrase, with adjectives of its own, stands between commas or before the next small word.

    `loose`: words that are not understood count as adjectives too.
    """
    after = found[index + 1] if index + 1 < len(found) else None
    if after is not None and not _ends_zone(after):
        return False
    while index and found[index].gap == "none":
        index -= 1
        if not (_is_adjective(entry_of(found[index])) or (loose and found[index].entry is None)):
            return False
    return True


def _is_adjective(entry: Entry) -> bool:
    return entry.plain or bool({"mood", "light", "season"} & entry.claims.keys())


def _carries_nothing(entry: Entry) -> bool:
    return entry.stop and not entry.claims and entry.head is None


def _labels(found: list[Phrase], made: Context) -> None:
    """ "Background: plain white" up to the end of the line; "Color: sand" is the product's."""
    for index, (phrase, after) in enumerate(pairwise(found)):
        part = entry_of(phrase).label
        if part is None or after.gap != "colon":
            continue
        for at in range(index + 1, len(found)):
            if found[at].gap == "hard" or (at > index + 1 and found[at].gap == "colon"):
                break
            made.roles[at], made.sure[at], made.zones[at] = part, part != "product", index


def _heads(found: list[Phrase], made: Context) -> None:
    """What stands directly before "background", "table" or "scene" belongs to it: "plain white background"."""
    for index, phrase in enumerate(found):
        entry = entry_of(phrase)
        part = entry.head or entry.afterwards
        if part is None or made.roles[index] != "product" or entry.subject or _goes_on(found, index):
            continue
        taken = _described(found, made, index)
        begins = taken[0] if taken else index
        if entry.head == "ground" and not (made.subject < index or (begins and found[begins].gap != "none")):
            continue
        key = "surface" if part == "ground" else "backdrop"
        if entry.afterwards and any(entry_of(found[at]).prop for at in taken):
            made.wishes.append((taken[0], index, "props"))
            for at in taken:
                made.roles[at] = "prop"
        elif any(key in entry_of(found[at]).claims for at in taken):
            made.zones[index] = index
            for at in taken:
                made.roles[at], made.sure[at], made.zones[at] = part, True, index


def _goes_on(found: list[Phrase], index: int) -> bool:
    """Whether a noun belongs to the next one: "wall shelf"."""
    after = found[index + 1] if index + 1 < len(found) else None
    return after is not None and after.gap == "none" and (entry_of(after).subject or entry_of(after).head is not None)


def _told(found: list[Phrase], made: Context) -> None:
    """ "Could the background be light grey", "make the surface marble": what is said of it after its name."""
    for index, phrase in enumerate(found):
        part = entry_of(phrase).label
        if part not in ("ground", "behind") or made.roles[index] != "product" or made.zones[index] == index:
            continue
        at = index + 1
        while at < len(found) and found[at].gap == "none" and found[at].plain in _TELLING:
            at += 1
        start = at
        while at < len(found) and found[at].gap == "none" and not _ends_zone(found[at]):
            at += 1
        key = "surface" if part == "ground" else "backdrop"
        if any(key in entry_of(found[taken]).claims for taken in range(start, at)):
            for taken in range(start, at):
                made.roles[taken], made.sure[taken], made.zones[taken] = part, True, index


def _described(found: list[Phrase], made: Context, head: int) -> list[int]:
    """The adjectives and nouns directly before `head`; a colour ends them, so that "red white background" is white."""
    taken: list[int] = []
    at = head - 1
    gap = found[head].gap
    colour = False
    while at >= 0 and gap == "none":
        entry = entry_of(found[at])
        if entry.subject and not (entry.prop or _is_scene(entry)):
            break
        if made.roles[at] != "product" or not (_is_adjective(entry) or _is_scene(entry) or entry.prop):
            break
        if colour and {"color", "material"} & entry.claims.keys():
            break
        colour = "color" in entry.claims and "material" not in entry.claims
        taken.insert(0, at)
        gap = found[at].gap
        at -= 1
    return taken


def _dressing(found: list[Phrase], made: Context) -> None:
    """What stands "next to" the product or "around it" is a prop; so is one that comes "with" a scene."""
    scene = False
    for index, phrase in enumerate(found):
        entry = entry_of(phrase)
        scene = (
            scene
            or made.roles[index] in ("ground", "behind", "place")
            or entry.head == "place"
            or "season" in entry.claims
        )
        if entry.dressing == "before":
            following = _following(found, index)
            before = _preceding(found, index, over_commas=True)
            of_product = all(entry_of(found[at]).subject and not entry_of(found[at]).prop for at in following)
            _take_props(found, made, index, before if of_product else following)
        elif entry.dressing == "after":
            _take_props(found, made, index, _preceding(found, index, anything=phrase.plain in _BESIDE))
        elif phrase.plain == "with" and scene:
            following = _following(found, index)
            if any(entry_of(found[at]).prop for at in following):
                _take_props(found, made, index, following)


def _following(found: list[Phrase], index: int) -> list[int]:
    taken: list[int] = []
    for at in range(index + 1, len(found)):
        joins = found[at].plain == "and" and found[at].gap == "none"
        if not joins and _ends_zone(found[at]):
            break
        taken.append(at)
    return _trimmed(found, taken)


def _preceding(found: list[Phrase], index: int, *, over_commas: bool = False, anything: bool = False) -> list[int]:
    """The things listed directly before `index`, if one of them is a known prop, or it can be `anything`."""
    taken: list[int] = []
    gap = found[index].gap
    for at in range(index - 1, -1, -1):
        joins = found[at].plain == "and"
        entry = entry_of(found[at])
        parted = gap != "none" and not (over_commas and gap == "soft")
        if parted or (not joins and (entry.barrier or entry.frame or entry.dressing or entry.denial)):
            break
        taken.insert(0, at)
        gap = found[at].gap
    taken = _trimmed(found, taken)
    return taken if anything or any(entry_of(found[at]).prop for at in taken) else []


def _trimmed(found: list[Phrase], taken: list[int]) -> list[int]:
    while taken and _carries_nothing(entry_of(found[taken[-1]])):
        taken = taken[:-1]
    while taken and _carries_nothing(entry_of(found[taken[0]])):
        taken = taken[1:]
    return taken


def _take_props(found: list[Phrase], made: Context, index: int, taken: list[int]) -> None:
    if not taken or all("light" in entry_of(found[at]).claims for at in taken):
        return
    made.wishes.append((min(index, taken[0]), max(index, taken[-1]), "props"))
    for at in taken:
        made.roles[at] = "prop"


def _refusals(found: list[Phrase], made: Context) -> None:
    """Wishes of the lexicon. What is to be changed, or written, goes on to the end of the clause: "the lid to gold"."""
    for index, phrase in enumerate(found):
        needs = entry_of(phrase).needs
        if phrase.plain in _WRITING and index + 1 < len(found) and found[index + 1].quoted:
            needs = "text"
        if needs is None or made.roles[index] in ("prop", "refused"):
            continue
        first, last = index, index
        if needs in ("changes", "text"):
            last = _clause_end(found, index, over_frames=needs == "text")
            while first and found[first].gap == "none" and _qualifies(entry_of(found[first - 1])):
                first -= 1
        made.wishes.append((first, last, needs))
        for at in range(first, last + 1):
            made.roles[at] = "refused"


def _clause_end(found: list[Phrase], index: int, *, over_frames: bool) -> int:
    last = index
    for at in range(index + 1, len(found)):
        entry = entry_of(found[at])
        goes_on = found[at].plain == "to" or (over_frames and entry.frame is not None and not _has_head(found, at))
        quoted = found[at].quoted or found[at - 1].quoted
        if (found[at].gap != "none" and not quoted) or (_ends_zone(found[at]) and not goes_on and not quoted):
            break
        last = at
    return last


def _has_head(found: list[Phrase], index: int) -> bool:
    """Whether the zone of a small word is a place of the picture: "on white background"."""
    for phrase in found[index + 1 :]:
        if _ends_zone(phrase):
            return False
        if entry_of(phrase).head:
            return True
    return False


def _qualifies(entry: Entry) -> bool:
    return "color" in entry.claims or (entry.plain and not entry.claims)


def _denials(found: list[Phrase], made: Context) -> None:
    """What follows "no" or "without", and what stands before "-free"."""
    for index, phrase in enumerate(found):
        denial = entry_of(phrase).denial
        if denial == "after" and index and phrase.gap == "none":
            _deny(made, index - 1, index - 1)
        elif denial == "before":
            for first, last in _listed(found, index + 1, _last_denied(found, index)):
                _deny(made, first, last)


def _listed(found: list[Phrase], first: int, last: int) -> list[tuple[int, int]]:
    """The things of a list from `first` to `last`: "people, logos or text" are three."""
    things: list[tuple[int, int]] = []
    start = first
    for at in range(first, last + 1):
        joins = found[at].plain in ("or", "nor")
        if joins or (found[at].gap != "none" and at > start):
            if start < at:
                things.append((start, at - 1))
            start = at + joins
    return [*things, (start, last)] if start <= last else things


def _last_denied(found: list[Phrase], index: int) -> int:
    """The last phrase that a "no" at `index` reaches: a comma ends it, but for a list that has an "or" to come."""
    last = index
    for at in range(index + 1, min(len(found), index + 1 + _DENIED_AT_MOST + _LIST_LOOKAHEAD)):
        entry, gap = entry_of(found[at]), found[at].gap
        listed = found[at].plain in ("or", "nor")
        if gap in ("hard", "colon") or (gap == "soft" and not (listed or _or_follows(found, at))):
            break
        goes_on = at + 1 < len(found) and not _ends_zone(found[at + 1])
        if listed or (last == index and goes_on and _carries_nothing(entry)):
            continue
        if entry.denial == "before" or entry.frame or entry.dressing == "before":
            break
        if entry.barrier or at - index > _DENIED_AT_MOST:
            break
        last = at
    return last


def _or_follows(found: list[Phrase], start: int) -> bool:
    for phrase in found[start : start + _LIST_LOOKAHEAD]:
        if phrase.plain in ("or", "nor"):
            return True
        if phrase.gap in ("hard", "colon") or entry_of(phrase).frame or entry_of(phrase).head:
            return False
    return False


def _deny(made: Context, first: int, last: int) -> None:
    made.denied.append((first, last))
    for at in range(first, last + 1):
        made.roles[at] = "denied"
    made.wishes = [wish for wish in made.wishes if wish[1] < first or wish[0] > last]
