"""What the words around a word for light say of it: "bluish light" lights a picture, "light modes" do not."""

from __future__ import annotations

from packshot.words.lexicon import Entry
from packshot.words.phrases import Phrase
from packshot.words.places import Context, carries_nothing, ends_zone, entry_of

_JOINING = frozenset({"and", "or", "to", "but"})
_COLOURED = frozenset({"light", "lighting", "glow", "lit"})
_FEATURE_WITHIN = 6  # phrases


def lighting(found: list[Phrase], made: Context) -> None:
    """Notes the adjectives of each word for light (`lit`) and the phrases that only seem to be of light (`unlit`)."""
    for index, phrase in enumerate(found):
        if "light" in entry_of(phrase).claims and (_of_colour(found, index) or _of_feature(found, index)):
            made.unlit.add(index)
        elif _shines(found, index):
            _adjectives(found, made, index)
        elif entry_of(phrase).lone and _lights_a_place(found, index):
            made.lit[index] = tuple(entry_of(phrase).claims.get("light", ()))
        if _is_lit_from(found, index):
            made.roles[index] = "denied"


def _is_lit_from(found: list[Phrase], index: int) -> bool:
    """ "Light from above", "lit from below": where the light stands and not the camera."""
    if not index or found[index].gap != "none" or not found[index].plain.startswith("from "):
        return False
    before = entry_of(found[index - 1])
    return "angle" in entry_of(found[index]).claims and (before.shines or "light" in before.claims)


def _lights_a_place(found: list[Phrase], index: int) -> bool:
    """ "Bright Scandinavian kitchen": an adjective of light before a place, with feelings between."""
    for phrase in found[index + 1 :]:
        entry = entry_of(phrase)
        if phrase.gap != "none" or not ({"mood", "backdrop"} & entry.claims.keys()):
            return False
        if "backdrop" in entry.lone | entry.alone:
            return True
    return False


def _of_colour(found: list[Phrase], index: int) -> bool:
    """ "Soft light grey" is a colour."""
    after = found[index + 1] if index + 1 < len(found) else None
    return (
        found[index].plain.split()[-1] == "light"
        and after is not None
        and after.gap == "none"
        and "color" in entry_of(after).claims
    )


def _of_feature(found: list[Phrase], index: int) -> bool:
    """ "Warm and cool light modes": what the product makes, and not what falls on it."""
    if index and found[index].gap == "none" and entry_of(found[index - 1]).feature:
        return True
    for at in range(index + 1, min(len(found), index + _FEATURE_WITHIN)):
        entry = entry_of(found[at])
        if found[at].gap != "none" or not (entry.feature or _of_light(entry) or found[at].plain in _JOINING):
            return False
        if entry.feature:
            return True
    return False


def _of_light(entry: Entry) -> bool:
    return bool({"light", "color"} & entry.claims.keys() or entry.lights or entry.shines)


def _shines(found: list[Phrase], index: int) -> bool:
    """Whether a phrase names light, and the name ends with it: not "light weight"."""
    phrase, after = found[index], found[index + 1] if index + 1 < len(found) else None
    last = phrase.plain.split()[-1]
    names = entry_of(phrase).shines or ("light" in entry_of(phrase).claims and last in _COLOURED)
    return names and (after is None or ends_zone(after) or carries_nothing(entry_of(after)))


def _adjectives(found: list[Phrase], made: Context, index: int) -> None:
    """What stands before a word for light, over "and", commas between adjectives, seasons and words not understood.

    A colour there is the light's.
    """
    coloured = found[index].plain.split()[-1] in _COLOURED
    gap = found[index].gap
    for at in range(index - 1, -1, -1):
        entry = entry_of(found[at])
        listed = gap == "soft" and at + 1 != index and bool(entry.lights)
        if gap != "none" and not listed:
            return
        if entry.lights:
            made.lit[at] = entry.lights
        elif coloured and "color" in entry.claims and made.roles[at] == "product":
            made.roles[at] = "aside"
        elif not (found[at].plain in _JOINING or entry.plain or "season" in entry.claims or found[at].entry is None):
            return
        gap = found[at].gap
