"""Reads a description: its attributes, the words they came from, wishes that cannot be, and what was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from packshot.words.context import context
from packshot.words.language import language_of
from packshot.words.lexicon import Need
from packshot.words.phrases import Phrase, phrases
from packshot.words.places import Context, Role, entry_of, has_mood, is_lone
from packshot.words.vocabulary import vocabulary

_OF_PRODUCT = frozenset({"material", "color", "finish"})
_OF_SCENE = frozenset({"surface", "backdrop"})
_THEMES = frozenset({"season", "occasion"})
_OF_CAMERA = frozenset({"light", "angle", "framing"})
_NOT_SHOWN = frozenset({"denied", "prop", "refused"})
_SURE = 4  # "white background" says more than a bare "on white"


@dataclass(frozen=True)
class Span:
    """Words of the text: `text` is the description's [start:end]."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Source(Span):
    """The words that one value came from."""

    value: str


@dataclass(frozen=True)
class Wish(Span):
    """Something that a photograph of the real product cannot show, by what it would need."""

    needs: Need


@dataclass(frozen=True)
class Reading:
    """What a description says.

    `values` and `sources` by key: at most one value where the vocabulary says so. `avoid` is what it does not want,
    `wishes` what cannot be photographed, `unused` the words that led to nothing. `coverage` 0..1 is the part of its
    words, small ones aside, that were understood. `subjects` are the words for the product itself ("mug"). In a
    `language` other than "en" nothing is guessed.
    """

    text: str
    language: str
    values: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, tuple[Source, ...]]
    avoid: tuple[Span, ...]
    wishes: tuple[Wish, ...]
    unused: tuple[Span, ...]
    coverage: float
    subjects: tuple[Span, ...] = ()


def parse(text: str) -> Reading:
    """Reads any text; the same text gives the same reading. Pure, and linear in the text's length."""
    language = language_of(text)
    found = phrases(text)
    if language != "en":
        unused = tuple(_span(text, phrase) for phrase in found)
        return Reading(text, language, {}, {}, (), (), unused, 0.0)
    roles = context(found)
    sources, used = _claims(text, found, roles)
    wishes = _wishes(text, found, roles)
    avoid = tuple(_run(text, found, first, last) for first, last in sorted(set(roles.denied)))
    understood = [_understood(phrase, roles.roles[at], at in used) for at, phrase in enumerate(found)]
    counted = [(phrase, known) for phrase, known in zip(found, understood, strict=True) if _counts(phrase, known)]
    total = sum(phrase.length for phrase, _ in counted)
    return Reading(
        text=text,
        language=language,
        values={key: tuple(dict.fromkeys(source.value for source in sources[key])) for key in sources},
        sources=sources,
        avoid=avoid,
        wishes=wishes,
        unused=tuple(_span(text, phrase) for phrase, known in counted if not known),
        coverage=sum(phrase.length for phrase, known in counted if known) / total if total else 0.0,
        subjects=tuple(
            _span(text, phrase)
            for phrase, role in zip(found, roles.roles, strict=True)
            if role == "product" and entry_of(phrase).subject
        ),
    )


def _claims(text: str, found: list[Phrase], roles: Context) -> tuple[dict[str, tuple[Source, ...]], set[int]]:
    """The sources of each key, and which phrases they are. Of a key with one value, the surest, then the first."""
    claimed: dict[str, list[tuple[int, int, str]]] = {key: [] for key in vocabulary()}
    zoned = {
        (roles.zones[at], key) for at, phrase in enumerate(found) for key in _OF_SCENE & entry_of(phrase).claims.keys()
    }
    staged = any(
        role in ("ground", "behind", "place") or _OF_CAMERA & entry_of(phrase).claims.keys()
        for phrase, role in zip(found, roles.roles, strict=True)
    )
    for index, phrase in enumerate(found):
        for key in _keys(found, index, roles.roles[index], staged=staged):
            if _is_of_other(key, index, roles, zoned) and key not in entry_of(phrase).alone:
                continue
            if key == "light" and index in roles.unlit:
                continue
            weight = phrase.length**2 + _SURE * roles.sure[index] + ("color" not in entry_of(phrase).claims)
            claimed[key] += [(weight, index, value) for value in entry_of(phrase).claims[key]]
        if index in roles.lit and roles.roles[index] not in _NOT_SHOWN:
            claimed["light"] += [(1, index, value) for value in roles.lit[index]]
    claimed["backdrop"] = _gradient(claimed["backdrop"], roles)
    sources: dict[str, tuple[Source, ...]] = {}
    used: set[int] = set()
    for key, claims in claimed.items():
        if not claims:
            continue
        if not vocabulary()[key].many:
            _, _, best = max(claims, key=lambda claim: (claim[0], -claim[1]))
            claims = [claim for claim in claims if claim[2] == best]
        used |= {index for _, index, _ in claims}
        sources[key] = tuple(
            Source(found[index].start, found[index].end, text[found[index].start : found[index].end], value)
            for _, index, value in claims
        )
    return sources, used


def _gradient(claims: list[tuple[int, int, str]], roles: Context) -> list[tuple[int, int, str]]:
    """ "Gradient, light pink to white" behind the product is a gradient, whatever its colours."""
    zones = {roles.zones[index] for _, index, value in claims if value == "gradient" and roles.roles[index] == "behind"}
    return [claim for claim in claims if claim[2] == "gradient" or roles.zones[claim[1]] not in zones]


def _is_of_other(key: str, index: int, roles: Context, zoned: set[tuple[int, str]]) -> bool:
    """Whether a key only describes what its zone is about: "on a pink podium" says nothing of what is behind it."""
    about = {"ground": "surface", "behind": "backdrop"}.get(roles.roles[index])
    return about is not None and key in _OF_SCENE - {about} and (roles.zones[index], about) in zoned


def _keys(found: list[Phrase], index: int, role: Role, *, staged: bool) -> set[str]:
    """The keys that a phrase speaks of in `role`. `staged`: the text describes a picture, not only a product."""
    entry = entry_of(found[index])
    lone = is_lone(found, index) if entry.lone else False
    keys = {key for key in entry.claims if key in _OF_SCENE or lone or key not in entry.lone}
    if role in _NOT_SHOWN and not (role == "refused" and "angle" in keys):
        return keys & _THEMES if role == "prop" else set()
    anywhere = keys - _OF_PRODUCT - _OF_SCENE
    if role == "aside":
        return anywhere
    if role == "ground":
        return anywhere | _first(keys, "surface", "backdrop") | entry.alone
    if role == "behind":
        return anywhere | _first(keys, "backdrop", "surface")
    if role == "place" and not keys & {"material", "finish"}:
        return anywhere | _first(keys, "surface", "color", "backdrop")
    said_alone = entry.lone & _OF_SCENE
    if said_alone and (staged or has_mood(found, index)) and is_lone(found, index, loose=True):
        return anywhere | said_alone
    return anywhere | (keys & _OF_PRODUCT) | entry.alone


def _first(keys: set[str], *order: str) -> set[str]:
    return {next((key for key in order if key in keys), "")} - {""}


def _wishes(text: str, found: list[Phrase], roles: Context) -> tuple[Wish, ...]:
    """The wishes in order; those for the same that overlap are one: "with cones around it"."""
    made: list[tuple[int, int, Need]] = []
    for first, last, needs in sorted(roles.wishes):
        if made and made[-1][2] == needs and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(last, made[-1][1]), needs)
        else:
            made.append((first, last, needs))
    return tuple(
        Wish(span.start, span.end, span.text, needs)
        for first, last, needs in made
        for span in (_run(text, found, first, last),)
    )


def _run(text: str, found: list[Phrase], first: int, last: int) -> Span:
    start, end = found[first].start, found[last].end
    return Span(start, end, text[start:end])


def _span(text: str, phrase: Phrase) -> Span:
    return Span(phrase.start, phrase.end, text[phrase.start : phrase.end])


def _understood(phrase: Phrase, role: Role, used: bool) -> bool:
    entry = entry_of(phrase)
    return used or role in ("denied", "prop", "refused") or entry.subject or entry.head is not None


def _counts(phrase: Phrase, known: bool) -> bool:
    """Whether coverage counts it: small words and measures are neither understood nor not."""
    entry = entry_of(phrase)
    small = (
        entry.stop or entry.barrier or entry.frame or entry.denial or entry.dressing or entry.plain or entry.printing
    )
    return known or not (small or entry.afterwards or any(letter.isdigit() for letter in phrase.plain))
