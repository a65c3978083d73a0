"""What a description wishes beside the product or of it, that cannot be photographed, and what it denies."""

from __future__ import annotations

from typing import Literal

from packshot.words.lexicon import Entry
from packshot.words.phrases import Phrase
from packshot.words.places import Context, carries_nothing, ends_zone, entry_of

_OF_PICTURE = frozenset({"light", "angle", "framing", "mood"})
_TURNS = frozenset({"but", "so", "now"})
_WRITING = frozenset({"write", "overlay", "add", "put", "insert", "place"})
_JOINING = frozenset({"to", "into", "of", "from"})
_BESIDE = frozenset({"it", "them", "bottle", "product", "scattered", "sprinkled", "about", "everywhere"})
_TABLES = frozenset({"marble", "black-stone", "wood", "concrete", "stone", "sand", "snow", "grass", "tile", "brick"})
_OFFERS = frozenset({"use", "instead", "but", "please", "rather", "take", "make", "prefer", "want"})
_DENIED_AT_MOST = 4  # phrases after a "no"
_LIST_LOOKAHEAD = 8  # phrases within which the "or" of a list has to come


def wishes_and_denials(found: list[Phrase], made: Context) -> None:
    """Gives each phrase of a prop, a wish or a denial its role. What is denied is no wish, so denials come last."""
    _past(found, made)
    _dressing(found, made)
    _refusals(found, made)
    _denials(found, made)


def _past(found: list[Phrase], made: Context) -> None:
    """What pictures were like that there were: "last time we shot it in the studio" asks for no studio."""
    for index, phrase in enumerate(found):
        if not entry_of(phrase).past:
            continue
        first, last = index, index
        while first and not _parts(found[first]):
            first -= 1
        while last + 1 < len(found) and not (_parts(found[last + 1]) and last > first):
            last += 1
        for at in range(first, last + 1):
            if made.roles[at] != "product" or _OF_PICTURE & entry_of(found[at]).claims.keys():
                made.roles[at] = "denied"


def _parts(phrase: Phrase) -> bool:
    return phrase.gap != "none" or phrase.plain in _TURNS


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
            _take_props(found, made, index, _preceding(found, index, anything=bool(_BESIDE & {*phrase.plain.split()})))
        elif phrase.plain == "with" and scene:
            following = _following(found, index)
            if any(entry_of(found[at]).prop for at in following):
                _take_props(found, made, index, following)


def _following(found: list[Phrase], index: int) -> list[int]:
    taken: list[int] = []
    for at in range(index + 1, len(found)):
        joins = found[at].plain == "and" and found[at].gap == "none"
        if not joins and ends_zone(found[at]):
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
    while taken and carries_nothing(entry_of(found[taken[-1]])):
        taken = taken[:-1]
    while taken and carries_nothing(entry_of(found[taken[0]])):
        taken = taken[1:]
    return taken


def _take_props(found: list[Phrase], made: Context, index: int, taken: list[int]) -> None:
    if not taken or all("light" in entry_of(found[at]).claims for at in taken):
        return
    if any("framing" in entry_of(found[at]).claims for at in taken):  # "empty space around it"
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
        if needs is None or made.roles[index] in ("prop", "refused", "denied"):
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
        goes_on = found[at].plain in _JOINING or (over_frames and entry.frame is not None and not _has_head(found, at))
        quoted = found[at].quoted or found[at - 1].quoted
        if (found[at].gap != "none" and not quoted) or (ends_zone(found[at]) and not goes_on and not quoted):
            break
        last = at
    return last


def _has_head(found: list[Phrase], index: int) -> bool:
    """Whether the zone of a small word is a place of the picture: "on white background"."""
    for phrase in found[index + 1 :]:
        if ends_zone(phrase):
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
            last = _last_denied(found, index)
            for first, end in _listed(found, index + 1, last):
                _deny(made, first, end)
            denied = [entry_of(one) for one in found[index + 1 : last + 1]]
            if any(entry.head == "behind" for entry in denied):
                _instead(found, made, last + 1, "behind")
            elif any(_TABLES & {*entry.claims.get("surface", ())} for entry in denied):
                _instead(found, made, last + 1, "ground")


def _instead(found: list[Phrase], made: Context, start: int, part: Literal["ground", "behind"]) -> None:
    """ "No marble; use oak", "not marble but oak": after a surface or background not wanted comes the one that is."""
    key = "surface" if part == "ground" else "backdrop"
    while start < len(found) and made.roles[start] != "denied" and entry_of(found[start]).denial is None:
        end = start + 1
        while end < len(found) and found[end].gap == "none":
            end += 1
        clause = range(start, min(end, start + _LIST_LOOKAHEAD))
        if any(found[at].plain in _OFFERS for at in clause):
            for at in clause:
                if made.roles[at] == "product" and key in entry_of(found[at]).claims:
                    made.roles[at], made.sure[at], made.zones[at] = part, True, start
        return


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
        goes_on = at + 1 < len(found) and not ends_zone(found[at + 1])
        if listed or (last == index and goes_on and carries_nothing(entry)):
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
