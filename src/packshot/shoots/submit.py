"""Takes a shoot on: checked whole, paid for in advance, and written down, all in one transaction or not at all."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import UniqueViolationError
from pydantic import BaseModel

from packshot import config
from packshot.catalog.approved import Approved, approved
from packshot.credits import ledger
from packshot.db import Direct, after_commit, direct, new_id
from packshot.engines.base import Engine
from packshot.engines.presets import chosen
from packshot.errors import BadInputError, PackshotError
from packshot.plates.way import WAYS, Way
from packshot.settings import settings
from packshot.shoots.brief import MOST_PICTURES, Brief
from packshot.shoots.directed import WORDS
from packshot.shoots.door import checked, refuse_in_trouble
from packshot.shoots.errors import IdempotencyKeyReusedError, UnsupportedError
from packshot.shoots.makers import maker, queue_of
from packshot.shoots.models import Generation, Shoot
from packshot.shoots.news import wake_later
from packshot.shoots.permission import refusals
from packshot.shoots.styled import against_styles, settled
from packshot.shoots.variations import label, variations
from packshot.shoots.videos import price_of, set_up
from packshot.styles.edit import refreshed
from packshot.styles.makers import PRESETS
from packshot.talents.release import NotPermittedError
from packshot.vendors import ends
from packshot.words.poses import in_order

# One round trip for any number of generations, with the credits held for them.
_GENERATIONS = """generations as (
  insert into generation (
    id, account_id, shoot_id, number, photo_id, cutout_id, style, pose, label, variation, seed, credits, queue,
    deadline_at, retry_of)
  select
    id, :account_id, :shoot_id, number, photo_id, cutout_id, style, pose, label, variation, seed, amount, :queue,
    :deadline_at, retry_of
  from unnest(
    cast(:generation_ids as uuid[]), cast(:numbers as bigint[]), cast(:photo_ids as uuid[]),
    cast(:cutout_ids as uuid[]), cast(:styles as text[]), cast(:poses as text[]), cast(:labels as text[]),
    cast(:points as jsonb[]), cast(:seeds as bigint[]), cast(:amounts as bigint[]), cast(:retries_of as uuid[])
  ) as given (id, number, photo_id, cutout_id, style, pose, label, variation, seed, amount, retry_of)
)"""
_SHOOT = """shoot as (
  insert into shoot (
    id, account_id, user_id, project_id, product_id, engine, model, styles, width, height, framing, format, count,
    seed, credits, words, avoid, mode, preset, strict, talent_id, poses, market,
    variations, seconds, created_at)
  values (
    :shoot_id, :account_id, :user_id, :project_id, :product_id, :engine, :model, :shoot_styles, :width, :height,
    :framing, :format, :count, :seed, :credits, :words, :avoid, :mode, :preset, :strict, :talent_id, :shoot_poses,
    :market, :variations, :seconds, :created_at)
), submission as (
  insert into submission (account_id, key, fingerprint, answer)
  values (:account_id, :idempotency_key, :fingerprint, :answer)
)"""


class KeyCameError(PackshotError):
    """The idempotency key came before: `answered` has its answer."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The Idempotency-Key {key!r} came before.")


class PlannedOut(BaseModel):
    id: UUID
    number: int
    photo_id: UUID | None
    style: str
    pose: str = ""
    label: str = ""
    variation: dict[str, str | int] = {}
    seed: int
    credits: int


class AcceptedOut(BaseModel):
    """What was taken on. `credits` are held; each picture's are spent when it is delivered, and given back if not.

    `way` is how the pictures are made, `way_words` says what that means for the product. `seconds` is how long videos
    last, 0 for pictures.
    """

    id: UUID
    engine: str
    model: str
    size: str = ""
    seconds: int = 0
    seed: int
    credits: int
    created_at: datetime
    events: str
    way: Way = "redraw"
    way_words: str = ""
    warnings: list[str] = []
    generations: list[PlannedOut]


class Planned(NamedTuple):
    """A generation that is about to be written down."""

    id: UUID
    number: int
    photo_id: UUID | None
    cutout_id: UUID | None
    style: str
    seed: int
    credits: int
    retry_of: UUID | None = None
    pose: str = ""
    label: str = ""
    variation: Mapping[str, str | int] = {}


async def accept(account_id: UUID, user_id: UUID, brief: Brief, key: str) -> str:
    """The answer to a request under its idempotency `key`, JSON: what is made of it now, or was told before.

    Raises IdempotencyKeyReusedError for another request under the same key, and what `submit` raises; then nothing
    happened.
    """
    await refreshed()
    await ends.refreshed()
    try:
        async with direct(account_id) as session:
            return await submit(session, account_id, user_id, brief, key)
    except PackshotError:
        async with direct(account_id) as session:
            earlier = await answered(session, account_id, brief, key)
        if earlier is None:
            raise
        return earlier


async def submit(session: Direct, account_id: UUID, user_id: UUID, brief: Brief, key: str) -> str:
    """The answer to a new request, JSON: the shoot and its generations.

    Whatever it raises, nothing happened in this transaction, and `answered` may have what an earlier one was told under
    the same idempotency `key`: KeyCameError, UnsupportedError, EngineNotConfiguredError, InsufficientCreditsError, and
    what `approved` raises. Who sends the same key at the same time waits here for the first.
    """
    fingerprint, brief = brief.fingerprint, settled(await resolved(brief))
    engine = maker(brief.engine)
    photos = await approved(session, brief.photo_ids or None, brief.product_id) if _names_photos(brief) else []
    model = brief.model or next(iter(engine.known))
    seed = secrets.randbits(32) if brief.seed is None else brief.seed
    setting = set_up(brief, engine.known.get(model))
    refused = [*await against_styles(session, account_id, brief, bool(photos)), *setting.refused]
    brief = setting.brief
    outside = await refusals(session, brief)
    try:
        way, warnings = checked(engine, brief, model, photos, refused)
    except UnsupportedError as error:
        also = [("market" if one.code == "market" else "talent_id", one.words, one.remedy) for one in outside]
        raise error.beside(also) from None
    if outside:
        raise NotPermittedError(outside)
    planned = _plan(brief, model, photos, seed)
    shoot = _shoot(user_id, brief, model, seed, photos, planned)
    instead = await refuse_in_trouble(session, engine, model, lambda: _unwritten(shoot, planned))
    answer = _answer(shoot, planned, way, [*setting.notes, *warnings, *instead])
    submission = {"idempotency_key": key, "fingerprint": fingerprint, "answer": answer}
    try:
        await _write(session, account_id, engine, planned, f"{_SHOOT}, {_GENERATIONS}", {**shoot, **submission})
    except UniqueViolationError as error:
        if error.as_dict().get("table_name") == "submission":
            raise KeyCameError(key) from None
        raise
    return answer


async def answered(session: Direct, account_id: UUID, brief: Brief, key: str) -> str | None:
    """The answer that the idempotency `key` got; None if it is new. IdempotencyKeyReusedError for another request."""
    came = await session.row(
        "select fingerprint, answer from submission where account_id = $1 and key = $2", account_id, key
    )
    if came is None:
        return None
    if came["fingerprint"] != brief.fingerprint:
        raise IdempotencyKeyReusedError(key)
    return AcceptedOut.model_validate(came["answer"]).model_dump_json()


async def write(
    session: Direct, account_id: UUID, shoot_id: UUID, engine: Engine, planned: Sequence[Planned], now: datetime
) -> None:
    """Holds the credits of `planned` generations of a shoot and writes them down; workers are woken after the commit.

    InsufficientCreditsError where the account has too few; then the transaction has to be given up.
    """
    await _write(session, account_id, engine, planned, _GENERATIONS, {"shoot_id": shoot_id, "created_at": now})


async def _write(
    session: Direct,
    account_id: UUID,
    engine: Engine,
    planned: Sequence[Planned],
    also: str,
    values: dict[str, Any],
) -> None:
    ids = [one.id for one in planned]
    queue = queue_of(engine)
    await ledger.hold(
        session,
        account_id,
        values["shoot_id"],
        [(one.id, one.credits) for one in planned],
        key=f"hold:{ids[0]}",
        also=also,
        values={
            **values,
            "queue": queue,
            "deadline_at": values["created_at"] + timedelta(seconds=settings().generation_deadline_s),
            "numbers": [one.number for one in planned],
            "photo_ids": [one.photo_id for one in planned],
            "cutout_ids": [one.cutout_id for one in planned],
            "styles": [one.style for one in planned],
            "poses": [one.pose for one in planned],
            "labels": [one.label for one in planned],
            "points": [json.dumps(one.variation) if one.variation else "{}" for one in planned],
            "seeds": [one.seed for one in planned],
            "retries_of": [one.retry_of for one in planned],
        },
    )
    after_commit(session, lambda: wake_later(0, queue, *ids))  # nobody waits for it


async def resolved(brief: Brief) -> Brief:
    """`brief` with the engine and model of its preset; a BadInputError if there is no such preset."""
    if brief.preset is None:
        return brief
    choice = chosen(brief.preset, await config.get(PRESETS))
    return brief.model_copy(update={"engine": choice.engine, "model": choice.model})


def _names_photos(brief: Brief) -> bool:
    return bool(brief.photo_ids) or brief.product_id is not None


def _plan(brief: Brief, model: str, photos: Sequence[Approved], seed: int) -> list[Planned]:
    """Every photo in every look and pose. One seed for all poses; looks of the same style count on from it."""
    given: Sequence[Approved | None] = photos or [None]
    wanted = product(given, _looks(brief), in_order(brief.poses) or [""])
    planned = [
        Planned(
            id=new_id(),
            number=number,
            photo_id=photo.photo_id if photo else None,
            cutout_id=photo.cutout_id if photo else None,
            style=look.style,
            pose=pose,
            label=look.label,
            variation=look.variation,
            seed=(seed + look.seed) % (1 << 32),
            credits=price_of(look.style, brief.engine, model, brief.seconds),
        )
        for number, (photo, look, pose) in enumerate(wanted, start=1)
    ]
    if len(planned) > MOST_PICTURES:
        raise BadInputError(
            f"{len(planned):,} pictures are more than the {MOST_PICTURES:,} of one shoot.",
            remedy="Name fewer photos or styles, or send several shoots.",
        )
    return planned


class _Look(NamedTuple):
    """One of the pictures of a photo in each pose; `seed` counts on from the shoot's."""

    style: str
    seed: int
    label: str = ""
    variation: Mapping[str, str | int] = {}


def _looks(brief: Brief) -> Iterator[_Look]:
    if not brief.variations:
        yield from (_Look(style, number) for style, number in product(brief.styles or [WORDS], range(brief.count)))
        return
    spread = variations(brief.engine, tuple(brief.styles), brief.words, brief.variations)
    for number, point in enumerate(spread.points[: brief.variations]):
        for style in [point["style"]] if "style" in point else brief.styles or [WORDS]:
            yield _Look(style, number, label(number), {"index": number, **point})


def _shoot(
    user_id: UUID,
    brief: Brief,
    model: str,
    seed: int,
    photos: Sequence[Approved],
    planned: Sequence[Planned],
) -> dict[str, Any]:
    """The row of the new shoot, by the names that _SHOOT has for it."""
    products = {photo.product_id for photo in photos}
    projects = {photo.project_id for photo in photos}
    return {
        "shoot_id": new_id(),
        "user_id": user_id,
        "project_id": projects.pop() if len(projects) == 1 else None,
        "product_id": products.pop() if len(products) == 1 else None,
        "engine": brief.engine,
        "model": model,
        "shoot_styles": json.dumps(brief.styles),
        "width": brief.width,
        "height": brief.height,
        "framing": brief.framing,
        "format": brief.format,
        "count": brief.count,
        "seed": seed,
        "credits": sum(one.credits for one in planned),
        "words": brief.words,
        "avoid": brief.avoid,
        "mode": brief.mode or "",
        "preset": brief.preset or "",
        "strict": brief.strict,
        "talent_id": brief.talent_id,
        "shoot_poses": json.dumps(brief.poses),
        "market": brief.market or "",
        "variations": brief.variations or 0,
        "seconds": brief.seconds or 0,
        "created_at": datetime.now(UTC),
    }


def _unwritten(shoot: dict[str, Any], planned: Sequence[Planned]) -> tuple[Shoot, list[Generation]]:
    """What is about to be written, as rows that no session knows, with all that makes a picture what it is."""
    own = {name: value for name, value in shoot.items() if name in Shoot.__table__.columns}
    each = ("photo_id", "style", "pose", "variation", "seed")
    rows = [Generation(**{name: getattr(one, name) for name in each}) for one in planned]
    return Shoot(**own), rows


def _answer(shoot: dict[str, Any], planned: Sequence[Planned], way: Way, warnings: list[str]) -> str:
    """What is kept for the key, and sent again whenever it comes again."""
    answer = {
        **shoot,
        "id": shoot["shoot_id"],
        "size": f"{shoot['width']}x{shoot['height']}",
        "events": f"/api/generate/{shoot['shoot_id']}/events",
        "way": way,
        "way_words": WAYS[way],
        "warnings": warnings,
        "generations": planned,
    }
    return AcceptedOut.model_validate(answer, from_attributes=True).model_dump_json()
