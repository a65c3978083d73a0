"""Templates of prompts: sandboxed, versioned files, and what keeps strangers' words from breaking out of them."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from packshot.errors import BadInputError

LONGEST_TEMPLATE = 4000  # characters of a style's own
LONGEST_TEXT = 8000  # and of what may come of it


class Values(list[str]):
    """What a description says of one key. A template that asks for more than there is gets nothing, and no error."""

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, int) and not -len(self) <= place < len(self):
            return ""
        return super().__getitem__(place)


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


def render(name: str, **facts: Any) -> str:
    """The file `name` of the folder prompts, filled in, on one line."""
    return " ".join(environment().get_template(name).render(**facts).split())


def fill(template: str, **facts: Any) -> str:
    """A template that somebody wrote, such as a style's, filled in, on one line.

    Raises BadInputError, in words for whoever wrote it, for one that is too long, broken, or reaches for more than it
    is given.
    """
    if len(template) > LONGEST_TEMPLATE:
        raise BadInputError(
            f"The prompt template has {len(template):,} characters; {LONGEST_TEMPLATE:,} are the most.",
            remedy="Shorten it.",
        )
    try:
        text = environment().from_string(template).render(**facts)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise BadInputError(
            f"The prompt template cannot be filled in: {error}.", remedy=f"It knows: {', '.join(sorted(facts))}."
        ) from error
    return cut(tidy(text), LONGEST_TEXT)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Where templates are rendered: they reach nothing but what they are given, for admins will edit them."""
    return ImmutableSandboxedEnvironment(loader=FunctionLoader(_source), undefined=StrictUndefined, autoescape=False)


def _source(name: str) -> str | None:
    path = files("packshot.words").joinpath("prompts", name)
    return path.read_text(encoding="utf-8") if path.is_file() else None
