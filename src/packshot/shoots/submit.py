"""Takes a shoot on: checked whole, paid for in advance, and written down, all in one transaction or not at all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from packshot.catalog.approved import Approved, approved
from packshot.credits import ledger
from packshot.db import Direct, after_commit, new_id
from packshot.engines.base import Engine, GenerationRequest, Reference
from packshot.errors import BadInputError
from packshot.settings import settings
from packshot.shoots.brief import MOST_PICTURES, Brief
from packshot.shoots.errors import EngineNotConfiguredError, IdempotencyKeyReusedError, UnsupportedError
from packshot.shoots.makers import maker, queue_of
from packshot.shoots.news import wake_later
from packshot.styles.price import price

# One statement for any number of generations: a thousand rows cost one round trip and no work per row in Python.
_INSERT = """
insert into generation (
  id, account_id, shoot_id, number, photo_id, cutout_id, style, seed, credits, queue, deadline_at, retry_of)
select id, $1, $2, number, photo_id, cutout_id, style, seed, credits, $3, $4, retry_of
from unnest(
  $5::uuid[], $6::bigint[], $7::uuid[], $8::uuid[], $9::text[], $10::bigint[], $11::bigint[], $12::uuid[]
) as given (id, number, photo_id, cutout_id, style, seed, credits, retry_of)
"""
# The shoot and the answer to its key go with them, for every round trip counts where a shoot has few pictures.
_FIRST = f"""
with shoot as (
  insert into shoot (
    id, account_id, user_id, project_id, product_id, engine, model, styles, width, height, framing, format, count,
    seed, credits, created_at)
  values ($2, $1, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
), answered as (
  update submission set answer = $27 where account_id = $1 and key = $28
) {_INSERT}"""  # noqa: S608 -- made of this module's constants
_CLAIM = """
insert into submission (account_id, key, fingerprint, answer) values ($1, $2, $3, '{}') on conflict do nothing
returning key
"""


class PlannedOut(BaseModel):
    id: UUID
    number: int
    photo_id: UUID | None
    style: str
    seed: int
    credits: int


class AcceptedOut(BaseModel):
    """What was taken on. `credits` are held; each picture's are spent when it is delivered, and given back if not."""

    id: UUID
    engine: str
    model: str
    seed: int
    credits: int
    created_at: datetime
    events: str
    generations: list[PlannedOut]


@dataclass(frozen=True)
class Planned:
    """A generation that is about to be written down."""

    id: UUID
    number: int
    photo_id: UUID | None
    cutout_id: UUID | None
    style: str
    seed: int
    credits: int
    retry_of: UUID | None = None


async def submit(session: Direct, account_id: UUID, user_id: UUID, brief: Brief, key: str) -> str:
    """The answer to a request under its idempotency `key`, JSON: the shoot and its generations, made now or earlier.

    Whoever sends the same key at the same time waits here for the first. Raises IdempotencyKeyReusedError,
    UnsupportedError, EngineNotConfiguredError, InsufficientCreditsError, and what `approved` raises; then nothing
    happened.
    """
    earlier = await _claim_key(session, account_id, key, brief.fingerprint)
    if earlier is not None:
        return earlier
    engine = maker(brief.engine)
    photos = await approved(session, brief.photo_ids or None, brief.product_id) if _names_photos(brief) else []
    model = brief.model or next(iter(engine.known))
    seed = secrets.randbits(32) if brief.seed is None else brief.seed
    refuse_impossible(engine, brief, model, photos)
    planned = _plan(brief, photos, seed)
    shoot = _shoot(account_id, user_id, brief, model, seed, photos, planned)
    answer = _answer(shoot, planned)
    first = (*shoot.values(), answer, key)
    await _write(session, account_id, shoot["id"], engine, planned, shoot["created_at"], _FIRST, first[2:])
    return answer


async def write(
    session: Direct, account_id: UUID, shoot_id: UUID, engine: Engine, planned: Sequence[Planned], now: datetime
) -> None:
    """Holds the credits of `planned` generations of a shoot and writes them down; workers are woken after the commit.

    InsufficientCreditsError where the account has too few; then the transaction has to be given up.
    """
    await _write(session, account_id, shoot_id, engine, planned, now, _INSERT, ())


async def _write(
    session: Direct,
    account_id: UUID,
    shoot_id: UUID,
    engine: Engine,
    planned: Sequence[Planned],
    now: datetime,
    statement: str,
    more: Sequence[object],
) -> None:
    ids = [one.id for one in planned]
    queue = queue_of(engine)
    await ledger.hold(session, account_id, shoot_id, [(one.id, one.credits) for one in planned], key=f"hold:{ids[0]}")
    await session.fetch(
        statement,
        account_id,
        shoot_id,
        queue,
        now + timedelta(seconds=settings().generation_deadline_s),
        ids,
        [one.number for one in planned],
        [one.photo_id for one in planned],
        [one.cutout_id for one in planned],
        [one.style for one in planned],
        [one.seed for one in planned],
        [one.credits for one in planned],
        [one.retry_of for one in planned],
        *more,
    )
    after_commit(session, lambda: wake_later(0, queue, *ids))  # nobody waits for it


def refuse_impossible(engine: Engine, brief: Brief, model: str, photos: Sequence[Approved]) -> None:
    """Raises UnsupportedError with everything that the engine cannot honour, EngineNotConfiguredError without a key."""
    if engine.missing:
        raise EngineNotConfiguredError(engine.title, engine.missing)
    asked = GenerationRequest(
        model=model,
        width=brief.width,
        height=brief.height,
        framing=brief.framing,
        seed=brief.seed,
        references=(Reference(b"", name=photos[0].name),) if photos else (),
    )
    refusals = [refusal for style in brief.styles for refusal in engine.check(replace(asked, style=style))]
    if refusals:
        raise UnsupportedError(refusals)


def _names_photos(brief: Brief) -> bool:
    return bool(brief.photo_ids) or brief.product_id is not None


async def _claim_key(session: Direct, account_id: UUID, key: str, fingerprint: bytes) -> str | None:
    """None if the key is new, and now this transaction's; else the answer that it got."""
    if await session.row(_CLAIM, account_id, key, fingerprint):
        return None
    came = await session.row(
        "select fingerprint, answer from submission where account_id = $1 and key = $2", account_id, key
    )
    assert came
    if came["fingerprint"] != fingerprint:
        raise IdempotencyKeyReusedError(key)
    return AcceptedOut.model_validate(came["answer"]).model_dump_json()


def _plan(brief: Brief, photos: Sequence[Approved], seed: int) -> list[Planned]:
    """Every photo in every style, `count` times. One seed for the whole shoot; variations count on from it."""
    given: Sequence[Approved | None] = photos or [None]
    wanted = product(given, brief.styles, range(brief.count))
    planned = [
        Planned(
            id=new_id(),
            number=number,
            photo_id=photo.photo_id if photo else None,
            cutout_id=photo.cutout_id if photo else None,
            style=style,
            seed=(seed + variation) % (1 << 32),
            credits=price(style, brief.engine),
        )
        for number, (photo, style, variation) in enumerate(wanted, start=1)
    ]
    if len(planned) > MOST_PICTURES:
        raise BadInputError(
            f"{len(planned):,} pictures are more than the {MOST_PICTURES:,} of one shoot.",
            remedy="Name fewer photos or styles, or send several shoots.",
        )
    return planned


def _shoot(
    account_id: UUID,
    user_id: UUID,
    brief: Brief,
    model: str,
    seed: int,
    photos: Sequence[Approved],
    planned: Sequence[Planned],
) -> dict[str, Any]:
    """The row of the new shoot."""
    products = {photo.product_id for photo in photos}
    projects = {photo.project_id for photo in photos}
    return {
        "id": new_id(),
        "account_id": account_id,
        "user_id": user_id,
        "project_id": projects.pop() if len(projects) == 1 else None,
        "product_id": products.pop() if len(products) == 1 else None,
        "engine": brief.engine,
        "model": model,
        "styles": json.dumps(brief.styles),
        "width": brief.width,
        "height": brief.height,
        "framing": brief.framing,
        "format": brief.format,
        "count": brief.count,
        "seed": seed,
        "credits": sum(one.credits for one in planned),
        "created_at": datetime.now(UTC),
    }


def _answer(shoot: dict[str, Any], planned: Sequence[Planned]) -> str:
    """What is kept for the key, and sent again whenever it comes again."""
    answer = AcceptedOut(
        id=shoot["id"],
        engine=shoot["engine"],
        model=shoot["model"],
        seed=shoot["seed"],
        credits=shoot["credits"],
        created_at=shoot["created_at"],
        events=f"/api/generate/{shoot['id']}/events",
        generations=[
            PlannedOut(
                id=one.id,
                number=one.number,
                photo_id=one.photo_id,
                style=one.style,
                seed=one.seed,
                credits=one.credits,
            )
            for one in planned
        ],
    )
    return answer.model_dump_json()
