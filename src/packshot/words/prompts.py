"""Puts a description to a family of generative engines: its prompt, and its negative prompt where it has one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, PositiveInt, TypeAdapter

from packshot.words.data import read
from packshot.words.parse import Reading
from packshot.words.vocabulary import vocabulary

_MOST_AVOIDED = 20


class Family(BaseModel):
    """How a family of engines takes prompts: the template, and lengths in characters; where and when that was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: str
    most: PositiveInt
    most_avoid: PositiveInt | None = None
    as_of: date
    source: str


@dataclass(frozen=True)
class Prompt:
    """What is sent: `text`, and `avoid` where the family takes a negative prompt.

    `template` names the file and version it was made with. `left_out` is how many characters of the seller's
    words did not fit.
    """

    text: str
    avoid: str | None
    template: str
    left_out: int


@cache
def families() -> dict[str, Family]:
    """The families of engines by name."""
    return TypeAdapter(dict[str, Family]).validate_python(read("families.yaml"))


def prompt(reading: Reading, family: str) -> Prompt:
    """The prompt for `family`: always with the seller's own words, as many of them as fit. Pure and deterministic."""
    how = families()[family]
    words = tidy(reading.text)
    facts: dict[str, Any] = {
        "said": {key: [value.replace("-", " ") for value in reading.values.get(key, ())] for key in vocabulary()},
        "wishes": sorted({wish.needs for wish in reading.wishes}),
        "avoid": [part for span in reading.avoid[:_MOST_AVOIDED] if (part := cut(tidy(span.text), 80))],
    }
    room = how.most - len(_render(how.template, words="…", **facts))
    kept = cut(words, max(room, 0))
    text = cut(_render(how.template, words=kept, **facts), how.most)
    avoid = None
    if how.most_avoid is not None:
        avoid = cut(_render(how.template.replace(".", "-avoid.", 1), **facts), how.most_avoid)
    return Prompt(text, avoid, how.template.removesuffix(".j2"), len(words) - len(kept))


def tidy(text: str) -> str:
    """The words on one line, without control characters, and without the quotes that a prompt puts around them."""
    plain = text.replace("“", '"').replace("”", '"')
    shown = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in plain)
    return " ".join(shown.split())


def cut(text: str, most: int) -> str:
    """At most `most` characters of `text`, cut where a word ends."""
    if len(text) <= most:
        return text
    whole = text[: most + 1].rsplit(" ", 1)[0] if " " in text[: most + 1] else text[:most]
    return whole.rstrip(" ,;:-–—")


def _render(template: str, **facts: Any) -> str:
    return " ".join(environment().get_template(template).render(**facts).split())


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Where templates are rendered: they reach nothing but what they are given, for admins will edit them."""
    return ImmutableSandboxedEnvironment(loader=FunctionLoader(_source), undefined=StrictUndefined, autoescape=False)


def _source(name: str) -> str | None:
    path = files("packshot.words").joinpath("prompts", name)
    return path.read_text(encoding="utf-8") if path.is_file() else None
