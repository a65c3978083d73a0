"""A trial: one visitor's photo and what was made of it, for an hour. Nothing hangs on it, so Valkey keeps it."""

from __future__ import annotations

from datetime import timedelta
from typing import BinaryIO, Self
from uuid import UUID

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from pydantic import BaseModel

from packshot.accounts import rate_limit
from packshot.catalog.doomed import doom
from packshot.catalog.projects import add_product, add_project, projects
from packshot.catalog.uploads import check_files, take
from packshot.db import new_id, transaction
from packshot.errors import NotFoundError
from packshot.storage import storage
from packshot.valkey import valkey

LASTS = timedelta(hours=1)
STYLES = ("white", "marble", "wood", "podium")
PER_ADDRESS = RateLimitItemPerHour(6)
ALTOGETHER = RateLimitItemPerMinute(30)  # so that trials never take the studio from those who pay
NOBODY = UUID(int=0)  # whose files a trial's are
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


async def begin(visitor: str, address: str, name: str, file: BinaryIO) -> Trial:
    """A new trial of a photo; raises BadInputError for what is none, TooManyRequestsError for one too many."""
    check_files([(name, file)])
    await rate_limit.hit_shared("trial", address, PER_ADDRESS)
    await rate_limit.hit_shared("trials", "all", ALTOGETHER)
    trial = Trial(id=new_id(), visitor=visitor, name=name)
    keys = [trial.photo_key, *(trial.picture_key(style) for style in STYLES)]
    async with transaction(system=True) as session:
        await doom(session, NOBODY, keys, after=LASTS)
    await storage().put(trial.photo_key, file.read())
    return await trial.keep()


async def trial(id: UUID, visitor: str | None = None) -> Trial:
    """The trial, if it still lasts and is this visitor's; NotFoundError otherwise."""
    text = await valkey().get(f"{_KEY}{id}")
    found = Trial.model_validate_json(text) if text else None
    if found is None or visitor not in (None, found.visitor):
        raise NotFoundError("This trial is over: photos tried without an account are deleted after an hour.")
    return found


async def adopt(tried: Trial, account_id: UUID) -> UUID:
    """Makes the photo of a trial a product of an account, in its newest project; returns the product's id."""
    async with transaction(account_id) as session:
        newest = await projects(session, limit=1)
        project = newest[0] if newest else await add_project(session, account_id, "My products")
        title = tried.name.rpartition(".")[0] or tried.name
        product = await add_product(session, project.id, title, "")
    with await storage().open(tried.photo_key) as file:
        await take(account_id, product.id, [(tried.name, file)])
    return product.id
