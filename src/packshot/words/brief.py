"""Everything that is made of a description, as one object for programs and people."""

from __future__ import annotations

from typing import Any

from packshot.errors import TooLargeError
from packshot.words.families import families
from packshot.words.language import LANGUAGES
from packshot.words.parse import Reading, Span, parse
from packshot.words.prompts import prompt
from packshot.words.refusals import Engines, refused
from packshot.words.sets import choose
from packshot.words.vocabulary import vocabulary

MOST_CHARACTERS = 100_000


def brief(text: str, engines: Engines) -> dict[str, Any]:
    """What `text` says, with the words for it, what is refused and who could do it, and the prompts; ready for JSON.

    A key that has one value holds a string, the others lists. Places in the text are [start, end) in characters.
    Raises TooLargeError over MOST_CHARACTERS.
    """
    if len(text) > MOST_CHARACTERS:
        raise TooLargeError(
            f"The description has {len(text):,} characters; {MOST_CHARACTERS:,} are the most.", remedy="Shorten it."
        )
    reading = parse(text)
    return {
        "language": reading.language,
        "notes": _notes(reading),
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
        "prompt": _prompts(reading),
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


def _prompts(reading: Reading) -> dict[str, Any]:
    """For the embedded studio a style and a framing, for each family of generative engines its prompt."""
    choice = choose(reading)
    studio = {
        "style": choice.style,
        "framing": choice.framing,
        "not_shown": [{"key": one.key, "value": one.value, "reason": one.reason} for one in choice.not_shown],
    }
    written: dict[str, Any] = {}
    for family in families():
        made = prompt(reading, family)
        written[family] = {"text": made.text, "template": made.template, "left_out": made.left_out}
        if made.avoid is not None:
            written[family]["avoid"] = made.avoid
    return {"studio": studio, **written}
