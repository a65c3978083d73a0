"""The API of operators: what may be changed while Packshot runs, and the pictures that people have to look at."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from packshot import config
from packshot.accounts.auth import CurrentUser
from packshot.accounts.models import Role
from packshot.accounts.principal import Principal
from packshot.db import transaction
from packshot.errors import BadInputError, ForbiddenError
from packshot.shoots.judging import figures
from packshot.shoots.judging.labels import label, rate
from packshot.shoots.judging.models import By

router = APIRouter(prefix="/api/admin", tags=["admin"])


async def operator(principal: CurrentUser) -> Principal:
    """Who is asking, an operator of this Packshot."""
    if principal.role != Role.ADMIN:
        raise ForbiddenError(
            "Access denied: you need admin privileges.", remedy="Ask whoever runs this Packshot to make you an admin."
        )
    return principal


Operator = Annotated[Principal, Depends(operator)]


class KeyOut(BaseModel):
    """Something that can be changed. `changed_at` None: nobody has, and `value` is what it starts with."""

    key: str
    value: Any
    default: Any
    words: str
    changed_at: datetime | None
    changed_by: UUID | None


class ChangeOut(BaseModel):
    """That somebody changed something."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    old: Any
    new: Any
    by: UUID | None
    created_at: datetime


class ConfigOut(BaseModel):
    keys: list[KeyOut]
    changes: list[ChangeOut]


class ReplayOut(BaseModel):
    """What limits would have done to the scores of the last 30 days, all of one `version`."""

    model_config = ConfigDict(from_attributes=True)

    lock: str
    version: str
    accept: float
    review: float
    n: int
    accepted: int
    reviewed: int
    rejected: int


class LabelIn(BaseModel):
    """`right`: whether it is the same product, or the same person, in truth. `rating` is the picture's, 1 to 5."""

    model_config = ConfigDict(extra="forbid")

    right: bool
    rating: int | None = None


@router.get("/config")
async def show_config(_: Operator) -> ConfigOut:
    """Everything that can be changed, and the newest changes."""
    return await _config()


@router.put("/config")
async def change_config(values: dict[str, Any], principal: Operator) -> ConfigOut:
    """Change some keys, all or none: `{"locks.product.accept": 0.93}`. Who did, when and from what is written down."""
    await put(values, principal.user_id)
    return await _config()


async def put(values: dict[str, Any], by: UUID) -> None:
    """Sets keys, all or none; whatever is wrong with them is said at once."""
    if not values:
        raise BadInputError("There is no key to change.", remedy='Send {"key": value}; GET lists the keys.')
    wrong: list[str] = []
    for name, value in values.items():
        try:
            config.named(name).parse(value)
        except (BadInputError, config.UnknownKeyError) as error:
            wrong.append(str(error))
    if wrong:
        raise BadInputError(" ".join(wrong), remedy="Nothing was changed.")
    async with transaction() as session:
        for name, value in values.items():
            await config.change(session, config.named(name), value, by=by)
        await config.agree(session, values)


async def _config() -> ConfigOut:
    async with transaction() as session:
        entries = {entry.key: entry for entry in await config.entries(session)}
        changes = await config.changes(session)
    return ConfigOut(
        keys=[
            KeyOut(
                key=name,
                value=entries[name].value if name in entries else key.default,
                default=key.default,
                words=key.words,
                changed_at=entries[name].changed_at if name in entries else None,
                changed_by=entries[name].changed_by if name in entries else None,
            )
            for name, key in sorted(config.keys.items())
        ],
        changes=[ChangeOut.model_validate(change) for change in changes],
    )


@router.get("/locks/replay")
async def replay(
    _: Operator,
    lock: Annotated[str, Query(pattern="^(identity|product)$")],
    accept: Annotated[float, Query(ge=0, le=1)],
    review: Annotated[float, Query(ge=0, le=1)],
    version: str = "",
) -> ReplayOut:
    """What these limits would have done to the last 30 days. Without a `version`, that of the newest scores."""
    async with transaction(system=True) as session:
        known = await figures.versions(session, lock)  # type: ignore[arg-type]
        found = await figures.replay(session, lock, version or next(iter(known), ""), accept, review)  # type: ignore[arg-type]
    return ReplayOut.model_validate(found)


@router.post("/verdicts/{verdict_id}/label", status_code=204)
async def label_verdict(verdict_id: UUID, said: LabelIn, principal: Operator) -> None:
    """Say whether a verdict's subject is the same in truth, and how good the picture is if you like."""
    async with transaction(system=True) as session:
        verdict = await label(session, verdict_id, right=said.right, by=By.OPERATOR, user_id=principal.user_id)
        if said.rating is not None:
            await rate(session, verdict.generation_id, said.rating, by=By.OPERATOR, user_id=principal.user_id)
