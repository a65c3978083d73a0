"""What of a market's suggestions goes into a prompt: only what the seller's words and the style leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packshot.words.markets import Market
from packshot.words.parse import Reading, parse
from packshot.words.tokens import words_of
from packshot.words.vocabulary import vocabulary

_OF_SCENE = ("surface", "backdrop", "material", "color")  # whatever a style says of these is part of its set
_A_SCENE = 25  # words of a style, more than a mere look needs


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
    staged = bool(values.get("surface") or values.get("backdrop") or _sets_a_scene(style, look))
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
    coloured = coloured or bool(look.values.get("color"))
    return (place if any(place.values()) else None), coloured


def _sets_a_scene(style: str, look: Reading) -> bool:
    """Whether a style describes the surroundings, and not only how a picture feels: "an editorial look"."""
    return any(look.values.get(key) for key in _OF_SCENE) or len(style.split()) > _A_SCENE
