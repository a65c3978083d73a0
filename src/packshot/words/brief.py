"""Everything that is made of a description, as one object for programs and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packshot.errors import TooLargeError
from packshot.words.direction import Direction, market_of
from packshot.words.families import families
from packshot.words.language import LANGUAGES
from packshot.words.markets import markets
from packshot.words.parse import Reading, Span, parse
from packshot.words.prompts import Prompt, plate, prompt
from packshot.words.refusals import Engines, refused
from packshot.words.sets import choose
from packshot.words.stage import Stage
from packshot.words.vocabulary import vocabulary

MOST_CHARACTERS = 100_000
_PLAIN = Direction()


def brief(
    text: str,
    engines: Engines,
    *,
    direction: Direction = _PLAIN,
    reading: Reading | None = None,
    notes: Sequence[str] = (),
    read_by: str = "grammar",
) -> dict[str, Any]:
    """What `text` says, with the words for it, what is refused and who could do it, and the prompts; ready for JSON.

    A key that has one value holds a string, the others lists. Places in the text are [start, end) in characters.
    `reading`, `notes` and `read_by` are somebody else's, such as a language model's; else the grammar reads. Raises
    TooLargeError over MOST_CHARACTERS.
    """
    if len(text) > MOST_CHARACTERS:
        raise TooLargeError(
            f"The description has {len(text):,} characters; {MOST_CHARACTERS:,} are the most.", remedy="Shorten it."
        )
    given, reading = reading, reading or parse(text)
    market = market_of(reading, direction)
    return {
        "language": reading.language,
        "read_by": read_by,
        "notes": [*notes, *(_notes(reading) if given is None or read_by == "grammar" else ())],
        "attributes": {
            key: [*values] if vocabulary()[key].many else values[0] for key, values in reading.values.items()
        },
        "sources": {
            key: [{"value": source.value, **_place(source)} for source in sources]
            for key, sources in reading.sources.items()
        },
        "avoid": [_place(span) for span in reading.avoid],
        "refused": [
            {
                **_place(refusal.wish, "phrase"),
                "needs": refusal.wish.needs,
                "reason": refusal.reason,
                "remedy": refusal.remedy,
                "engines": [*refusal.engines],
            }
            for refusal in refused(reading, engines)
        ],
        "unused": [_place(span) for span in reading.unused],
        "coverage": round(reading.coverage, 2),
        "market": {"name": market, **markets()[market].model_dump(mode="json", exclude={"codes"})} if market else None,
        "prompt": _prompts(reading, direction),
    }


def _place(span: Span, name: str = "words") -> dict[str, Any]:
    return {name: span.text, "start": span.start, "end": span.end}


def _notes(reading: Reading) -> list[str]:
    if reading.language == "en":
        return []
    language = LANGUAGES[reading.language]
    return [
        f"This looks like {language}. Packshot reads English only and does not guess;"
        " generative engines are sent your words as they are."
    ]


def _prompts(reading: Reading, direction: Direction) -> dict[str, Any]:
    """For the embedded studio a style and a framing, for each family of generative engines its prompts."""
    choice = choose(reading, direction.market)
    studio = {
        "style": choice.style,
        "framing": choice.framing,
        "not_shown": [{"key": one.key, "value": one.value, "reason": one.reason} for one in choice.not_shown],
    }
    written: dict[str, Any] = {}
    for name, family in families().items():
        written[name] = _written(prompt(reading, name, direction))
        if family.plate:
            written[name]["plate"] = _written(plate(reading, name, Stage(), direction))
    return {"studio": studio, **written}


def _written(made: Prompt) -> dict[str, Any]:
    told = {"text": made.text, "template": made.template, "left_out": made.left_out, "dropped": [*made.dropped]}
    return told if made.avoid is None else told | {"avoid": made.avoid}
