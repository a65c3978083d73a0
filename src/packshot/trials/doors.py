"""In and out of a trial: begun with a photo, adopted by an account."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from packshot.accounts import rate_limit
from packshot.catalog.doomed import doom
from packshot.catalog.projects import add_product, add_project, projects
from packshot.catalog.uploads import check_files, take
from packshot.db import new_id, transaction
from packshot.storage import storage
from packshot.trials.trial import LASTS, STYLES, Trial

PER_ADDRESS = RateLimitItemPerHour(6)
ALTOGETHER = RateLimitItemPerMinute(30)  # so that trials never take the studio from those who pay
NOBODY = UUID(int=0)  # whose files a trial's are


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
