"""Tells which language a text is written in, by its script and by its small words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

from pydantic import TypeAdapter

from packshot.words.data import read

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
    "sv": "Swedish",
    "tr": "Turkish",
    "ja": "Japanese",
    "zh": "Chinese",
    "ko": "Korean",
    "ar": "Arabic",
    "he": "Hebrew",
    "ru": "Russian",
    "el": "Greek",
    "th": "Thai",
    "hi": "Hindi",
}
_SCRIPTS = {  # by how Unicode's names of letters begin; Japanese is what mixes Han with kana
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "ARABIC": "ar",
    "HEBREW": "he",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "THAI": "th",
    "DEVANAGARI": "hi",
}
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = {"de": "äöüß", "sv": "åäö", "pl": "ąęłńśźż", "tr": "ğış", "pt": "ãõ", "es": "ñ"}  # that English words lack
_LOOKED_AT = 4000  # characters: a language shows early
_ENGLISH = frozenset(
    {"the", "and", "with", "of", "for", "on", "in", "is", "are", "it", "this", "our", "your", "my", "from", "to", "no"}
    | {"not", "by", "a", "an", "or", "that", "we", "you", "please", "at", "as", "has"}
)


def language_of(text: str) -> str:
    """The language's code; "en" where nothing speaks for another one."""
    found = [word.lower() for word in _WORD.findall(text[:_LOOKED_AT])]  # casefold would take German's ß away
    return _by_script(found) or _by_small_words(found) or "en"


def _by_script(found: list[str]) -> str | None:
    scripts = Counter(
        _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0].split("-")[0], "latin")
        for word in found
        for letter in word
    )
    foreign = {script: amount for script, amount in scripts.items() if script != "latin"}
    if sum(foreign.values()) * 2 <= scripts.total():
        return None
    if "ja" in foreign:
        return "ja"
    return max(foreign, key=lambda script: foreign[script])


def _by_small_words(found: list[str]) -> str | None:
    """The language most of whose small words stand here, if those are more than English has.

    Letters that English lacks count as one more; one word alone is never enough.
    """
    english = len({word for word in found if word in _ENGLISH})
    scores = {code: len({word for word in found if word in words}) for code, words in _small_words().items()}
    letters = set("".join(found))
    for code, own_letters in _LETTERS.items():
        scores[code] += bool(letters & set(own_letters)) if scores[code] else 0
    best = max(scores, key=lambda code: (scores[code], sum(word in _small_words()[code] for word in found)))
    shared = len({word for word in found if word in _small_words()[best] and word in _ENGLISH})
    return best if scores[best] - shared >= 2 and scores[best] > english else None


@cache
def _small_words() -> dict[str, frozenset[str]]:
    files = TypeAdapter(dict[str, frozenset[str]]).validate_python(read("languages.yaml"))
    for code in files:
        if code not in LANGUAGES:
            raise ValueError(f"languages.yaml: {code!r} has no name")
    return files
