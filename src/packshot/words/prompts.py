"""Puts a description to a family of generative engines: its prompt, and its negative prompt where it has one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from packshot.words.direction import Direction, market_of, values_of
from packshot.words.families import families
from packshot.words.local import local
from packshot.words.markets import markets
from packshot.words.movement import camera
from packshot.words.parse import Reading
from packshot.words.poses import poses, shows_person
from packshot.words.stage import Stage
from packshot.words.templates import Values, cut, fill, render, tidy
from packshot.words.tokens import words_of

_MOST_AVOIDED = 20
_LONGEST_NOTE = 500  # characters of what describes a product or a person
_WORDS_AT_LEAST = 3  # the seller's own words get at least one part in so many of a prompt, or all they need
_NO_DIRECTION = Direction()
_PEOPLE = frozenset({"people", "person", "human", "model", "man", "woman", "child", "body", "face"})
# What is left out first where a family has no room.
_CAN_GO = ("place", "talent", "product", "style")


@dataclass(frozen=True)
class Prompt:
    """What is sent: `text`, and `avoid` where the family takes a negative prompt.

    `template` names the file and version it was made with. `left_out` is how many characters of the seller's words did
    not fit, `dropped` what else did not: place, talent, product, style.
    """

    text: str
    avoid: str | None
    template: str
    left_out: int
    dropped: tuple[str, ...] = ()


def prompt(reading: Reading, family: str, direction: Direction = _NO_DIRECTION, *, most: int | None = None) -> Prompt:
    """The prompt for `family`: always with the seller's own words, as many of them as fit. Pure and deterministic.

    `most` is the model's own limit in characters where it has one. Raises BadInputError for a style's template that
    cannot be filled in.
    """
    how = families()[family]
    return _written(how.template, reading, _facts(reading, direction), _Limits.of(family, most))


def plate(
    reading: Reading, family: str, stage: Stage, direction: Direction = _NO_DIRECTION, *, most: int | None = None
) -> Prompt:
    """The prompt for an empty scene that `stage` describes, into which the real product is put afterwards.

    Raises LookupError for a family that paints no plates (`Family.plate` is None), and BadInputError as `prompt` does.
    """
    how = families()[family]
    if how.plate is None:
        raise LookupError(f"The family {family!r} paints no plates.")
    facts = _facts(reading, direction)
    if facts["place"] and not facts["place"]["place"]:  # an empty scene has no props
        facts["place"] = None
    facts |= {
        "stage": stage.words,
        "things": [tidy(span.text) for span in reading.subjects],
    }
    return _written(how.plate, reading, facts, _Limits.of(family, most))


@dataclass(frozen=True)
class _Limits:
    """The longest prompt and negative prompt in characters; None: the family has none."""

    text: int
    avoid: int | None

    @classmethod
    def of(cls, family: str, most: int | None) -> _Limits:
        how = families()[family]
        text = how.most if most is None else min(how.most, most)
        return cls(text, None if how.most_avoid is None else min(how.most_avoid, text if most else how.most_avoid))


def _facts(reading: Reading, direction: Direction) -> dict[str, Any]:
    """What templates know, without the seller's words. Lists are of plain words."""
    values = values_of(reading, direction)
    said = {key: [value.replace("-", " ") for value in held] for key, held in values.items()}
    market = markets().get(market_of(reading, direction))
    pose = poses()[direction.pose] if direction.pose else None
    worn = direction.worn or "person" in direction.references
    if direction.pose:
        worn = shows_person(direction.pose, worn=worn)
    known = {key: Values(held) for key, held in said.items()}
    style = fill(direction.style, said=known, words=tidy(reading.text)) if direction.style else ""
    denied = [part for span in reading.avoid[:_MOST_AVOIDED] if (part := cut(tidy(span.text), 80))]
    if worn:  # whoever chose a person means it
        denied = [part for part in denied if not _is_people(part)]
    place, coloured = local(market, reading, values, style, direction.avoid) if market else (None, False)
    unwanted = [part for one in direction.avoid.split(",") if (part := tidy(one))]
    moves = "; ".join([reading.text, *(f"no {part}" for part in unwanted)])
    return {
        "said": said,
        "camera": partial(camera, moves, style),  # asked by videos alone
        "wishes": sorted({wish.needs for wish in reading.wishes}),
        "avoid": denied,
        "unwanted": unwanted,
        "style": style,
        "pose": "" if pose is None else pose.person if worn else pose.product,
        "worn": worn,
        "place": place,
        "palette": tidy(direction.palette) or ("" if market is None or coloured else market.palette),
        "product": cut(tidy(direction.product), _LONGEST_NOTE),
        "talent": cut(tidy(direction.talent), _LONGEST_NOTE),
        "references": list(direction.references),
    }


def _is_people(words: str) -> bool:
    return bool(_PEOPLE & {*words_of(words)})


def _written(template: str, reading: Reading, facts: dict[str, Any], limits: _Limits) -> Prompt:
    """The template filled in within its limits: what can go goes before the seller's words are cut too short.

    A style is shortened rather than left out.
    """
    words = tidy(reading.text)
    wanted = min(len(words), limits.text // _WORDS_AT_LEAST)
    dropped: list[str] = []
    room = 0
    for name in ("", *_CAN_GO):
        if name and facts[name]:
            short = cut(facts[name], max(len(facts[name]) - (wanted - room), 0)) if name == "style" else None
            facts = facts | {name: short or (None if name == "place" else "")}
            dropped.append(name)
        room = limits.text - len(render(template, words="…", **facts)) + (not words)
        if room >= wanted:
            break
    kept = cut(words, max(room, 0))
    text = cut(render(template, words=kept, **facts), limits.text)
    avoid = None
    if limits.avoid is not None:
        avoid = cut(render(template.replace(".", "-avoid.", 1), **facts), limits.avoid)
    return Prompt(text, avoid, template.removesuffix(".j2"), len(words) - len(kept), tuple(dropped))
