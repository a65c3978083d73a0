"""Webhooks signed as Standard Webhooks says: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from packshot.errors import RefusedError

TOLERANCE_S = 300.0  # either way: a time to come is as wrong as one long past


def verified(secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None) -> dict[str, Any]:
    """The JSON object in `body` if it was signed with `secret` ("whsec_" and base64) within the last five minutes.

    Anything else is a RefusedError that says no more than that. The same one may come again, and after a newer one.
    """
    refused = RefusedError("This webhook is not signed by whom it says.")
    given = {name.lower(): value for name, value in headers.items()}
    id, timestamp, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        raise refused from None
    if not key or not id or not re.fullmatch(r"\d{1,12}", timestamp, re.ASCII):
        raise refused
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_S:
        raise refused
    right = base64.b64encode(hmac.digest(key, f"{id}.{timestamp}.".encode() + body, "sha256"))
    if not any(
        hmac.compare_digest(signature.removeprefix("v1,").encode(), right)
        for signature in signatures.split()
        if signature.startswith("v1,")
    ):
        raise refused
    try:
        told: Any = json.loads(body)
    except ValueError:
        raise refused from None
    if not isinstance(told, dict):
        raise refused
    return told
