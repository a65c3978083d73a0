"""Which part of the picture each phrase speaks of, from the small words and nouns around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from packshot.words.lexicon import Entry, Need
from packshot.words.phrases import Phrase

Role = Literal["product", "ground", "behind", "place", "aside", "denied", "prop", "refused"]
"""What a phrase speaks of; `aside` is a thing that is neither the product nor one that a scene is known by."""

_NOTHING = Entry()
_OF_PRODUCT = frozenset({"material", "color", "finish"})
_BETWEEN = 4  # phrases
_CHANGES = frozenset({"replace", "swap", "change", "switch", "exchange"})
_CHANGING = frozenset({"with", "into", "for", "by"})
_TELLING = frozenset({"be", "is", "are", "to", "in", "of", "should", "must", "could", "a", "as", "made", "please"})


@dataclass(slots=True)
class Context:
    """What is known of each phrase by its place in the text.

    `roles`, whether each is beyond doubt (`sure`), and the phrase that began its zone (`zones`, -1: none); where
    the first product stands (`subject`); the runs of denied phrases as (first, last); the wishes, each with its need;
    what phrases say of light because of the word after them (`lit`), and which say nothing of it (`unlit`).
    """

    roles: list[Role]
    sure: list[bool]
    zones: list[int]
    subject: int
    denied: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    wishes: list[tuple[int, int, Need]] = field(default_factory=list[tuple[int, int, Need]])
    lit: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    unlit: set[int] = field(default_factory=set[int])


def entry_of(phrase: Phrase) -> Entry:
    return phrase.entry or _NOTHING


def place(found: list[Phrase], made: Context) -> None:
    """Gives each phrase that speaks of the scene its role."""
    _zones(found, made)
    _labels(found, made)
    _heads(found, made)
    _rooms(found, made)
    _told(found, made)


def _zones(found: list[Phrase], made: Context) -> None:
    """What follows "on", "against" or "in" belongs to the scene, unless it ends in a product: "on linen shirts"."""
    for index, phrase in enumerate(found):
        entry = entry_of(phrase)
        part = entry.frame or ("behind" if entry.afterwards == "behind" and phrase.gap != "none" else None)
        if part is None:
            continue
        before = entry_of(found[index - 1]) if index and phrase.gap == "none" else _NOTHING
        if before.printing:
            continue
        end = index + 1
        while end < len(found) and not ends_zone(found[end]):
            end += 1
            ended = entry_of(found[end - 1])
            if ended.head and not (end < len(found) and entry_of(found[end]).subject and found[end].gap == "none"):
                break
        zone = range(index + 1, end)
        while zone and carries_nothing(entry_of(found[zone[-1]])):
            zone = zone[:-1]
        if not zone:
            continue
        last = entry_of(found[zone[-1]])
        if last.head and (not last.subject or made.subject < index):
            part = last.head
        elif last.subject and not last.alone and not last.prop and not (is_scene(last) and part != "place"):
            continue
        known = bool(last.head) or is_scene(last) or part != "ground"
        for at in zone:
            told = known or "surface" in entry_of(found[at]).claims or "color" not in entry_of(found[at]).claims
            made.roles[at], made.zones[at] = part if told else "aside", index
            made.sure[at] = last.head is not None


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
        if part is None or made.roles[index] != "product" or entry.subject or entry.framed or _goes_on(found, index):
            continue
        taken = _described(found, made, index)
        if entry.label and _is_changed(found, index):
            for at in taken:
                made.roles[at] = "aside"
            continue
        if entry.afterwards == "behind" and not any(is_scene(entry_of(found[at])) for at in taken):
            taken = _told_of(found, made, index) or taken
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


def _rooms(found: list[Phrase], made: Context) -> None:
    """ "Bath salt, marble bathroom": the marble is the room's, named after the product and at the end of its clause."""
    for index, phrase in enumerate(found):
        entry = entry_of(phrase)
        after = found[index + 1] if index + 1 < len(found) else None
        if "backdrop" not in entry.lone or made.roles[index] != "product" or entry.subject or made.subject > index:
            continue
        if after is not None and not ends_zone(after):
            continue
        at = index
        while at and found[at].gap == "none" and _OF_PRODUCT & entry_of(found[at - 1]).claims.keys():
            at -= 1
        if at < index and found[at].gap != "none" and not any(entry_of(found[one]).subject for one in range(at, index)):
            made.roles[index], made.zones[index] = "place", at
            for one in range(at, index):
                made.roles[one] = "aside"


def _goes_on(found: list[Phrase], index: int) -> bool:
    """Whether a noun belongs to the next one: "wall shelf"; one that can be an adjective does before any."""
    after = found[index + 1] if index + 1 < len(found) else None
    if after is None or after.gap != "none":
        return False
    either = entry_of(found[index]).plain and not (ends_zone(after) or carries_nothing(entry_of(after)))
    return either or entry_of(after).subject or entry_of(after).head is not None


def _told(found: list[Phrase], made: Context) -> None:
    """ "Could the background be light grey", "make the surface marble": what is said of it after its name."""
    for index, phrase in enumerate(found):
        part = entry_of(phrase).label
        if part not in ("ground", "behind") or made.roles[index] != "product" or made.zones[index] == index:
            continue
        at = index + 1
        telling = _TELLING | _CHANGING if _is_changed(found, index) else _TELLING
        while at < len(found) and found[at].gap == "none" and found[at].plain in telling:
            at += 1
        start = at
        while at < len(found) and found[at].gap == "none" and not ends_zone(found[at]):
            at += 1
        key = "surface" if part == "ground" else "backdrop"
        if any(key in entry_of(found[taken]).claims for taken in range(start, at)):
            for taken in range(start, at):
                made.roles[taken], made.sure[taken], made.zones[taken] = part, True, index


def _is_changed(found: list[Phrase], index: int) -> bool:
    """Whether a background is to give way to another: "replace the white background with beige"."""
    return any(found[at].plain in _CHANGES for at in range(max(0, index - _BETWEEN), index))


def _described(found: list[Phrase], made: Context, head: int) -> list[int]:
    """The adjectives and nouns directly before `head`; a colour ends them, so that "red white background" is white."""
    taken: list[int] = []
    at = head - 1
    gap = found[head].gap
    colour = False
    while at >= 0 and gap == "none":
        entry = entry_of(found[at])
        if entry.subject and not (entry.prop or is_scene(entry)):
            break
        stands = entry.head is not None and entry_of(found[head]).afterwards is not None  # "wood shelves behind it"
        if made.roles[at] != "product" or not (is_adjective(entry) or is_scene(entry) or entry.prop or stands):
            break
        if colour and {"color", "material"} & entry.claims.keys():
            break
        colour = "color" in entry.claims and "material" not in entry.claims
        taken.insert(0, at)
        gap = found[at].gap
        at -= 1
    return taken


def _told_of(found: list[Phrase], made: Context, index: int) -> list[int]:
    """A place that is said to be behind, with words between that are not understood: "streets of Berlin behind"."""
    gap = found[index].gap
    for at in range(index - 1, max(-1, index - 1 - _BETWEEN), -1):
        entry = entry_of(found[at])
        if gap != "none" or made.roles[at] != "product" or (entry.subject and not is_scene(entry)):
            return []
        if "backdrop" in entry.claims and not _OF_PRODUCT & entry.claims.keys():
            return [at]
        if not (entry == _NOTHING or carries_nothing(entry) or is_adjective(entry)):
            return []
        gap = found[at].gap
    return []


def is_scene(entry: Entry) -> bool:
    return bool({"surface", "backdrop"} & entry.claims.keys())


def ends_zone(phrase: Phrase) -> bool:
    return phrase.gap != "none" or parts(entry_of(phrase))


def parts(entry: Entry) -> bool:
    """Whether a phrase ends what stands before it, with no comma between."""
    return (
        entry.barrier
        or entry.frame is not None
        or entry.dressing is not None
        or entry.denial == "before"
        or entry.afterwards is not None
    )


def carries_nothing(entry: Entry) -> bool:
    return entry.stop and not entry.claims and entry.head is None


def is_adjective(entry: Entry) -> bool:
    return entry.plain or bool({"mood", "light", "season"} & entry.claims.keys())


def is_lone(found: list[Phrase], index: int, *, loose: bool = False) -> bool:
    """Whether a phrase, with adjectives of its own, stands between commas or before the next small word.

    `loose`: words that are not understood count as adjectives too.
    """
    after = found[index + 1] if index + 1 < len(found) else None
    if after is not None and not ends_zone(after):
        return False
    while index and found[index].gap == "none":
        index -= 1
        entry = entry_of(found[index])
        small = carries_nothing(entry) and not parts(entry)
        if not (is_adjective(entry) or small or (loose and found[index].entry is None)):
            return False
    return True


def has_mood(found: list[Phrase], index: int) -> bool:
    """Whether a feeling, a light or a season stands directly before: "cosy living room" is a picture's place."""
    before = entry_of(found[index - 1]) if index and found[index].gap == "none" else _NOTHING
    return bool({"mood", "light", "season"} & before.claims.keys())
