"""What is known of each phrase by its place in the text."""

from __future__ import annotations

from packshot.words.lighting import lighting
from packshot.words.phrases import Phrase
from packshot.words.places import Context, entry_of, place
from packshot.words.wishes import wishes_and_denials


def context(found: list[Phrase]) -> Context:
    """The role of each phrase of a text: first where it stands in the picture, then what is wished and denied. Pure."""
    count = len(found)
    subject = next((at for at, phrase in enumerate(found) if entry_of(phrase).subject), count)
    made = Context(["product"] * count, [False] * count, [-1] * count, subject)
    place(found, made)
    lighting(found, made)
    wishes_and_denials(found, made)
    return made
