"""What happened, as one JSON object per line, with the ids of what it happened to and without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import Processor

REDACTED = "[redacted]"
_SECRET_NAMES = re.compile(r"pass(word|wd)|secret|token|authorization|cookie|api[-_]?key|credential|signature", re.I)
_SECRETS = re.compile(
    r"(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"
    r"|(?P<key>\bpk_(?:live|test)_)\w+"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?P<user>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)"
    r"|(?P<field>\b(?:password|secret|token|api[-_]?key|signature)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+"
    r"|(?P<file>/files/)[\w.~-]{16,}",
    re.I,
)
_QUIET = ("uvicorn.access", "uvicorn.error", "httpx", "httpcore", "celery.app.trace", "kombu", "asyncio", "alembic")


def bind(**ids: object) -> AbstractContextManager[None]:
    """Writes `ids` (request_id, account_id, shoot_id, generation_id) into every line logged within the block."""
    return bound_contextvars(**{name: str(value) for name, value in ids.items() if value is not None})


def configure(process: str, level: str = "info") -> None:
    """Sends the logs of this process, ours and the libraries', to standard error."""
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        _named(process),
        redact,
    ]
    terminal = sys.stderr.isatty()
    last: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer(default=str)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes passwords, tokens, keys and signed links out of an event, by the name of the field or by their look."""
    for name, value in event.items():
        event[name] = _without_secrets(name, value)
    return event


def _without_secrets(name: str, value: object) -> object:
    if _SECRET_NAMES.search(name):
        return REDACTED
    if isinstance(value, str):
        return _SECRETS.sub(lambda match: next((kept for kept in match.groups() if kept), "") + REDACTED, value)
    if isinstance(value, dict):
        return {key: _without_secrets(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets("", inner) for inner in value]
    return value


def _named(process: str) -> Processor:
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add
