"""A text as words: where each stands, its plain form, and what kind of gap is before it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Gap = Literal["none", "soft", "colon", "hard"]
"""Between two words: nothing that parts them, a comma or dash, a colon, the end of a sentence or line."""

ARTICLES = frozenset({"a", "an", "the"})

_WORD = re.compile(r"[^\W_]+(?:['’´`][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’´`][sS]$")
_NOT_LETTERS = re.compile(r"[^\w]|_")
_HARD = re.compile(r"[.!?;…。！？•●▪◦✔✓✅➤►★☆*|【】\[\]{}<>]|\n\s*\n")
_SOFT = re.compile(r"[,:()/&+–—、，\"“”„]|\s-+\s|\s[~=]\s")
_QUOTE = re.compile(r"(?:^|\s)[\"'“„‘«]\Z")
_SPELLINGS = (
    ("colour", "color"),
    ("grey", "gray"),
    ("jewellery", "jewelry"),
    ("jewelery", "jewelry"),
    ("aluminium", "aluminum"),
    ("cosy", "cozy"),
    ("cosi", "cozi"),
    ("fibre", "fiber"),
    ("centre", "center"),
    ("litre", "liter"),
    ("pyjama", "pajama"),
    ("moisturis", "moisturiz"),
    ("personalis", "personaliz"),
    ("organis", "organiz"),
    ("mould", "mold"),
    ("chequered", "checkered"),
    ("anodis", "anodiz"),
    ("woollen", "woolen"),
    ("modelled", "modeled"),
    ("modelling", "modeling"),
    ("enamelled", "enameled"),
)
_WHOLE = {"deg": "degree", "matt": "matte", "plough": "plow", "theatre": "theater", "wollen": "woolen"}
_IRREGULAR = {
    "men": "man",
    "mens": "man",
    "women": "woman",
    "womens": "woman",
    "children": "child",
    "feet": "foot",
    "leaves": "leaf",
    "knives": "knife",
    "shelves": "shelf",
    "scarves": "scarf",
    "wolves": "wolf",
    "halves": "half",
}
_NOT_PLURAL = frozenset(
    {"glasses", "eyeglasses", "jeans", "trousers", "pants", "sweets", "canvas", "christmas", "xmas", "alps", "lens"}
    | {"woods", "always", "series", "gas", "atlas", "has", "does", "was"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: text[start:end], its `plain` form, the `gap` before it, and whether a quotation begins with it."""

    start: int
    end: int
    plain: str
    gap: Gap
    quoted: bool


def tokens(text: str) -> list[Token]:
    """The words of `text` in order. A hyphen parts words without ending anything."""
    found: list[Token] = []
    end = 0
    for match in _WORD.finditer(text):
        gap = _gap(text, end, match.start()) if found else "hard"
        # "US" is a country, "us" are we.
        word = "usa" if match[0] == "US" and not text.isupper() else plain(match[0])
        quoted = bool(_QUOTE.search(text[end : match.start()]))
        found.append(Token(match.start(), match.end(), word, gap, quoted))
        end = match.end()
    return found


def _gap(text: str, start: int, end: int) -> Gap:
    between = text[start:end]
    if between == ".":  # amazon.de, 1.5
        return "none"
    if between == "/" and text[end].isdigit():  # 3/4
        return "none"
    if _HARD.search(between):
        return "hard"
    if "\n" in between:  # a line that was only wrapped goes on in lower case
        wrapped = not between.strip() and text[end].islower()
        return "none" if wrapped else "hard"
    if ":" in between or "：" in between:
        return "colon"
    return "soft" if _SOFT.search(between) else "none"


def plain(word: str) -> str:
    """Lower case without accents and apostrophes, in American spelling, in the singular."""
    letters = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", word).casefold())
    letters = _NOT_LETTERS.sub("", "".join(letter for letter in letters if not unicodedata.combining(letter)))
    for british, american in _SPELLINGS:
        letters = letters.replace(british, american)
    return _WHOLE.get(letters) or singular(letters)


def singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.endswith("s") or word in _NOT_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


def words_of(phrase: str) -> Iterator[str]:
    """The plain words of a phrase of the lexicon."""
    return (plain(match[0]) for match in _WORD.finditer(phrase))
