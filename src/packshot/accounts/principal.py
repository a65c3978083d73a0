"""On whose behalf a request is made, whatever it was proved with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from packshot.accounts.models import Role, Scope

EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True)
class Principal:
    """A user in an account. `via` says what proved it: an access token, an API key or a cookie."""

    user_id: UUID
    account_id: UUID
    role: Role
    scopes: frozenset[Scope]
    via: Literal["token", "key", "cookie"]
