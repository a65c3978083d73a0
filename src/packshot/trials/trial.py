"""A trial: one visitor's photo and what was made of it, for an hour. Nothing hangs on it, so Valkey keeps it."""

from __future__ import annotations

from datetime import timedelta
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from packshot.errors import NotFoundError
from packshot.valkey import valkey

LASTS = timedelta(hours=1)
STYLES = ("white", "marble", "wood", "podium")
_KEY = "packshot:trial:"


class Trial(BaseModel):
    """How a trial stands. `made` are the styles whose picture is there; `words` and `remedy` why there are none."""

    id: UUID
    visitor: str
    name: str
    made: list[str] = []
    done: bool = False
    unsure: str = ""
    words: str = ""
    remedy: str = ""

    @property
    def photo_key(self) -> str:
        return f"trials/{self.id}/photo"

    def picture_key(self, style: str) -> str:
        return f"trials/{self.id}/{style}.webp"

    async def keep(self) -> Self:
        """Writes it down, for as long as the trial lasts."""
        await valkey().set(f"{_KEY}{self.id}", self.model_dump_json(), ex=int(LASTS.total_seconds()))
        return self


async def trial(id: UUID, visitor: str | None = None) -> Trial:
    """The trial, if it still lasts and is this visitor's; NotFoundError otherwise."""
    text = await valkey().get(f"{_KEY}{id}")
    found = Trial.model_validate_json(text) if text else None
    if found is None or visitor not in (None, found.visitor):
        raise NotFoundError("This trial is over: photos tried without an account are deleted after an hour.")
    return found
