"""What of a market's suggestions goes into a prompt: only what the seller's words and the style leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packshot.words.markets import Market
from packshot.words.parse import Reading, parse
from packshot.words.tokens import words_of
from packshot.words.vocabulary import vocabulary


def local(
    market: Market, reading: Reading, values: Mapping[str, tuple[str, ...]], style: str, avoid: str
) -> tuple[dict[str, Any] | None, bool]:
    """The market's place, props and whether its texts run from the right, and whether the scene has colours of its own.

    `values` are the description's or a variation's, `style` is the style's text and `avoid` its negative prompt. A
    surface or backdrop that either names takes the place of the market's surroundings, a wish for props or for none
    that of its props. Which way texts run is said only where a picture has room for one, and nobody said on which side.
    None where nothing is said.
    """
    look = parse(style)
    staged = any(of.get("surface") or of.get("backdrop") for of in (values, look.values))
    wished = any(wish.needs == "props" for one in (reading, look) for wish in one.wishes)
    denied = [span.text for one in (reading, look) for span in one.avoid]
    bare = any("prop" in words.casefold() for words in (*denied, avoid))
    roomy = "wide" in values.get("framing", ()) or any(wish.needs == "text" for wish in reading.wishes)
    sided = not {"left", "right"}.isdisjoint([*words_of(reading.text), *words_of(style)])
    place = {
        "place": "" if staged else market.place,
        "props": "" if staged or wished or bare else market.props,
        "rtl": roomy and not sided and market.direction == "rtl",
    }
    colours = {*vocabulary()["color"].values, "dark", "gradient"}
    coloured = any(value in colours for of in (values, look.values) for value in of.get("backdrop", ()))
    return (place if any(place.values()) else None), coloured
