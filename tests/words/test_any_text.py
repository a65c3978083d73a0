"""Whatever is typed: an answer, in time, and only about words that stand there."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from packshot.errors import TooLargeError
from packshot.words.brief import MOST_CHARACTERS, brief
from packshot.words.lexicon import lexicon
from packshot.words.parse import Span, parse
from packshot.words.vocabulary import vocabulary

WORDS = st.sampled_from(sorted(lexicon().words))
GAPS = st.sampled_from([" ", " ", " ", ", ", ". ", "-", ": ", "\n", " / ", " '"])
SALAD = st.lists(st.tuples(WORDS, GAPS), max_size=30).map(lambda pairs: "".join(word + gap for word, gap in pairs))
TEXT = st.text(max_size=300) | SALAD


@settings(max_examples=300, deadline=None)
@given(TEXT)
@example("ß ŉ ǰ İ \u0345 ﬃ")  # letters that change their number in lower case
@example("<script>alert(1)</script> {{ 7*7 }} {% include '/etc/passwd' %} \x00\x1b[31m")
@example("a\u0301 \ud800 \u202e")
def test_any_text_is_read(text: str) -> None:
    reading = parse(text)
    spans: list[Span] = [*reading.avoid, *reading.wishes, *reading.unused]
    spans += [source for sources in reading.sources.values() for source in sources]
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        assert span.text == text[span.start : span.end]
    assert 0 <= reading.coverage <= 1
    assert reading == parse(text)


@settings(max_examples=200, deadline=None)
@given(SALAD)
def test_every_value_has_words_and_is_of_the_vocabulary(text: str) -> None:
    reading = parse(text)
    for key, values in reading.values.items():
        assert set(values) <= set(vocabulary()[key].values)
        assert set(values) == {source.value for source in reading.sources[key]}
        assert vocabulary()[key].many or len(values) == 1
    denied = [(span.start, span.end) for span in reading.avoid]
    for sources in reading.sources.values():
        assert not any(start <= source.start < end for source in sources for start, end in denied)


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_prompts_are_deterministic_plain_text(text: str) -> None:
    made = brief(text, {})
    assert made == brief(text, {})
    for family in ("openai", "stability", "replicate"):
        assert made["prompt"][family]["text"].isprintable()


@pytest.mark.parametrize("piece", ["no red, ", "on marble and table ", "lemon next to it ", "show me the ", "a"])
def test_a_hundred_kilobytes_take_seconds_at_most(piece: str) -> None:
    text = (piece * MOST_CHARACTERS)[:MOST_CHARACTERS]
    started = time.process_time()
    brief(text, {})
    assert time.process_time() - started < 10


def test_more_is_refused() -> None:
    with pytest.raises(TooLargeError, match="100,001"):
        brief("a" * (MOST_CHARACTERS + 1), {})


def test_markup_is_only_words() -> None:
    text = brief("{{ 7*7 }} <b>leather</b> {% raw %}", {})["prompt"]["openai"]["text"]
    assert "{{ 7*7 }} <b>leather</b> {% raw %}" in text and "49" not in text
