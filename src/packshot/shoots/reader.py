"""Reads descriptions: with the language model that the operator named, and with the grammar whenever that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from packshot.engines.http import NoAnswerError, NotSentError, exchange
from packshot.settings import Settings, settings
from packshot.words import llm
from packshot.words.parse import Reading, parse

ANSWER_BYTES = 200_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Read:
    """What was read, by whom ("grammar" or the model's name), and notes on it for people."""

    reading: Reading
    by: str
    notes: tuple[str, ...] = ()


async def read(text: str) -> Read:
    """The reading of `text`. Whatever the language model does, there is one."""
    if not (settings().words_llm_url and text.strip()):
        return Read(parse(text), "grammar")
    model = settings().words_llm_model
    try:
        reading, notes = await llm.read(text, model, _ask)
    except llm.UnreadableError as error:
        log.warning("the language model did not read a description", why=str(error))
        return Read(parse(text), "grammar", ("The language model could not be used; the grammar read this instead.",))
    return Read(reading, model, notes)


async def _ask(body: Mapping[str, Any]) -> Any:
    """One exchange with the operator's endpoint, bounded in time and bytes, never sent twice."""
    held: Settings = settings()
    headers = {"Authorization": f"Bearer {held.words_llm_key}"} if held.words_llm_key else {}
    try:
        answer = await exchange(
            "POST",
            f"{held.words_llm_url.rstrip('/')}/chat/completions",
            headers=headers,
            deadline_s=held.words_llm_timeout_s,
            max_bytes=ANSWER_BYTES,
            json=dict(body),
        )
        if answer.status != 200:
            raise llm.UnreadableError(f"the language model answered {answer.status}")
        return answer.json()
    except (NotSentError, NoAnswerError) as error:
        raise llm.UnreadableError(f"the language model {error}") from None
