"""What vendors call back about: stored once by the vendor's own id, and then only a reason to ask the vendor."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, func

from packshot.accounts.signing import signature, signed
from packshot.db import after_commit, direct, transaction
from packshot.engines.base import Engine
from packshot.errors import NotFoundError, RefusedError
from packshot.settings import settings
from packshot.shoots import news
from packshot.shoots.models import AttemptState, Callback

KEPT = timedelta(days=7)  # longer than any vendor tries again
_PURPOSE = "callback"

_ATTEMPT = "select account_id, generation_id, operation_id, model from attempt where id = $1"
# Whose answer to the order was never written down, because the worker died meanwhile: its operation is known now.
_FOUND = f"""
update attempt set state = '{AttemptState.ACCEPTED}', operation_id = $2, operation = $3
where id = $1 and state = '{AttemptState.SENT}' and operation_id is null
"""  # noqa: S608 -- made of this module's own words
_STORE = """
insert into callback (engine, id, account_id, attempt_id) values ($1, $2, $3, $4)
on conflict do nothing returning id
"""
# A lease that somebody holds is left alone: whoever has it asks the vendor anyway.
_HURRY = f"""
update generation set next_step_at = clock_timestamp()
where id = $1 and state in ('PENDING', 'RUNNING') and lease_until is null
  and exists (select from attempt where attempt.id = $2 and attempt.state = '{AttemptState.ACCEPTED}')
returning queue
"""  # noqa: S608 -- made of this module's own words


class NoSuchCallbackError(NotFoundError):
    """Nobody was given this address."""

    def __init__(self) -> None:
        super().__init__("There is nothing at this address.", remedy="Use the address as it was given.")


def reachable() -> bool:
    """Whether vendors may be told to call back: the base URL is https and a host of the internet, or a setting says so.

    A vendor that calls an address that it cannot reach may slow down, or complain.
    """
    wished = settings().vendor_callbacks
    if wished != "auto":
        return wished == "on"
    url = urlsplit(settings().base_url)
    host = url.hostname or ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith((".local", ".internal", ".localhost", ".test", ".lan"))
    return url.scheme == "https" and public


def address(engine: str, key: str) -> str:
    """Where a vendor may tell that the attempt `key` has news. Only who was given it can call it."""
    seal = signature(_PURPOSE, f"{engine}/{key}")
    return f"{settings().base_url.rstrip('/')}/api/hooks/{engine}/{key}/{seal}"


def require_seal(engine: str, key: str, seal: str) -> None:
    """NoSuchCallbackError unless we gave this address to somebody."""
    if not signed(_PURPOSE, f"{engine}/{key}", seal):
        raise NoSuchCallbackError


async def take(engine: Engine, key: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Stores a vendor's message about the attempt `key` and asks the vendor soon; whether it is new.

    What it says is not believed: a copy, an old one or one that came before its forerunner does no harm. Only what it
    is about is, where nobody else told: what a dead worker ordered is asked about instead of bought again.
    RefusedError where the vendor signs and did not sign this just now, or where it is about something else.
    """
    heard = engine.heard(headers, body)
    attempt_id = UUID(key)
    async with direct(system=True) as session:
        attempt = await session.row(_ATTEMPT, attempt_id)
        if attempt is None:
            raise NoSuchCallbackError
        if attempt["operation_id"] not in (None, heard.about):
            raise RefusedError("This is about something else.")
        if await session.row(_STORE, engine.id, heard.id, attempt["account_id"], attempt_id) is None:
            return False
        await session.fetch(_FOUND, attempt_id, heard.about, json.dumps({"model": attempt["model"]}))
        due = await session.row(_HURRY, attempt["generation_id"], attempt_id)
        if due is not None:
            after_commit(session, lambda: news.wake(due["queue"], attempt["generation_id"]))
    return True


async def forget_old() -> None:
    """Removes what vendors told long ago."""
    async with transaction(system=True) as session:
        await session.execute(delete(Callback).where(Callback.received_at < func.clock_timestamp() - KEPT))
