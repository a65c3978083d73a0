"""The styles there are, each with its price."""

from __future__ import annotations

from dataclasses import dataclass

from packshot.studio.scene.library import SCENES
from packshot.styles.price import EMBEDDED, price


@dataclass(frozen=True)
class Style:
    """A look that pictures can have; `credits` is the price of one picture in it."""

    slug: str
    title: str
    words: str
    engine: str
    credits: int


def styles() -> list[Style]:
    """The styles of the embedded studio, the plainest first."""
    return [Style(slug, scene.title, scene.words, EMBEDDED, price(slug, EMBEDDED)) for slug, scene in SCENES.items()]
