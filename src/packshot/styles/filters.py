"""What people look for in the style library: words, a category, who makes it, what it costs, which plan it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Literal
from urllib.parse import urlencode

from packshot.styles.library import Style
from packshot.styles.preset import CATEGORIES, NEEDS
from packshot.styles.price import EMBEDDED

LONGEST = 100  # characters of a search

Plan = Literal["", "free", "pro"]
PLANS: dict[Plan, str] = {"": "Every plan", "free": "Free", "pro": "Pro"}
KINDS = {"": "Pictures and videos", "image": "Pictures", "video": "Videos"}


@dataclass(frozen=True)
class Filters:
    """What a style has to be; what is empty does not matter. `most` is the highest price in credits.

    `engine` is an engine's id, or "ai" for all that paint. `favourites` keeps those that the user keeps at hand.
    """

    fits: str = ""
    category: str = ""
    engine: str = ""
    plan: str = ""
    kind: str = ""
    needs: str = ""
    most: int | None = None
    favourites: bool = False

    @property
    def any(self) -> bool:
        return self != Filters()

    def url(self, **changes: object) -> str:
        """The library's address with these filters and `changes` of them."""
        wanted = {one.name: getattr(self, one.name) for one in fields(self)} | changes
        said = [(name, value) for name, value in wanted.items() if value is not None and value is not False]
        asked = [(name, "yes" if value is True else value) for name, value in said if value != ""]
        return f"/styles?{urlencode(asked)}" if asked else "/styles"

    def fit(self, style: Style, mine: frozenset[str] = frozenset()) -> bool:
        """Whether `style` is what is looked for; every word has to be found in what it says of itself."""
        preset = style.preset
        said = f"{preset.title} {preset.words} {CATEGORIES[preset.category]} {preset.slug}".lower()
        return all(
            (
                all(word in said for word in self.fits.lower().split()),
                self.category in ("", preset.category),
                self.engine in ("", style.engine) or (self.engine == "ai" and style.engine != EMBEDDED),
                self.plan in ("", "pro" if preset.pro else "free"),
                self.kind in ("", preset.kind),
                not self.needs or self.needs in preset.needs,
                self.most is None or style.credits <= self.most,
                not self.favourites or style.slug in mine,
            )
        )


def found(styles: Iterable[Style], filters: Filters, favourites: Sequence[str] = ()) -> list[Style]:
    """The styles that fit; favourites first, the newest favourite before the others."""
    places = {slug: place for place, slug in enumerate(favourites)}
    fitting = [style for style in styles if filters.fit(style, frozenset(favourites))]
    return sorted(fitting, key=lambda style: places.get(style.slug, len(places)))


def described(style: Style) -> str:
    """What a customer has to bring, in words: "a photo of the product and a description"."""
    return " and ".join(NEEDS[need] for need in style.preset.needs)
