"""Who could do what the embedded studio refuses."""

from __future__ import annotations

import pytest

from packshot.engines import registry
from packshot.engines.base import Capabilities
from packshot.words.parse import parse
from packshot.words.refusals import Engines, refused

ENGINES: Engines = {
    "studio": [Capabilities(words=False, keeps_product=True, references=1)],
    "painter": [Capabilities(words=True)],
    "editor": [Capabilities(words=True, references=4), Capabilities(words=False)],
    "plates": [Capabilities(words=True, keeps_product=True, references=1)],
}


@pytest.mark.parametrize(
    ("text", "engines"),
    [
        ("a woman wearing the coat", ("editor", "painter", "plates")),
        ("show the back of it", ("editor",)),
        ("change the colour to green", ("editor",)),
        ("surrounded by pebbles", ("editor", "painter", "plates")),
    ],
)
def test_engines_are_known_by_their_capabilities(text: str, engines: tuple[str, ...]) -> None:
    (refusal,) = refused(parse(text), ENGINES)
    assert refusal.engines == engines
    assert "needs a generative engine" in refusal.remedy and all(engine in refusal.remedy for engine in engines)


def test_of_the_engines_here_the_studio_is_never_named() -> None:
    here = {id: [model.capabilities for model in kind.models()] for id, kind in registry().classes.items()}
    (refusal,) = refused(parse("a woman wearing the coat"), here)
    assert "studio" not in refusal.engines
    assert refused(parse("a coat"), here) == ()


def test_nobody_is_named_where_nobody_is_installed() -> None:
    (refusal,) = refused(parse("show the inside of the bag"), {})
    assert refusal.engines == ()
    assert "none that could is installed" in refusal.remedy
